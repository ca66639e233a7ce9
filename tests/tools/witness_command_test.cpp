// The head witness as its users meet it: made with the ledger, missed when it is gone, and taken anew.
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class WitnessCommand : public testing::Test {
protected:
    WitnessCommand() { setting_.tell_story(); }
    void expect(std::string const& words, int status, std::string const& line) const {
        Outcome const outcome = setting_.run(words);
        EXPECT_EQ(outcome.status, status) << words << "\n" << outcome.out << outcome.err;
        EXPECT_THAT(outcome.out + outcome.err, HasSubstr(line)) << words;
    }
    [[nodiscard]] fs::path file(std::string const& name) const { return setting_.directory() / name; }

    CommandSetting setting_;
};

TEST_F(WitnessCommand, ShowsBothSides) {
    expect("witness day show", 0, "have     #15 ");
    expect("witness day show", 0, "promised #15 ");
    expect("witness day show", 0, "The ledger has all that was promised.");
    simdjson::dom::parser parser;
    auto const json = parser.parse(setting_.run("witness day show --json").out);
    EXPECT_TRUE(bool(json["agrees"]));
    EXPECT_EQ(std::string_view(json["mode"]), "strict");
    EXPECT_EQ(std::uint64_t(json["promised_sequence"]), 15U);
    EXPECT_EQ(std::string_view(json["log_root"]), std::string_view(json["promised_log_root"]));
}

/// A ledger that was moved without its witness is taken as it is, by one command that the message names.
TEST_F(WitnessCommand, TakesACopyThatCameWithoutIt) {
    fs::copy(file("day"), file("copy"), fs::copy_options::recursive);
    for (char const* words : {"solvency copy", "import copy --format events story.jsonl", "tree copy"}) {
        expect(words, 3, "plimsoll witness DIR accept");
    }
    expect("witness copy show", 3, "REFUSED");
    expect("witness copy accept", 0, "The ledger has all that was promised.");
    expect("solvency copy", 0, "alice");
    expect("witness day show", 0, "promised #15 ");
}

/// An older copy of the whole directory in the place of the ledger: refused by whatever opens it, with both numbers.
TEST_F(WitnessCommand, RefusesAnOlderCopyInItsPlace) {
    fs::copy(file("empty"), file("older"), fs::copy_options::recursive);
    ASSERT_EQ(setting_.run("import empty --format events story.jsonl").status, 0);
    fs::remove_all(file("empty"));
    fs::rename(file("older"), file("empty"));
    for (char const* words : {"solvency empty", "import empty --format events story.jsonl", "tree empty", "witness empty show",
                              "witness empty accept", "verify empty"}) {
        expect(words, 4, "have #0, promised #15");
    }
    expect("witness empty accept --give-up", 0, "Before: acknowledged history is missing");
    expect("import empty --format events story.jsonl", 0, "15");
}

TEST_F(WitnessCommand, LiesWhereAndWritesHowTheUserSays) {
    expect("init books --witness elsewhere --witness-mode batched:40", 0, "Made an empty ledger");
    EXPECT_TRUE(fs::exists(file("elsewhere")));
    EXPECT_FALSE(fs::exists(file("books.witness")));
    expect("import books --format events story.jsonl", 0, "15");
    expect("witness books show", 0, "a power cut may leave the last 40 ms unwitnessed");
    expect("witness books show", 0, "promised #15 ");
    expect("witness books accept --mode none", 0, "has no witness");
    expect("solvency books", 0, "alice");
    expect("witness books accept --mode strict", 0, "promised #15 ");
    EXPECT_TRUE(fs::exists(file("books.witness")));
}

TEST_F(WitnessCommand, SaysWhatItCannotRead) {
    expect("init other --witness-mode sometimes", 3, "a witness is strict, batched:MS (1 to 60000) or none: 'sometimes'");
    EXPECT_FALSE(fs::exists(file("other")));
    expect("init other --witness no/such/folder/w", 4, "the ledger's witness cannot be written");
    expect("witness day forget", 2, "usage");
    expect("witness nowhere show", 3, "not a Plimsoll ledger");
}

} // namespace
} // namespace plimsoll::tools
