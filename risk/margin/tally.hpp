/// Sums and products of counts of 10^-18 that remember whether one left a row's 126 bits.
#pragma once

#include "risk/errc.hpp"
#include "risk/number/fraction.hpp"
#include "risk/number/int256.hpp"

#include <utility>

namespace plimsoll::risk {

/// Products summed as they are, 10^-36, to be rounded once.
struct ProductSum {
    Int256 units;
};

/// One calculation. A step that is too large gives 0 and is noted; whoever started it asks once, at its
/// end. `down` is toward minus infinity and `up` toward plus infinity, whatever the signs.
class Tally {
public:
    [[nodiscard]] bool broken() const { return broken_; }
    /// Errors: Errc::arithmetic_overflow, of `subject`.
    [[nodiscard]] result<void> settle(std::string_view subject) const {
        if (broken_) return fail(Errc::arithmetic_overflow, std::string(subject));
        return outcome::success();
    }

    [[nodiscard]] Int128 add(Int128 a, Int128 b) {
        Int128 sum = 0;
        if (__builtin_add_overflow(a, b, &sum)) return refuse();
        return keep(sum);
    }
    [[nodiscard]] Int128 subtract(Int128 a, Int128 b) { return add(a, -b); }

    /// a * b, both 10^-18; with multiplications only, since nearly every step is one.
    [[nodiscard]] Int128 product_down(Int128 a, Int128 b) {
        return over_one_down(wide_product(magnitude(a), magnitude(b)), (a < 0) != (b < 0));
    }
    [[nodiscard]] Int128 product_up(Int128 a, Int128 b) { return -product_down(-a, b); }
    /// a * b / c; c is positive.
    [[nodiscard]] Int128 fraction_down(Int128 a, Int128 b, Int128 c) {
        auto const quotient = floor_quotient(a, b, c);
        return quotient ? keep(*quotient) : refuse();
    }
    [[nodiscard]] Int128 fraction_up(Int128 a, Int128 b, Int128 c) { return -fraction_down(-a, b, c); }

    /// Adds a * b and rounds nothing: the hot loop of a sweep over accounts.
    void add_product(ProductSum& sum, Int128 a, Int128 b) {
        Int256 const product = wide_product(a, b);
        bool const same_signs = sum.units.is_negative() == product.is_negative();
        sum.units = Int256::of_bits(sum.units.bits() + product.bits());
        if (same_signs && sum.units.is_negative() != product.is_negative()) broken_ = true;
    }
    [[nodiscard]] Int128 down(ProductSum const& sum) {
        return over_one_down(sum.units.magnitude(), sum.units.is_negative());
    }

private:
    [[nodiscard]] Int128 over_one_down(Uint256 const& size, bool is_negative) {
        Uint256 const whole = quotient_by_one(size);
        if (!whole.fits_128() || whole.low() > static_cast<Uint128>(row_limit_units)) return refuse();
        auto const units = static_cast<Int128>(whole.low());
        if (!is_negative) return units;
        bool const is_exact = whole.low() * static_cast<Uint128>(one_units) == size.low(); // the rest is below 2^60
        return keep(is_exact ? -units : -units - 1);
    }
    [[nodiscard]] Int128 refuse() {
        broken_ = true;
        return 0;
    }
    [[nodiscard]] Int128 keep(Int128 value) { return within(value, row_limit_units) ? value : refuse(); }

    bool broken_ = false;
};

} // namespace plimsoll::risk
