#include "ledger/book/errc.hpp"

namespace plimsoll::book {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence) {
        return Rule{"book", name, sentence, Status::bad_input};
    };
    switch (code) {
    case Errc::unknown_source: return rule("unknown_source", "no such source");
    case Errc::cursor_goes_back: return rule("cursor_goes_back", "the source's cursor goes backwards");
    case Errc::time_goes_back: return rule("time_goes_back", "time goes backwards within a source");
    case Errc::unknown_account: return rule("unknown_account", "no such account");
    case Errc::unknown_asset: return rule("unknown_asset", "unknown asset");
    case Errc::unknown_instrument: return rule("unknown_instrument", "unknown instrument");
    case Errc::unknown_feed: return rule("unknown_feed", "unknown feed");
    case Errc::accounts_must_differ: return rule("accounts_must_differ", "both sides are the same account");
    case Errc::counter_must_be_outside:
        return rule("counter_must_be_outside", "a deposit or withdrawal needs an outside account as its other side");
    case Errc::amount_sign_disagrees:
        return rule("amount_sign_disagrees", "the sign of the amount contradicts the kind of transfer");
    case Errc::fee_account_missing: return rule("fee_account_missing", "a fee needs an account that receives it");
    case Errc::size_must_be_positive: return rule("size_must_be_positive", "a trade's size must be positive");
    case Errc::booking_disagrees:
        return rule("booking_disagrees", "the trade's booking or assets contradict its instrument");
    case Errc::funding_index_disagrees:
        return rule("funding_index_disagrees", "the index in the event is not the one recorded in the book");
    case Errc::price_must_be_positive: return rule("price_must_be_positive", "a price must not be negative");
    case Errc::confidence_out_of_range:
        return rule("confidence_out_of_range", "a confidence is a share of one: from 0 to 1");
    case Errc::legs_do_not_balance: return rule("legs_do_not_balance", "the legs do not sum to zero");
    case Errc::too_many_legs: return rule("too_many_legs", "one event has at most 64 legs");
    case Errc::name_taken: return rule("name_taken", "that name is taken");
    case Errc::decimals_out_of_range: return rule("decimals_out_of_range", "an asset has 0 to 18 decimals");
    case Errc::multiplier_must_be_positive:
        return rule("multiplier_must_be_positive", "an instrument's multiplier must be a positive fraction");
    case Errc::unknown_sequence: return rule("unknown_sequence", "the event refers to one that is not in the ledger");
    case Errc::unknown_liquidation: return rule("unknown_liquidation", "no such open liquidation");
    case Errc::liquidation_already_open:
        return rule("liquidation_already_open", "a liquidation of that number or account is open");
    case Errc::amount_must_be_positive: return rule("amount_must_be_positive", "the amount must be positive");
    case Errc::unknown_breaker: return rule("unknown_breaker", "no such breaker has tripped");
    case Errc::unknown_chain: return rule("unknown_chain", "unknown chain");
    case Errc::block_does_not_follow: return rule("block_does_not_follow", "the block does not follow the one before");
    case Errc::unknown_choice: return rule("unknown_choice", "a type or kind in the event is not one that exists");
    case Errc::loss_overpaid: return rule("loss_overpaid", "more would be paid than the loss that is left");
    case Errc::table_full: return rule("table_full", "the ledger holds no more of these");
    case Errc::amount_overflow: return rule("amount_overflow", "the amount, or the balance it leads to, is too large");
    case Errc::rows_disagree: return rule("rows_disagree", "stored rows contradict each other");
    case Errc::row_proof_incomplete:
        return Rule{"book", "row_proof_incomplete", "the proof of rows lacks something, or names what does not exist",
                    Status::finding};
    case Errc::row_proof_differs:
        return Rule{"book", "row_proof_differs", "the rows shown are not those that the state root stands for",
                    Status::finding};
    }
    return rule("unknown", "unknown failure");
}

} // namespace plimsoll::book
