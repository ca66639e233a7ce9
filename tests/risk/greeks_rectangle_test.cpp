#include "risk/margin/greeks_rectangle.hpp"

#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] GreeksRules shipped() { return GreeksRules::of(*shipped_preset("greeks")); }

[[nodiscard]] Int128 least_of(RectanglePoints const& points) {
    Int128 least = points[0].profit;
    for (RectanglePoint const& point : points) {
        if (point.is_there) least = std::min(least, point.profit);
    }
    return least;
}

struct RectangleRow {
    std::string name;
    std::string delta;
    std::string gamma;
    std::string vega;
    std::string theta;
    std::string least;
    bool has_vertex;
    friend void PrintTo(RectangleRow const& row, std::ostream* out) { *out << row.name; }
};
class Rectangle : public testing::TestWithParam<RectangleRow> {};
TEST_P(Rectangle, HasItsLeastProfitAtAPoint) {
    Tally on;
    CashGreeks const net{number(GetParam().delta), number(GetParam().gamma), number(GetParam().vega), number(GetParam().theta)};
    RectanglePoints const points = points_of(net, shipped(), on);
    EXPECT_EQ(least_of(points), number(GetParam().least));
    EXPECT_EQ(points[4].is_there, GetParam().has_vertex);
    EXPECT_FALSE(on.broken());
}
// By hand, with |m| <= 0.15 and |s| <= 0.5: D m + G m^2 / 2 + V s + T.
INSTANTIATE_TEST_SUITE_P(
    EveryShape, Rectangle,
    testing::Values(RectangleRow{"DeltaOnly", "100", "0", "0", "0", "-15", false},
                    RectangleRow{"ShortDelta", "-100", "0", "0", "0", "-15", false},
                    RectangleRow{"ShortGamma", "0", "-1000", "0", "0", "-11.25", false},
                    RectangleRow{"LongGammaAlone", "0", "1000", "0", "0", "0", true},
                    RectangleRow{"VertexInside", "20", "1000", "0", "0", "-0.2", true},           // at m = -0.02
                    RectangleRow{"VertexInsideAbove", "-20", "1000", "0", "0", "-0.2", true},     // at m = +0.02
                    RectangleRow{"VertexJustInside", "149", "1000", "0", "0", "-11.1005", true},  // -149^2 / 2000
                    RectangleRow{"VertexAtTheEnd", "150", "1000", "0", "0", "-11.25", false},     // -22.5 + 11.25
                    RectangleRow{"VertexOutside", "151", "1000", "0", "0", "-11.4", false},       // -22.65 + 11.25
                    RectangleRow{"LongVega", "0", "0", "10", "0", "-5", false},
                    RectangleRow{"ShortVega", "0", "0", "-10", "0", "-5", false},
                    RectangleRow{"ThetaPaid", "0", "0", "0", "-3", "-3", false},
                    RectangleRow{"ThetaEarned", "0", "0", "0", "3", "3", false},
                    RectangleRow{"AllTogether", "20", "1000", "10", "-3", "-8.2", true}),
    [](auto const& row) { return row.param.name; });

/// No place of a fine grid over the rectangle is worse than the worst point.
RC_GTEST_PROP(RectangleBound, CoversEveryPlaceInside, (std::int32_t d, std::int32_t g, std::int32_t v, std::int32_t t)) {
    Tally on;
    CashGreeks const net{d * one_units / 1000, g * one_units / 1000, v * one_units / 1000, t * one_units / 1000};
    double const least = plain::ones(least_of(points_of(net, shipped(), on)));
    for (int i = -50; i <= 50; ++i) {
        double const m = 0.15 * i / 50;
        double const spot = plain::ones(net.delta) * m + plain::ones(net.gamma) * m * m / 2 + plain::ones(net.theta);
        double const worse = spot - std::abs(plain::ones(net.vega)) * 0.5;
        RC_ASSERT(least <= worse + 1e-6);
    }
    RC_ASSERT(!on.broken());
}

/// A third of a unit of profit lost is a whole unit: 2 / 3 at the vertex, and each product.
TEST(RectangleRounding, IsAgainstTheAccount) {
    Tally on;
    GreeksRules rules = shipped();
    RectanglePoints const vertex = points_of({number("0.000000002"), number("3"), 0, 0}, rules, on);
    EXPECT_EQ(vertex[4].profit, -1); // -(2e-9)^2 / 6 = -0.67e-18
    RectanglePoints const ends = points_of({1, 0, 1, 0}, rules, on);
    EXPECT_EQ(ends[0].profit, -1 + 0); // -0.15 down to -1; +0.5 down to 0
    EXPECT_EQ(ends[1].profit, -2);
}

