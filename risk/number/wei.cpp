#include "risk/number/wei.hpp"

namespace plimsoll::risk {

Int256 Checked::multiply(Int256 const& a, Int256 const& b) {
    auto const whole = product(a.magnitude(), b.magnitude());
    auto const value = whole ? with_sign(*whole, a.is_negative() != b.is_negative()) : std::nullopt;
    if (!value) {
        refuse(Errc::arithmetic_overflow);
        return {};
    }
    return *value;
}

Int256 Checked::divide(Int256 const& a, Int256 const& b) {
    if (b.is_zero()) {
        refuse(Errc::division_by_zero);
        return {};
    }
    auto const value =
        with_sign(quotient(a.magnitude(), b.magnitude()), a.is_negative() != b.is_negative());
    if (!value) { // -2^255 / -1
        refuse(Errc::arithmetic_overflow);
        return {};
    }
    return *value;
}

void Checked::add_products(std::span<Int256> sums, std::span<Int256 const> factors,
                           Int256 const& b) {
    Checked on = *this; // in registers
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] = on.add(sums[i], on.times(factors[i], b));
    }
    *this = on;
}

Int256 Checked::unsigned_fraction(Int256 const& a, Int256 const& b, Int256 const& c) {
    if (a.is_negative() || b.is_negative() || c.is_negative()) {
        refuse(Errc::arithmetic_overflow); // of a count that has no sign
        return {};
    }
    if (c.is_zero()) {
        refuse(Errc::division_by_zero);
        return {};
    }
    auto const whole = product(a.bits(), b.bits());
    auto const value =
        whole
            ? with_sign(c == one_wei ? quotient_by_one(*whole) : quotient(*whole, c.bits()), false)
            : std::nullopt;
    if (!value) {
        refuse(Errc::arithmetic_overflow);
        return {};
    }
    return *value;
}

} // namespace plimsoll::risk
