#include "risk/margin/procyclicality.hpp"

#include "ledger/event/decimal.hpp"

#include <gtest/gtest.h>

#include <random>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int128 share(std::string const& text) { return parse_decimal(text).value(); }

struct Day {
    char const* now;
    char const* stressed;
    char const* long_run;
    char const* want;
};
struct Story {
    char const* name;
    ProcyclicalTool tool;
    char const* step_limit; ///< "": none
    std::vector<Day> days;
};
class ProcyclicalStories : public testing::TestWithParam<Story> {};

TEST_P(ProcyclicalStories, AskDayByDay) {
    ProcyclicalRule rule;
    rule.tool = GetParam().tool;
    if (*GetParam().step_limit != 0) rule.step_limit = share(GetParam().step_limit);
    ProcyclicalMargin margin(rule);
    for (std::size_t i = 0; i < GetParam().days.size(); ++i) {
        Day const& day = GetParam().days[i];
        EXPECT_EQ(format_decimal(margin.next({share(day.now), share(day.stressed), share(day.long_run)}).value()), day.want) << "day " << i;
    }
}

/// Regulation (EU) No 153/2013, article 28 (1): (a) at least 25 %, exhausted while margins rise; (b) at least 25 % weight; (c) a floor.
INSTANTIATE_TEST_SUITE_P(
    EveryTool, ProcyclicalStories,
    testing::Values(Story{"None", ProcyclicalTool::none, "", {{"0.04", "0.2", "0.06", "0.04"}, {"0.08", "0.2", "0.06", "0.08"}}},
                    Story{"BufferIsUsedUpThenFollows", ProcyclicalTool::buffer, "",
                          {{"0.04", "0", "0", "0.05"}, {"0.045", "0", "0", "0.05"}, {"0.05", "0", "0", "0.05"}, {"0.050000000000000001", "0", "0", "0.050000000000000001"},
                           {"0.08", "0", "0", "0.08"}, {"0.07", "0", "0", "0.08"}, {"0.06", "0", "0", "0.075"}, {"0.04", "0", "0", "0.05"}}},
                    Story{"BufferRoundsUp", ProcyclicalTool::buffer, "", {{"0.000000000000000001", "0", "0", "0.000000000000000002"}}},
                    Story{"StressedWeighsAQuarter", ProcyclicalTool::stressed, "", {{"0.04", "0.2", "0", "0.08"}, {"0.2", "0.2", "0", "0.2"}}},
                    Story{"FloorHolds", ProcyclicalTool::floor, "", {{"0.04", "0", "0.06", "0.06"}, {"0.06", "0", "0.06", "0.06"}, {"0.07", "0", "0.06", "0.07"}}},
                    Story{"StepLimitRisesByAQuarterADayAndFallsAtOnce", ProcyclicalTool::none, "0.25",
                          {{"0.04", "0", "0", "0.04"}, {"0.05", "0", "0", "0.05"}, {"0.1", "0", "0", "0.0625"}, {"0.1", "0", "0", "0.078125"}, {"0.1", "0", "0", "0.09765625"},
                           {"0.1", "0", "0", "0.1"}, {"0.02", "0", "0", "0.02"}}},
                    Story{"StepLimitBehindAFloor", ProcyclicalTool::floor, "0.25", {{"0.04", "0", "0.06", "0.06"}, {"0.1", "0", "0.06", "0.075"}}}),
    [](auto const& row) { return row.param.name; });

TEST(Procyclical, ToolsKeepTheirPromisesOnAnyPath) {
    std::mt19937_64 random(153);
    for (ProcyclicalTool const tool : procyclical_tools) {
        ProcyclicalRule rule;
        rule.tool = tool;
        ProcyclicalMargin margin(rule);
        for (int i = 0; i < 10'000; ++i) {
            auto draw = [&] { return static_cast<Int128>(random() % 1'000'000 + 1) * (one_units / 1'000'000); };
            MarginEstimates const day{draw(), draw(), draw()};
            Int128 const asked = margin.next(day).value();
            switch (tool) {
            case ProcyclicalTool::none: EXPECT_EQ(asked, day.now); break;
            case ProcyclicalTool::buffer:
                EXPECT_GE(asked, day.now);
                EXPECT_LE(asked, day.now + day.now / 4 + 1);
                break;
            case ProcyclicalTool::stressed: EXPECT_GE(4 * asked, 3 * day.now + day.stressed); break;
            case ProcyclicalTool::floor: EXPECT_EQ(asked, std::max(day.now, day.long_run)); break;
            }
        }
    }
    EXPECT_EQ(word(ProcyclicalTool::buffer), "buffer");
    EXPECT_EQ(find_procyclical_tool("floor"), ProcyclicalTool::floor);
    EXPECT_FALSE(find_procyclical_tool("roof"));
}

} // namespace
} // namespace plimsoll::risk
