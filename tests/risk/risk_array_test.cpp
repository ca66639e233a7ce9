#include "risk/margin/risk_array.hpp"

#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] ArrayRules shipped() { return ArrayRules::of(*shipped_preset("span-like")); }

/// One underlying with a perpetual of that size.
[[nodiscard]] ArrayPosition perpetual(std::string const& spot, std::string const& size, ArrayMoves const& moves, Tally& on) {
    ArrayPosition position;
    position.spot = number(spot);
    position.add_linear(moves, 0, number(size), on);
    return position;
}

struct MoveRow {
    std::size_t row;
    std::string price;
    std::string volatility;
    std::string cover;
};

/// The order of a risk array (SPAN): thirds of the range, volatility up before down, extremes last.
TEST(RiskArray, HasTheSixteenRowsOfSpan) {
    ArrayMoves const moves = moves_of(shipped());
    for (auto const& want : {MoveRow{0, "0", "1.25", "1"}, MoveRow{1, "0", "0.75", "1"}, MoveRow{2, "0.05", "1.25", "1"},
                             MoveRow{3, "0.05", "0.75", "1"}, MoveRow{4, "-0.05", "1.25", "1"}, MoveRow{5, "-0.05", "0.75", "1"},
                             MoveRow{6, "0.1", "1.25", "1"}, MoveRow{7, "0.1", "0.75", "1"}, MoveRow{8, "-0.1", "1.25", "1"},
                             MoveRow{9, "-0.1", "0.75", "1"}, MoveRow{10, "0.15", "1.25", "1"}, MoveRow{11, "0.15", "0.75", "1"},
                             MoveRow{12, "-0.15", "1.25", "1"}, MoveRow{13, "-0.15", "0.75", "1"},
                             MoveRow{14, "0.45", "1", "0.33"}, MoveRow{15, "-0.45", "1", "0.33"}}) {
        EXPECT_EQ(moves[want.row].price, number(want.price)) << want.row;
        EXPECT_EQ(moves[want.row].volatility, number(want.volatility)) << want.row;
        EXPECT_EQ(moves[want.row].cover, number(want.cover)) << want.row;
    }
}

TEST(RiskArray, LetsNoPriceAndNoVolatilityFallBelowZero) {
    ArrayRules rules = shipped();
    rules.price_scan_range = number("0.5");
    rules.volatility_scan_range = number("1.5");
    ArrayMoves const moves = moves_of(rules);
    EXPECT_EQ(moves[14].price, number("1.5"));
    EXPECT_EQ(moves[15].price, number("-1"));
    EXPECT_EQ(moves[1].volatility, 0);
}

/// Each profit is a price less a price, by the textbook: 30 days, then 29.
TEST(RiskArray, PricesEachRowAfterTheHorizon) {
    ArrayMoves const moves = moves_of(shipped());
    for (bool const is_call : {true, false}) {
        fast::Terms const terms{is_call ? wire::OptionSide::call : wire::OptionSide::put, Price{number("20100")},
                                Price{number("21000")}, Ratio{number("0.6")}, Ratio{number("0.082191780821917808")},
                                Ratio{number("0.04")}};
        double const years = 30.0 / 365;
        double const later = 29.0 / 365;
        auto const array = array_of(terms, number("0.079452054794520547"), moves);
        ASSERT_TRUE(array);
        double const now = plain::black(is_call, 20100, 21000, 0.6, years, 0.04);
        EXPECT_NEAR(plain::ones(array.value().price), now, 1e-8);
        for (std::size_t row = 0; row < array_size; ++row) {
            double const then = plain::black(is_call, 20100 * (1 + plain::ones(moves[row].price)), 21000,
                                             0.6 * plain::ones(moves[row].volatility), later, 0.04);
            EXPECT_NEAR(plain::ones(array.value().profits[row]), then - now, 1e-8) << row;
        }
    }
}

