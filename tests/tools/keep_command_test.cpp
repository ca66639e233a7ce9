// Backup, restore, repair and verify as their users meet them.
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class KeepCommand : public testing::Test {
protected:
    KeepCommand() { setting_.tell_story(); }
    std::string expect(std::string const& words, int status, std::string const& line) const {
        Outcome const outcome = setting_.run(words);
        EXPECT_EQ(outcome.status, status) << words << "\n" << outcome.out << outcome.err;
        EXPECT_THAT(outcome.out + outcome.err, HasSubstr(line)) << words;
        return outcome.out;
    }
    [[nodiscard]] fs::path file(std::string const& name) const { return setting_.directory() / name; }
    void lose_the_log() const {
        for (auto const& entry : fs::directory_iterator(file("day/db"))) {
            if (entry.path().extension() == ".log") fs::remove(entry.path());
        }
    }
    void sign() const {
        expect("key new books.key --name example.org/books > books.pub", 0, "");
        expect("key new other.key --name example.org/books > other.pub", 0, "");
        expect("sign day --key books.key --at '#12' --output old.note", 0, "");
        expect("sign day --key books.key --output new.note", 0, "");
    }
    void alter(std::string const& name, std::string const& from, std::string const& to) const {
        std::string text = setting_.read(name);
        auto const at = text.find(from);
        ASSERT_NE(at, std::string::npos) << text;
        setting_.write(name, text.replace(at, from.size(), to));
    }

    CommandSetting setting_;
};

TEST_F(KeepCommand, BacksUpAndRestores) {
    sign();
    expect("backup day kept", 0, "Backed up day to kept");
    expect("backup day kept", 0, "new: 0 events, 0 bytes in 0 files");
    expect("restore kept --check", 0, "kept is whole");
    expect("restore kept copy", 0, "Restored copy from kept");
    std::string const moment = expect("solvency day --json", 0, "state_root");
    simdjson::dom::parser parser;
    auto const told = parser.parse(setting_.run("backup day kept --json").out);
    EXPECT_THAT(moment, HasSubstr(std::string(std::string_view(told["state_root"]))));
    EXPECT_EQ(std::uint64_t(told["events"]), 15U);
    EXPECT_EQ(std::uint64_t(told["signed_checkpoints"]), 2U);
    EXPECT_EQ(setting_.read("copy/signed/12"), setting_.read("day/signed/12"));
    expect("verify copy --key books.pub", 0, "2 signed checkpoints");
    expect("prove copy event '#14'", 0, "");
    expect("import copy --format events story.jsonl", 0, "");
}

TEST_F(KeepCommand, SaysWhatARestoreMustNotDo) {
    expect("backup day kept", 0, "");
    expect("restore kept day", 3, "the directory is not empty");
    expect("restore kept", 2, "either DIR, where the ledger is to be made, or --check");
    expect("restore kept copy --check", 2, "--check");
    expect("restore day copy", 3, "not a backup of a Plimsoll ledger");
    expect("backup nowhere kept", 3, "not a Plimsoll ledger");
    expect("backup day day", 3, "the directory is not empty");
    expect("backup empty kept", 3, "the backup is not of this ledger's history");
    expect("restore kept copy --witness-mode often", 3, "a witness is strict");
    std::string text = setting_.read("kept/MANIFEST");
    text[60] = static_cast<char>(text[60] ^ 1);
    setting_.write("kept/MANIFEST", text);
    expect("restore kept copy", 4, "the backup is damaged");
    expect("restore kept --check --json", 4, "\"rule\":\"backup_damaged\"");
    EXPECT_FALSE(fs::exists(file("copy")));
    EXPECT_FALSE(fs::exists(file("copy.witness")));
}

TEST_F(KeepCommand, RepairsFromABackup) {
    expect("backup day kept", 0, "");
    lose_the_log();
    std::string const refused = "acknowledged history is missing";
    expect("solvency day", 4, refused);
    expect("solvency day", 4, "plimsoll repair DIR --from BACKUP");
    expect("repair day", 4, "promised #15");
    std::string const text = expect("repair day --from kept", 0, "Repaired day: 15 events");
    EXPECT_THAT(text, HasSubstr("#1 to #15  from kept"));
    EXPECT_THAT(text, HasSubstr("day.damaged-1"));
    expect("verify day", 0, "Sound");
    expect("import day --format events story.jsonl", 0, "");
    simdjson::dom::parser parser;
    auto const again = parser.parse(setting_.run("repair day --from kept --json").out);
    EXPECT_EQ(std::uint64_t(again["events"]), 15U);
    EXPECT_EQ(std::string_view(again["taken"].at(0)["from"]), "ledger");
    EXPECT_TRUE(fs::exists(file("day.damaged-2/PLIMSOLL")));
}

TEST_F(KeepCommand, GivesUpOnlyWhenToldTo) {
    expect("backup empty kept", 0, "0 events");
    expect("import empty --format events story.jsonl", 0, "");
    fs::remove_all(file("empty"));
    expect("restore kept empty", 4, "the backup has #0, promised #15");
    expect("restore kept empty --give-up", 0, "GIVEN UP: 15 events");
    expect("witness empty show", 0, "promised #0");
}

TEST_F(KeepCommand, VerifiesWhatWasSigned) {
    sign();
    expect("verify day", 0, "2 signed checkpoints (give --key to check the signatures)");
    expect("verify day --key books.pub", 0, "Sound");
    expect("verify day --key other.pub", 4, "DIFFERS: ");
    std::string const note = setting_.read("day/signed/12");
    std::string const state = note.substr(note.find("plimsoll-state 1 ") + 17, 6);
    alter("day/signed/12", state, state == "AAAAAA" ? "BAAAAA" : "AAAAAA");
    expect("verify day", 4, "a signed checkpoint has another state root");
    setting_.write("day/signed/12", note);
    alter("day/signed/12", "\n12\n", "\n13\n");
    expect("verify day", 4, "a signed checkpoint lies under another size");
    setting_.write("day/signed/12", note.substr(0, 20));
    expect("verify day --json", 4, "signed/12");
    setting_.write("day/signed/12", note);
    setting_.write("day/signed/99", note);
    alter("day/signed/99", "\n12\n", "\n99\n");
    expect("verify day", 4, "a signed checkpoint goes past the log");
    fs::remove(file("day/signed/99"));
    expect("verify day", 0, "Sound");
}

TEST_F(KeepCommand, SamplesWithASeed) {
    sign();
    std::string const one = expect("verify day --sample 5 --seed 7", 0, "Sampled day, seed 7: ");
    EXPECT_EQ(one, expect("verify day --sample 5 --seed 7", 0, "Sound as far as it was drawn"));
    expect("verify day --sample 5", 0, "seed ");
    expect("verify day --sample 5 --json", 0, "\"sampled_events\": 15");
    expect("verify empty --sample 5", 0, "0 events in 0 batches");
    expect("verify day --sample 0", 2, "usage");
    expect("verify day --seed 3", 2, "--seed goes with --sample N");
    expect("verify day --sample 5 --key books.pub", 2, "--key goes with a whole verify");
}

} // namespace
} // namespace plimsoll::tools
