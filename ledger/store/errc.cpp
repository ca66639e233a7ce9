#include "ledger/store/errc.hpp"

namespace plimsoll::store {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence, Status status) {
        return Rule{"store", name, sentence, status};
    };
    switch (code) {
    case Errc::not_a_ledger:
        return rule("not_a_ledger", "not a Plimsoll ledger (make one with: plimsoll init DIR)", Status::bad_input);
    case Errc::format_newer:
        return rule("format_newer", "this ledger was written by a newer Plimsoll; use that version or later",
                    Status::bad_input);
    case Errc::directory_not_empty:
        return rule("directory_not_empty", "the directory is not empty; choose a new one", Status::bad_input);
    case Errc::cannot_create: return rule("cannot_create", "cannot create the ledger", Status::bad_input);
    case Errc::already_open:
        return rule("already_open",
                    "another process has this ledger open for writing; wait for it or stop it (reading is possible)",
                    Status::bad_input);
    case Errc::damaged:
        return rule("damaged", "the ledger's files are damaged; nothing was changed: plimsoll repair DIR --from BACKUP",
                    Status::damaged);
    case Errc::disk_failed:
        return rule("disk_failed", "the disk refused; what was not accepted is not in the ledger", Status::damaged);
    case Errc::tiles_damaged:
        return rule("tiles_damaged",
                    "the event tree's tiles are damaged; they are derived, so delete DIR/tiles and run plimsoll tree DIR",
                    Status::damaged);
    case Errc::setting_malformed:
        return rule("setting_malformed", "a setting of the ledger cannot be read; a witness is strict, batched:MS (1 to 60000) or none",
                    Status::bad_input);
    case Errc::witness_missing:
        return rule("witness_missing",
                    "the ledger's witness, which says how far its log was promised, is not there; was the ledger moved or copied without "
                    "it? Bring the file along, or take the ledger as it is with: plimsoll witness DIR accept",
                    Status::bad_input);
    case Errc::witness_damaged:
        return rule("witness_damaged",
                    "the ledger's witness cannot be read; compare the ledger with what others hold of it, then: plimsoll witness DIR accept",
                    Status::damaged);
    case Errc::witness_unwritable:
        return rule("witness_unwritable", "the ledger's witness cannot be written; what was not accepted is not promised",
                    Status::damaged);
    case Errc::witness_of_another:
        return rule("witness_of_another",
                    "the witness beside this ledger is another ledger's; bring its own, or take the ledger as it is with: plimsoll witness "
                    "DIR accept",
                    Status::bad_input);
    case Errc::witness_behind:
        return rule("witness_behind",
                    "the ledger is further ahead of its witness than a crash explains, so the witness is an older copy; plimsoll verify DIR, "
                    "then: plimsoll witness DIR accept",
                    Status::damaged);
    case Errc::history_missing:
        return rule("history_missing",
                    "acknowledged history is missing: a lost or cut write-ahead log, or an older copy of the ledger; "
                    "plimsoll repair DIR --from BACKUP, or see: plimsoll witness DIR show",
                    Status::damaged);
    case Errc::history_differs:
        return rule("history_differs",
                    "the ledger holds another history than was acknowledged; restore the right copy, or see: plimsoll witness DIR show",
                    Status::damaged);
    }
    return rule("unknown", "unknown failure", Status::damaged);
}

} // namespace plimsoll::store