/// Past the horizon the option is worth its exercise: a call of 90 at 100 * 1.15.
TEST(RiskArray, OfAnOptionThatExpiresWithinTheHorizonIsItsPayoff) {
    fast::Terms const terms{wire::OptionSide::call, Price{number("100")}, Price{number("90")}, Ratio{number("0.5")},
                            Ratio{number("0.001")}, Ratio{}};
    auto const array = array_of(terms, 0, moves_of(shipped()));
    ASSERT_TRUE(array);
    EXPECT_EQ(array.value().profits[10] + array.value().price, number("25"));
    EXPECT_EQ(array.value().profits[15] + array.value().price, 0);
}

struct ScanRow {
    std::string name;
    std::string size;
    std::string extreme_multiple;
    std::string scan;
    std::size_t worst;
    friend void PrintTo(ScanRow const& row, std::ostream* out) { *out << row.name; }
};
class Scan : public testing::TestWithParam<ScanRow> {};
TEST_P(Scan, IsTheWorstRow) {
    Tally on;
    ArrayRules rules = shipped();
    rules.extreme_multiple = number(GetParam().extreme_multiple);
    ArrayMoves const moves = moves_of(rules);
    ArrayRisk const risk = risk_of(perpetual("20000", GetParam().size, moves, on), rules, moves, on);
    EXPECT_EQ(risk.scan, number(GetParam().scan));
    EXPECT_EQ(risk.worst, GetParam().worst);
    EXPECT_EQ(risk.calendar, 0);
    EXPECT_EQ(risk.minimum, 0);
    EXPECT_FALSE(on.broken());
}
// By hand: a coin at 20000 loses 15 % of it, or 33 % of 15 % times the multiple: equal at 3.0303...
INSTANTIATE_TEST_SUITE_P(EverySide, Scan,
                         testing::Values(ScanRow{"LongFallsByTheRange", "1", "3", "3000", 12},
                                         ScanRow{"ShortRisesByTheRange", "-1", "3", "3000", 10},
                                         ScanRow{"ExtremeBelow", "1", "3.03", "3000", 12},
                                         ScanRow{"ExtremeAbove", "1", "3.04", "3009.6", 15},
                                         ScanRow{"ExtremeAboveForAShort", "-1", "4", "3960", 14},
                                         ScanRow{"Nothing", "0", "3", "0", 0}),
                         [](auto const& row) { return row.param.name; });

/// 3 long of one expiry, 2 short of the perpetual and half short of another: 2.5 pairs at 0.5 % of 20000.
TEST(CalendarCharge, PairsOppositeDeltasOfExpiries) {
    Tally on;
    ArrayMoves const moves = moves_of(shipped());
    ArrayPosition position;
    position.spot = number("20000");
    position.add_linear(moves, 1000, number("3"), on);
    position.add_linear(moves, 0, number("-2"), on);
    position.add_linear(moves, 2000, number("-0.5"), on);
    ArrayRisk const risk = risk_of(position, shipped(), moves, on);
    EXPECT_EQ(risk.calendar, number("250"));
    EXPECT_EQ(risk.net_delta, number("0.5"));
    EXPECT_EQ(risk.scan, number("1500"));
    EXPECT_EQ(risk.maintenance(on), number("1750"));
}
TEST(CalendarCharge, IsNothingWithinOneExpiry) {
    Tally on;
    ArrayMoves const moves = moves_of(shipped());
    ArrayPosition position;
    position.spot = number("20000");
    position.add_linear(moves, 1000, number("3"), on);
    position.add_linear(moves, 1000, number("-3"), on);
    EXPECT_EQ(risk_of(position, shipped(), moves, on).maintenance(on), 0);
}

