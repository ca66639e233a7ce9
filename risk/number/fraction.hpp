/// A fraction in lowest terms, to multiply many amounts by: one price shared by many rows.
#pragma once

#include "ledger/event/number.hpp"

#include <optional>

namespace plimsoll::risk {

/// a * b / c rounded down (toward minus infinity), exact in 256 bits; c must be positive. The same
/// value as multiply_divide, and several times faster where the product leaves 128 bits but the
/// divisor fits 64, as 10^18 does. Nothing where the quotient leaves 127 bits.
[[nodiscard]] std::optional<Int128> floor_quotient(Int128 a, Int128 b, Int128 c);

/// A signed numerator over a positive denominator.
class Fraction {
public:
    constexpr Fraction() = default; ///< zero

    /// a * b / (c * d), reduced. Nothing where c or d is not positive, or where a product leaves 127
    /// bits even in lowest terms.
    [[nodiscard]] static std::optional<Fraction> of(Int128 a, Int128 b, Int128 c, Int128 d);

    [[nodiscard]] static constexpr Fraction one() { return Fraction{1, 1}; }

    /// amount * this, rounded down: against whoever holds the amount, debts included.
    [[nodiscard]] std::optional<Int128> floor_of(Int128 amount) const {
        if (numerator_ == 1 && denominator_ == 1) return amount;
        return floor_quotient(amount, numerator_, denominator_);
    }

    [[nodiscard]] constexpr Int128 numerator() const { return numerator_; }
    [[nodiscard]] constexpr Int128 denominator() const { return denominator_; }

private:
    constexpr Fraction(Int128 numerator, Int128 denominator)
        : numerator_(numerator), denominator_(denominator) {}
    Int128 numerator_ = 0;
    Int128 denominator_ = 1;
};

} // namespace plimsoll::risk
