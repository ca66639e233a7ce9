#include "risk/margin/linear.hpp"

namespace plimsoll::risk::linear {

std::string_view word(TierRefusal refusal) {
    switch (refusal) {
    case TierRefusal::initial_margin_exceeds_one: return "ErrInitialMarginPpmExceedsMax";
    case TierRefusal::maintenance_fraction_exceeds_one: return "ErrMaintenanceFractionPpmExceedsMax";
    case TierRefusal::impact_notional_is_zero: return "ErrImpactNotionalIsZero";
    case TierRefusal::lower_cap_above_upper_cap: return "ErrOpenInterestLowerCapLargerThanUpperCap";
    }
    return {};
}

or_refusal<void, TierRefusal> validate(Tier const& tier, Wide const& impact_notional) {
    if (tier.initial_margin_ppm > one_ppm) return TierRefusal::initial_margin_exceeds_one;
    if (tier.maintenance_fraction_ppm > one_ppm) {
        return TierRefusal::maintenance_fraction_exceeds_one;
    }
    if (impact_notional.is_zero()) return TierRefusal::impact_notional_is_zero;
    if (tier.open_interest_lower_cap > tier.open_interest_upper_cap) {
        return TierRefusal::lower_cap_above_upper_cap;
    }
    return outcome::success();
}

Wide notional(PriceScale const& scale, Wide const& size) {
    return times_power_of_ten(size * scale.oracle_price, scale.exponent, Rounding::toward_zero);
}

Wide base_of_notional(PriceScale const& scale, Wide const& notional) {
    if (scale.exponent >= 0) {
        return quotient(notional, scale.oracle_price * power_of_ten(scale.exponent),
                        Rounding::toward_zero);
    }
    return quotient(notional * power_of_ten(-scale.exponent), scale.oracle_price,
                    Rounding::toward_zero);
}

Wide adjusted_initial_margin_ppm(Tier const& tier, Wide const& open_interest_notional) {
    Wide const& base = tier.initial_margin_ppm;
    Wide const& low = tier.open_interest_lower_cap;
    Wide const& high = tier.open_interest_upper_cap;
    if (high.is_zero() || open_interest_notional <= low) return base;
    if (open_interest_notional >= high) return one_ppm;
    return base +
           scale(one_ppm - base, open_interest_notional - low, high - low, Rounding::floor);
}

Wide initial_margin(Tier const& tier, Wide const& notional, Wide const& open_interest_notional,
                    Wide const& custom_ppm) {
    Wide const adjusted = adjusted_initial_margin_ppm(tier, open_interest_notional);
    return scale(notional, std::max(adjusted, custom_ppm), one_ppm, Rounding::ceiling);
}

Wide maintenance_margin_ppm(Tier const& tier) {
    return scale(tier.initial_margin_ppm, tier.maintenance_fraction_ppm, one_ppm, Rounding::floor);
}

Requirement requirement(PriceScale const& scale_, Tier const& tier, Wide const& size,
                        Wide const& open_interest, Wide const& custom_ppm) {
    Wide const value = abs(notional(scale_, size));
    Wide const base = scale(value, tier.initial_margin_ppm, one_ppm, Rounding::ceiling);
    return {initial_margin(tier, value, notional(scale_, open_interest), custom_ppm),
            scale(base, tier.maintenance_fraction_ppm, one_ppm, Rounding::ceiling)};
}

Wide funding_clamp_ppm(Tier const& tier, Wide const& factor_ppm) {
    return scale(factor_ppm, tier.initial_margin_ppm - maintenance_margin_ppm(tier), one_ppm,
                 Rounding::floor);
}

Wide funding_settlement_ppm(Wide const& market_index, Wide const& position_index,
                            Wide const& size) {
    return (position_index - market_index) * size;
}

} // namespace plimsoll::risk::linear
