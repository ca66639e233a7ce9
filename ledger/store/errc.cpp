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
        return rule("damaged", "the ledger's files are damaged; nothing was changed, restore them from a copy",
                    Status::damaged);
    case Errc::disk_failed:
        return rule("disk_failed", "the disk refused; what was not accepted is not in the ledger", Status::damaged);
    case Errc::tiles_damaged:
        return rule("tiles_damaged",
                    "the event tree's tiles are damaged; they are derived, so delete DIR/tiles and run plimsoll tree DIR",
                    Status::damaged);
    }
    return rule("unknown", "unknown failure", Status::damaged);
}

} // namespace plimsoll::store
