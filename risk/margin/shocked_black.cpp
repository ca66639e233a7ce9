#include "risk/margin/shocked_black.hpp"

#include "risk/margin/fast_terms.hpp"

namespace plimsoll::risk {

ShockedRules ShockedRules::of(Preset const& preset) {
    return {preset.number("call_spot_shock"),
            preset.number("put_spot_shock"),
            preset.number("short_term_volatility_shock"),
            preset.number("long_term_volatility_shock"),
            span_of(preset.number("short_term_seconds")),
            span_of(preset.number("long_term_seconds")),
            preset.number("rate_per_year"),
            preset.number("floor_quote"),
            preset.number("floor_base"),
            preset.text("call_collateral") == "base",
            preset.text("cap_at_full_collateral") == "yes"};
}

Int128 ShockedRules::volatility(TimeNs left) const {
    if (left <= short_term) return short_term_volatility;
    if (left >= long_term) return long_term_volatility;
    // Volatilities of at most 20 and times of at most ten years: no overflow. The fall rounds down.
    Tally on;
    return short_term_volatility -
           on.fraction_down(short_term_volatility - long_term_volatility, left - short_term, long_term - short_term);
}

Priced<ShockedOption> shocked(wire::OptionSide side, Int128 strike, Int128 spot, TimeNs left, Int128 years,
                              ShockedRules const& rules) {
    Tally on;
    bool const is_call = side == wire::OptionSide::call;
    ShockedOption option{side, strike, spot, on.product_down(spot, is_call ? rules.call_spot_shock : rules.put_spot_shock),
                         rules.volatility(left), 0};
    if (on.broken()) return PricingFailure::input_too_large;
    fast::SpotTerms const terms{side, Price{option.shock_spot}, Price{strike}, Ratio{option.shock_volatility}, Ratio{years},
                                Ratio{rules.rate}, Ratio{}};
    PLIMSOLL_TRY(forward, fast::forward_of(terms));
    PLIMSOLL_TRY(price, fast::price({side, forward, terms.strike, terms.volatility, terms.years, terms.rate}));
    option.price = price.units();
    return option;
}

ShockedMargin margin_of(ShockedOption const& option, Int128 coins, ShockedRules const& rules, Tally& on) {
    ShockedMargin margin;
    bool const is_call = option.side == wire::OptionSide::call;
    bool const in_base = is_call && rules.calls_in_base;
    margin.shocked = on.product_up(option.price, coins);
    // A spot of zero leaves a call worthless, in coins too.
    if (in_base && option.shock_spot > 0) margin.shocked = on.fraction_up(margin.shocked, one_units, option.shock_spot);
    margin.floor = in_base ? rules.floor_base : rules.floor_quote;
    if (rules.is_capped && in_base) margin.cap = coins;
    if (rules.is_capped && !is_call) margin.cap = on.product_up(option.strike, coins);
    margin.required = margin.shocked;
    if (margin.required < margin.floor) {
        margin.required = margin.floor;
        margin.bound = ShockedBound::floor;
    }
    if (margin.cap && margin.required > *margin.cap) {
        margin.required = *margin.cap;
        margin.bound = ShockedBound::cap;
    }
    if (in_base) margin.required = on.product_up(margin.required, option.spot);
    return margin;
}

} // namespace plimsoll::risk