struct CreditRow {
    std::string name;
    std::string first;
    std::string second;
    std::string first_credit;
    std::string second_credit;
    friend void PrintTo(CreditRow const& row, std::ostream* out) { *out << row.name; }
};
class Credit : public testing::TestWithParam<CreditRow> {};
TEST_P(Credit, IsOfTheScanOfWhatPairs) {
    Tally on;
    ArrayMoves const moves = moves_of(shipped());
    ArrayRisk first = risk_of(perpetual("20000", GetParam().first, moves, on), shipped(), moves, on);
    ArrayRisk second = risk_of(perpetual("800", GetParam().second, moves, on), shipped(), moves, on);
    give_credit(first, second, {number("1"), number("25"), number("0.5")}, on);
    EXPECT_EQ(first.credit, number(GetParam().first_credit));
    EXPECT_EQ(second.credit, number(GetParam().second_credit));
    EXPECT_FALSE(on.broken());
}
// By hand: scans are 3000 a coin of the first and 120 a coin of the second; half of the paired part.
INSTANTIATE_TEST_SUITE_P(EveryCase, Credit,
                         testing::Values(CreditRow{"Exact", "1", "-25", "1500", "1500"},
                                         CreditRow{"FirstLeftOver", "2", "-25", "1500", "1500"},
                                         CreditRow{"SecondLeftOver", "-1", "100", "1500", "1500"},
                                         CreditRow{"PartOfASpread", "0.5", "-100", "750", "750"},
                                         CreditRow{"SameSigns", "1", "25", "0", "0"},
                                         CreditRow{"NothingToPair", "1", "0", "0", "0"}),
                         [](auto const& row) { return row.param.name; });

TEST(CreditOfSeveralPairs, UsesEachDeltaOnceAndNeverPassesTheScan) {
    Tally on;
    ArrayMoves const moves = moves_of(shipped());
    ArrayRisk first = risk_of(perpetual("20000", "1", moves, on), shipped(), moves, on);
    ArrayRisk second = risk_of(perpetual("800", "-20", moves, on), shipped(), moves, on);
    ArrayRisk third = risk_of(perpetual("800", "-20", moves, on), shipped(), moves, on);
    give_credit(first, second, {number("1"), number("25"), number("1")}, on);
    give_credit(first, third, {number("1"), number("25"), number("1")}, on);
    EXPECT_EQ(first.credit, first.scan); // 0.8 of it, then the 0.2 that is left
    EXPECT_EQ(first.unpaired, 0);
    EXPECT_EQ(third.credit, number("600")); // 5 of 20 coins: a quarter of 2400
    EXPECT_EQ(first.maintenance(on), 0);
}

/// A worthless short call: nothing to scan, 0.5 % of 20000 a coin; the last digit rounds up.
TEST(ShortOptionMinimum, IsOfEachShortCoinAndRoundsUp) {
    Tally on;
    ArrayMoves const moves = moves_of(shipped());
    for (auto const& [amount, minimum] : {std::pair{number("-3"), number("300")}, std::pair{Int128{-1}, Int128{100}},
                                          std::pair{number("3"), Int128{0}}}) {
        ArrayPosition position;
        position.spot = number("20000");
        position.add_option(RiskArray{}, 1000, amount, on);
        ArrayRisk const risk = risk_of(position, shipped(), moves, on);
        EXPECT_EQ(risk.minimum, minimum);
        EXPECT_EQ(risk.maintenance(on), minimum);
    }
    ArrayPosition tiny;
    tiny.spot = 1; // 10^-18: a coin's 0.5 % of that is less than the last digit
    tiny.add_option(RiskArray{}, 1000, number("-1"), on);
    EXPECT_EQ(risk_of(tiny, shipped(), moves, on).minimum, 1);
}

RC_GTEST_PROP(RiskArrayRounding, IsAgainstTheAccount, (std::int64_t amount, std::int64_t profit)) {
    Tally on;
    RiskArray array;
    array.profits.fill(profit);
    ArrayPosition position;
    position.add_option(array, 1, amount, on);
    // got <= amount * profit / 10^18 < got + 1
    Int128 const exact = Int128{amount} * profit;
    Int128 const got = risk_of(position, shipped(), moves_of(shipped()), on).profits[0];
    RC_ASSERT(got * one_units <= exact);
    RC_ASSERT(exact - got * one_units < one_units);
}

TEST(RiskArrayRefusal, TellsOfNumbersTooLarge) {
    Tally on;
    ArrayMoves const moves = moves_of(shipped());
    ArrayPosition position;
    position.spot = row_limit_units;
    position.add_linear(moves, 0, row_limit_units, on);
    ASSERT_TRUE(on.broken());
    EXPECT_TRUE(on.settle("margin").error().is(Errc::arithmetic_overflow));
}

} // namespace
} // namespace plimsoll::risk
