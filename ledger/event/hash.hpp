/// SHA-256 over bytes, as values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plimsoll {

using Hash = std::array<std::uint8_t, 32>;
using Bytes = std::span<std::byte const>;

/// SHA-256 of the concatenation of the parts.
[[nodiscard]] Hash sha256(Bytes part);
[[nodiscard]] Hash sha256(Bytes first, Bytes second);
[[nodiscard]] Hash sha256(Bytes first, Bytes second, Bytes third);

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(Bytes bytes);
/// Fills `bytes` from two digits each, of either case; false where the text is anything else.
[[nodiscard]] bool read_hex(std::string_view text, std::span<std::byte> bytes);

template <class T> [[nodiscard]] Bytes bytes_of(T const& value) {
    return std::as_bytes(std::span<T const, 1>(&value, 1));
}
[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
    return std::as_bytes(std::span<char const>(text.data(), text.size()));
}
[[nodiscard]] inline std::string to_hex(Hash const& hash) { return to_hex(bytes_of(hash)); }

} // namespace plimsoll
