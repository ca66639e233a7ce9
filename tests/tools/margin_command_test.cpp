// The margin and presets commands as their users meet them.
#include "tests/tools/command_story.hpp"
#include "tools/errc.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <optional>
#include <ostream>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Row {
    std::string name;
    std::string words;
    int status;
    std::string line; ///< in what it prints, on either stream
    friend void PrintTo(Row const& row, std::ostream* out) { *out << row.words; }
};

/// A generated day; `adopted` is a copy of it that took derive-srm, and then derive-pmrm2.
class MarginCommand : public testing::TestWithParam<Row> {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        for (std::string const directory : {"day", "adopted"}) {
            ASSERT_EQ(setting()->run("generate --ledger " + directory + " --accounts 200 --events 12000 --seed 3 --scenario crash").status, 0);
        }
        ASSERT_EQ(setting()->run("init empty").status, 0);
        setting()->write("mine.toml", setting()->run("presets show derive-srm --toml").out);
        setting()->write("broken.toml", "name = \"broken\"\n");
        ASSERT_EQ(setting()->run("presets adopt adopted derive-srm").status, 0);
        ASSERT_EQ(setting()->run("presets adopt adopted derive-pmrm2").status, 0);
        simdjson::dom::parser parser;
        simdjson::dom::element answer = parser.parse(setting()->run("margin day --all --preset derive-pmrm2 --json").out);
        account() = std::string(answer["presets"].at(0)["accounts"].at(0)["account"].get_string().value());
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
    static std::string& account() {
        static std::string name;
        return name;
    }
    [[nodiscard]] static Outcome run(std::string words) {
        constexpr std::string_view placeholder = "ACCOUNT";
        auto const at = words.find(placeholder);
        if (at != std::string::npos) words.replace(at, placeholder.size(), account());
        return setting()->run(words);
    }
    [[nodiscard]] static simdjson::dom::element json(simdjson::dom::parser& parser, std::string const& words) {
        Outcome const outcome = run(words + " --json");
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return parser.parse(outcome.out);
    }
};

TEST_P(MarginCommand, EndsAsItShould) {
    Outcome const outcome = run(GetParam().words);
    EXPECT_EQ(outcome.status, GetParam().status) << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(GetParam().line));
    if (GetParam().status > 1) {
        EXPECT_THAT(outcome.err, StartsWith("plimsoll: "));
    }
}

