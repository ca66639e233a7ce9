#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view bridge_story =
    R"({"kind":"AssetDefined","name":"USDC","decimals":6,"asset_kind":"stablecoin"}
{"kind":"AccountOpened","name":"alice","account_kind":"customer"}
{"kind":"AccountOpened","name":"bob","account_kind":"customer"}
{"kind":"AccountOpened","name":"insurance","account_kind":"insurance"}
)";

constexpr std::string_view bridge_commands =
    R"({"id":1,"command":"bridge_observe","time":"2026-01-01T00:00:01Z","chain":"arbitrum","transaction":"0xaa","log_index":3,"block":100,"block_hash":"0xb1","account":"alice","asset":"USDC@arbitrum","amount":"1000"}
{"id":2,"command":"bridge_advance","chain":"arbitrum","transaction":"0xaa","log_index":3,"state":"attested","stake":"0.7"}
{"id":3,"command":"bridge_advance","chain":"arbitrum","transaction":"0xaa","log_index":3,"state":"confirmed","confirmations":20}
{"id":4,"command":"bridge_advance","chain":"arbitrum","transaction":"0xaa","log_index":3,"state":"final","confirmations":5000}
{"id":5,"command":"bridge_observe","chain":"arbitrum","transaction":"0xbb","block":101,"account":"bob","asset":"USDC@arbitrum","amount":"200"}
{"id":6,"command":"bridge_advance","chain":"arbitrum","transaction":"0xbb","state":"attested","stake":"0.7"}
{"id":7,"command":"bridge_withdraw","account":"alice","asset":"USDC@arbitrum","amount":"400"}
)";

class Chains : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        setting.write("story.jsonl", bridge_story);
        setting.write("commands.jsonl", bridge_commands);
        for (auto const* words : {"init day", "import day --format events story.jsonl", "presets adopt day three-chains", "submit day commands.jsonl"}) {
            Outcome const outcome = setting.run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.out << outcome.err;
        }
    }
    Outcome submit(std::string const& lines) {
        setting.write("more.jsonl", lines);
        return setting.run("submit day more.jsonl");
    }
};

TEST_F(Chains, TellWhatStandsWhereAndWhoCouldPay) {
    Outcome const told = setting.run("chains day --transfers");
    EXPECT_EQ(told.status, 1) << "bob's 100 of credit are not final: 600 + 100 + 400 of 1,000\n" << told.err;
    EXPECT_THAT(told.out, HasSubstr("Bridges by three-chains 1"));
    EXPECT_THAT(told.out, HasSubstr("no, 100.000000 short"));
    EXPECT_THAT(told.out, HasSubstr("Not each could pay"));
    EXPECT_THAT(told.out, HasSubstr("0xbb"));
    EXPECT_THAT(told.out, Not(HasSubstr("0xaa"))) << "it is final";
    EXPECT_THAT(told.out, HasSubstr("0.507475"));
    EXPECT_EQ(setting.run("verify day").status, 0);

    Outcome const json = setting.run("chains day --json");
    EXPECT_EQ(json.status, 1);
    for (auto const* part : {R"("locked": "1000.000000")", R"("arriving": "200.000000")", R"("credited": "100.000000")", R"("waiting": "400.000000")",
                             R"("owed": "700.000000")", R"("shortfall": "100.000000")", R"("haircut": "0.01495")", R"("state": "attested")",
                             R"("due": "2026-01-01T00:10:01Z")", R"("can_pay": false)"}) {
        EXPECT_THAT(json.out, HasSubstr(part));
    }
}

TEST_F(Chains, AnswerAnyPastMomentFromTheLogAlone) {
    Outcome const before = setting.run("chains day --json --at before:#1");
    EXPECT_EQ(before.status, 0) << before.err;
    EXPECT_THAT(before.out, HasSubstr(R"("chains": [])"));
    Outcome const all = setting.run("chains day --all");
    EXPECT_THAT(all.out, HasSubstr("0xaa"));
    EXPECT_THAT(all.out, HasSubstr("final"));
    std::string const now = setting.run("chains day --json").out;
    Outcome const more = submit(R"({"id":8,"command":"bridge_advance","chain":"arbitrum","transaction":"0xbb","state":"confirmed","confirmations":30}
{"id":9,"command":"bridge_advance","chain":"arbitrum","transaction":"0xbb","state":"final","confirmations":5000}
)");
    ASSERT_EQ(more.status, 0) << more.out;
    Outcome const later = setting.run("chains day");
    EXPECT_EQ(later.status, 0) << later.out;
    EXPECT_THAT(later.out, HasSubstr("Each could pay"));
    std::string const at = R"("sequence": )";
    std::size_t const basis = now.rfind(at);
    ASSERT_NE(basis, std::string::npos);
    std::string const sequence = now.substr(basis + at.size(), now.find_first_of(",\n", basis) - basis - at.size());
    std::string const again = setting.run("chains day --json --at '#" + sequence + "'").out;
    std::string const head = now.substr(0, now.find(R"("basis")"));
    EXPECT_EQ(again.substr(0, head.size()), head);
}

