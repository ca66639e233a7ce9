/// A daily look instead of a whole verify: batches, pages and leaves drawn at random, each checked against all that binds it.
#pragma once

#include "replay/verify.hpp"

namespace plimsoll::replay {

struct SampleReport {
    std::uint64_t seed = 0;
    std::uint64_t events = 0; ///< in the log
    std::uint64_t sampled_batches = 0;
    std::uint64_t sampled_events = 0;
    std::uint64_t checkpoints = 0; ///< stored
    std::uint64_t sampled_checkpoints = 0;
    std::uint64_t sampled_pages = 0;
    std::uint64_t index_entries = 0;
    std::uint64_t tree_size = 0; ///< of the event tree, 0 without one
    std::uint64_t sampled_leaves = 0;
    Hash log_root{};
    Hash state_root{};
    std::vector<Finding> findings;
};

/// Draws `count` events. Of each the whole batch: that it is one, its hash in the batch after it, the hash of the one before in
/// it, the legs of its events, its entries in the indexes, and the event's leaf against the event tree's root. Of checkpoints
/// drawn as well, as many pages against their hashes, and the log's hash there. Then the newest checkpoint and the log after it
/// are replayed, which must balance; and opening compares the log's end with the witness. Equal seeds draw alike.
/// Errors: as opening; those of the tail's replay.
[[nodiscard]] result<SampleReport> sample(std::filesystem::path const& directory, std::uint64_t count, std::uint64_t seed,
                                          std::function<void(std::uint64_t, std::uint64_t)> const& progress);

} // namespace plimsoll::replay
