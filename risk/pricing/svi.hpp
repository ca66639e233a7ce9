/// Volatility of a strike from an SVI fit of its expiry, to the last digit of Derive's.
#pragma once

#include "risk/number/elementary.hpp"

namespace plimsoll::risk {

/// The total variance at log-moneyness k is a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)). All
/// count 10^-18.
struct SviFit {
    Int256 a;
    Int256 b;
    Int256 rho;
    Int256 m;
    Int256 sigma;
    Int256 forward; ///< of the fit, not the live one
    Int256 years;   ///< of the fit, not what is left now
};

/// 0 for a strike of 0.
/// Source: Gatheral's "raw" SVI; steps, clamps and roundings as in Derive v2's volatility feed.
/// Errors: root_of_negative, negative_variance, division_by_zero, arithmetic_overflow.
[[nodiscard]] Int256 svi_volatility(Checked& on, SviFit const& fit, Int256 const& strike);
[[nodiscard]] result<Int256> svi_volatility(SviFit const& fit, Int256 const& strike);

} // namespace plimsoll::risk
