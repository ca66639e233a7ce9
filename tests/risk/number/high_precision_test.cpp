#include "risk/number/high_precision.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

Precise number(std::string_view text) {
    auto const parsed = Precise::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Precise{});
}

/// Agreement to 60 decimals.
void expect_close(Precise const& got, std::string_view want) {
    EXPECT_LT(abs(got.units() - number(want).units()), power_of_ten(Precise::decimals - 60)) << want;
}

// OEIS A001113, A002392, A002193; checked with mpmath.
TEST(HighPrecision, KnowsConstantsToSixtyDigits) {
    expect_close(exponential(number("1")),
                 "2.718281828459045235360287471352662497757247093699959574966967");
    expect_close(logarithm(number("10")),
                 "2.302585092994045684017991454684364207601101488628772976033327");
    expect_close(root(number("2")),
                 "1.414213562373095048801688724209698078569671875376948073176679");
}

TEST(HighPrecision, NormalDistributionMeetsItsTable) {
    struct Row {
        char const* x;
        char const* probability;
    };
    for (Row const& row : {Row{"0", "0.5"}, Row{"1", "0.8413447461"}, Row{"-1.96", "0.0249978951"},
                           Row{"3.09", "0.9989992176"}}) {
        auto const got = normal_distribution(number(row.x)) - number(row.probability);
        EXPECT_LT(abs(got.units()), power_of_ten(Precise::decimals - 10)) << row.x;
    }
}

TEST(HighPrecision, TailsKeepTheirDigits) {
    // N(-10) = 7.61985302416052606597...e-24 (mpmath 1.3: erfc(10 / sqrt(2)) / 2).
    Wide const tail = normal_distribution(number("-10")).rounded(44, Rounding::floor);
    EXPECT_EQ(tail.str(), "761985302416052606597");
    EXPECT_EQ(normal_distribution(number("-100")), Precise{});
    EXPECT_EQ(normal_distribution(number("100")), Precise::whole(1));
}

TEST(HighPrecision, QuantileUndoesTheDistribution) {
    for (char const* p : {"0.000001", "0.001", "0.25", "0.5", "0.975", "0.99999995"}) {
        expect_close(normal_distribution(normal_quantile(number(p))), p);
    }
}

RC_GTEST_PROP(HighPrecision, ExponentialAndLogarithmUndoEachOther, ()) {
    auto const thousandths = *rc::gen::inRange(-20'000, 20'000);
    Precise const x = Precise::ratio(thousandths, 1000);
    Wide const gap = abs(logarithm(exponential(x)).units() - x.units());
    RC_ASSERT(gap < power_of_ten(Precise::decimals - 55));
}

TEST(HighPrecision, ParsesDecimalsExactly) {
    EXPECT_EQ(number("-12.5e-3").units(), -125 * power_of_ten(Precise::decimals - 4));
    EXPECT_EQ(number("007").units(), 7 * Precise::one_units());
    EXPECT_EQ(number("1e-80").units(), 1);
    EXPECT_EQ(number("9e-81").units(), 0);
    for (char const* text : {"", "-", "1.2.3", "1e", "x"}) {
        EXPECT_FALSE(Precise::parse(text)) << text;
    }
}

TEST(HighPrecision, ShortestDecimalOfABinaryNumber) {
    expect_close(shortest_binary64(number("0.1")), "0.1");
    expect_close(shortest_binary64(number("0.1000000000000000055511151231257827")), "0.1");
    expect_close(shortest_binary64(Precise::ratio(1, 3)), "0.3333333333333333");
    expect_close(shortest_binary64(Precise::ratio(2, 3)), "0.6666666666666666");
    expect_close(shortest_binary64(exponential(number("1"))), "2.718281828459045");
}

struct Quotient {
    int a, b, floor, ceiling, toward_zero;
};

TEST(WideInteger, NamesEachRounding) {
    for (Quotient const& row : {Quotient{7, 2, 3, 4, 3}, Quotient{-7, 2, -4, -3, -3},
                                Quotient{7, -2, -4, -3, -3}, Quotient{-7, -2, 3, 4, 3},
                                Quotient{6, 2, 3, 3, 3}, Quotient{0, 5, 0, 0, 0}}) {
        EXPECT_EQ(quotient(row.a, row.b, Rounding::floor), row.floor);
        EXPECT_EQ(quotient(row.a, row.b, Rounding::ceiling), row.ceiling);
        EXPECT_EQ(quotient(row.a, row.b, Rounding::toward_zero), row.toward_zero);
    }
}

} // namespace
} // namespace plimsoll::risk
