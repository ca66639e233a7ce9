/// CRC-32C: the checksum of RocksDB's write-ahead records and of the head witness. Room-private.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace plimsoll::store {

/// Castagnoli's polynomial, reflected (0x82F63B78), a byte at a time.
[[nodiscard]] inline std::uint32_t crc32c(std::string_view bytes) {
    static auto const table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < made.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F6'3B78U : 0U);
            made[i] = value;
        }
        return made;
    }();
    std::uint32_t crc = ~0U;
    for (char const c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
    return ~crc;
}

} // namespace plimsoll::store
