#include "risk/margin/shocked_black.hpp"

#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

using wire::OptionSide;

constexpr TimeNs week = 7 * MarginBook::day;
constexpr double week_years = 7.0 / 365;

[[nodiscard]] ShockedRules shipped() { return ShockedRules::of(*shipped_preset("lyra-v1-amm")); }

struct CurveRow {
    std::string name;
    TimeNs left;
    std::string volatility;
    friend void PrintTo(CurveRow const& row, std::ostream* out) { *out << row.name; }
};
class ShockVolatility : public testing::TestWithParam<CurveRow> {};
TEST_P(ShockVolatility, FallsFromTwoWeeksToEight) {
    EXPECT_EQ(shipped().volatility(GetParam().left), number(GetParam().volatility));
}
// Lyra v1's default parameters; between the two points a line, whose last digit rounds up.
INSTANTIATE_TEST_SUITE_P(
    BothSidesOfEachPoint, ShockVolatility,
    testing::Values(CurveRow{"Now", 0, "2.5"}, CurveRow{"BelowTwoWeeks", 2 * week - 1, "2.5"},
                    CurveRow{"TwoWeeks", 2 * week, "2.5"},
                    CurveRow{"AboveTwoWeeks", 2 * week + 1, "2.499999999999999808"}, // 0.7 / 3628800e9 = 1.92e-16 a ns
                    CurveRow{"FiveWeeks", 5 * week, "2.15"},
                    CurveRow{"BelowEightWeeks", 8 * week - 1, "1.800000000000000193"}, CurveRow{"EightWeeks", 8 * week, "1.8"},
                    CurveRow{"AYear", 52 * week, "1.8"}),
    [](auto const& row) { return row.param.name; });

