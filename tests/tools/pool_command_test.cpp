#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A pool in an empty ledger, made and used as a user makes and uses it.
class PoolCommandTest : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        setting.write("names.jsonl", R"({"kind":"AssetDefined","name":"USD","decimals":6,"asset_kind":"stablecoin"}
{"kind":"AssetDefined","name":"ETH","decimals":18,"asset_kind":"token"}
{"kind":"AssetDefined","name":"shares:lp","decimals":18,"asset_kind":"share"}
{"kind":"AccountOpened","name":"world","account_kind":"outside"}
{"kind":"AccountOpened","name":"venue:lp","account_kind":"outside"}
{"kind":"AccountOpened","name":"queue:lp","account_kind":"treasury"}
{"kind":"AccountOpened","name":"lp","account_kind":"pool"}
{"kind":"AccountOpened","name":"market","account_kind":"market"}
{"kind":"AccountOpened","name":"alice","account_kind":"customer"}
{"kind":"AccountOpened","name":"bob","account_kind":"customer"}
{"kind":"InstrumentDefined","name":"ETH-USD","instrument_kind":"spot","payoff":"linear","base":"ETH","quote":"USD","settle":"USD","multiplier":"1"}
{"kind":"InstrumentDefined","name":"ETH-30JAN-3000-C","instrument_kind":"option","payoff":"linear","side":"call","exercise":"european","base":"ETH","quote":"USD","settle":"USD","market_account":"market","multiplier":"1","strike":"3000","expiry":"2026-01-30T08:00:00Z"}
)");
        for (auto const* words : {"init books", "import books --format events names.jsonl", "pool books lp --adopt lyra-v1"}) run(words);
    }
    std::string run(std::string const& words, int status = 0) {
        Outcome const outcome = setting.run(words);
        EXPECT_EQ(outcome.status, status) << words << "\n" << outcome.out << outcome.err;
        return outcome.out + outcome.err;
    }
    std::string submit(std::string const& lines, int status = 0) {
        setting.write("commands.jsonl", lines);
        return run("submit books commands.jsonl", status);
    }
};

constexpr char const* day_of_a_pool = R"({"id":1,"command":"deposit","account":"alice","asset":"USD","amount":"1000000","time":"2026-01-01T00:00:00Z"}
{"id":2,"command":"deposit","account":"bob","asset":"USD","amount":"100000"}
{"id":3,"command":"pool_deposit","pool":"lp","account":"alice","asset":"USD","amount":"500000"}
{"id":4,"command":"observe","observation":"asset_price","subject":"ETH","value":"3000","time":"2026-01-08T00:00:00Z"}
{"id":5,"command":"pool_list","pool":"lp","instrument":"ETH-30JAN-3000-C","base_volatility":"0.8","skew":"1"}
{"id":6,"command":"pool_process","pool":"lp"}
{"id":7,"command":"pool_trade","pool":"lp","account":"bob","instrument":"ETH-30JAN-3000-C","side":"buy","size":"10","limit":"300"}
{"id":8,"command":"observe","observation":"asset_price","subject":"ETH","value":"3100","time":"2026-01-08T02:00:00Z"}
{"id":9,"command":"pool_hedge","pool":"lp"}
)";

TEST_F(PoolCommandTest, TellsWhatMovedTheSharePrice) {
    std::string const answers = submit(day_of_a_pool);
    EXPECT_THAT(answers, HasSubstr(R"("option_fee":")"));
    std::string const text = run("pool books lp --from 2026-01-08T00:00:00Z --postings");
    for (auto const* part : {"lp: lyra-v1 1", "option_fees", "vega_fees", "rest ", "ETH-30JAN-3000-C", "largest buy", "waiting: 0 deposits, 0 withdrawals"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    std::string const json = run("pool books lp --json");
    for (auto const* part : {R"("rest": "0")", R"("shares": "500000")", R"("cause": "deposits")", R"("then_refused_by": "pool_)", R"("size": "-10")", R"("net_value": "500000")"}) {
        EXPECT_THAT(json, HasSubstr(part));
    }
    EXPECT_THAT(run("pool books lp --json"), testing::StrEq(json)) << "the same basis, the same bytes";
    EXPECT_THAT(run("pool books"), HasSubstr("lyra-v1"));
    EXPECT_THAT(run("pool books --json"), HasSubstr(R"("pool": "lp")"));
    EXPECT_THAT(run("verify books"), HasSubstr("Sound"));
    run("export books --format events --output books.jsonl");
    run("init copy");
    run("import copy --format events books.jsonl");
    auto const part_of = [](std::string const& answer) { return answer.substr(0, answer.find("\"basis\"")); };
    EXPECT_EQ(part_of(run("pool copy lp --json")), part_of(json)) << "a copy of the log says the same";
}

TEST_F(PoolCommandTest, SaysWhatIsWrongAndWhatToDo) {
    EXPECT_THAT(run("pool books lp"), HasSubstr("no series on offer"));
    EXPECT_THAT(run("pool books bob --adopt lyra-v1", 2), HasSubstr("bob is an account of kind customer, not pool"));
    EXPECT_THAT(run("pool books lp --adopt nobody", 2), HasSubstr("there are lyra-v1"));
    EXPECT_THAT(run("pool books bob", 3), HasSubstr("--adopt lyra-v1"));
    EXPECT_THAT(run("pool", 2), HasSubstr("name the ledger's directory"));
    EXPECT_THAT(run("pool --terms lyra-v1"), HasSubstr("standard_size = \"5\""));
    setting.write("mine.toml", "name = \"mine\"\n");
    EXPECT_THAT(run("pool books lp --adopt mine.toml", 3), HasSubstr("mine.toml version is missing"));
    EXPECT_THAT(submit(R"({"id":1,"command":"pool_trade","pool":"lp","account":"bob","instrument":"ETH-30JAN-3000-C","side":"long","size":"1"})", 3), HasSubstr("'long' is neither buy nor sell"));
    EXPECT_THAT(submit(R"({"id":1,"command":"pool_hedge","pool":"bob"})", 1), HasSubstr(R"("rule":"pool_unknown")"));
}

TEST_F(PoolCommandTest, PresetsKnowsItsTerms) {
    EXPECT_THAT(run("presets list"), HasSubstr("lyra-v1      Options at a volatility that each trade moves"));
    EXPECT_THAT(run("presets list --json"), HasSubstr(R"("scope": "pool")"));
    setting.write("mine.toml", run("presets show lyra-v1 --toml"));
    EXPECT_EQ(run("presets show mine.toml --toml"), run("pool --terms lyra-v1"));
    EXPECT_THAT(run("presets check mine.toml"), HasSubstr("mine.toml: sound; lyra-v1 1 (pool)"));
    EXPECT_THAT(run("presets adopt books lyra-v1", 2), HasSubstr("plimsoll pool books NAME --adopt lyra-v1"));
}

} // namespace
} // namespace plimsoll::tools
