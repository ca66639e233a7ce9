// R22: recorded logs give for ever what they gave; a file that is damaged or newer is refused, never passed.
#include "tools/golden/golden.hpp"

#include "tests/ledger/event/random.hpp"
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;

class GoldenFile : public testing::Test {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        setting()->tell_story();
        for (auto const* words : {"replay-test record day day.golden", "replay-test record day again.golden",
                                  "replay-test record day day.golden.xz --states 3", "replay-test record empty empty.golden"}) {
            Outcome const outcome = setting()->run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
    [[nodiscard]] static std::string day() { return setting()->read("day.golden"); }
    /// The file with something changed and its sum made right again.
    [[nodiscard]] static std::string resealed(std::string text, std::string const& from, std::string const& to) {
        text.erase(text.rfind("sha256 "));
        auto const at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
        return text + "sha256 " + to_hex(sha256(bytes_of(std::string_view(text)))) + "\n";
    }
};

TEST_F(GoldenFile, EqualLedgersGiveEqualFiles) { EXPECT_EQ(day(), setting()->read("again.golden")); }

TEST_F(GoldenFile, RunsToWhatItRecorded) {
    Outcome const outcome = setting()->run("replay-test run day.golden day.golden.xz empty.golden");
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("Tests run: 3, Failures: 0, Errors: 0"));
    EXPECT_THAT(setting()->run("replay-test run day.golden --json").out, HasSubstr("\"verdict\": \"same\""));
}

TEST_F(GoldenFile, ComesBackFromItsText) {
    auto const golden = Golden::parse(day());
    ASSERT_TRUE(golden) << golden.error().message();
    EXPECT_EQ(golden.value().text(), day());
    EXPECT_EQ(golden.value().expected.events, 15U);
    EXPECT_THAT(golden.value().expected.report, testing::Contains("asset USD liabilities 580"));
}

TEST_F(GoldenFile, SaysTheFirstDifference) {
    struct Row {
        char const* from;
        char const* to;
        char const* what;
    };
    for (Row const& row : {Row{"events 15", "events 16", "events"}, Row{"report kind AccountOpened", "report kind AccountOpenef", "report line"},
                           Row{"liabilities 580", "liabilities 581", "expected asset USD liabilities 581"}}) {
        setting()->write("changed.golden", resealed(day(), row.from, row.to));
        Outcome const outcome = setting()->run("replay-test run changed.golden day.golden");
        EXPECT_EQ(outcome.status, 1) << row.from << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr(row.what));
        EXPECT_THAT(outcome.out, HasSubstr("Tests run: 2, Failures: 1, Errors: 0"));
    }
    std::string const text = day();
    auto const at = text.find("\nstate ");
    std::string const line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    std::string wrong = line;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    setting()->write("changed.golden", resealed(text, line, wrong));
    EXPECT_THAT(setting()->run("replay-test run changed.golden").out, HasSubstr("first at the state root after #"));
}

TEST_F(GoldenFile, RefusesWhatANewerProgramWrote) {
    for (auto const& [from, to] : {std::pair{"plimsoll-golden 1", "plimsoll-golden 2"}, std::pair{"schema 1", "schema 9"}}) {
        setting()->write("newer.golden", resealed(day(), from, to));
        Outcome const outcome = setting()->run("replay-test run newer.golden");
        EXPECT_EQ(outcome.status, 3) << outcome.out;
        EXPECT_THAT(outcome.out, HasSubstr("newer program"));
    }
}

TEST_F(GoldenFile, RefusesEveryDamage) {
    constexpr std::uint64_t seed = 22;
    testing_aid::Random random(seed);
    std::string const whole = day();
    for (int i = 0; i < 2'000; ++i) {
        std::string text = whole;
        if (random.chance(4)) {
            text.resize(random.below(text.size()));
        } else {
            char& byte = text[random.below(text.size())];
            byte = static_cast<char>(byte ^ static_cast<char>(1U << random.below(8)));
        }
        auto const golden = Golden::parse(text);
        ASSERT_FALSE(golden) << "seed " << seed << ", round " << i;
        EXPECT_TRUE(golden.error().is(Errc::golden_malformed)) << golden.error().message();
    }
    setting()->write("cut.golden", whole.substr(0, whole.size() / 2));
    Outcome const outcome = setting()->run("replay-test run cut.golden");
    EXPECT_EQ(outcome.status, 3);
    EXPECT_THAT(outcome.out, HasSubstr("cut short"));
    EXPECT_EQ(setting()->run("replay-test run nowhere.golden").status, 3);
}

/// Whatever was recorded by a released schema.
TEST(GoldenFiles, ReplayToTheirRootsForEver) {
    CommandSetting const setting;
    Outcome const outcome = setting.run("replay-test run '" PLIMSOLL_SOURCE_DIR "'/tests/golden/*");
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("Failures: 0, Errors: 0"));
}

} // namespace
} // namespace plimsoll::tools
