/// Pending funding: what a position owes for the time since it last met its instrument's index.
#pragma once

#include "ledger/book/book.hpp"

#include <vector>

namespace plimsoll::book {

/// Whether a position without contracts meets the index too, with nothing to pay. It must where the
/// fact that comes next says no index of its own: the position would start at an older one.
enum class Empty { stays, meets };

/// Appends the IndexMet of an account whose position is about to change at an older index.
/// Errors: Errc::unknown_account where the instrument has no market account, amount_overflow.
[[nodiscard]] result<void> meet_funding(Book const& book, Origin const& origin, AccountId account, InstrumentId id,
                                        Empty empty, std::vector<Event>& decided);

/// `decided` ends, from `first` on, with a fact and the IndexMet before it; what lies from `foreseen` to `first` is decided and
/// not applied. Takes out each IndexMet that one of the latter says already.
void leave_out_what_is_met(std::vector<Event>& decided, std::size_t foreseen, std::size_t first);

} // namespace plimsoll::book
