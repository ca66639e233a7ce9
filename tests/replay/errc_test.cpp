#include "ledger/store/errc.hpp"
#include "replay/errc.hpp"

#include <gtest/gtest.h>

#include <set>

namespace plimsoll {
namespace {

/// What a person is told of each failure, and the exit status that goes with it. That each comes up is
/// tested where it does: store_test, engine_test, record_test, moment_test, verify_test.
template <class Errc> struct Told {
    Errc code;
    char const* name;
    Status status;
    char const* sentence;
};

template <class Errc> void expect_told(std::string_view room, std::initializer_list<Told<Errc>> rows) {
    std::set<std::string> sentences;
    int value = 0;
    for (Told<Errc> const& row : rows) {
        EXPECT_EQ(static_cast<int>(row.code), ++value) << "all of them, in the order of their declaration";
        Rule const rule = describe(row.code);
        EXPECT_EQ(rule.room, room);
        EXPECT_EQ(rule.name, row.name);
        EXPECT_EQ(rule.status, row.status) << row.name;
        EXPECT_EQ(rule.sentence, row.sentence);
        sentences.emplace(rule.sentence);
    }
    EXPECT_EQ(sentences.size(), rows.size()) << "no two say the same";
    EXPECT_EQ(describe(static_cast<Errc>(value + 1)).name, "unknown") << "and there is no other";
}

TEST(StoreErrc, IsToldInASentence) {
    using store::Errc;
    expect_told<Errc>(
        "store",
        {{Errc::not_a_ledger, "not_a_ledger", Status::bad_input, "not a Plimsoll ledger (make one with: plimsoll init DIR)"},
         {Errc::format_newer, "format_newer", Status::bad_input,
          "this ledger was written by a newer Plimsoll; use that version or later"},
         {Errc::directory_not_empty, "directory_not_empty", Status::bad_input,
          "the directory is not empty; choose a new one"},
         {Errc::cannot_create, "cannot_create", Status::bad_input, "cannot create the ledger"},
         {Errc::already_open, "already_open", Status::bad_input,
          "another process has this ledger open for writing; wait for it or stop it (reading is possible)"},
         {Errc::damaged, "damaged", Status::damaged,
          "the ledger's files are damaged; nothing was changed: plimsoll repair DIR --from BACKUP"},
         {Errc::disk_failed, "disk_failed", Status::damaged,
          "the disk refused; what was not accepted is not in the ledger"},
         {Errc::tiles_damaged, "tiles_damaged", Status::damaged,
          "the event tree's tiles are damaged; they are derived, so delete DIR/tiles and run plimsoll tree DIR"},
         {Errc::setting_malformed, "setting_malformed", Status::bad_input,
          "a setting of the ledger cannot be read; a witness is strict, batched:MS (1 to 60000) or none"},
         {Errc::witness_missing, "witness_missing", Status::bad_input,
          "the ledger's witness, which says how far its log was promised, is not there; was the ledger "
          "moved or copied without it? Bring the file along, or take the ledger as it is with: plimsoll "
          "witness DIR accept"},
         {Errc::witness_damaged, "witness_damaged", Status::damaged,
          "the ledger's witness cannot be read; compare the ledger with what others hold of it, then: "
          "plimsoll witness DIR accept"},
         {Errc::witness_unwritable, "witness_unwritable", Status::damaged,
          "the ledger's witness cannot be written; what was not accepted is not promised"},
         {Errc::witness_of_another, "witness_of_another", Status::bad_input,
          "the witness beside this ledger is another ledger's; bring its own, or take the ledger as it is "
          "with: plimsoll witness DIR accept"},
         {Errc::witness_behind, "witness_behind", Status::damaged,
          "the ledger is further ahead of its witness than a crash explains, so the witness is an older "
          "copy; plimsoll verify DIR, then: plimsoll witness DIR accept"},
         {Errc::history_missing, "history_missing", Status::damaged,
          "acknowledged history is missing: a lost or cut write-ahead log, or an older copy of the ledger; "
          "plimsoll repair DIR --from BACKUP, or see: plimsoll witness DIR show"},
         {Errc::history_differs, "history_differs", Status::damaged,
          "the ledger holds another history than was acknowledged; restore the right copy, or see: "
          "plimsoll witness DIR show"}});
}

TEST(ReplayErrc, IsToldInASentence) {
    using replay::Errc;
    expect_told<Errc>(
        "replay",
        {{Errc::record_conflicts, "record_conflicts", Status::bad_input,
          "the source's record is in the ledger already, with other content"},
         {Errc::record_late, "record_late", Status::bad_input,
          "the record lies before what the ledger already took from this source"},
         {Errc::group_empty, "group_empty", Status::bad_input, "a group of no events"},
         {Errc::engine_stopped, "engine_stopped", Status::damaged,
          "an earlier write failed, so nothing more is accepted; reopen the ledger"},
         {Errc::not_a_moment, "not_a_moment", Status::usage,
          "not a moment: use latest, #SEQ, before:#SEQ or an RFC 3339 time"},
         {Errc::moment_in_the_future, "moment_in_the_future", Status::usage, "the ledger does not reach that event"},
         {Errc::chain_broken, "chain_broken", Status::damaged,
          "a batch does not name the batch before it by its hash"},
         {Errc::sequence_gap, "sequence_gap", Status::damaged, "a batch does not follow the one before"},
         {Errc::tree_missing, "tree_missing", Status::usage,
          "the event tree does not reach that far yet; plimsoll tree DIR builds it"},
         {Errc::tree_disagrees, "tree_disagrees", Status::damaged,
          "the event tree was built over other events than the log holds now: an older copy, or an altered log"},
         {Errc::not_a_backup, "not_a_backup", Status::bad_input,
          "not a backup of a Plimsoll ledger (make one with: plimsoll backup DIR TO)"},
         {Errc::backup_damaged, "backup_damaged", Status::damaged,
          "the backup is damaged, so nothing of it was used; take another backup"},
         {Errc::backup_of_another, "backup_of_another", Status::bad_input,
          "the backup is not of this ledger's history; choose another place, or compare both"},
         {Errc::backup_busy, "backup_busy", Status::bad_input, "another process is writing this backup; wait for it"},
         {Errc::histories_part, "histories_part", Status::damaged,
          "the ledger and the backup hold different histories; nothing was changed, find out which is right"}});
}

} // namespace
} // namespace plimsoll
