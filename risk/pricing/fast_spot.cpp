#include "risk/pricing/fast_spot.hpp"

#include "ledger/event/wide.hpp"
#include "risk/number/q64.hpp"

namespace plimsoll::risk::fast {
namespace {

[[nodiscard]] std::optional<Int128> product(Int128 a, Int128 b) {
    auto const value = multiply_divide(a, b, one_units, Rounding::floor);
    if (!value || !within(*value, row_limit_units)) return std::nullopt;
    return value;
}

/// The forward per unit of spot, Q64.64: a discount at yield - rate.
[[nodiscard]] Priced<Int128> growth_of(SpotTerms const& terms) {
    if (terms.spot.is_negative()) return PricingFailure::negative_forward;
    if (!within(terms.rate.units(), event_limit_units) ||
        !within(terms.yield.units(), event_limit_units)) {
        return PricingFailure::input_too_large;
    }
    return discount_of(Ratio{terms.yield.units() - terms.rate.units()}, terms.years);
}

[[nodiscard]] Terms on_forward(SpotTerms const& terms, Price forward) {
    return {terms.side, forward, terms.strike, terms.volatility, terms.years, terms.rate};
}

} // namespace

Priced<Price> forward_of(SpotTerms const& terms) {
    PLIMSOLL_TRY(growth, growth_of(terms));
    auto const forward = times_q64(terms.spot.units(), growth);
    if (!forward || !within(*forward, event_limit_units)) return PricingFailure::input_too_large;
    return Price{*forward};
}

Priced<SpotGreeks> greeks(SpotTerms const& terms) {
    PLIMSOLL_TRY(forward, forward_of(terms));
    PLIMSOLL_TRY(growth, growth_of(terms));
    PLIMSOLL_TRY(still, greeks(on_forward(terms, forward)));
    Int128 const years = terms.years.is_negative() ? Int128{0} : terms.years.units();
    Int128 const drift = years == 0 ? Int128{0} : terms.rate.units() - terms.yield.units();
    auto const delta = times_q64(still.delta.units(), growth);
    auto const gamma_once = times_q64(still.gamma.units(), growth);
    auto const gamma = gamma_once ? times_q64(*gamma_once, growth) : std::nullopt;
    auto const held = product(still.delta.units(), forward.units()); // worth of the hedge
    if (!delta || !gamma || !held) return PricingFailure::result_too_large;
    auto const drifted = product(*held, drift);
    auto const timed = product(*held, years);
    if (!drifted || !timed) return PricingFailure::result_too_large;
    SpotGreeks all{still.price,
                   Ratio{*delta},
                   Ratio{*gamma},
                   still.vega,
                   Price{still.theta.units() - *drifted},
                   Price{still.rho.units() + *timed},
                   Price{-*timed},
                   std::nullopt};
    if (still.price.units() > 0) {
        auto const elasticity = multiply_divide(*delta, terms.spot.units(), still.price.units(),
                                                Rounding::toward_zero);
        if (!elasticity) return PricingFailure::result_too_large;
        all.elasticity = Ratio{*elasticity};
    }
    return all;
}

} // namespace plimsoll::risk::fast
