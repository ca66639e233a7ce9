/// The rules of valuation, margin and clearing that a calculation can break.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::risk {

enum class Errc {
    arithmetic_overflow = 1,
    division_by_zero,
    logarithm_of_non_positive,
    exponent_too_large,
    root_of_negative,
    negative_variance,
    parameter_out_of_bounds,
    scenario_count_out_of_bounds,
    skew_scenario_must_be_unshocked,
    skew_scenario_repeated,
    unknown_scenario,
    unknown_expiry,
    unknown_option,
    option_repeated,
    forward_is_zero,

    // a preset
    preset_unreadable,
    preset_kernel_unknown,
    preset_key_missing,
    preset_key_unknown,
    preset_value_not_a_number,
    preset_value_out_of_bounds,
    preset_unit_wrong,
    preset_contradicts_itself,

    // an account at a moment
    spot_missing,
    mark_missing,
    forward_missing,
    volatility_missing,
    price_missing,
    reading_stale,
    confidence_is_zero,
    option_expired,
    instrument_not_in_preset,
    quoted_in_another_asset,
    tenor_beyond_table,
    borrowing_not_allowed,
    debt_without_collateral,
    auction_not_ongoing,
    auction_already_ongoing,
    account_above_maintenance,
    share_out_of_bounds,
    auction_must_be_terminated,
    auction_cannot_be_terminated,
    solvent_auction_ended,
    solvent_auction_continues,
    auction_already_insolvent,
    reserved_cash_exceeds_value,
    price_limit_exceeded,
    bidder_cash_insufficient,
    account_must_differ,
    tokens_insufficient,
    impact_prices_cross,

    // a command
    initial_margin_insufficient,
    margin_not_improved,
    withdrawal_exceeds_margin,
    balance_insufficient,
    account_in_liquidation,
    no_margin_rule,
    no_account_of_kind,
    no_market_account,
    instrument_never_expires,
    instrument_not_expired,
    clearing_term_out_of_bounds,
    nothing_to_liquidate,
    fund_insufficient,
    breaker_tripped,
    liquidation_grace,
    withdrawals_wait,
    open_interest_capped,
    settlement_price_missing,
    no_interest_account,
    withdrawal_limited,
    liquidation_limited,
    collateral_not_auctioned,
    procedure_does_not_fit,
    liquidation_limit_hit,
    auction_would_be_dust,
    auction_needs_restart,
    partial_take_leaves_dust,
    price_older_than_account,
    liquidation_paced,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::risk
