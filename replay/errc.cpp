#include "replay/errc.hpp"

namespace plimsoll::replay {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence, Status status) {
        return Rule{"replay", name, sentence, status};
    };
    switch (code) {
    case Errc::record_conflicts:
        return rule("record_conflicts", "the source's record is in the ledger already, with other content",
                    Status::bad_input);
    case Errc::record_late:
        return rule("record_late", "the record lies before what the ledger already took from this source",
                    Status::bad_input);
    case Errc::group_empty: return rule("group_empty", "a group of no events", Status::bad_input);
    case Errc::engine_stopped:
        return rule("engine_stopped", "an earlier write failed, so nothing more is accepted; reopen the ledger",
                    Status::damaged);
    case Errc::not_a_moment:
        return rule("not_a_moment", "not a moment: use latest, #SEQ, before:#SEQ or an RFC 3339 time", Status::usage);
    case Errc::moment_in_the_future:
        return rule("moment_in_the_future", "the ledger does not reach that event", Status::usage);
    case Errc::chain_broken:
        return rule("chain_broken", "a batch does not name the batch before it by its hash", Status::damaged);
    case Errc::sequence_gap: return rule("sequence_gap", "a batch does not follow the one before", Status::damaged);
    case Errc::tree_missing:
        return rule("tree_missing", "the event tree does not reach that far yet; plimsoll tree DIR builds it",
                    Status::usage);
    case Errc::tree_disagrees:
        return rule("tree_disagrees",
                    "the event tree was built over other events than the log holds now: an older copy, or an altered log",
                    Status::damaged);
    case Errc::not_a_backup:
        return rule("not_a_backup", "not a backup of a Plimsoll ledger (make one with: plimsoll backup DIR TO)", Status::bad_input);
    case Errc::backup_damaged:
        return rule("backup_damaged", "the backup is damaged, so nothing of it was used; take another backup", Status::damaged);
    case Errc::backup_of_another:
        return rule("backup_of_another", "the backup is not of this ledger's history; choose another place, or compare both",
                    Status::bad_input);
    case Errc::backup_busy:
        return rule("backup_busy", "another process is writing this backup; wait for it", Status::bad_input);
    case Errc::histories_part:
        return rule("histories_part", "the ledger and the backup hold different histories; nothing was changed, find out which is right",
                    Status::damaged);
    }
    return rule("unknown", "unknown failure", Status::damaged);
}

} // namespace plimsoll::replay
