/// Risk factors of a future whose price moves lognormally: the mean loss in the worst tail.
#pragma once

#include "risk/number/high_precision.hpp"

namespace plimsoll::risk {

struct LognormalTerms {
    Precise tail_probability; ///< between 0 and 1
    Precise horizon_years;
    Precise drift_per_year;
    Precise volatility_per_year;
};

/// Loss of one unit of notional, on each side.
struct RiskFactors {
    Precise long_side;
    Precise short_side;
};

/// With s = volatility * sqrt(horizon) and z the quantile of the tail probability p:
/// long 1 - e^(drift * horizon) * N(z - s) / p, short e^(drift * horizon) * N(z + s) / p - 1.
[[nodiscard]] RiskFactors lognormal_factors(LognormalTerms const& terms);

} // namespace plimsoll::risk
