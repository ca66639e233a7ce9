#include "tools/forecast/coverage_tests.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace plimsoll::tools {
namespace {

/// Days as a pattern: x is one that the margin did not cover.
CoverageTests of(std::string const& pattern, double expected) {
    auto const days = std::make_unique<bool[]>(pattern.size());
    for (std::size_t i = 0; i < pattern.size(); ++i) days[i] = pattern[i] == 'x';
    return coverage_of({days.get(), pattern.size()}, expected);
}

/// So many exceptions, spread evenly.
std::string spread(std::size_t days, std::size_t exceptions) {
    std::string pattern(days, '.');
    for (std::size_t i = 0; i < exceptions; ++i) pattern[i * days / exceptions + days / exceptions / 2] = 'x';
    return pattern;
}

struct Kupiec {
    std::size_t days;
    std::size_t exceptions;
    bool passes;
};
class KupiecRegions : public testing::TestWithParam<Kupiec> {};

/// Kupiec 1995, table 3: at 1 % the test keeps the rule at 5 % where exceptions are below 7 of 255, 2 to 11 of 510, 5 to 16 of 1000.
TEST_P(KupiecRegions, AreThoseOfThePaper) {
    auto const& row = GetParam();
    auto const tests = of(spread(row.days, row.exceptions), 0.01);
    EXPECT_EQ(tests.exceptions, row.exceptions);
    EXPECT_EQ(tests.kupiec >= 0.05, row.passes) << tests.kupiec;
}
INSTANTIATE_TEST_SUITE_P(BothSides, KupiecRegions,
                         testing::Values(Kupiec{255, 6, true}, Kupiec{255, 7, false}, Kupiec{510, 1, false}, Kupiec{510, 2, true}, Kupiec{510, 10, true},
                                         Kupiec{510, 11, false}, Kupiec{1'000, 4, false}, Kupiec{1'000, 5, true}, Kupiec{1'000, 16, true}, Kupiec{1'000, 17, false}),
                         [](auto const& row) { return std::to_string(row.param.exceptions) + "Of" + std::to_string(row.param.days); });

/// Worked by hand: 250 days, 4 exceptions: 2 (ln(0.016^4 0.984^246) - ln(0.01^4 0.99^246)) = 0.7691, whose tail is 0.380.
TEST(CoverageTests, AreTheLikelihoodRatiosOfTheirDefinition) {
    auto const four = of(spread(250, 4), 0.01);
    EXPECT_NEAR(four.kupiec, 0.3805, 5e-4);
    EXPECT_EQ(of(spread(100, 1), 0.01).kupiec, 1) << "just as many as expected";
}

TEST(CoverageTests, FindExceptionsThatFollowEachOther) {
    std::string apart = spread(500, 10);
    std::string together(500, '.');
    for (std::size_t i = 0; i < 10; ++i) together[200 + i] = 'x';
    EXPECT_EQ(of(apart, 0.02).kupiec, of(together, 0.02).kupiec);
    EXPECT_GT(of(apart, 0.02).christoffersen, 0.05);
    EXPECT_LT(of(together, 0.02).christoffersen, 1e-6);
    EXPECT_TRUE(of(apart, 0.02).pass());
    EXPECT_FALSE(of(together, 0.02).pass());
    EXPECT_LT(of(together, 0.02).conditional, 1e-6);
}

TEST(CoverageTests, SayOfNoneAndOfAllWhatTheyMust) {
    EXPECT_EQ(of("", 0.01).days, 0U);
    EXPECT_TRUE(of("", 0.01).pass());
    EXPECT_GT(of(std::string(100, '.'), 0.01).kupiec, 0.05) << "none of a hundred is no wonder";
    EXPECT_LT(of(std::string(1'000, '.'), 0.01).kupiec, 0.001) << "none of a thousand is too careful";
    EXPECT_LT(of(std::string(20, 'x'), 0.01).kupiec, 1e-9);
    EXPECT_EQ(of(std::string(20, 'x'), 0.01).christoffersen, 1) << "always is no pattern";
}

} // namespace
} // namespace plimsoll::tools
