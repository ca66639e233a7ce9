#include "tools/chain/bytes.hpp"

#include "ledger/event/hash.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

constexpr std::uint8_t no_digit = 0xff;

consteval std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
    for (std::uint8_t i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}
constexpr std::array<std::uint8_t, 256> values = make_values();

[[nodiscard]] std::uint8_t value_of(char digit) {
    return values[static_cast<unsigned char>(digit)];
}

[[nodiscard]] auto not_hex(std::string_view text, std::string_view why) {
    constexpr std::size_t shown = 80;
    std::string const part(text.substr(0, shown));
    return fail(Errc::hex_malformed, "'" + part + (text.size() > shown ? "...'" : "'") + ", " +
                                         std::string(why));
}

/// Writes text's digits after "0x", two a byte. Every digit is looked at once.
[[nodiscard]] bool decode(std::string_view text, std::uint8_t* out) {
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        std::uint8_t const high = value_of(text[i]);
        std::uint8_t const low = value_of(text[i + 1]);
        seen |= high | low;
        *out++ = static_cast<std::uint8_t>(high << 4 | (low & 0x0f));
    }
    return seen < 0x10;
}

} // namespace

result<void> append_hex(std::string_view text, Bytes& out) {
    if (!text.starts_with("0x")) return not_hex(text, "which lacks 0x");
    if (text.size() % 2 != 0) return not_hex(text, "which has half a byte");
    std::size_t const before = out.size();
    out.resize(before + (text.size() - 2) / 2);
    if (!decode(text.substr(2), out.data() + before)) return not_hex(text, "which has other digits");
    return outcome::success();
}

result<Bytes> parse_hex(std::string_view text) {
    Bytes out;
    PLIMSOLL_TRYV(append_hex(text, out));
    return out;
}

result<void> parse_hex_into(std::string_view text, std::span<std::uint8_t> out) {
    if (!text.starts_with("0x")) return not_hex(text, "which lacks 0x");
    if (text.size() != 2 + 2 * out.size()) {
        return not_hex(text, "which is not of " + std::to_string(out.size()) + " bytes");
    }
    if (!decode(text.substr(2), out.data())) return not_hex(text, "which has other digits");
    return outcome::success();
}

result<void> parse_quantity_into(std::string_view text, std::span<std::uint8_t> out) {
    if (!text.starts_with("0x") || text.size() < 3) return not_hex(text, "which is not a number");
    std::string_view number = text.substr(2);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    if (number.size() > 2 * out.size()) {
        return not_hex(text, "which does not fit " + std::to_string(out.size()) + " bytes");
    }
    std::ranges::fill(out, std::uint8_t{0});
    std::size_t at = out.size();
    while (!number.empty()) {
        std::uint8_t const low = value_of(number.back());
        std::uint8_t const high = number.size() == 1 ? std::uint8_t{0} : value_of(number[number.size() - 2]);
        if (low == no_digit || high == no_digit) return not_hex(text, "which has other digits");
        out[--at] = static_cast<std::uint8_t>(high << 4 | low);
        number.remove_suffix(std::min<std::size_t>(number.size(), 2));
    }
    return outcome::success();
}

result<std::uint64_t> parse_quantity(std::string_view text) {
    std::array<std::uint8_t, 8> bytes{};
    PLIMSOLL_TRYV(parse_quantity_into(text, bytes));
    std::uint64_t number = 0;
    for (std::uint8_t const byte : bytes) number = number << 8 | byte;
    return number;
}

std::string hex_of(ByteView bytes) { return "0x" + to_hex(std::as_bytes(bytes)); }

std::string quantity_of(ByteView number) {
    ByteView const bytes = minimal(number);
    if (bytes.empty()) return "0x0";
    std::string text = hex_of(bytes);
    if (text[2] == '0') text.erase(2, 1);
    return text;
}

std::string quantity_of(std::uint64_t number) {
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = bytes.size(); i-- > 0; number >>= 8) bytes[i] = static_cast<std::uint8_t>(number);
    return quantity_of(ByteView(bytes));
}

ByteView minimal(ByteView number) {
    auto const first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
    return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

} // namespace plimsoll::tools::chain
