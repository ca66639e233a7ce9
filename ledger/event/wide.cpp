#include "ledger/event/wide.hpp"

#include <boost/multiprecision/cpp_int.hpp>

namespace plimsoll {
namespace {

namespace mp = boost::multiprecision;
/// Wide enough for three 128-bit factors.
using Wide = mp::number<mp::cpp_int_backend<512, 512, mp::signed_magnitude, mp::unchecked, void>>;

constexpr Int128 int128_max = static_cast<Int128>((Uint128{1} << 127) - 1);

[[nodiscard]] Wide widen(Int128 value) { return Wide{value}; }

[[nodiscard]] std::optional<Int128> quotient(Wide const& numerator, Wide const& denominator,
                                             Rounding rounding) {
    Wide whole;
    Wide rest;
    mp::divide_qr(numerator, denominator, whole, rest); // toward zero
    if (rest != 0) {
        bool const negative = (numerator < 0) != (denominator < 0);
        if (rounding == Rounding::floor && negative) --whole;
        if (rounding == Rounding::ceiling && !negative) ++whole;
    }
    if (whole > widen(int128_max) || whole < -widen(int128_max)) return std::nullopt;
    return static_cast<Int128>(whole);
}

/// Most products fit 128 bits: divide them in registers.
[[nodiscard]] Int128 divide(Int128 numerator, Int128 denominator, Rounding rounding) {
    Int128 whole = numerator / denominator;
    Int128 const rest = numerator % denominator;
    if (rest != 0) {
        bool const negative = (numerator < 0) != (denominator < 0);
        if (rounding == Rounding::floor && negative) --whole;
        if (rounding == Rounding::ceiling && !negative) ++whole;
    }
    return whole;
}

} // namespace

std::optional<Int128> multiply_divide(Int128 a, Int128 b, Int128 c, Rounding rounding) {
    if (c == 0) return std::nullopt;
    Int128 product = 0;
    bool const fits = !__builtin_mul_overflow(a, b, &product) && within(product, int128_max);
    if (fits) return divide(product, c, rounding);
    return quotient(widen(a) * widen(b), widen(c), rounding);
}

std::optional<Int128> scaled_product(Int128 a, Int128 b, Int128 c, Int128 d, Rounding rounding) {
    if (d == 0) return std::nullopt;
    Int128 product = 0;
    Int128 divisor = 0;
    if (!__builtin_mul_overflow(a, b, &product) && !__builtin_mul_overflow(product, c, &product) &&
        !__builtin_mul_overflow(d, one_units, &divisor)) {
        return divide(product, divisor, rounding);
    }
    return quotient(widen(a) * widen(b) * widen(c), widen(d) * widen(one_units), rounding);
}

} // namespace plimsoll
