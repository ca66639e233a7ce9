#include "risk/margin/lognormal_factor.hpp"

namespace plimsoll::risk {

RiskFactors lognormal_factors(LognormalTerms const& terms) {
    Precise const& p = terms.tail_probability;
    Precise const spread = terms.volatility_per_year * root(terms.horizon_years);
    Precise const z = normal_quantile(p);
    Precise const growth = exponential(terms.drift_per_year * terms.horizon_years);
    Precise const one = Precise::whole(1);
    return {one - growth * normal_distribution(z - spread) / p,
            growth * normal_distribution(z + spread) / p - one};
}

} // namespace plimsoll::risk
