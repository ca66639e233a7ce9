#include "risk/clearing/option_liquidation.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {

LiquidationSplit split(Precise const& premium_owed, Precise const& collateral,
                       LiquidationTerms const& terms) {
    LiquidationSplit split;
    bool const solvent = !(collateral < premium_owed + terms.minimum_fee);
    if (solvent) {
        Precise const above = collateral - premium_owed;
        split.penalty = std::max(terms.penalty_share * above, terms.minimum_fee);
        split.premium = premium_owed;
        split.returned = above - split.penalty;
    } else {
        split.penalty = std::min(terms.minimum_fee, collateral);
        split.premium = collateral - split.penalty;
        split.insolvent = (premium_owed - split.premium) * terms.insolvency_multiplier;
    }
    split.to_module = split.penalty * terms.module_share;
    split.to_liquidator = split.penalty * terms.liquidator_share;
    split.to_pool = split.penalty - split.to_module - split.to_liquidator;
    return split;
}

Precise buy_back(BuyBackTerms const& terms, Precise const& amount) {
    OptionTerms const& option = terms.option;
    auto const values = option_values(option);
    Precise const gap =
        terms.is_call ? option.spot - option.strike : option.strike - option.spot;
    Precise const least = std::max(gap, Precise{}) + terms.least_above_parity * option.spot;
    Precise const premium = std::max(terms.is_call ? values.call : values.put, least) * amount;
    return premium + terms.option_fee * premium + terms.spot_fee * option.spot * amount;
}

} // namespace plimsoll::risk::pool
