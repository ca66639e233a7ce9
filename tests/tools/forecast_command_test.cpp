#include "tests/tools/command_story.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

/// 400 days of prices that a seed drew, as a file and as what a ledger observed.
class ForecastCommand : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        std::mt19937_64 random(2026);
        std::normal_distribution<double> normal(0, 0.03);
        std::string file = "timestamp,open,close\n";
        std::string events = R"({"kind":"SourceDefined","name":"oracle","source_kind":"venue"}
{"kind":"AssetDefined","name":"USD","decimals":6,"asset_kind":"stablecoin"}
{"kind":"AssetDefined","name":"BTC","decimals":8,"asset_kind":"token"}
)";
        double price = 30'000;
        for (int day = 0; day < 400; ++day) {
            price *= std::exp(normal(random));
            int const month = 1 + day / 28;
            std::string const date = fmt::format("20{:02}-{:02}-{:02}", 22 + (month - 1) / 12, 1 + (month - 1) % 12, 1 + day % 28); // 28 days a month
            file += fmt::format("{} 00:00:00,1,{:.2f}\n", date, price);
            events += fmt::format("{{\"kind\":\"Observed\",\"source\":\"oracle\",\"cursor\":\"{}:0\",\"time\":\"{}T23:59:00Z\",\"observation\":\"asset_price\",\"subject\":\"BTC\",\"value\":\"{:.2f}\"}}\n",
                                  day + 1, date, price);
        }
        setting.write("prices.csv", file);
        setting.write("events.jsonl", events);
        for (auto const* words : {"init books", "import books --format events events.jsonl"}) {
            Outcome const outcome = setting.run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
    }
};

TEST_F(ForecastCommand, BacktestsAFileWithEveryRuleAndTool) {
    Outcome const all = setting.run("backtest --prices prices.csv");
    EXPECT_LE(all.status, 1) << all.err;
    for (auto const* part : {"ewma", "garch", "har-rv", "fhs", "buffer", "stressed", "floor", "step 0.25", "Kupiec", "Christoffersen", "peak/trough", "passes", "--failures"}) {
        EXPECT_THAT(all.out, HasSubstr(part));
    }
    Outcome const one = setting.run("backtest --prices prices.csv --rule ewma --tool floor --failures");
    EXPECT_THAT(one.out, HasSubstr("ewma, floor:"));
    EXPECT_THAT(one.out, Not(HasSubstr("garch")));
    Outcome const json = setting.run("backtest --prices prices.csv --rule garch --tool buffer --step-limit 0.1 --side short --json");
    for (auto const* part : {R"("rule": "garch")", R"("tool": "buffer")", R"("step_limit": "0.1")", R"("side": "short")", R"("kupiec": ")", R"("failed": [)", R"("build": ")"}) {
        EXPECT_THAT(json.out, HasSubstr(part));
    }
    EXPECT_EQ(setting.run("backtest --prices prices.csv --rule garch --json").out, setting.run("backtest --prices prices.csv --rule garch --json").out) << "the same bytes";
}

TEST_F(ForecastCommand, BacktestsWhatALedgerObserved) {
    Outcome const outcome = setting.run("backtest books --subject BTC --rule ewma --tool none --json");
    EXPECT_LE(outcome.status, 1) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(R"("prices": "BTC of books")"));
    EXPECT_THAT(outcome.out, HasSubstr(R"("basis": {)"));
}

