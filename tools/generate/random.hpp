/// The generator's own dice: integers only, the same on every platform.
#pragma once

#include "ledger/event/number.hpp"

#include <array>

namespace plimsoll::tools {

/// SplitMix64 (Steele, Lea, Flood 2014; public domain code by Vigna): a good scramble of one
/// number.
[[nodiscard]] constexpr std::uint64_t scramble(std::uint64_t value) {
    value += 0x9E37'79B9'7F4A'7C15ULL;
    value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EBULL;
    return value ^ (value >> 31);
}

/// xoshiro256** (Blackman and Vigna 2018, public domain), seeded through SplitMix64.
class Random {
public:
    constexpr explicit Random(std::uint64_t seed) {
        for (std::uint64_t& word : words_) word = seed = scramble(seed);
    }

    [[nodiscard]] constexpr std::uint64_t next() {
        std::uint64_t const drawn = std::rotl(words_[1] * 5, 7) * 9;
        std::uint64_t const shifted = words_[1] << 17;
        words_[2] ^= words_[0];
        words_[3] ^= words_[1];
        words_[1] ^= words_[2];
        words_[0] ^= words_[3];
        words_[2] ^= shifted;
        words_[3] = std::rotl(words_[3], 45);
        return drawn;
    }

    /// In [0, limit). Uneven by less than limit / 2^64. `limit` is at least 1.
    [[nodiscard]] constexpr std::uint64_t below(std::uint64_t limit) {
        return static_cast<std::uint64_t>((static_cast<Uint128>(next()) * limit) >> 64);
    }
    /// In [low, high].
    [[nodiscard]] constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }
    [[nodiscard]] constexpr bool chance_percent(std::uint64_t percent) {
        return below(100) < percent;
    }

private:
    std::array<std::uint64_t, 4> words_{};
};

} // namespace plimsoll::tools
