/// Signed fixed point with 27 decimals, whose every product and quotient is truncated.
#pragma once

#include "risk/number/wide_integer.hpp"

namespace plimsoll::risk {

/// The number that Opyn's contracts compute with: the digits it drops are part of their rules.
class Fixed27 {
public:
    static constexpr int decimals = 27;

    Fixed27() = default;
    [[nodiscard]] static Fixed27 of_units(Wide units) { return Fixed27{std::move(units)}; }
    /// A count of 10^-`of_decimals`; digits past the 27th are dropped.
    [[nodiscard]] static Fixed27 counted(Wide const& count, int of_decimals) {
        return Fixed27{times_power_of_ten(count, decimals - of_decimals, Rounding::toward_zero)};
    }
    [[nodiscard]] static Fixed27 one() { return counted(1, 0); }

    [[nodiscard]] Wide const& units() const { return units_; }
    /// The magnitude as a count of 10^-`of_decimals`.
    [[nodiscard]] Wide magnitude(int of_decimals, Rounding rounding) const {
        return times_power_of_ten(abs(units_), of_decimals - decimals, rounding);
    }

    friend Fixed27 operator+(Fixed27 const& a, Fixed27 const& b) { return Fixed27{a.units_ + b.units_}; }
    friend Fixed27 operator-(Fixed27 const& a, Fixed27 const& b) { return Fixed27{a.units_ - b.units_}; }
    friend Fixed27 operator*(Fixed27 const& a, Fixed27 const& b) {
        return Fixed27{scale(a.units_, b.units_, one().units_, Rounding::toward_zero)};
    }
    friend Fixed27 operator/(Fixed27 const& a, Fixed27 const& b) {
        return Fixed27{scale(a.units_, one().units_, b.units_, Rounding::toward_zero)};
    }
    friend bool operator==(Fixed27 const& a, Fixed27 const& b) { return a.units_ == b.units_; }
    friend bool operator<(Fixed27 const& a, Fixed27 const& b) { return a.units_ < b.units_; }

private:
    explicit Fixed27(Wide units) : units_(std::move(units)) {}
    Wide units_;
};

} // namespace plimsoll::risk
