/// Logs of the vault that tools/chain/mappings/erc20-vault.toml is of.
#pragma once

#include "tests/tools/chain/chain_maker.hpp"
#include "tools/import/importer.hpp"

#include "risk/number/int256.hpp"

namespace plimsoll::tools::chain {

/// 0x0a0a...: an address of one byte, repeated.
[[nodiscard]] inline Address address_of(std::uint8_t byte) {
    Address address{};
    address.fill(byte);
    return address;
}
[[nodiscard]] inline std::string name_of(std::uint8_t byte) { return hex_of(address_of(byte)); }

inline Address const vault_address = address_of(0xaa);
inline Address const token_address = address_of(0x70);
inline constexpr std::uint8_t fee_collector = 0xfe;
inline constexpr std::uint8_t insurance_fund = 0x1f;

[[nodiscard]] inline Bytes32 word_of(Address const& address) {
    Bytes32 word{};
    std::ranges::copy(address, word.begin() + 12);
    return word;
}
[[nodiscard]] inline Bytes32 word_of(Int128 number) {
    risk::Uint256 const bits = risk::Int256{number}.bits();
    Bytes32 word{};
    for (std::size_t i = 0; i < 32; ++i) {
        word[i] = static_cast<std::uint8_t>(bits.limbs[3 - i / 8] >> (8 * (7 - i % 8)));
    }
    return word;
}

[[nodiscard]] inline Log made_log(Address const& address, std::string_view signature, std::vector<Bytes32> indexed,
                                  std::vector<Bytes32> const& data) {
    Log log;
    log.address = address;
    log.topics.push_back(keccak256(signature));
    log.topics.insert(log.topics.end(), indexed.begin(), indexed.end());
    for (Bytes32 const& word : data) log.data.insert(log.data.end(), word.begin(), word.end());
    return log;
}

[[nodiscard]] inline Log deposited(std::uint8_t account, Int128 amount) {
    return made_log(vault_address, "Deposited(address,uint256)", {word_of(address_of(account))}, {word_of(amount)});
}
[[nodiscard]] inline Log withdrawn(std::uint8_t account, Int128 amount) {
    return made_log(vault_address, "Withdrawn(address,uint256)", {word_of(address_of(account))}, {word_of(amount)});
}
[[nodiscard]] inline Log traded(std::uint8_t buyer, std::uint8_t seller, Int128 market, Int128 quantity, Int128 price,
                                Int128 buyer_fee, Int128 seller_fee) {
    return made_log(vault_address, "Traded(address,address,uint256,int256,uint256,uint256,uint256)",
                    {word_of(address_of(buyer)), word_of(address_of(seller))},
                    {word_of(market), word_of(quantity), word_of(price), word_of(buyer_fee), word_of(seller_fee)});
}
[[nodiscard]] inline Log price_posted(Int128 market, Int128 price) {
    return made_log(vault_address, "PricePosted(uint256,uint256)", {word_of(market)}, {word_of(price)});
}
[[nodiscard]] inline Log liquidated(std::uint8_t account, std::uint8_t liquidator, Int128 market, Int128 quantity,
                                    Int128 price, Int128 penalty) {
    return made_log(vault_address, "Liquidated(address,address,uint256,int256,uint256,uint256)",
                    {word_of(address_of(account)), word_of(address_of(liquidator))},
                    {word_of(market), word_of(quantity), word_of(price), word_of(penalty)});
}
[[nodiscard]] inline Log insurance_paid(std::uint8_t account, Int128 amount) {
    return made_log(vault_address, "InsurancePaid(address,uint256)", {word_of(address_of(account))}, {word_of(amount)});
}
/// A token's transfer: of no mapped contract.
[[nodiscard]] inline Log token_moved(std::uint8_t from, std::uint8_t to, Int128 amount) {
    return made_log(token_address, "Transfer(address,address,uint256)",
                    {word_of(address_of(from)), word_of(address_of(to))}, {word_of(amount)});
}

[[nodiscard]] inline ImportOptions vault_options() {
    ImportOptions options;
    options.mapping = "erc20-vault";
    options.parameters = {{"vault", hex_of(vault_address)},
                          {"token", hex_of(token_address)},
                          {"fee_collector", name_of(fee_collector)},
                          {"insurance_fund", name_of(insurance_fund)}};
    return options;
}

inline constexpr Int128 dollar = 1'000'000; ///< in the token's units
inline constexpr Int128 one = one_units;

/// Three accounts deposit and trade, one is liquidated, the fund pays.
[[nodiscard]] inline ChainMaker vault_story() {
    ChainMaker chain;
    chain.add({{token_moved(1, 0xaa, 1'000 * dollar), deposited(1, 1'000 * dollar)},
               {token_moved(2, 0xaa, 500 * dollar), deposited(2, 500 * dollar)}});
    chain.add({});
    chain.add({{price_posted(0, 100 * one)}, {traded(1, 2, 0, 3 * one, 100 * one, dollar / 10, dollar / 5)}});
    chain.add({{deposited(3, 5'000 * dollar)}, {token_moved(9, 9, 1)}, {withdrawn(1, 50 * dollar)}});
    chain.add({{price_posted(0, 250 * one)}, {liquidated(2, 3, 0, -3 * one, 250 * one, 2 * dollar), insurance_paid(2, dollar)}});
    return chain;
}

} // namespace plimsoll::tools::chain
