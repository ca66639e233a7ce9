// Keys, signed checkpoints and proofs as their users meet them: made beside a ledger, checked without it.
#include "tests/tools/command_story.hpp"

#include "ledger/book/errc.hpp"
#include "replay/errc.hpp"
#include "tools/errc.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <optional>
#include <ostream>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Row {
    std::string name;
    std::string words;
    int status;
    std::string line; ///< in what it prints, on either stream
    friend void PrintTo(Row const& row, std::ostream* out) { *out << row.words; }
};

[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Row> const& row) { return row.param.name; }

[[nodiscard]] std::string replaced(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
}

/// One ledger for all: signed after its 12th event and at its end, with a proof of each kind.
class ProofCommand : public testing::TestWithParam<Row> {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        setting()->tell_story();
        setting()->write("other.jsonl", replaced(std::string(crash_story), "\"50\"", "\"51\""));
        for (auto const* words :
             {"key new books.key --name example.org/books > books.pub", "key new other.key --name example.org/books > other.pub",
              "key new strange.key --name example.org/strange > strange.pub",
              "sign day --key books.key --at '#12' --output old.note", "sign day --key books.key --output new.note",
              "prove day event '#14' --output event.proof", "prove day consistency --from 12 --output grown.proof",
              "prove day account alice --output alice.proof",
              "prove day account bob --at '#12' --definitions --output bob.proof", "init young", "init foreign",
              "import foreign --format events other.jsonl", "sign foreign --key other.key --output foreign.note"}) {
            Outcome const outcome = setting()->run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
        alter("event.proof", "forged_event.proof", "\"sequence\": 14", "\"sequence\": 13");
        alter("event.proof", "no_event.proof", "\"event\": \"", "\"event\": \"AAAA");
        alter("event.proof", "later.proof", "books\\n15\\n", "books\\n16\\n");
        alter("grown.proof", "shrunk.proof", "\"old_size\": 12", "\"old_size\": 16");
        alter("alice.proof", "forged_name.proof", "\"account\": \"alice\"", "\"account\": \"bob\"");
        alter("alice.proof", "no_tables.proof", "\"tables\"", "\"tablets\"");
        alter("event.proof", "of_tomorrow.proof", "\"plimsoll_proof\": 1", "\"plimsoll_proof\": 2");
        setting()->write("cut.proof", setting()->read("event.proof").substr(0, 300));
        setting()->write("bad.key", "PRIVATE+KEY+nonsense\n");
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
    static void alter(std::string const& from, std::string const& to, std::string const& old_text, std::string const& text) {
        setting()->write(to, replaced(setting()->read(from), old_text, text));
    }
};

TEST_P(ProofCommand, EndsAsItShould) {
    Outcome const outcome = setting()->run(GetParam().words);
    EXPECT_EQ(outcome.status, GetParam().status) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(GetParam().line));
}