RC_GTEST_PROP(ShockVolatilityCurve, IsContinuousAndFalls, (std::uint32_t seconds, std::uint32_t step)) {
    ShockedRules const rules = shipped();
    TimeNs const left = static_cast<TimeNs>(seconds % 6'000'000) * MarginBook::second;
    TimeNs const more = static_cast<TimeNs>(step % 100'000) * MarginBook::second;
    Int128 const fall = rules.volatility(left) - rules.volatility(left + more);
    RC_ASSERT(fall >= 0);
    RC_ASSERT(fall <= number("0.7") / (6 * week / MarginBook::second) * (more / MarginBook::second + 1)); // its steepest slope
}

TEST(ShockVolatilityCurve, MayBeAStep) {
    ShockedRules rules = shipped();
    rules.long_term = rules.short_term;
    EXPECT_EQ(rules.volatility(2 * week), number("2.5"));
    EXPECT_EQ(rules.volatility(2 * week + 1), number("1.8"));
}

/// The textbook's Black-Scholes at the shock: a forward of spot * e^(rate * years), discounted again.
struct PriceRow {
    std::string name;
    OptionSide side;
    int weeks;
    double shock_spot;
    double volatility;
    friend void PrintTo(PriceRow const& row, std::ostream* out) { *out << row.name; }
};
class ShockedPrice : public testing::TestWithParam<PriceRow> {};
TEST_P(ShockedPrice, IsBlackScholesAfterTheShock) {
    auto const& row = GetParam();
    double const years = row.weeks * week_years;
    Int128 const year_units = Int128{row.weeks} * 7 * one_units / 365;
    auto const option = shocked(row.side, number("1800"), number("1500"), row.weeks * week, year_units, shipped());
    ASSERT_TRUE(option);
    double const want = plain::black(row.side == OptionSide::call, row.shock_spot * std::exp(0.05 * years), 1800, row.volatility,
                                     years, 0.05);
    EXPECT_NEAR(plain::ones(option.value().shock_spot), row.shock_spot, 1e-12);
    EXPECT_NEAR(plain::ones(option.value().price), want, 1e-8);
}
INSTANTIATE_TEST_SUITE_P(EverySide, ShockedPrice,
                         testing::Values(PriceRow{"CallOfAWeek", OptionSide::call, 1, 1800, 2.5},
                                         PriceRow{"PutOfAWeek", OptionSide::put, 1, 1200, 2.5},
                                         PriceRow{"CallOfFive", OptionSide::call, 5, 1800, 2.15},
                                         PriceRow{"PutOfFive", OptionSide::put, 5, 1200, 2.15},
                                         PriceRow{"CallOfAYear", OptionSide::call, 52, 1800, 1.8},
                                         PriceRow{"PutOfAYear", OptionSide::put, 52, 1200, 1.8}),
                         [](auto const& row) { return row.param.name; });

struct BoundRow {
    std::string name;
    OptionSide side;
    std::string price;
    std::string coins;
    bool in_base;
    bool is_capped;
    std::string required;
    ShockedBound bound;
    friend void PrintTo(BoundRow const& row, std::ostream* out) { *out << row.name; }
};
class ShockedBounds : public testing::TestWithParam<BoundRow> {};
TEST_P(ShockedBounds, HoldBetweenFloorAndCap) {
    auto const& row = GetParam();
    Tally on;
    ShockedRules rules = shipped();
    rules.calls_in_base = row.in_base;
    rules.is_capped = row.is_capped;
    bool const is_call = row.side == OptionSide::call;
    ShockedOption const option{row.side, number("1800"), number("1500"), number(is_call ? "1800" : "1200"), number("2.5"),
                               number(row.price)};
    ShockedMargin const margin = margin_of(option, number(row.coins), rules, on);
    EXPECT_EQ(margin.required, number(row.required));
    EXPECT_EQ(margin.bound, row.bound);
    EXPECT_FALSE(on.broken());
}
// By hand: spot 1500, strike 1800, floor 200 quote or 0.2 coins of a position, cap 1800 or 1 coin each.
INSTANTIATE_TEST_SUITE_P(
    BothSidesOfEachBound, ShockedBounds,
    testing::Values(
        BoundRow{"CallAtTheFloor", OptionSide::call, "200", "1", false, true, "200", ShockedBound::shock},
        BoundRow{"CallBelowTheFloor", OptionSide::call, "199.9", "1", false, true, "200", ShockedBound::floor},
        BoundRow{"CallAboveTheFloor", OptionSide::call, "200.1", "1", false, true, "200.1", ShockedBound::shock},
        BoundRow{"CallHasNoCap", OptionSide::call, "5000", "1", false, true, "5000", ShockedBound::shock},
        BoundRow{"FloorIsOfThePosition", OptionSide::call, "50", "3", false, true, "200", ShockedBound::floor},
        BoundRow{"PutBelowTheCap", OptionSide::put, "1799.9", "1", false, true, "1799.9", ShockedBound::shock},
        BoundRow{"PutAboveTheCap", OptionSide::put, "1800.1", "1", false, true, "1800", ShockedBound::cap},
        BoundRow{"PutWithoutCap", OptionSide::put, "1800.1", "1", false, false, "1800.1", ShockedBound::shock},
        BoundRow{"CapBelowTheFloor", OptionSide::put, "50", "0.1", false, true, "180", ShockedBound::cap},
        BoundRow{"CoinsAtTheFloor", OptionSide::call, "360", "1", true, true, "300", ShockedBound::shock},      // 0.2 * 1500
        BoundRow{"CoinsBelowTheFloor", OptionSide::call, "90", "1", true, true, "300", ShockedBound::floor},
        BoundRow{"CoinsAfterTheShock", OptionSide::call, "900", "1", true, true, "750", ShockedBound::shock},   // 0.5 coins
        BoundRow{"CoinsCovered", OptionSide::call, "1900", "1", true, true, "1500", ShockedBound::cap},
        BoundRow{"CoinsCoveredBelowTheFloor", OptionSide::call, "900", "0.1", true, true, "150", ShockedBound::cap},
        BoundRow{"PutIsAlwaysInQuote", OptionSide::put, "900", "1", true, true, "900", ShockedBound::shock}),
    [](auto const& row) { return row.param.name; });

TEST(ShockedRounding, IsAgainstTheAccount) {
    Tally on;
    ShockedRules rules = shipped();
    rules.floor_quote = rules.floor_base = 0;
    ShockedOption const option{OptionSide::call, number("1800"), number("1500"), number("1800"), number("2.5"), 1};
    EXPECT_EQ(margin_of(option, number("0.1"), rules, on).required, 1);
    rules.calls_in_base = true; // the last place of a coin is worth 1500 of the last places of the quote
    EXPECT_EQ(margin_of(option, number("0.1"), rules, on).required, 1500);
}

TEST(ShockedRefusal, TellsWhatIsTooLarge) {
    EXPECT_FALSE(shocked(OptionSide::call, number("1"), row_limit_units, week, 1, shipped()));
    Tally on;
    ShockedOption const option{OptionSide::put, row_limit_units, 0, 0, 0, row_limit_units};
    (void)margin_of(option, row_limit_units, shipped(), on);
    EXPECT_TRUE(on.broken());
}

} // namespace
} // namespace plimsoll::risk
