#include "ledger/book/funding.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/wide.hpp"

#include <algorithm>

namespace plimsoll::book {
namespace {

[[nodiscard]] bool meets_the_same(Event const& one, Event const& other) {
    auto const* const a = std::get_if<IndexMet>(&one.body);
    auto const* const b = std::get_if<IndexMet>(&other.body);
    return a != nullptr && b != nullptr && a->kind == b->kind && a->account == b->account && a->subject == b->subject;
}

} // namespace

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

void leave_out_what_is_met(std::vector<Event>& decided, std::size_t foreseen, std::size_t first) {
    if (foreseen == first) return;
    auto const at = [&](std::size_t i) { return decided.begin() + static_cast<std::ptrdiff_t>(i); };
    auto const is_met = [&](Event const& event) {
        return std::any_of(at(foreseen), at(first), [&](Event const& earlier) { return meets_the_same(earlier, event); });
    };
    auto const kept_end = std::remove_if(at(first), decided.end() - 1, is_met); // the fact itself comes last
    decided.erase(kept_end, decided.end() - 1);
}

} // namespace plimsoll::book