INSTANTIATE_TEST_SUITE_P(
    Answers, ProofCommand,
    testing::Values(Row{"Tree", "tree day", 0, "15 events"}, Row{"TreeOfNothing", "tree young", 0, "0 events"},
                    Row{"Show", "key show books.key", 0, "example.org/books+"},
                    Row{"Event", "check-proof event.proof --key books.pub", 0, "event #14: Traded"},
                    Row{"EventInJson", "check-proof event.proof --key books.pub --json", 0, "\"holds\": true"},
                    Row{"Grown", "check-proof grown.proof --key books.pub", 0, "begins with the 12 events"},
                    Row{"GrownFromMine", "check-proof grown.proof --key books.pub --old old.note", 0, "Holds"},
                    // Alice: 50 - 0.50 in cash; 2 contracts for 200.
                    Row{"Account", "check-proof alice.proof --key books.pub", 0, "49.5 of asset 1"},
                    Row{"Position", "check-proof alice.proof --key books.pub", 0, "2 contracts of instrument 1, quote -200"},
                    Row{"AccountThen", "check-proof bob.proof --key books.pub", 0, "500 of USD"},
                    Row{"KeyAsALine", "check-proof event.proof --key $(cat books.pub)", 0, "Holds"},
                    Row{"ByAnOlderCheckpoint", "prove day event '#3' --checkpoint old.note", 0, "books\\n12\\n"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Findings, ProofCommand,
    testing::Values(Row{"ForgedEvent", "check-proof forged_event.proof --key books.pub", 1, "the proof leads to another root"},
                    Row{"NoEvent", "check-proof no_event.proof --key books.pub", 1, ""},
                    Row{"AnotherSize", "check-proof later.proof --key books.pub", 1, std::string(describe(Errc::signature_wrong).sentence)},
                    Row{"AnotherKey", "check-proof event.proof --key other.pub", 1, std::string(describe(Errc::signature_missing).sentence)},
                    Row{"Shrunk", "check-proof shrunk.proof --key books.pub", 1, "a log only grows"},
                    Row{"NotFromMine", "check-proof grown.proof --key books.pub --old new.note", 1, std::string(describe(Errc::proof_fails).sentence)},
                    Row{"ForgedName", "check-proof forged_name.proof --key books.pub", 1, "the account shown is 'alice', not 'bob'"},
                    Row{"AnotherLedger", "prove empty event '#1' --checkpoint new.note", 1, std::string(describe(Errc::checkpoint_differs).sentence)},
                    Row{"SignedAsAnotherLog", "sign day --key strange.key", 1, "is of 'example.org/books', the key is for 'example.org/strange'"},
                    Row{"ForeignLog", "prove day event '#3' --checkpoint foreign.note", 1, "the first 15 events give another root"},
                    Row{"ForeignCheckpoint", "prove day account alice --checkpoint foreign.note", 1, "the state at #15 has another root"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Refusals, ProofCommand,
    testing::Values(Row{"CutProof", "check-proof cut.proof --key books.pub", 3, std::string(describe(Errc::proof_malformed).sentence)},
                    Row{"FieldMissing", "check-proof no_tables.proof --key books.pub", 3, "field 'tables'"},
                    Row{"NewerFormat", "check-proof of_tomorrow.proof --key books.pub", 3, "it has format 2"},
                    Row{"NoProof", "check-proof nowhere.proof --key books.pub", 3, "nowhere.proof"},
                    Row{"NoKey", "check-proof event.proof --key nowhere.pub", 3, "nowhere.pub"},
                    Row{"PrivateKeyGiven", "check-proof event.proof --key books.key", 3, "plimsoll key show"},
                    Row{"OldWithoutNeed", "check-proof event.proof --key books.pub --old old.note", 2, "--old goes with"},
                    Row{"BadKey", "sign day --key bad.key", 3, std::string(describe(Errc::key_malformed).sentence)},
                    Row{"KeyOverAnother", "key new books.key", 3, "never written over"},
                    Row{"NothingSigned", "prove young event '#1'", 2, std::string(describe(Errc::no_signed_checkpoint).sentence)},
                    Row{"NotSignedThen", "prove day account alice --at '#13'", 2, "--at '#13'"},
                    Row{"NotSignedYet", "prove day event '#14' --checkpoint old.note", 2, "it reaches #12 only"},
                    Row{"NoNote", "prove day event '#3' --checkpoint books.pub", 3, std::string(describe(Errc::note_malformed).sentence)},
                    Row{"NoEventThere", "prove day event '#99'", 2, "the last event is #15"},
                    Row{"NoSuchAccount", "prove day account carol", 3, "no such account"},
                    Row{"FromNothing", "prove day consistency --from 0", 1, "nothing to prove"},
                    Row{"FromPastTheEnd", "prove day consistency --from 16", 1, "a log only grows"},
                    Row{"NoWord", "prove day", 2, "see plimsoll prove --help"}, Row{"NoLedger", "tree nowhere", 3, "nowhere"}),
    name_of);

TEST_F(ProofCommand, AnAccountsProofShowsNobodyElse) {
    std::string const proof = setting()->read("alice.proof");
    simdjson::dom::parser parser;
    simdjson::dom::element const json = parser.parse(proof);
    EXPECT_EQ(json["rows"].get_array().size(), 3U) << "her account, her balance, her position";
    EXPECT_THAT(proof, Not(HasSubstr("bob")));
}

TEST_F(ProofCommand, AnyChangedByteOfAProofIsNoticed) {
    std::string const proof = setting()->read("event.proof");
    // Every 61st, for each is a run of the program; proof_file_test changes many more.
    for (std::size_t at = 40; at < proof.size(); at += 61) {
        if (proof[at] == ' ' || proof[at] == '\n') continue;
        std::string altered = proof;
        altered[at] = static_cast<char>(altered[at] ^ 0x02);
        setting()->write("altered.proof", altered);
        Outcome const outcome = setting()->run("check-proof altered.proof --key books.pub");
        EXPECT_NE(outcome.status, 0) << at << " " << proof.substr(at, 20);
    }
}

TEST_F(ProofCommand, TilesAreDerived) {
    Outcome const before = setting()->run("tree day --json");
    std::filesystem::remove_all(setting()->directory() / "day/tiles");
    EXPECT_EQ(setting()->run("prove day event '#14'").out, setting()->read("event.proof")) << "built where they are missing";
    simdjson::dom::parser parser;
    simdjson::dom::parser again;
    EXPECT_EQ(std::string(parser.parse(before.out)["root"].get_string().value()),
              std::string(again.parse(setting()->run("tree day --json").out)["root"].get_string().value()));
}

TEST_F(ProofCommand, AKeyIsReadableByItsOwnerAlone) {
    auto const status = std::filesystem::status(setting()->directory() / "books.key");
    EXPECT_EQ(status.permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

/// An older copy under a newer signature, a state that was signed otherwise, tiles of another log.
TEST_F(ProofCommand, WhatWasSignedBinds) {
    CommandSetting other;
    other.tell_story();
    ASSERT_EQ(other.run("key new k --name books").status, 0);
    ASSERT_EQ(other.run("sign day --key k").status, 0);
    std::filesystem::copy(other.directory() / "day/signed", other.directory() / "empty/signed", std::filesystem::copy_options::recursive);
    Outcome const outcome = other.run("sign empty --key k");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, HasSubstr("is this an older copy?"));
    std::string const note = other.read("day/signed/15");
    other.write("day/signed/15", replaced(note, "plimsoll-state 1 ", "plimsoll-state 1 0"));
    EXPECT_EQ(other.run("sign day --key k").status, 3) << "a root that is no root";
    auto const digit = note.find("plimsoll-state 1 ") + 17;
    other.write("day/signed/15", note.substr(0, digit) + (note[digit] == 'A' ? 'B' : 'A') + note.substr(digit + 1));
    Outcome const state = other.run("sign day --key k");
    EXPECT_EQ(state.status, 1);
    EXPECT_THAT(state.err, HasSubstr("another root of the state"));
    std::filesystem::copy(other.directory() / "day/tiles", other.directory() / "empty/tiles", std::filesystem::copy_options::recursive);
    Outcome const tiles = other.run("tree empty --json");
    EXPECT_EQ(tiles.status, 4);
    EXPECT_THAT(tiles.out, HasSubstr(std::string(describe(replay::Errc::tree_disagrees).name)));
}

} // namespace
} // namespace plimsoll::tools
