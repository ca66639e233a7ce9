/// One account replayed alone, by the locality law: its rows from a checkpoint, then only the events
/// that name it.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/store/store.hpp"
#include "replay/errc.hpp"

#include <string_view>

namespace plimsoll::replay {

/// A small book after `sequence` events in which account 1 is the account asked for. Instruments and
/// assets keep their ids; their mark prices, funding indices, settlement and asset prices are as they
/// stood; their other columns are those of the checkpoint. History epochs [0, indexed_epochs) are
/// built; past them the log is scanned.
/// Errors: book::Errc::unknown_account; damage.
[[nodiscard]] result<book::Book> view_account(store::Store const& store, std::uint32_t indexed_epochs,
                                              std::string_view name, std::uint64_t sequence);

} // namespace plimsoll::replay
