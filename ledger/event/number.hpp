/// Counted, typed, checked: 128-bit integers that count 10^-18 of something.
#pragma once

#include "ledger/event/result.hpp"

#include <bit>
#include <compare>
#include <cstdint>

namespace plimsoll {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

static_assert(std::endian::native == std::endian::little, "rows and events are little-endian");

/// How many of the last digit make one: every Fixed counts 10^-18.
inline constexpr Int128 one_units = 1'000'000'000'000'000'000;
inline constexpr int fixed_decimals = 18;

/// The largest magnitude that one event may carry, in units: 2^120, or 1.3e18 whole ones. Rows may
/// hold up to 2^126, so that no sum of one event's legs can wrap before it is refused.
inline constexpr Int128 event_limit_units = Int128{1} << 120;
inline constexpr Int128 row_limit_units = Int128{1} << 126;

/// A signed 128-bit count of 10^-18, told apart by what it counts. Two halves rather than one
/// __int128, so that it is 8-byte aligned and lies in rows and in events without padding.
template <class Tag> class Fixed {
public:
    constexpr Fixed() = default;
    constexpr explicit Fixed(Int128 units)
        : low_(static_cast<std::uint64_t>(units)), high_(static_cast<std::int64_t>(units >> 64)) {}

    [[nodiscard]] static constexpr Fixed zero() { return Fixed{}; }
    [[nodiscard]] static constexpr Fixed whole(std::int64_t ones) { return Fixed{ones * one_units}; }

    [[nodiscard]] constexpr Int128 units() const {
        return static_cast<Int128>((static_cast<Uint128>(static_cast<std::uint64_t>(high_)) << 64) |
                                   low_);
    }
    [[nodiscard]] constexpr bool is_zero() const { return (low_ | static_cast<std::uint64_t>(high_)) == 0; }
    [[nodiscard]] constexpr bool is_negative() const { return high_ < 0; }
    /// Wraps where the value is -2^127, which damaged bytes may hold and every limit refuses.
    [[nodiscard]] constexpr Fixed operator-() const {
        return Fixed{static_cast<Int128>(-static_cast<Uint128>(units()))};
    }

    friend constexpr bool operator==(Fixed const&, Fixed const&) = default;
    friend constexpr std::strong_ordering operator<=>(Fixed const& a, Fixed const& b) {
        return a.units() <=> b.units();
    }

    /// Adds in place; false, and unchanged, where the sum leaves 128 bits.
    [[nodiscard]] constexpr bool add(Fixed other) {
        Int128 sum = 0;
        if (__builtin_add_overflow(units(), other.units(), &sum)) return false;
        *this = Fixed{sum};
        return true;
    }

private:
    std::uint64_t low_ = 0;
    std::int64_t high_ = 0;
};

using Amount = Fixed<struct AmountTag>;     ///< of an asset
using Price = Fixed<struct PriceTag>;       ///< quote asset for one of the instrument's contract unit
using Quantity = Fixed<struct QuantityTag>; ///< contracts of an instrument, signed: long is positive
using Index = Fixed<struct IndexTag>;       ///< a cumulative index: funding, interest, socialised loss
using Ratio = Fixed<struct RatioTag>;       ///< dimensionless

/// A name for one thing: it compares, and becomes a number only when asked. Ids count from 1 in the
/// order of definition; 0 says "none", in the fields that may say so.
template <class Tag> class Id {
public:
    constexpr Id() = default;
    constexpr explicit Id(std::uint32_t number) : number_(number) {}
    [[nodiscard]] constexpr std::uint32_t number() const { return number_; }
    [[nodiscard]] constexpr bool is_some() const { return number_ != 0; }
    friend constexpr auto operator<=>(Id, Id) = default;

private:
    std::uint32_t number_ = 0;
};

using AccountId = Id<struct AccountTag>;
using AssetId = Id<struct AssetTag>;
using InstrumentId = Id<struct InstrumentTag>;

[[nodiscard]] constexpr bool within(Int128 units, Int128 limit) {
    return units <= limit && units >= -limit;
}

} // namespace plimsoll