[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Row> const& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Answers, MarginCommand,
    testing::Values(Row{"OneAccount", "margin day ACCOUNT --preset derive-pmrm2", 0, "<- binds"},
                    Row{"OneAccountStandard", "margin day ACCOUNT --preset derive-srm", 0, "asked, maintenance"},
                    Row{"InForce", "margin adopted ACCOUNT", 0, "derive-pmrm2 1 (scenario_grid, portfolio margin), in force since #12,002"},
                    Row{"InForceBefore", "margin adopted ACCOUNT --at '#12001'", 0, "derive-srm 1"},
                    Row{"NotInForceYet", "margin adopted ACCOUNT --at '#12000'", 2, "presets adopt DIR NAME"},
                    Row{"AFile", "margin day ACCOUNT --preset ./mine.toml", 0, "derive-srm"},
                    Row{"All", "margin day --all --preset derive-srm", 0, "Margin of "},
                    Row{"SideBySide", "margin day --all --preset derive-srm --preset derive-pmrm2 --preset greeks", 0, "portfolio margin"},
                    Row{"Screened", "margin day --all --preset derive-pmrm2 --screen", 0, "asked, initial"},
                    Row{"EveryPreset", "margin day --all --limit 1 --preset maker-cdp --preset opyn-gamma --preset lyra-v1-amm --preset dydx-v4-perp "
                                       "--preset hyperliquid-perp --preset span-like", 0, "without a margin"},
                    Row{"List", "presets list", 0, "hyperliquid-perp"}, Row{"Show", "presets show derive-pmrm2", 0, "exponent"},
                    Row{"Check", "presets check mine.toml maker-cdp", 0, "mine.toml: sound"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Refusals, MarginCommand,
    testing::Values(Row{"NoPreset", "margin day ACCOUNT", 2, "no margin preset in force at that moment"},
                    Row{"UnknownPreset", "margin day ACCOUNT --preset derive", 2, "'derive' of margin; there are derive-pmrm2"},
                    Row{"NobodyNamed", "margin day --preset derive-srm", 2, "name an account, or give --all"},
                    Row{"TwoForOne", "margin day ACCOUNT --preset derive-srm --preset greeks", 2, "several need --all"},
                    Row{"UnknownAccount", "margin day nobody --preset derive-srm", 3, "no such account"},
                    Row{"NoFile", "margin day --all --preset ./no.toml", 3, "./no.toml"},
                    Row{"BrokenFile", "presets check broken.toml", 3, "broken.toml: version (a text) is missing"},
                    Row{"NothingToDo", "presets", 2, "see plimsoll presets --help"},
                    Row{"AdoptBroken", "presets adopt day broken.toml", 3, "broken.toml"},
                    Row{"NoLedger", "presets adopt nowhere derive-srm", 3, "nowhere"},
                    Row{"EmptyLedger", "margin empty --all --preset derive-srm", 2, "no assets at that moment"},
                    Row{"ScreenOfOne", "margin day ACCOUNT --preset derive-srm --screen", 2, "--all"}),
    name_of);

TEST_F(MarginCommand, FailuresNameTheirRule) {
    for (auto const& [words, rule] : {std::pair{"margin day ACCOUNT --json", Errc::no_preset_in_force},
                                      std::pair{"presets show derive --json", Errc::unknown_preset}}) {
        EXPECT_THAT(run(words).out, HasSubstr(std::string(describe(rule).name))) << words;
    }
}

TEST_F(MarginCommand, TheSumsAreThoseOfTheAccounts) {
    simdjson::dom::parser parser;
    simdjson::dom::element const all = json(parser, "margin day --all --preset derive-pmrm2");
    auto const side = all["presets"].at(0);
    std::uint64_t counted = 0;
    for (char const* standing : {"clear", "below_initial", "below_maintenance", "insolvent", "failed"}) counted += side[standing].get_uint64().value();
    EXPECT_EQ(counted, all["accounts_margined"].get_uint64().value());
    EXPECT_GT(side["accounts"].get_array().size(), 0U);
    // one account alone says what the sweep says of it
    auto const row = side["accounts"].at(0);
    std::string const name(row["account"].get_string().value());
    simdjson::dom::parser other;
    simdjson::dom::element const one = json(other, "margin day " + name + " --preset derive-pmrm2");
    for (char const* level : {"mark_to_market", "initial_margin", "maintenance_margin", "initial_excess", "maintenance_excess"}) {
        EXPECT_EQ(one[level].get_string().value(), row[level].get_string().value()) << level;
    }
    EXPECT_EQ(one["standing"].get_string().value(), row["standing"].get_string().value());
    EXPECT_EQ(one["scenarios"].get_array().size() % 32, 0U);
}

TEST_F(MarginCommand, TheScreenListsTheSameAccounts) {
    simdjson::dom::parser parser;
    simdjson::dom::parser other;
    auto const full = json(parser, "margin day --all --preset derive-pmrm2")["presets"].at(0);
    auto const screened = json(other, "margin day --all --preset derive-pmrm2 --screen")["presets"].at(0);
    EXPECT_EQ(simdjson::to_string(full["accounts"]), simdjson::to_string(screened["accounts"]));
    EXPECT_TRUE(screened["initial_margin_total"].is_null());
    EXPECT_EQ(full["clear"].get_uint64().value(), screened["clear"].get_uint64().value());
}

} // namespace
} // namespace plimsoll::tools