struct Misuse {
    char const* name;
    char const* words;
    int status;
    char const* says;
};
class ForecastMisuse : public ForecastCommand, public testing::WithParamInterface<Misuse> {};
TEST_P(ForecastMisuse, IsToldWhatToDo) {
    Outcome const outcome = setting.run(GetParam().words);
    EXPECT_EQ(outcome.status, GetParam().status) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(GetParam().says));
}
INSTANTIATE_TEST_SUITE_P(
    EveryReason, ForecastMisuse,
    testing::Values(Misuse{"NoPrices", "backtest", 2, "--prices"}, Misuse{"NoSubject", "backtest books", 2, "--subject NAME"},
                    Misuse{"NoSuchFile", "backtest --prices none.csv", 3, "none.csv"}, Misuse{"UnknownRule", "backtest --prices prices.csv --rule arch", 2, "none of ewma, garch, har-rv, fhs"},
                    Misuse{"UnknownTool", "backtest --prices prices.csv --tool roof", 2, "none of none, buffer, stressed, floor"},
                    Misuse{"UnknownSide", "backtest --prices prices.csv --side left", 2, "neither long nor short"},
                    Misuse{"ConfidenceOfOne", "backtest --prices prices.csv --confidence 1", 2, "below 1"},
                    Misuse{"ConfidenceOfHalf", "backtest --prices prices.csv --confidence 0.5", 2, "above 0.5"},
                    Misuse{"LambdaOfOne", "backtest --prices prices.csv --lambda 1", 2, "--lambda"},
                    Misuse{"StepOfNothing", "backtest --prices prices.csv --step-limit 0", 2, "--step-limit"},
                    Misuse{"SpanTurnedRound", "backtest --prices prices.csv --from 2022-10-01 --to 2022-10-01", 2, "--from must be before --to"},
                    Misuse{"SpanBeforeItsHistory", "backtest --prices prices.csv --to 2022-02-01", 3, "too few days"},
                    Misuse{"DateInWords", "backtest --prices prices.csv --from yesterday", 2, "as 2022-01-31"},
                    Misuse{"TooLittleHistory", "backtest --prices prices.csv --history 5000", 3, "5000 days"},
                    Misuse{"UnknownSubject", "forecast books --subject DOGE", 3, "DOGE"}, Misuse{"NoSubjectToForecast", "forecast books", 2, "--subject"},
                    Misuse{"ForecastOfADayInWords", "forecast books --subject BTC --at soon", 2, "the day that is forecast"},
                    Misuse{"ForecastWithoutHistory", "forecast books --subject BTC --at 2022-02-01", 3, "days before the first forecast"},
                    Misuse{"PresetOfAnotherKernel", "forecast books --subject BTC --preset p.toml --base derive-srm", 2, "linear kernel"},
                    Misuse{"PresetWithoutTheMarket", "forecast books --subject BTC --preset p.toml --market NOWHERE", 2, "no tier of market"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST_F(ForecastCommand, RecordsWhatWasFittedAndNothingWhereRefused) {
    Outcome const dry = setting.run("forecast books --subject BTC --rule fhs --dry-run");
    EXPECT_EQ(dry.status, 0) << dry.err;
    EXPECT_THAT(dry.out, HasSubstr("not recorded"));
    EXPECT_THAT(setting.run("log books --kind ForecastRecorded").out, Not(HasSubstr("garch11")));
    Outcome const outcome = setting.run("forecast books --subject BTC --rule garch --tool buffer --preset next.toml --json");
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    for (auto const* part : {R"("model": "garch11 alpha=)", "side=long confidence=0.99", R"("inputs": ")", R"("volatility": "0.0)", R"("margin": "0.)", R"("event": )"}) {
        EXPECT_THAT(outcome.out, HasSubstr(part));
    }
    Outcome const log = setting.run("log books --kind ForecastRecorded --json");
    EXPECT_THAT(log.out, HasSubstr("garch11 alpha="));
    Outcome const adopted = setting.run("presets adopt books next.toml");
    EXPECT_EQ(adopted.status, 0) << adopted.err;
    EXPECT_THAT(adopted.out, HasSubstr("dydx-v4-perp-forecast"));
    std::string const preset = setting.read("next.toml");
    EXPECT_THAT(preset, HasSubstr("BTC on 20"));
    EXPECT_THAT(preset, HasSubstr("initial_fraction = \"0.02\"")) << "of ETH, as it was";
    EXPECT_EQ(setting.run("verify books").status, 0);
    // The same day from a file: another number, since its candles close at midnight and not a minute before.
    Outcome const file = setting.run("forecast books --subject BTC --rule garch --prices prices.csv --dry-run --json");
    EXPECT_EQ(file.status, 0) << file.err;
    Outcome const unwritable = setting.run("forecast books --subject BTC --preset no/such/place.toml");
    EXPECT_EQ(unwritable.status, 3) << unwritable.err;
    EXPECT_THAT(unwritable.err, HasSubstr("no/such/place.toml"));
    auto forecasts = [&] {
        std::string const out = setting.run("log books --kind ForecastRecorded --json").out;
        int count = 0;
        for (auto at = out.find("garch11"); at != std::string::npos; at = out.find("garch11", at + 1)) ++count;
        return count;
    };
    EXPECT_EQ(forecasts(), 1) << "where the file cannot be written nothing is recorded";
}

} // namespace
} // namespace plimsoll::tools
