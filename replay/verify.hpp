/// Verify: rebuilds everything from the log and compares it with everything stored.
#pragma once

#include "replay/errc.hpp"

#include "ledger/event/hash.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace plimsoll::replay {

/// One thing that differs: where, and both sides.
struct Finding {
    std::string what;
    std::string where;
};

struct VerifyReport {
    std::uint64_t events = 0;
    std::uint64_t batches = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t pages = 0;
    std::uint64_t index_entries = 0;
    std::uint64_t history_epochs = 0;
    Hash log_root{};
    Hash state_root{};
    std::vector<Finding> findings; ///< empty: all is well; the first is the first in the log's order
};

/// Reads every byte: batches (verifier, hash chain, sequence without gaps, ledger time), every event
/// through the rules of decide, the balance law for each event and for the book, each checkpoint's every
/// page and its root against the replayed book, the indexes of time, records, names and history.
/// Errors: only where the ledger cannot be read at all (store::Errc). `progress(events, of)`.
[[nodiscard]] result<VerifyReport> verify(std::filesystem::path const& directory,
                                          std::function<void(std::uint64_t, std::uint64_t)> const& progress);

} // namespace plimsoll::replay
