/// Rows of Drift's liquidations and shared losses.
#include "risk/clearing/index_loss.hpp"
#include "risk/clearing/weighted_liquidation.hpp"
#include "tests/vectors/kinds.hpp"

namespace plimsoll::vectors {

using namespace risk::weighted;

namespace {

PerpClose perp_close(Fields const& in) {
    return {in.integer("margin_ratio_1e4"), in.integer("liquidator_fee_1e6"),
            in.integer("oracle_price_1e6"), in.integer("quote_oracle_price_1e6")};
}

Said base_cover(Fields const& in, Fields const&) {
    return Said::with({{"base_amount_1e9",
                        base_to_cover(in.integer("margin_shortage_quote_1e6"), perp_close(in),
                                      in.integer("insurance_fee_1e6"))}});
}

Said perp_fee(Fields const& in, Fields const&) {
    return Said::with(
        {{"insurance_fee_1e6",
          perp_insurance_fee(in.integer("margin_shortage_quote_1e6"),
                             in.integer("base_amount_1e9"), perp_close(in),
                             in.integer("max_insurance_fee_1e6"))}});
}

/// What a row leaves out is not asked of the rule it is for.
SwapSide side(Fields const& in, std::string const& name) {
    return {in.integer_or(name + "_weight_1e4", 0), in.integer_or(name + "_multiplier_1e6", one_price),
            static_cast<int>(in.integer_or(name + "_decimals", 0)),
            in.integer_or(name + "_price_1e6", 0)};
}

Said liability_cover(Fields const& in, Fields const&) {
    return Said::with({{"liability_units",
                        liability_to_cover(in.integer("margin_shortage_quote_1e6"),
                                           side(in, "asset"), side(in, "liability"),
                                           in.integer("insurance_fee_1e6"))}});
}

Said spot_fee(Fields const& in, Fields const&) {
    return Said::with(
        {{"insurance_fee_1e6",
          spot_insurance_fee(in.integer("margin_shortage_quote_1e6"), in.integer("token_units"),
                             side(in, "asset"), side(in, "liability"),
                             in.integer("max_insurance_fee_1e6"))}});
}

Said implied(Fields const& in, Fields const&) {
    return Said::with({{"liability_units",
                        liability_implied_by(in.integer("asset_units"), side(in, "asset"),
                                             side(in, "liability"))}});
}

Said asset(Fields const& in, Fields const&) {
    return Said::with({{"asset_units", asset_for(in.integer("liability_units"),
                                                 in.integer("asset_available_units"),
                                                 side(in, "asset"), side(in, "liability"))}});
}

Said limit_ok(Fields const& in, Fields const&) {
    if (!in.has("limit_price_1e6")) return Said::with({{"accepted", true}});
    return Said::with({{"accepted", meets_limit(in.integer("asset_units"),
                                                static_cast<int>(in.small("asset_decimals")),
                                                in.integer("liability_units"),
                                                static_cast<int>(in.small("liability_decimals")),
                                                in.integer("limit_price_1e6"))}});
}

Said swap_bounds(Fields const& in, Fields const&) {
    return Said::with(
        {{"accepted", within_bounds(in.integer("asset_units"), side(in, "asset"),
                                    in.integer("liability_units"), side(in, "liability"))}});
}

Wide slots_elapsed(Fields const& in) { return in.integer("slot") - in.integer("last_active_slot"); }

Said max_portion(Fields const& in, Fields const&) {
    return Said::with(
        {{"pct_1e4", portion_allowed(in.integer("margin_shortage_quote_1e6"),
                                     in.integer_or("margin_freed_quote_1e6", 0), slots_elapsed(in),
                                     {in.integer("initial_pct_1e4"),
                                      in.integer("duration_slots")})}});
}

Said fee_ramp(Fields const& in, Fields const&) {
    FeeRamp const ramp{in.integer("base_fee_1e6"), in.integer("max_fee_1e6"),
                       in.integer("grace_slots"), in.integer("increase_per_slot_1e6")};
    return Said::with({{"fee_1e6", ramped_fee(ramp, slots_elapsed(in))}});
}

Said funding_delta(Fields const& in, Fields const&) {
    auto const got = funding_delta_for_loss(in.integer("loss_quote_1e6"),
                                            in.integer("base_long_1e9"),
                                            in.integer("base_short_1e9"));
    if (!got) return Said::no(word(got.error()));
    return Said::with({{"cumulative_funding_delta_1e9", got.value().delta}});
}

Said index_cut(Fields const& in, Fields const&) {
    return Said::with(
        {{"index_delta_1e10",
          deposit_index_cut(in.integer("loss_units"), in.integer("deposit_balance_1e9"),
                            in.integer("cumulative_deposit_interest_1e10"),
                            static_cast<int>(in.small("decimals")))}});
}

} // namespace

void add_drift_clearing(Rules& rules) {
    rules["drift.base_to_cover_shortage"] = base_cover;
    rules["drift.perp_insurance_fee"] = perp_fee;
    rules["drift.liability_to_cover_shortage"] = liability_cover;
    rules["drift.spot_insurance_fee"] = spot_fee;
    rules["drift.liability_implied_by_asset"] = implied;
    rules["drift.asset_for_liability"] = asset;
    rules["drift.limit_price_ok"] = limit_ok;
    rules["drift.swap_within_bounds"] = swap_bounds;
    rules["drift.max_pct_to_liquidate"] = max_portion;
    rules["drift.liquidation_fee_ramp"] = fee_ramp;
    rules["drift.funding_delta_for_loss"] = funding_delta;
    rules["drift.deposit_index_cut"] = index_cut;
}

} // namespace plimsoll::vectors
