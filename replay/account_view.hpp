/// One account replayed alone, by the locality law: its rows from a checkpoint, then only the events
/// that name it.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/store/checkpoint.hpp"
#include "replay/errc.hpp"

#include <string_view>

namespace plimsoll::replay {

/// A small book after `sequence` events in which account 1 is the account asked for: its row, balances
/// and positions, all assets and all instruments with their ids (no other account is named). As they stood are the assets' prices
/// and indices, the mark, funding index and settlement price of every instrument that it ever held, and
/// the mark of spot markets in its assets; what else assets and instruments say is a checkpoint's or
/// younger. History epochs [0, indexed_epochs) are built; past them the log is scanned.
/// Errors: book::Errc::unknown_account; damage.
/// `manifest` is a checkpoint at or before `sequence` (an empty one: from nothing).
[[nodiscard]] result<book::Book> view_account(store::Store const& store, store::Manifest const& manifest,
                                              std::uint32_t indexed_epochs, std::string_view name,
                                              std::uint64_t sequence);

} // namespace plimsoll::replay
