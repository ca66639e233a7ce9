#include "risk/clearing/weighted_liquidation.hpp"

#include <algorithm>

namespace plimsoll::risk::weighted {
namespace {

constexpr std::int64_t one_fee = 1'000'000;
constexpr std::int64_t fee_per_weight = one_fee / one_weight;
constexpr std::int64_t fine = 10; ///< weights are compared in tenths of their last digit

[[nodiscard]] Wide divide(Wide const& a, Wide const& b) {
    return quotient(a, b, Rounding::toward_zero);
}

[[nodiscard]] Wide less(Wide const& a, Wide const& b) { return a > b ? Wide{a - b} : Wide{0}; }

[[nodiscard]] Wide ratio_in_fees(PerpClose const& close) {
    return close.margin_ratio * fee_per_weight;
}

/// The asset's weight as its transfer for the liability counts it, in tenths.
[[nodiscard]] Wide fine_asset_weight(SwapSide const& asset, SwapSide const& liability) {
    return divide(asset.weight * fine * asset.multiplier, liability.multiplier);
}

} // namespace

Wide const& unbounded_base() {
    static Wide const most = (Wide{1} << 64) - 1;
    return most;
}

Wide const& unbounded_tokens() {
    static Wide const most = (Wide{1} << 128) - 1;
    return most;
}

Wide base_to_cover(Wide const& shortage, PerpClose const& close, Wide const& insurance_fee) {
    Wide const ratio = ratio_in_fees(close);
    if (close.price.is_zero() || ratio <= close.liquidator_fee) return unbounded_base();
    Wide const price = divide(close.price * close.quote_price, one_price);
    Wide const freed = divide(price * (ratio - close.liquidator_fee), one_fee) -
                       divide(close.price * insurance_fee, one_fee);
    if (freed <= 0) return unbounded_base();
    return divide(shortage * one_base, freed);
}

Wide perp_insurance_fee(Wide const& shortage, Wide const& base, PerpClose const& close,
                        Wide const& max_fee) {
    Wide const ratio = ratio_in_fees(close);
    Wide const price = divide(close.price * close.quote_price, one_price);
    if (price.is_zero() || base.is_zero() || ratio <= close.liquidator_fee) return 0;
    Wide const short_of = divide(divide(shortage * one_base, abs(base)) * one_price, price);
    Wide const room = less(ratio - close.liquidator_fee, short_of);
    return std::min(max_fee, divide(room * 19, 20));
}

Wide liability_to_cover(Wide const& shortage, SwapSide const& asset, SwapSide const& liability,
                        Wide const& insurance_fee) {
    if (asset.weight >= liability.weight || liability.multiplier.is_zero()) {
        return unbounded_tokens();
    }
    Wide const owed = liability.weight * fine;
    Wide const given = fine_asset_weight(asset, liability);
    if (given >= owed) return unbounded_tokens();
    Wide const fee = divide(liability.price * insurance_fee, one_fee) * liability.weight * fine;
    Wide const freed = liability.price * (owed - given) - fee;
    if (freed <= 0) return unbounded_tokens();
    int const above = liability.decimals - 6;
    Wide const tokens = divide(shortage * power_of_ten(std::max(above, 0)) * one_price *
                                   (Wide{one_weight} * fine),
                               freed);
    return std::max<Wide>(divide(tokens, power_of_ten(std::max(-above, 0))), 1);
}

Wide spot_insurance_fee(Wide const& shortage, Wide const& liability_tokens, SwapSide const& asset,
                        SwapSide const& liability, Wide const& max_fee) {
    if (liability_tokens.is_zero() || liability.price.is_zero() ||
        liability.multiplier.is_zero()) {
        return 0;
    }
    Wide const owed = liability.weight * fine;
    Wide const given = fine_asset_weight(asset, liability);
    if (given >= owed) return 0;
    Wide const per_token =
        divide(shortage * power_of_ten(liability.decimals), liability_tokens);
    Wide const short_of = divide(per_token * (Wide{one_weight} * fine), liability.price);
    Wide const room = less(owed - given, short_of);
    return std::min(max_fee, divide(room * one_fee, owed));
}

Wide liability_implied_by(Wide const& asset_tokens, SwapSide const& asset,
                          SwapSide const& liability) {
    int const more = liability.decimals - asset.decimals;
    Wide const value = asset_tokens * power_of_ten(std::max(more, 0)) * asset.price *
                       liability.multiplier;
    Wide const tokens =
        quotient(value, liability.price * asset.multiplier, Rounding::ceiling);
    return quotient(tokens, power_of_ten(std::max(-more, 0)), Rounding::ceiling);
}

Wide asset_for(Wide const& liability_tokens, Wide const& asset_there, SwapSide const& asset,
               SwapSide const& liability) {
    int const more = asset.decimals - liability.decimals;
    Wide const value = liability_tokens * power_of_ten(std::max(more, 0)) * liability.price *
                       asset.multiplier;
    Wide const exact = divide(divide(value, asset.price * liability.multiplier),
                              power_of_ten(std::max(-more, 0)));
    Wide const tokens = std::max<Wide>(exact, 1);
    Wide const gap = abs(tokens - asset_there);
    Wide const gap_quote = divide(gap * asset.price, power_of_ten(asset.decimals));
    return gap_quote < one_price ? asset_there : tokens;
}

bool meets_limit(Wide const& asset_tokens, int asset_decimals, Wide const& liability_tokens,
                 int liability_decimals, Wide const& limit) {
    Wide const given = asset_tokens * power_of_ten(liability_decimals) * one_price;
    Wide const taken = liability_tokens * power_of_ten(asset_decimals);
    return !taken.is_zero() && divide(given, taken) >= limit;
}

bool within_bounds(Wide const& asset_tokens, SwapSide const& asset, Wide const& liability_tokens,
                   SwapSide const& liability) {
    Wide const brought = liability_tokens * power_of_ten(asset.decimals) * liability.price *
                         asset.multiplier;
    Wide const due = asset_tokens * power_of_ten(liability.decimals) * asset.price *
                     liability.multiplier;
    return brought >= due;
}

Wide portion_allowed(Wide const& shortage, Wide const& freed, Wide const& slots_elapsed,
                     Pace const& pace) {
    if (shortage < Wide{50} * one_price) return one_weight;
    Wide const slots = freed.is_zero() ? Wide{0} : slots_elapsed;
    Wide const portion =
        std::min<Wide>(divide(slots * one_weight, pace.duration_slots) + pace.initial_portion,
                       one_weight);
    Wide const freeable = less(divide((shortage + freed) * portion, one_weight), freed);
    return divide(freeable * one_weight, shortage);
}

Wide ramped_fee(FeeRamp const& ramp, Wide const& slots_elapsed) {
    if (slots_elapsed < ramp.grace_slots) return ramp.base_fee;
    return std::min<Wide>(ramp.base_fee + slots_elapsed * ramp.increase_per_slot, ramp.max_fee);
}

} // namespace plimsoll::risk::weighted
