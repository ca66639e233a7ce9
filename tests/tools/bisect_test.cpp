// R24: one wrong state transition, one changed event, one foreign log: each found at its event, with row, field and values.
#include "tools/golden/bisect.hpp"

#include "tests/ledger/event/random.hpp"
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;

[[nodiscard]] std::uint64_t asked(char const* name, std::uint64_t otherwise) {
    char const* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// PLIMSOLL_BISECT_EVENTS=10000000 for the full size, PLIMSOLL_BISECT_SEED for another place.
class Bisect : public testing::Test {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        ok("generate --ledger day --accounts " + std::to_string(std::max<std::uint64_t>(50, events() / 200)) + " --events " +
           std::to_string(events()) + " --seed 24 --scenario crash");
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
    [[nodiscard]] static std::uint64_t events() { return asked("PLIMSOLL_BISECT_EVENTS", 20'000); }
    static void ok(std::string const& words) {
        Outcome const outcome = setting()->run(words);
        ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
    }
    /// A copy of the ledger's first events with one line changed.
    static void copy(std::string const& name, std::string const& from, std::string const& to) {
        ok("export day --format events --to '#3000' --output " + name + ".jsonl");
        std::string text = setting()->read(name + ".jsonl");
        if (!from.empty()) {
            auto const at = text.rfind(from);
            ASSERT_NE(at, std::string::npos);
            text.replace(at, from.size(), to);
        }
        setting()->write(name + ".jsonl", text);
        ok("init " + name);
        ok("import " + name + " --format events " + name + ".jsonl");
    }
};

TEST_F(Bisect, FindsOneWrongTransitionAtARandomEvent) {
    std::uint64_t const seed = asked("PLIMSOLL_BISECT_SEED", 24);
    testing_aid::Random random(seed);
    for (int round = 0; round < (events() > 100'000 ? 1 : 3); ++round) {
        std::uint64_t const at = events() / 4 + random.below(events() * 3 / 4);
        SCOPED_TRACE("seed " + std::to_string(seed) + ", spoilt at #" + std::to_string(at));
        ::setenv("MUTANT_AT", std::to_string(at).c_str(), 1);
        ::setenv("MUTANT_ROW", "17", 1);
        auto const start = std::chrono::steady_clock::now();
        Outcome const outcome = setting()->run(std::string("bisect day --build ") + PLIMSOLL_MUTANT + " --json");
        auto const spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        ::unsetenv("MUTANT_AT");
        ASSERT_EQ(outcome.status, 1) << outcome.err;
        simdjson::dom::parser parser;
        simdjson::dom::element const said = parser.parse(outcome.out);
        EXPECT_EQ(said["sequence"].get_uint64().value(), at);
        EXPECT_EQ(said["row"]["table"].get_string().value(), "balances");
        EXPECT_EQ(said["row"]["number"].get_uint64().value(), 17U);
        EXPECT_EQ(said["row"]["field"].get_string().value(), "amount");
        EXPECT_LE(said["probes"].get_uint64().value(), 24U);
        EXPECT_LE(spent.count(), 60'000);
        std::cout << events() << " events: found #" << at << " in " << said["probes"].get_uint64().value() << " probes, " << spent.count() << " ms\n";
    }
}

TEST_F(Bisect, SaysNothingOfTwoBuildsThatAgree) {
    Outcome const outcome = setting()->run(std::string("bisect day --build ") + PLIMSOLL_BINARY);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("They do not part"));
}

TEST_F(Bisect, FindsTheEventInWhichTwoLogsDiffer) {
    copy("same", "", "");
    copy("other", "\"price\":\"", "\"price\":\"1");
    Outcome const outcome = setting()->run("bisect same other --json");
    ASSERT_EQ(outcome.status, 1) << outcome.err;
    simdjson::dom::parser parser;
    simdjson::dom::element const said = parser.parse(outcome.out);
    EXPECT_EQ(said["what"].get_string().value(), "the logs");
    EXPECT_EQ(said["equal_up_to"].get_uint64().value() + 1, said["sequence"].get_uint64().value());
    EXPECT_LE(said["probes"].get_uint64().value(), 24U);
    // A changed line has another fingerprint as its record, and another price: the first field is told.
    EXPECT_EQ(said["values"].get_array().value().size(), 2U);
    Outcome const shorter = setting()->run("bisect day same");
    EXPECT_EQ(shorter.status, 1);
    EXPECT_THAT(shorter.out, HasSubstr("#3,001"));
    EXPECT_THAT(shorter.out, HasSubstr("has no such event"));
}

TEST_F(Bisect, ComparesWithAGoldenFile) {
    copy("gold", "", "");
    ok("replay-test record gold gold.golden");
    EXPECT_EQ(setting()->run("bisect gold --golden gold.golden").status, 0);
    copy("lead", "\"price\":\"", "\"price\":\"1");
    Outcome const outcome = setting()->run("bisect lead --golden gold.golden");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.out, HasSubstr("In the logs, they part at event"));
}

TEST_F(Bisect, SaysWhatItCannotAsk) {
    struct Row {
        std::string words;
        int status;
        std::string line;
    };
    for (Row const& row : {Row{"bisect day --build /bin/cat", 3, "the other build does not answer"},
                           Row{"bisect day --build ./nowhere", 3, "is no program"},
                           Row{"bisect day day --golden x", 2, "one of B, --golden and --build"},
                           Row{"bisect nowhere", 3, "nowhere"}}) {
        Outcome const outcome = setting()->run(row.words);
        EXPECT_EQ(outcome.status, row.status) << row.words << outcome.err;
        EXPECT_THAT(outcome.err, HasSubstr(row.line)) << row.words;
    }
    auto const never = OtherBuild::start("./nowhere", "day");
    ASSERT_FALSE(never);
    EXPECT_TRUE(never.error().is(Errc::other_build_fails));
}

} // namespace
} // namespace plimsoll::tools
