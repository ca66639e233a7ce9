/// The bookkeeping rules that an event can break, in the order in which they are checked.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::book {

enum class Errc {
    unknown_source = 1,
    cursor_goes_back,
    time_goes_back,
    unknown_account,
    unknown_asset,
    unknown_instrument,
    unknown_feed,
    accounts_must_differ,
    counter_must_be_outside,
    amount_sign_disagrees,
    fee_account_missing,
    size_must_be_positive,
    booking_disagrees,
    funding_index_disagrees,
    price_must_be_positive,
    confidence_out_of_range,
    legs_do_not_balance,
    too_many_legs,
    name_taken,
    decimals_out_of_range,
    multiplier_must_be_positive,
    unknown_sequence,
    unknown_liquidation,
    liquidation_already_open,
    amount_must_be_positive,
    unknown_breaker,
    unknown_chain,
    block_does_not_follow,
    unknown_choice,
    loss_overpaid,
    table_full,
    amount_overflow,
    rows_disagree,
    row_proof_incomplete,
    row_proof_differs,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::book
