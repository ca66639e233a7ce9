#include "tools/chain/contract_state.hpp"

#include "risk/number/wei.hpp"
#include "tools/chain/keccak.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {

Bytes32 address_word(Address const& address) {
    Bytes32 word{};
    std::ranges::copy(address, word.begin() + 12);
    return word;
}

Bytes32 number_word(Int128 number) {
    PLIMSOLL_ASSERT(number >= 0);
    Bytes32 word{};
    for (std::size_t i = word.size(); number != 0; number >>= 8) word[--i] = static_cast<std::uint8_t>(number);
    return word;
}

risk::Int256 number_of(Bytes32 const& word) {
    risk::Uint256 bits;
    for (std::size_t i = 0; i < word.size(); ++i) bits.limbs[3 - i / 8] = bits.limbs[3 - i / 8] << 8 | word[i];
    return risk::Int256::of_bits(bits);
}

Bytes call_data(std::string_view signature, std::span<Bytes32 const> arguments) {
    Bytes32 const hash = keccak256(signature);
    Bytes data(hash.begin(), hash.begin() + 4);
    for (Bytes32 const& argument : arguments) data.insert(data.end(), argument.begin(), argument.end());
    return data;
}

Bytes32 mapping_slot(std::uint64_t slot, std::span<Bytes32 const> keys) {
    Bytes32 place = number_word(slot);
    for (Bytes32 const& key : keys) {
        std::array<std::uint8_t, 64> both{};
        std::ranges::copy(key, both.begin());
        std::ranges::copy(place, both.begin() + 32);
        place = keccak256(ByteView(both));
    }
    return place;
}

std::optional<Int128> scaled(risk::Int256 const& count, int decimals) {
    risk::Checked on;
    risk::Int256 value = count;
    for (int i = decimals; i < 18; ++i) value = on.multiply(value, Int128{10});
    for (int i = decimals; i > 18; --i) {
        risk::Int256 const tenth = on.divide(value, Int128{10});
        if (on.multiply(tenth, Int128{10}) != value) return std::nullopt;
        value = tenth;
    }
    if (on.broken() || !value.fits_128()) return std::nullopt;
    return value.to_128();
}

} // namespace plimsoll::tools::chain
