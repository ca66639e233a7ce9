/// One life of a whole node, from one number: a disk with faults, a clock that jumps, crashes, and a client who asks again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace plimsoll::faults {

struct SimulationReport {
    std::string failure; ///< empty: every invariant held
    std::uint64_t commands = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t lives = 0; ///< openings
    std::uint64_t faults = 0;
    std::uint64_t trace = 0; ///< of all that was answered: equal for equal seeds
};

/// Runs the real clearing house, engine, committer and RocksDB over a disk that fails as the seed says, until a client
/// has an answer to every command; then the ledger must equal that of a node without faults:
///
///   - every acknowledged command is there once, at the sequences that were answered, and nothing in part;
///   - a command sent again is a duplicate with the same sequences, or is refused again; with other words, a conflict;
///   - the state root is the twin's, and that of a replay of the log from its first event;
///   - recorded time does not go back; the books balance; the ledger verifies.
///
/// `is_loud`: prints a line for each step.
[[nodiscard]] SimulationReport simulate(std::uint64_t seed, std::filesystem::path const& folder, bool is_loud = false);

} // namespace plimsoll::faults
