#include "risk/errc.hpp"

namespace plimsoll::risk {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence) {
        return Rule{"risk", name, sentence, Status::bad_input};
    };
    switch (code) {
    case Errc::arithmetic_overflow: return rule("arithmetic_overflow", "a number leaves 256 bits");
    case Errc::division_by_zero: return rule("division_by_zero", "a divisor is zero");
    case Errc::logarithm_of_non_positive:
        return rule("logarithm_of_non_positive", "a logarithm needs a positive number");
    case Errc::exponent_too_large:
        return rule("exponent_too_large", "an exponential needs an exponent below 135.3");
    case Errc::root_of_negative: return rule("root_of_negative", "a square root of a negative number");
    case Errc::negative_variance:
        return rule("negative_variance", "the volatility fit has a negative variance at that strike");
    case Errc::parameter_out_of_bounds:
        return rule("parameter_out_of_bounds", "a margin parameter is outside its bounds");
    case Errc::scenario_count_out_of_bounds:
        return rule("scenario_count_out_of_bounds", "a manager has 1 to 40 scenarios");
    case Errc::skew_scenario_must_be_unshocked:
        return rule("skew_scenario_must_be_unshocked", "a skew scenario leaves the spot price as it is");
    case Errc::skew_scenario_repeated:
        return rule("skew_scenario_repeated", "each kind of skew scenario occurs at most once");
    case Errc::unknown_scenario: return rule("unknown_scenario", "no such scenario");
    case Errc::unknown_expiry: return rule("unknown_expiry", "the market has no such expiry");
    case Errc::unknown_option: return rule("unknown_option", "no such option in the grid");
    case Errc::option_repeated:
        return rule("option_repeated", "each option is listed at most once");
    case Errc::forward_is_zero: return rule("forward_is_zero", "a forward price is zero");
    case Errc::preset_unreadable: return rule("preset_unreadable", "the preset is not readable TOML");
    case Errc::preset_kernel_unknown: return rule("preset_kernel_unknown", "no kernel of that name");
    case Errc::preset_key_missing: return rule("preset_key_missing", "the preset lacks a key");
    case Errc::preset_key_unknown: return rule("preset_key_unknown", "the preset has a key that nothing reads");
    case Errc::preset_value_not_a_number:
        return rule("preset_value_not_a_number", "a value of the preset is not a decimal in quotes");
    case Errc::preset_value_out_of_bounds:
        return rule("preset_value_out_of_bounds", "a value of the preset is outside its bounds");
    case Errc::preset_unit_wrong: return rule("preset_unit_wrong", "a value of the preset is in another unit");
    case Errc::preset_contradicts_itself: return rule("preset_contradicts_itself", "two values of the preset disagree");
    case Errc::spot_missing: return rule("spot_missing", "no spot price of the underlying was observed by then");
    case Errc::mark_missing: return rule("mark_missing", "the instrument was not marked by then");
    case Errc::forward_missing: return rule("forward_missing", "no forward price of the expiry was observed by then");
    case Errc::volatility_missing: return rule("volatility_missing", "no volatility of the option was observed by then");
    case Errc::price_missing: return rule("price_missing", "no price of the asset was observed by then");
    case Errc::reading_stale: return rule("reading_stale", "an observation is older than the preset allows");
    case Errc::confidence_is_zero: return rule("confidence_is_zero", "an observation's source trusts it not at all");
    case Errc::option_expired: return rule("option_expired", "an option is past its expiry and not settled");
    case Errc::instrument_not_in_preset:
        return rule("instrument_not_in_preset", "the preset has no margin rule for the instrument");
    case Errc::quoted_in_another_asset:
        return rule("quoted_in_another_asset", "an instrument is quoted in another asset than the margin is told in (--in)");
    case Errc::tenor_beyond_table: return rule("tenor_beyond_table", "the option lasts longer than the preset's last tenor");
    case Errc::borrowing_not_allowed: return rule("borrowing_not_allowed", "the preset allows no negative cash");
    case Errc::debt_without_collateral: return rule("debt_without_collateral", "a debt of an asset that is no collateral");
    case Errc::auction_not_ongoing: return rule("auction_not_ongoing", "no auction of the account is going on");
    case Errc::auction_already_ongoing:
        return rule("auction_already_ongoing", "an auction of the account is going on");
    case Errc::account_above_maintenance:
        return rule("account_above_maintenance", "the account's maintenance margin is not negative");
    case Errc::share_out_of_bounds: return rule("share_out_of_bounds", "a bid is for more than none, up to all");
    case Errc::auction_must_be_terminated:
        return rule("auction_must_be_terminated", "the auction's reason is gone; it can only be terminated");
    case Errc::auction_cannot_be_terminated:
        return rule("auction_cannot_be_terminated", "the auction's reason still stands");
    case Errc::solvent_auction_ended:
        return rule("solvent_auction_ended", "the solvent auction's time, or the account's value, is used up");
    case Errc::solvent_auction_continues:
        return rule("solvent_auction_continues", "the solvent auction still asks a price");
    case Errc::auction_already_insolvent: return rule("auction_already_insolvent", "the auction is insolvent already");
    case Errc::reserved_cash_exceeds_value:
        return rule("reserved_cash_exceeds_value", "bidders paid in more than the account is worth");
    case Errc::price_limit_exceeded: return rule("price_limit_exceeded", "the price is above the bidder's limit");
    case Errc::bidder_cash_insufficient:
        return rule("bidder_cash_insufficient", "the bidder's cash does not carry what the bid takes over");
    case Errc::account_must_differ: return rule("account_must_differ", "a transfer needs two accounts");
    case Errc::tokens_insufficient: return rule("tokens_insufficient", "the cash contract lacks the tokens");
    case Errc::impact_prices_cross: return rule("impact_prices_cross", "the impact bid is above the impact ask");
    case Errc::initial_margin_insufficient:
        return rule("initial_margin_insufficient", "the account would hold less than the initial rule asks");
    case Errc::margin_not_improved:
        return rule("margin_not_improved", "the account is below its initial margin, and this would not improve it");
    case Errc::withdrawal_exceeds_margin:
        return rule("withdrawal_exceeds_margin", "what is left would be less than the initial rule asks");
    case Errc::balance_insufficient: return rule("balance_insufficient", "the account has less of the asset");
    case Errc::account_in_liquidation:
        return rule("account_in_liquidation", "the account is being liquidated: it may pay in and reduce, nothing else");
    case Errc::no_margin_rule: return rule("no_margin_rule", "no margin preset is in force");
    case Errc::no_account_of_kind: return rule("no_account_of_kind", "the ledger has no account of this kind; name one");
    case Errc::no_market_account: return rule("no_market_account", "the instrument has no market account to settle with");
    case Errc::instrument_never_expires: return rule("instrument_never_expires", "the instrument has no expiry");
    case Errc::instrument_not_expired: return rule("instrument_not_expired", "the instrument's expiry lies ahead");
    case Errc::nothing_to_liquidate:
        return rule("nothing_to_liquidate", "the account has neither a position nor an asset to sell: it only owes");
    case Errc::fund_insufficient:
        return rule("fund_insufficient", "the fund cannot pay for this share of an insolvent account; bid for all of it");
    case Errc::breaker_tripped: return rule("breaker_tripped", "a circuit breaker forbids it for now");
    case Errc::liquidation_grace:
        return rule("liquidation_grace", "a breaker has just released: nobody is liquidated until its grace is over");
    case Errc::withdrawals_wait: return rule("withdrawals_wait", "withdrawals wait while a loss is not covered, and a while after");
    case Errc::no_interest_account:
        return rule("no_interest_account", "nobody pays the asset's interest: open an account of kind treasury by that name");
    case Errc::withdrawal_limited: return rule("withdrawal_limited", "more than may leave in this window");
    case Errc::liquidation_limited: return rule("liquidation_limited", "no more may be liquidated in this window");
    case Errc::open_interest_capped:
        return rule("open_interest_capped", "the instrument's open interest would pass its cap");
    case Errc::settlement_price_missing:
        return rule("settlement_price_missing", "no price was observed before the expiry; name one");
    case Errc::collateral_not_auctioned:
        return rule("collateral_not_auctioned", "the clearing preset has no auction terms for the collateral");
    case Errc::procedure_does_not_fit:
        return rule("procedure_does_not_fit", "the clearing preset's procedure needs another margin rule");
    case Errc::liquidation_limit_hit:
        return rule("liquidation_limit_hit", "auctions in flight have as much to raise as the clearing preset allows");
    case Errc::auction_would_be_dust:
        return rule("auction_would_be_dust", "what there is room for would be a debt below its floor");
    case Errc::auction_needs_restart:
        return rule("auction_needs_restart", "the auction is too old, or its price fell too far: it sells again once liquidate has started it anew");
    case Errc::partial_take_leaves_dust:
        return rule("partial_take_leaves_dust", "a partial take would leave too little: take less, or all");
    case Errc::liquidation_paced: return rule("liquidation_paced", "no more of the account may be closed yet; more as time goes by");
    case Errc::not_a_vault: return rule("not_a_vault", "not an account of kind vault with an owner; open_vault opens one");
    case Errc::vault_has_its_own_commands:
        return rule("vault_has_its_own_commands", "a vault moves by lock, unlock, mint, burn, exercise, settle_vault and bid alone");
    case Errc::vault_holds_too_much:
        return rule("vault_holds_too_much", "a vault has one collateral, one short series and at most one long");
    case Errc::series_does_not_fit: return rule("series_does_not_fit", "the option is none that this vault may hold");
    case Errc::collateral_does_not_fit:
        return rule("collateral_does_not_fit", "a vault takes one asset, the one that its series is settled in, or a long leg");
    case Errc::vault_collateral_insufficient:
        return rule("vault_collateral_insufficient", "the vault would hold less than its short asks for");
    case Errc::options_insufficient: return rule("options_insufficient", "fewer contracts are there than were named");
    case Errc::long_leg_not_exercised:
        return rule("long_leg_not_exercised", "the vault's own long option is to be exercised first");
    case Errc::nothing_to_settle: return rule("nothing_to_settle", "there is nothing to settle");
    case Errc::price_older_than_account:
        return rule("price_older_than_account", "no price was observed since the account last changed");
    case Errc::no_bridge_preset:
        return rule("no_bridge_preset", "no bridge preset is in force; plimsoll presets adopt puts one in force");
    case Errc::chain_not_bridged: return rule("chain_not_bridged", "the bridge preset in force has no such chain");
    case Errc::asset_not_bridged: return rule("asset_not_bridged", "the bridge preset in force has no such asset on the chain");
    case Errc::bridge_account_missing:
        return rule("bridge_account_missing", "an account of the bridge is missing; adopting its preset opens it");
    case Errc::moves_by_bridge:
        return rule("moves_by_bridge", "the asset stands on a bridged chain: it comes by bridge_observe and goes by bridge_withdraw");
    case Errc::transfer_id_malformed:
        return rule("transfer_id_malformed", "a transfer is named by its transaction: 1 to 128 visible characters without a space");
    case Errc::transfer_seen_before: return rule("transfer_seen_before", "the transfer is in flight already");
    case Errc::transfer_behind_final:
        return rule("transfer_behind_final", "the place on the chain is at or before one that is final: it was counted, or is entered as a correction");
    case Errc::transfer_not_in_flight:
        return rule("transfer_not_in_flight", "no such transfer is in flight: it was never observed, or is final or reversed");
    case Errc::transfer_step_out_of_order:
        return rule("transfer_step_out_of_order", "a transfer is observed, attested, confirmed and final, one after the other");
    case Errc::attestation_too_small: return rule("attestation_too_small", "the stake that attests must be more than the preset's share");
    case Errc::confirmations_too_few: return rule("confirmations_too_few", "the transfer's block has not been confirmed often enough");
    case Errc::withdrawal_not_waiting:
        return rule("withdrawal_not_waiting", "no such withdrawal waits: it was never asked for, or is released or disputed");
    case Errc::dispute_window_open: return rule("dispute_window_open", "the withdrawal may still be disputed");
    case Errc::chain_lacks_funds: return rule("chain_lacks_funds", "the chain has less locked than this and the withdrawals before it");
    case Errc::credit_not_final: return rule("credit_not_final", "credit of a transfer that is not final may be traded on, and may not leave");
    case Errc::transfers_in_flight:
        return rule("transfers_in_flight", "the new bridge preset leaves out a chain with transfers on their way");
    case Errc::clearing_term_out_of_bounds:
        return rule("clearing_term_out_of_bounds", "a parameter of scope clearing is outside its bounds");
    case Errc::no_credit_rule: return rule("no_credit_rule", "no credit preset is in force: adopt one (plimsoll presets adopt)");
    case Errc::no_credit_pool: return rule("no_credit_pool", "nobody lends the asset: open an account of kind pool by that name");
    case Errc::account_without_credit:
        return rule("account_without_credit", "only customers, their subaccounts and liquidators may draw, repay or vouch");
    case Errc::credit_overdue: return rule("credit_overdue", "what was drawn before is past its term: repay it first");
    case Errc::credit_limit_exceeded: return rule("credit_limit_exceeded", "more would be drawn than the owner's limit");
    case Errc::credit_pool_insufficient: return rule("credit_pool_insufficient", "the pool has not so much to lend");
    case Errc::collateral_ratio_insufficient:
        return rule("collateral_ratio_insufficient", "what the owner holds would be less than its score asks for what it has drawn");
    case Errc::repayment_exceeds_debt: return rule("repayment_exceeds_debt", "less is drawn than would be repaid");
    case Errc::vouch_for_oneself: return rule("vouch_for_oneself", "nobody vouches for an account of its own owner");
    case Errc::stake_insufficient: return rule("stake_insufficient", "the voucher has less at stake there");
    case Errc::stake_in_use: return rule("stake_in_use", "what is drawn needs the stake: it may leave once that is repaid");
    case Errc::not_in_default: return rule("not_in_default", "nothing drawn is past its grace, and the collateral is enough");
    case Errc::account_is_a_pool:
        return rule("account_is_a_pool", "an option pool trades and pays by its own commands (pool_trade, pool_deposit, pool_withdraw)");
    case Errc::pool_unknown:
        return rule("pool_unknown", "no pool preset is in force for the account (plimsoll pool DIR NAME --adopt lyra-v1)");
    case Errc::pool_account_missing: return rule("pool_account_missing", "the pool lacks what it needs to act");
    case Errc::pool_series_does_not_fit: return rule("pool_series_does_not_fit", "the pool cannot take this");
    case Errc::pool_already_listed: return rule("pool_already_listed", "the pool has it already");
    case Errc::pool_series_not_listed: return rule("pool_series_not_listed", "the series is not on offer in the pool (pool_list)");
    case Errc::pool_trading_cutoff: return rule("pool_trading_cutoff", "it is too close to the expiry to trade");
    case Errc::pool_trade_bounds: return rule("pool_trade_bounds", "it would leave the pool's bounds");
    case Errc::pool_worthless: return rule("pool_worthless", "the pool's net value is not above nothing");
    case Errc::pool_liquidity_insufficient:
        return rule("pool_liquidity_insufficient", "the pool's free liquidity does not carry it; a smaller size may");
    case Errc::pool_limit_price: return rule("pool_limit_price", "the price is beyond the limit");
    case Errc::pool_amount_too_small: return rule("pool_amount_too_small", "it is less than the pool's queue takes");
    case Errc::pool_queue_held: return rule("pool_queue_held", "a breaker holds the pool's queue");
    case Errc::pool_nothing_due: return rule("pool_nothing_due", "there is nothing to do");
    case Errc::pool_hedge_too_soon: return rule("pool_hedge_too_soon", "the pool hedges once an interval");
    }
    return rule("unknown", "unknown failure");
}

} // namespace plimsoll::risk
