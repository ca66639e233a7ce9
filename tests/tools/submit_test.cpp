#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The story's venue before its trade: alice has 50, bob 500, PERP is unmarked. Commands as a user writes them.
class Submit : public testing::Test {
protected:
    CommandSetting setting;

    void SetUp() override {
        std::string story(crash_story);
        story.resize(story.find(R"({"kind":"Traded")"));
        for (auto at = story.find("COIN"); at != std::string::npos; at = story.find("COIN", at)) {
            story.replace(at, 4, "BTC"); // 2 % of initial margin, 1.2 % of maintenance
        }
        setting.write("story.jsonl", story + R"({"kind":"AccountOpened","name":"keeper","account_kind":"liquidator"})" + "\n");
        for (auto const* words : {"init day", "import day --format events story.jsonl", "presets adopt day dydx-v4-perp"}) {
            Outcome const outcome = setting.run(words);
            ASSERT_EQ(outcome.status, 0) << words << "\n" << outcome.err;
        }
    }
    Outcome submit(std::string const& lines, std::string const& words = "") {
        setting.write("commands.jsonl", lines);
        return setting.run("submit day commands.jsonl " + words);
    }
};

std::string const mark = R"({"id":1,"command":"observe","observation":"mark_price","subject":"PERP","value":"100"})";
std::string const keeper = R"({"id":2,"command":"deposit","account":"keeper","asset":"USD","amount":"100000"})";

TEST_F(Submit, AnswersEachLineOnceItIsStored) {
    std::string const trade = R"({"id":3,"command":"trade","buyer":"alice","seller":"bob","instrument":"PERP","size":"5","price":"100","buyer_fee":"0.50"})";
    Outcome const outcome = submit(mark + "\n" + keeper + "\n\n" + trade + "\n", "--batch 1");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(R"({"line":1,"id":1,"accepted":true,"events":[)"));
    EXPECT_THAT(outcome.out, HasSubstr(R"({"line":4,"id":3,"accepted":true,"events":[)")) << "empty lines count";
    EXPECT_THAT(outcome.out, HasSubstr(R"("alice":{"initial_excess_after":"39.5")"));
    EXPECT_THAT(outcome.err, HasSubstr("3 commands: 3 accepted, 0 refused"));
    EXPECT_EQ(setting.run("verify day").status, 0);

    Outcome const again = submit(mark + "\n" + keeper + "\n" + trade + "\n");
    EXPECT_EQ(again.status, 0);
    EXPECT_EQ(std::ranges::count(again.out, '\n'), 3);
    EXPECT_THAT(again.out, HasSubstr(R"("accepted":true,"duplicate":true)"));
    EXPECT_THAT(again.err, HasSubstr("3 accepted (3 there already)"));
}

TEST_F(Submit, RefusesWithRuleAndFigures) {
    Outcome const outcome = submit(mark + "\n" +
                                   R"({"id":2,"command":"trade","buyer":"alice","seller":"bob","instrument":"PERP","size":"26","price":"100"})"
                                   "\n"
                                   R"({"id":3,"command":"trade","buyer":"alice","seller":"nobody","instrument":"PERP","size":"1","price":"100"})"
                                   "\n"
                                   R"({"id":1,"command":"check","account":"alice"})"
                                   "\n");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.out, HasSubstr(R"("accepted":false,"rule":"initial_margin_insufficient")"));
    EXPECT_THAT(outcome.out, HasSubstr(R"("alice":{"initial_excess_after":"-2","maintenance_excess_after":"18.8","initial_excess_before":"50")"));
    EXPECT_THAT(outcome.out, HasSubstr(R"("id":3,"accepted":false,"rule":"name_unresolved")"));
    EXPECT_THAT(outcome.out, HasSubstr(R"("figures":{"alice":{"mark_to_market":"50")"));
    EXPECT_THAT(outcome.err, HasSubstr("1 initial_margin_insufficient"));
}

struct Bad {
    char const* name;
    char const* line;
    char const* says;
};
class SubmitMalformed : public Submit, public testing::WithParamInterface<Bad> {};

TEST_P(SubmitMalformed, StopsWithThePlaceAndTakesNothingAfterIt) {
    Outcome const outcome = submit(mark + "\n" + GetParam().line + "\n" + keeper + "\n");
    EXPECT_EQ(outcome.status, 3);
    EXPECT_THAT(outcome.err, HasSubstr("commands.jsonl:2"));
    EXPECT_THAT(outcome.err, HasSubstr(GetParam().says));
    EXPECT_THAT(outcome.out, HasSubstr(R"({"line":1,"id":1,"accepted":true)"));
    EXPECT_THAT(outcome.out, Not(HasSubstr(R"("id":2)")));
    EXPECT_THAT(setting.run("account day keeper").out, Not(HasSubstr("100,000")));
}

INSTANTIATE_TEST_SUITE_P(EveryReason, SubmitMalformed,
                         testing::Values(Bad{"NoJson", "{", "not a line of JSON"},
                                         Bad{"NoId", R"({"command":"check","account":"alice"})", "id"},
                                         Bad{"IdOfNought", R"({"id":0,"command":"check","account":"alice"})", "whole number from 1"},
                                         Bad{"UnknownCommand", R"({"id":2,"command":"steal","account":"alice"})", "'steal' is none of trade"},
                                         Bad{"MissingField", R"({"id":2,"command":"check"})", "account"},
                                         Bad{"UnknownField", R"({"id":2,"command":"check","account":"alice","size":"1"})", "'size' in check"},
                                         Bad{"TooManyDecimals", R"({"id":2,"command":"deposit","account":"alice","asset":"USD","amount":"0.001"})", "amount"}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST_F(Submit, AndLiquidationsTellTheStory) {
    Outcome const outcome = submit(mark + "\n" + keeper + "\n" +
                                   R"({"id":3,"command":"trade","buyer":"alice","seller":"bob","instrument":"PERP","size":"20","price":"100"})"
                                   "\n"
                                   R"({"id":4,"command":"observe","observation":"mark_price","subject":"PERP","value":"98.6"})"
                                   "\n"
                                   R"({"id":5,"command":"liquidate_all","liquidator":"keeper"})"
                                   "\n");
    ASSERT_EQ(outcome.status, 0) << outcome.out;
    Outcome const told = setting.run("liquidations day alice --json");
    EXPECT_EQ(told.status, 0) << told.err;
    EXPECT_THAT(told.out, HasSubstr(R"("equity": "22")"));
    EXPECT_THAT(told.out, HasSubstr(R"("buffer": "-1.664")"));
    EXPECT_THAT(told.out, HasSubstr(R"("maintenance_excess": "26")")) << "one event earlier: 50 - 24";
    EXPECT_THAT(told.out, HasSubstr(R"("maintenance_excess": "-1.664")")) << "at the start, by margin itself";
    EXPECT_THAT(told.out, HasSubstr("PERP mark_price 98.6"));
    EXPECT_THAT(setting.run("liquidations day bob").out, HasSubstr("There were none."));
    EXPECT_THAT(setting.run("liquidations day").out, HasSubstr("Triggered:"));
}

} // namespace
} // namespace plimsoll::tools
