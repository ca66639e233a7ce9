/// A watcher of a log holds the newest signed checkpoint that it has seen: each later one must continue it.
#pragma once

#include "tools/proof/checkpoint_note.hpp"
#include "tools/proof/proof_file.hpp"

#include <optional>

namespace plimsoll::tools {

enum class Continuation {
    first, ///< nothing was held
    same,
    grown
};

/// Whether a checkpoint may take the place of the one held; both are signed by the log's key. `proof`: of consistency between
/// the smaller and the larger of the two.
/// Errors: Errc::split_view, where no one log has had both; checkpoint_older; continuation_unproved; checkpoint_differs,
/// where they are of two logs; proof_fails, where the proof is between others; those of merkle::check_consistency.
[[nodiscard]] result<Continuation> continuation_of(std::optional<CheckpointNote> const& held, CheckpointNote const& offered,
                                                   ConsistencyProof const* proof);

} // namespace plimsoll::tools
