/// Bytes as a chain has them: hashes, words and addresses, big endian, and their hexadecimal.
#pragma once

#include "tools/chain/errc.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools::chain {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;
using Bytes32 = std::array<std::uint8_t, 32>; ///< big endian: hashes, words, slots
using Address = std::array<std::uint8_t, 20>;

/// "0x" and an even number of digits of either case, appended to `out`.
/// Errors: Errc::hex_malformed.
[[nodiscard]] result<void> append_hex(std::string_view text, Bytes& out);
[[nodiscard]] result<Bytes> parse_hex(std::string_view text);
/// The same, filling exactly `out`.
[[nodiscard]] result<void> parse_hex_into(std::string_view text, std::span<std::uint8_t> out);
template <std::size_t size>
[[nodiscard]] result<std::array<std::uint8_t, size>> parse_hex_array(std::string_view text) {
    std::array<std::uint8_t, size> out;
    PLIMSOLL_TRYV(parse_hex_into(text, out));
    return out;
}

/// A number as nodes write them ("0x0", "0x11b"; padding of zeros is taken too), right-aligned in
/// `out`. Errors: Errc::hex_malformed (also where it has more digits than fit).
[[nodiscard]] result<void> parse_quantity_into(std::string_view text, std::span<std::uint8_t> out);
[[nodiscard]] result<std::uint64_t> parse_quantity(std::string_view text);

/// Lower case, with "0x".
[[nodiscard]] std::string hex_of(ByteView bytes);
/// "0x0", "0x11b".
[[nodiscard]] std::string quantity_of(std::uint64_t number);
[[nodiscard]] std::string quantity_of(ByteView number);

/// Without zeros in front: what RLP calls a number.
[[nodiscard]] ByteView minimal(ByteView number);

} // namespace plimsoll::tools::chain