/// The Greeks of a row, against differences of the textbook's prices.
TEST(GreeksRow, CountsInQuote) {
    GreeksRules const rules = shipped();
    for (bool const is_call : {true, false}) {
        fast::Terms const terms{is_call ? wire::OptionSide::call : wire::OptionSide::put, Price{number("20000")},
                                Price{number("21000")}, Ratio{number("0.6")}, Ratio{number("0.1")}, Ratio{number("0.03")}};
        auto const row = greeks_row_of(terms, number("0.0027"), rules);
        ASSERT_TRUE(row);
        auto price = [&](double m, double s, double dt = 0) {
            return plain::black(is_call, 20000 * (1 + m), 21000, 0.6 * (1 + s), 0.1 - dt, 0.03);
        };
        double const h = 1e-4;
        CashGreeks const& greeks = row.value().greeks;
        EXPECT_NEAR(plain::ones(row.value().price), price(0, 0), 1e-8);
        EXPECT_NEAR(plain::ones(greeks.delta), (price(h, 0) - price(-h, 0)) / (2 * h), 1e-2);
        EXPECT_NEAR(plain::ones(greeks.gamma) / ((price(h, 0) - 2 * price(0, 0) + price(-h, 0)) / (h * h)), 1, 1e-4);
        EXPECT_NEAR(plain::ones(greeks.vega), (price(0, h) - price(0, -h)) / (2 * h), 1e-3);
        EXPECT_NEAR(plain::ones(greeks.theta), (price(0, 0, h) - price(0, 0, -h)) / (2 * h) * 0.0027, 1e-3);
        ASSERT_EQ(row.value().tails.size(), rules.tails.size());
        for (std::size_t i = 0; i < rules.tails.size(); ++i) {
            EXPECT_NEAR(plain::ones(row.value().tails[i]), price(plain::ones(rules.tails[i].spot) - 1, 0) - price(0, 0), 1e-7);
        }
    }
}

/// Near the money the quadratic is the market but for a third order: half the move, an eighth of the error.
TEST(GreeksRow, IsOffByAThirdOrderNearTheMoney) {
    GreeksRules const rules = shipped();
    fast::Terms const terms{wire::OptionSide::call, Price{number("20000")}, Price{number("20000")}, Ratio{number("0.8")},
                            Ratio{number("0.25")}, Ratio{}};
    auto const row = greeks_row_of(terms, 0, rules).value();
    auto error = [&](double m) {
        double const quadratic = plain::ones(row.greeks.delta) * m + plain::ones(row.greeks.gamma) * m * m / 2;
        return std::abs(quadratic - (plain::black(true, 20000 * (1 + m), 20000, 0.8, 0.25) - plain::black(true, 20000, 20000, 0.8, 0.25)));
    };
    EXPECT_GT(error(0.15), 0);
    EXPECT_LT(error(0.075), error(0.15) / 6);
    EXPECT_LT(error(0.15), 20000 * 0.15 * 0.15 * 0.15);
}

TEST(GreeksTheta, EndsAtExpiry) {
    GreeksRules const rules = shipped();
    fast::Terms terms{wire::OptionSide::call, Price{number("100")}, Price{number("100")}, Ratio{number("0.5")},
                      Ratio{number("0.001")}, Ratio{}};
    auto const whole = greeks_row_of(terms, number("0.001"), rules).value();
    auto const more = greeks_row_of(terms, number("0.5"), rules).value();
    EXPECT_EQ(whole.greeks.theta, more.greeks.theta);
}

struct TailRow {
    std::string name;
    std::string size;
    std::string loss;
    std::size_t worst;
    friend void PrintTo(TailRow const& row, std::ostream* out) { *out << row.name; }
};
class Tails : public testing::TestWithParam<TailRow> {};
TEST_P(Tails, BindWhereTheyLoseMore) {
    Tally on;
    GreeksRules rules = shipped();
    rules.tails = {{number("0.5"), number("0.2")}, {number("3"), number("0.1")}};
    GreeksPosition position;
    position.spot = number("20000");
    position.add_linear(rules, number(GetParam().size), on);
    GreeksRisk const risk = risk_of(position, rules, on);
    EXPECT_EQ(risk.loss, number(GetParam().loss));
    EXPECT_EQ(risk.worst, GetParam().worst);
}
// By hand: a long loses 15 % in the rectangle, 20 % of 50 % in a tail; a short 10 % of 200 % in a tail.
INSTANTIATE_TEST_SUITE_P(BothSides, Tails,
                         testing::Values(TailRow{"LongByTheRectangle", "1", "3000", 0}, TailRow{"ShortByATail", "-1", "4000", 7}),
                         [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::risk
