/// Apply: makes every change and holds no rule. No I/O, clock, randomness, floating point or thread.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/event/batch.hpp"

namespace plimsoll::book {

/// Applies one event. Fails only where the event cannot belong to this book (damage, or decide was
/// not asked); the book is then to be thrown away.
/// Errors: Errc::rows_disagree, amount_overflow, table_full.
[[nodiscard]] result<void> apply(Book& book, Event const& event);

/// Applies a whole batch, fetching rows ahead. Errors: as above, with the sequence.
[[nodiscard]] result<void> apply(Book& book, BatchView const& batch);

/// Applies the first `count` events of a batch.
[[nodiscard]] result<void> apply_first(Book& book, BatchView const& batch, std::size_t count);

} // namespace plimsoll::book
