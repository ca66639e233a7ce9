/// Verify: rebuilds everything from the log and compares it with everything stored.
#pragma once

#include "replay/errc.hpp"

#include "ledger/event/event.hpp"
#include "ledger/event/hash.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace plimsoll::replay {

/// One thing that differs: where, and both sides.
struct Finding {
    std::string what;
    std::string where;
};
[[nodiscard]] Finding finding_of(Error const& error, std::string const& where = "");

/// What the log adds up to after so many events.
struct VerifyStop {
    std::uint64_t sequence = 0;
    TimeNs time = 0;
    Hash state_root{};
    Hash tree_root{};
};

struct VerifyReport {
    std::uint64_t events = 0;
    std::uint64_t batches = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t pages = 0;
    std::uint64_t index_entries = 0;
    std::uint64_t history_epochs = 0;
    std::uint64_t tiles = 0;         ///< of the event tree, each hash compared
    std::vector<VerifyStop> stops;   ///< those asked for that the log reaches
    Hash log_root{};
    Hash state_root{};
    std::vector<Finding> findings; ///< empty: all is well; the first is the first in the log's order
};

/// Reads every byte: batches (verifier, hash chain, sequence without gaps, ledger time), every event
/// through the rules of decide, the balance law for each event and for the book, each checkpoint's every
/// page and its root against the replayed book, the indexes of time, records, names and history, the event tree's tiles,
/// and the witness. One thread reads and hashes the log, one the checkpoints' pages, one decides and applies, one checks the
/// files' checksums.
/// `stops`: ascending sequences at which the roots are wanted, for whoever has signed ones to compare.
/// Errors: only where the ledger cannot be read at all (store::Errc). `progress(events, of)`.
[[nodiscard]] result<VerifyReport> verify(std::filesystem::path const& directory,
                                          std::function<void(std::uint64_t, std::uint64_t)> const& progress,
                                          std::span<std::uint64_t const> stops = {});

} // namespace plimsoll::replay
