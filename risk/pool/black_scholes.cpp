#include "risk/pool/black_scholes.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {

OptionValues option_values(OptionTerms const& terms) {
    Wide const seconds = std::max<Wide>(terms.seconds, 1);
    Precise const years = Precise::ratio(seconds, terms.year_seconds);
    Precise const volatility = std::max(terms.volatility, Precise::ratio(1, 10'000));
    Precise const spread = volatility * root(years);
    Precise const drift = (volatility * volatility / Precise::whole(2) + terms.rate) * years;
    Precise const d1 = (logarithm(terms.spot / terms.strike) + drift) / spread;
    Precise const d2 = d1 - spread;
    Precise const discounted = terms.strike * exponential(-(terms.rate * years));
    Precise const one = Precise::whole(1);

    OptionValues values;
    values.call_delta = normal_distribution(d1);
    values.put_delta = values.call_delta - one;
    values.call = terms.spot * values.call_delta - discounted * normal_distribution(d2);
    values.put = values.call - terms.spot + discounted;
    values.vega = root(years) * terms.spot * normal_density(d1);
    Wide const days = std::max<Wide>(quotient(seconds, 86'400, Rounding::floor), 7);
    values.standard_vega = values.vega * root(Precise::ratio(30, days)) / Precise::whole(100);
    return values;
}

} // namespace plimsoll::risk::pool
