/// Seeded random numbers for tests: the same seed gives the same test on every machine.
#pragma once

#include "ledger/event/number.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace plimsoll::testing_aid {

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t word() {
        state_ += 0x9E37'79B9'7F4A'7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
        return z ^ (z >> 31);
    }
    /// Below `limit`, which is small: the bias does not matter here.
    std::uint64_t below(std::uint64_t limit) { return word() % limit; }
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
    }
    bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
    template <class Range> auto const& any_of(Range const& range) {
        return *std::next(range.begin(), static_cast<std::ptrdiff_t>(below(range.size())));
    }
    /// Every magnitude is as likely: small numbers, 2^64 and the two ends of 128 bits all come up.
    Int128 wide() {
        auto const bits = static_cast<Uint128>(word()) << 64 | word();
        auto const value = static_cast<Int128>(bits) >> below(128);
        if (!chance(32)) return value;
        auto const lowest = static_cast<Int128>(Uint128{1} << 127);
        auto const step = static_cast<Int128>(below(3));
        return chance(2) ? lowest + step : -(lowest + 1) - step;
    }

private:
    std::uint64_t state_;
};

} // namespace plimsoll::testing_aid
