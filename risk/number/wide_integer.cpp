#include "risk/number/wide_integer.hpp"

namespace plimsoll::risk {

Wide quotient(Wide const& numerator, Wide const& denominator, Rounding rounding) {
    PLIMSOLL_ASSERT(!denominator.is_zero());
    Wide whole;
    Wide rest;
    boost::multiprecision::divide_qr(numerator, denominator, whole, rest);
    if (rest.is_zero()) return whole;
    bool const negative = (rest.sign() < 0) != (denominator.sign() < 0);
    if (rounding == Rounding::floor && negative) --whole;
    if (rounding == Rounding::ceiling && !negative) ++whole;
    return whole;
}

Wide power_of_ten(int exponent) {
    PLIMSOLL_ASSERT(exponent >= 0);
    return boost::multiprecision::pow(Wide{10}, static_cast<unsigned>(exponent));
}

Wide times_power_of_ten(Wide const& value, int exponent, Rounding rounding) {
    if (exponent >= 0) return value * power_of_ten(exponent);
    return quotient(value, power_of_ten(-exponent), rounding);
}

} // namespace plimsoll::risk
