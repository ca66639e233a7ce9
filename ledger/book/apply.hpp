/// Apply: makes every change and holds no rule. No I/O, clock, randomness, floating point or thread.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/event/batch.hpp"

namespace plimsoll::book {

/// Applies one event. Fails only where the event cannot belong to this book (damage, or decide was
/// not asked); the book is then to be thrown away.
/// Errors: Errc::rows_disagree, with the sequence.
[[nodiscard]] result<void> apply(Book& book, Event const& event);

/// Applies a whole batch, fetching rows ahead. Errors: as above.
[[nodiscard]] result<void> apply(Book& book, BatchView const& batch);

/// Applies the events [begin, end) of a batch, counted from 0.
[[nodiscard]] result<void> apply_range(Book& book, BatchView const& batch, std::size_t begin, std::size_t end);

/// Asks for the memory that an event will need: first the look-ups', later the rows'. They change
/// nothing; whoever knows the next events calls them ahead.
void fetch_slots(Book const& book, Body const& body);
void fetch_rows(Book const& book, Body const& body);
inline constexpr std::size_t fetch_slots_ahead = 16; ///< events
inline constexpr std::size_t fetch_rows_ahead = 8;

} // namespace plimsoll::book