TEST_F(Chains, RefuseWithRuleAndFiguresAndReversalsSayWhoPaid) {
    Outcome const refused = submit(R"({"id":8,"command":"bridge_withdraw","account":"bob","asset":"USDC@arbitrum","amount":"50"}
{"id":9,"command":"deposit","account":"bob","asset":"USDC","amount":"1"}
{"id":10,"command":"bridge_release","chain":"arbitrum","withdrawal":1}
{"id":11,"command":"transfer","from":"bob","to":"alice","asset":"USDC@arbitrum","amount":"70"}
{"id":12,"command":"bridge_reverse","chain":"arbitrum","transaction":"0xbb","reason":"block 101 was reorganised"}
)");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr(R"("rule":"credit_not_final")"));
    EXPECT_THAT(refused.out, HasSubstr(R"("bob":{"credit_not_final":"100"})"));
    EXPECT_THAT(refused.out, HasSubstr(R"("rule":"moves_by_bridge")"));
    EXPECT_THAT(refused.out, HasSubstr(R"("rule":"dispute_window_open")"));
    EXPECT_THAT(refused.out, HasSubstr(R"("taken_back":"30","not_there":"70")"));
    EXPECT_THAT(setting.run("losses day").out, HasSubstr("70"));
    EXPECT_THAT(setting.run("chains day").out, HasSubstr("no, 70.000000 short"));
    EXPECT_THAT(setting.run("log day --kind ParameterSet").out, HasSubstr("reversed"));
}

TEST_F(Chains, AskedForWithoutABridgeTellWhatTheOutsideHolds) {
    setting.write("plain.jsonl", crash_story);
    ASSERT_EQ(setting.run("init plain").status, 0);
    ASSERT_EQ(setting.run("import plain --format events plain.jsonl").status, 0);
    Outcome const told = setting.run("chains plain");
    EXPECT_EQ(told.status, 0) << told.out << told.err;
    EXPECT_THAT(told.out, HasSubstr("No bridge preset is in force"));
    EXPECT_THAT(told.out, HasSubstr("world"));
    EXPECT_EQ(setting.run("chains nowhere").status, 3);
}

TEST_F(Chains, PresetsShowCheckAndRefuse) {
    EXPECT_THAT(setting.run("presets list").out, HasSubstr("three-chains"));
    EXPECT_THAT(setting.run("presets list --json").out, HasSubstr(R"("bridge_presets": [)"));
    Outcome const toml = setting.run("presets show three-chains --toml");
    EXPECT_EQ(toml.status, 0);
    setting.write("mine.toml", toml.out);
    EXPECT_THAT(setting.run("presets check mine.toml").out, HasSubstr("mine.toml: sound; three-chains 1 (bridge: home, arbitrum, base)"));
    EXPECT_THAT(setting.run("presets show mine.toml").out, HasSubstr("0.98505"));
    EXPECT_THAT(setting.run("presets show mine.toml --json").out, HasSubstr(R"("final_confirmations": 5000)"));
    std::string absurd = toml.out;
    absurd.replace(absurd.find("dispute_seconds = \"200\""), 23, "dispute_seconds = \"0\"");
    setting.write("absurd.toml", absurd);
    Outcome const refused = setting.run("presets adopt day absurd.toml");
    EXPECT_EQ(refused.status, 3);
    EXPECT_THAT(refused.err, HasSubstr("absurd.toml"));
    EXPECT_THAT(refused.err, HasSubstr("nobody could dispute"));
    Outcome const again = setting.run("presets adopt day mine.toml");
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("is in force from event"));
    EXPECT_THAT(again.out, HasSubstr("2 events more define what it needs"));
}

struct BadBridge {
    char const* name;
    char const* line;
    char const* says;
};
class ChainsMalformed : public Chains, public testing::WithParamInterface<BadBridge> {};

TEST_P(ChainsMalformed, StopWithThePlace) {
    Outcome const outcome = submit(std::string(GetParam().line) + "\n");
    EXPECT_EQ(outcome.status, 3);
    EXPECT_THAT(outcome.err, HasSubstr("more.jsonl:1"));
    EXPECT_THAT(outcome.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, ChainsMalformed,
    testing::Values(BadBridge{"StateThatNobodyAdvancesTo", R"({"id":20,"command":"bridge_advance","chain":"arbitrum","transaction":"0xbb","state":"observed"})",
                              "'observed' is none of attested, confirmed, final"},
                    BadBridge{"NoTransaction", R"({"id":20,"command":"bridge_reverse","chain":"arbitrum"})", "transaction"},
                    BadBridge{"NoWithdrawal", R"({"id":20,"command":"bridge_release","chain":"arbitrum"})", "withdrawal"},
                    BadBridge{"TooManyDecimals", R"({"id":20,"command":"bridge_withdraw","account":"bob","asset":"USDC@arbitrum","amount":"0.0000001"})", "amount"},
                    BadBridge{"UnknownField", R"({"id":20,"command":"bridge_dispute","chain":"arbitrum","withdrawal":1,"size":"1"})", "'size' in bridge_dispute"}),
    [](auto const& row) { return std::string(row.param.name); });

} // namespace
} // namespace plimsoll::tools
