/// Decide: holds every bookkeeping rule and changes nothing.
#pragma once

#include "ledger/book/book.hpp"

#include <vector>

namespace plimsoll::book {

/// What happens if this fact is asked for now: appends the events to `decided`, ready to be applied
/// in order. Mostly it is the fact itself; where an account's position stands at an older funding
/// index and the fact changes its size, the pending funding comes first as IndexMet. A settlement says
/// no index, so that whoever takes the position over meets it first too, with nothing to pay. Before all of it, each
/// balance that changes meets its asset's interest index, where the asset bears interest: interest.hpp.
///
/// Pending funding, in the settlement asset: -size * (index now - index met) * multiplier, rounded
/// down (the remainder stays with the market account).
/// Errors: every book::Errc, in the order of their declaration.
[[nodiscard]] result<void> decide(Book const& book, Event const& ask, std::vector<Event>& decided);
/// The same where the events of `decided` from `foreseen` on are not applied yet: what they meet is not met again. Good for
/// facts that do not need the rows of an earlier one.
[[nodiscard]] result<void> decide(Book const& book, Event const& ask, std::vector<Event>& decided, std::size_t foreseen);

/// The funding that a position has not met yet, as the account would receive it (negative: pays).
/// Errors: Errc::amount_overflow.
[[nodiscard]] result<Amount> pending_funding(InstrumentRow const& instrument, PositionRow const& position);

} // namespace plimsoll::book
