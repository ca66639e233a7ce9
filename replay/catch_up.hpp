/// From a checkpoint and the log's tail to a book: used to open a ledger and to visit a moment.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/store/checkpoint.hpp"
#include "replay/errc.hpp"

#include <functional>

namespace plimsoll::replay {

/// A book and the checkpoint whose pages it was loaded from (sequence 0: from nothing). The book's
/// dirty pages are those written since.
struct Caught {
    book::Book book;
    store::Manifest manifest;
};

/// The book as a checkpoint has it. Errors: store::Errc::damaged.
[[nodiscard]] result<book::Book> load_book(store::Store const& store, store::Manifest const& manifest);

/// The book after `sequence` events: nearest checkpoint, then the tail, its hash chain checked.
/// Errors: store::Errc, event::Errc, book::Errc::rows_disagree, Errc::chain_broken, sequence_gap.
[[nodiscard]] result<Caught> catch_up(store::Store const& store, std::uint64_t sequence);

/// How a replay runs.
struct ReplayOptions {
    bool second_thread = true; ///< read, verify and hash on one, reduce on the other
};

/// Applies the log's events after book.sequence() up to `last`; `previous` is the hash of the batch
/// that ends at or before book.sequence() (nothing: the chain is checked from the first batch on).
[[nodiscard]] result<void> replay_log(store::Store const& store, book::Book& book, std::uint64_t last,
                                      Hash const* previous, ReplayOptions const& options = {});

/// The page hashes of a checkpoint, to be updated with the pages written since.
[[nodiscard]] book::PageHashes hashes_of(store::Manifest const& manifest);

/// The state root of a book that was caught up: only pages written since its checkpoint are hashed.
[[nodiscard]] Hash root_of(Caught const& caught);

/// Checks that a batch continues the log. `previous` is the hash of the one before, or null at a start
/// in mid-log. Errors: Errc::chain_broken, sequence_gap.
[[nodiscard]] result<void> check_chain(BatchView const& batch, Hash const* previous, std::uint64_t expected_first);

} // namespace plimsoll::replay
