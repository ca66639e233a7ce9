/// What can be wrong with a record's place, or with a moment that is asked for.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::replay {

enum class Errc {
    record_conflicts = 1,
    record_late,
    group_empty,
    engine_stopped,
    not_a_moment,
    moment_in_the_future,
    chain_broken,
    sequence_gap,
    tree_missing,
    tree_disagrees,
    not_a_backup,
    backup_damaged,
    backup_of_another,
    backup_busy,
    histories_part,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::replay
