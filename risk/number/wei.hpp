/// Exact arithmetic on counts of 10^-18 that remembers the first rule it broke.
#pragma once

#include "risk/errc.hpp"
#include "risk/number/int256.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace plimsoll::risk {

inline constexpr Int256 one_wei{one_units}; ///< 10^18, that is 1

/// One calculation. A step that leaves 256 bits, or divides by zero, is noted and gives 0; whoever
/// started the calculation asks once, at its end, and must not use a number of a broken one. So each
/// formula reads as written, and no fault is lost in a branch or a minimum.
///
/// Quotients round toward zero. The plain operations are signed (2^255); those called `unsigned_`
/// are for counts that are never negative, whose products may use all 256 bits.
class Checked {
public:
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] Errc rule() const { return rule_; }
    void refuse(Errc rule) {
        if (!broken_) rule_ = rule;
        broken_ = true;
    }

    /// The value, or the first rule broken on the way to it.
    template <class T> [[nodiscard]] result<std::decay_t<T>> settle(T&& value) const {
        if (broken_) return fail(rule_);
        return std::forward<T>(value);
    }

    [[nodiscard]] Int256 add(Int256 const& a, Int256 const& b) {
        Int256 const sum = Int256::of_bits(a.bits() + b.bits());
        bool const same_signs = a.is_negative() == b.is_negative();
        if (same_signs && sum.is_negative() != a.is_negative()) refuse(Errc::arithmetic_overflow);
        return sum;
    }
    [[nodiscard]] Int256 subtract(Int256 const& a, Int256 const& b) {
        Int256 const rest = Int256::of_bits(a.bits() - b.bits());
        bool const other_signs = a.is_negative() != b.is_negative();
        if (other_signs && rest.is_negative() != a.is_negative()) refuse(Errc::arithmetic_overflow);
        return rest;
    }
    [[nodiscard]] Int256 negate(Int256 const& a) { return subtract(Int256{}, a); }
    [[nodiscard]] Int256 absolute(Int256 const& a) { return a.is_negative() ? negate(a) : a; }

    /// a * b / 10^18, the product of two 18-decimal numbers.
    [[nodiscard]] Int256 times(Int256 const& a, Int256 const& b) {
        if (a.fits_128() && b.fits_128()) { // the product is at most 2^254
            Int128 const x = a.to_128();
            Int128 const y = b.to_128();
            Uint256 const whole = quotient_by_one(wide_product(magnitude(x), magnitude(y)));
            bool const negative = (x < 0) != (y < 0);
            return Int256::of_bits(negative ? Uint256{} - whole : whole);
        }
        return divide(multiply(a, b), one_wei);
    }
    /// a * 10^18 / b, the quotient of two 18-decimal numbers.
    [[nodiscard]] Int256 over(Int256 const& a, Int256 const& b) {
        return divide(multiply(a, one_wei), b);
    }

    /// Adds factors[i] * b / 10^18 to each sums[i]: the hot loop of a sweep over accounts.
    void add_products(std::span<Int256> sums, std::span<Int256 const> factors, Int256 const& b);

    /// Plain integers.
    [[nodiscard]] Int256 multiply(Int256 const& a, Int256 const& b);
    [[nodiscard]] Int256 divide(Int256 const& a, Int256 const& b);

    /// a * b / c of numbers that are not negative. The quotient must stay below 2^255.
    [[nodiscard]] Int256 unsigned_fraction(Int256 const& a, Int256 const& b, Int256 const& c);
    [[nodiscard]] Int256 unsigned_times(Int256 const& a, Int256 const& b) {
        return unsigned_fraction(a, b, one_wei);
    }
    [[nodiscard]] Int256 unsigned_over(Int256 const& a, Int256 const& b) {
        return unsigned_fraction(a, one_wei, b);
    }

private:
    bool broken_ = false;
    Errc rule_ = Errc::arithmetic_overflow;
};

} // namespace plimsoll::risk
