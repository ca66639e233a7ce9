#include "ledger/book/funding.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/wide.hpp"

namespace plimsoll::book {

result<Amount> pending_funding(InstrumentRow const& instrument, PositionRow const& position) {
    Index step = instrument.funding_index;
    if (!step.add(-position.index)) return fail(Errc::amount_overflow);
    auto const amount =
        scaled_product(-position.size.units(), step.units(), multiplier(instrument.multiplier_numerator),
                       multiplier(instrument.multiplier_denominator), Rounding::floor);
    if (!amount) return fail(Errc::amount_overflow);
    return Amount{*amount};
}

result<void> meet_funding(Book const& book, Origin const& origin, AccountId account, InstrumentId id, Empty empty,
                          std::vector<Event>& decided) {
    PositionRow const* row = book.position(account, id);
    PositionRow const position = row == nullptr ? PositionRow{} : *row;
    InstrumentRow const& instrument = book.instrument(id);
    if (position.index == instrument.funding_index) return outcome::success();
    if (position.size.is_zero() && empty == Empty::stays) return outcome::success();
    if (account == instrument.market_account) return outcome::success(); // it would pay itself
    PLIMSOLL_TRY(amount, pending_funding(instrument, position));
    if (!book.has(instrument.market_account)) {
        return fail(Errc::unknown_account, "the market account of " + std::string(instrument.name.view()));
    }
    IndexMet met;
    met.account = account;
    met.counter = instrument.market_account;
    met.subject = id.number();
    met.asset = instrument.settle;
    met.kind = IndexKind::funding;
    met.index = instrument.funding_index;
    met.amount = amount;
    Origin by_rule = origin;
    by_rule.cause = Cause::pending_funding;
    decided.push_back({by_rule, met});
    return outcome::success();
}

} // namespace plimsoll::book
