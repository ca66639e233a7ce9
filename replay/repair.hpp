/// Repair: a ledger's log put together again out of what its files still have and a backup, and everything derived made anew.
#pragma once

#include "ledger/store/witness.hpp"
#include "replay/backup.hpp"

#include <vector>

namespace plimsoll::replay {

/// Events that follow each other and come from one place.
struct RepairRun {
    bool is_from_backup = false;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

struct RepairReport {
    std::vector<RepairRun> runs;          ///< what was taken from where
    std::uint64_t common_events = 0;      ///< of both, proven equal batch by batch
    std::vector<std::string> damage;      ///< what could not be read, a line each
    std::optional<store::Promise> promise; ///< what the witness said, where it could be read
    std::string witness;                  ///< its file, or why nothing is known of it
    std::uint64_t given_up = 0;           ///< acknowledged events that nobody has
    std::filesystem::path kept_aside;     ///< the damaged ledger
    std::size_t signed_checkpoints = 0;
    bool has_tiles = false;
    Rebuilt built;
};

/// Goes through the log from its first event and takes each batch from the ledger's own files where it is whole and chained,
/// else from the backup. Where both have a batch they must be equal. The result is replayed and put in the ledger's place; the
/// damaged one is kept aside as DIR.damaged-N. If it would not have all that the witness promised, nothing is changed
/// but with `give_up`. `backup`: empty for none, where only derived things are damaged.
/// Errors: store::Errc::not_a_ledger, already_open, history_missing, history_differs; Errc::histories_part,
/// backup_damaged, not_a_backup; book::Errc where an event cannot be applied.
[[nodiscard]] result<RepairReport> repair(std::filesystem::path const& directory, std::filesystem::path const& backup, bool give_up,
                                          Progressing const& progress);

} // namespace plimsoll::replay
