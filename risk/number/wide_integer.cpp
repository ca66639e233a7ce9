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

Wide widened(Int128 value) {
    auto const size = static_cast<Uint128>(value < 0 ? -value : value);
    Wide wide = static_cast<std::uint64_t>(size >> 64);
    wide <<= 64;
    wide += static_cast<std::uint64_t>(size);
    if (value < 0) wide = -wide;
    return wide;
}

std::optional<Int128> narrowed(Wide const& value) {
    Wide const size = abs(value);
    if (size >> 127 != 0) return std::nullopt;
    auto const high = static_cast<std::uint64_t>(size >> 64);
    auto const low = static_cast<std::uint64_t>(size & ~std::uint64_t{0});
    auto const narrow = static_cast<Int128>((Uint128{high} << 64) | low);
    return value < 0 ? -narrow : narrow;
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
