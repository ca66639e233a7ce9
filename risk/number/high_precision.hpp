/// Logarithms, powers and the normal distribution to 60 digits, without floating point.
#pragma once

#include "risk/number/wide_integer.hpp"

#include <optional>
#include <string_view>

namespace plimsoll::risk {

/// A count of 10^-80. Sums are exact; products, quotients and functions are truncated in the last
/// places, and good to more than 60 of the 80 digits: no rule rounds anywhere near there.
class Precise {
public:
    static constexpr int decimals = 80;

    Precise() = default;
    [[nodiscard]] static Precise of_units(Wide units) { return Precise{std::move(units)}; }
    [[nodiscard]] static Precise whole(Wide const& ones) { return Precise{ones * one_units()}; }
    /// A quotient of whole numbers. The denominator must not be 0.
    [[nodiscard]] static Precise ratio(Wide const& numerator, Wide const& denominator) {
        return Precise{scale(numerator, one_units(), denominator, Rounding::toward_zero)};
    }
    /// "-12.5e-3", exactly; digits past the 80th decimal are dropped. Nothing where it is ill-formed.
    [[nodiscard]] static std::optional<Precise> parse(std::string_view text);

    [[nodiscard]] static Wide const& one_units();
    [[nodiscard]] Wide const& units() const { return units_; }
    /// As a count of 10^-`of_decimals`.
    [[nodiscard]] Wide rounded(int of_decimals, Rounding rounding) const {
        return times_power_of_ten(units_, of_decimals - decimals, rounding);
    }

    Precise operator-() const { return Precise{-units_}; }
    friend Precise operator+(Precise const& a, Precise const& b) { return Precise{a.units_ + b.units_}; }
    friend Precise operator-(Precise const& a, Precise const& b) { return Precise{a.units_ - b.units_}; }
    friend Precise operator*(Precise const& a, Precise const& b) {
        return Precise{scale(a.units_, b.units_, one_units(), Rounding::toward_zero)};
    }
    friend Precise operator/(Precise const& a, Precise const& b) {
        return Precise{scale(a.units_, one_units(), b.units_, Rounding::toward_zero)};
    }
    friend bool operator==(Precise const& a, Precise const& b) { return a.units_ == b.units_; }
    friend bool operator<(Precise const& a, Precise const& b) { return a.units_ < b.units_; }
    friend bool operator>(Precise const& a, Precise const& b) { return b < a; }

private:
    explicit Precise(Wide units) : units_(std::move(units)) {}
    Wide units_;
};

/// e^x. The exponent must lie within a few hundred of 0.
[[nodiscard]] Precise exponential(Precise const& x);

/// Natural logarithm of a number above 0.
[[nodiscard]] Precise logarithm(Precise const& x);

/// Square root of a number not below 0.
[[nodiscard]] Precise root(Precise const& x);

/// Density and distribution of the standard normal at x.
[[nodiscard]] Precise normal_density(Precise const& x);
[[nodiscard]] Precise normal_distribution(Precise const& x);

/// Where the standard normal distribution reaches a probability between 0 and 1, exclusive.
[[nodiscard]] Precise normal_quantile(Precise const& probability);

/// What a 64-bit binary number nearest to a value above 0 prints as: the fewest decimal digits that
/// lead back to it. For rules whose source computes in such numbers and goes on from their digits.
[[nodiscard]] Precise shortest_binary64(Precise const& x);

} // namespace plimsoll::risk
