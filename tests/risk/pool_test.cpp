#include "risk/clearing/option_liquidation.hpp"
#include "risk/pool/option_pool.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::pool {
namespace {

Precise whole(std::int64_t ones) { return Precise::whole(ones); }

Precise magnitude(Precise const& x) { return x < Precise{} ? -x : x; }

RC_GTEST_PROP(BlackScholes, KeepsPutCallParityAndBounds, ()) {
    Wide const seconds = *rc::gen::inRange(1, 31'536'000);
    OptionTerms const terms{seconds, 31'536'000, Precise::ratio(*rc::gen::inRange(1, 300), 100),
                            whole(*rc::gen::inRange(500, 5000)), whole(*rc::gen::inRange(500, 5000)),
                            Precise::ratio(5, 100)};
    auto const values = option_values(terms);
    Precise const discounted =
        terms.strike * exponential(-(terms.rate * Precise::ratio(seconds, terms.year_seconds)));
    Precise const gap = values.call - values.put - terms.spot + discounted;
    RC_ASSERT(magnitude(gap) < Precise::of_units(power_of_ten(20)));
    Precise const noise = Precise::of_units(power_of_ten(30));
    RC_ASSERT(Precise{} < values.call + noise && values.call < terms.spot + noise);
    RC_ASSERT(Precise{} < values.put + noise && values.put < discounted + noise);
}

LiquidationTerms terms(std::int64_t minimum_fee) {
    return {Precise::ratio(2, 10), whole(minimum_fee), Precise::ratio(4, 10), Precise::ratio(3, 10),
            whole(1)};
}

struct Liquidated {
    int premium, collateral, fee, returned, penalty, insolvent;
};

TEST(OptionLiquidation, ThePenaltyGoesBeforeThePool) {
    for (Liquidated const& row :
         {Liquidated{1000, 5000, 200, 3200, 800, 0}, Liquidated{1500, 5000, 1000, 2500, 1000, 0},
          Liquidated{3000, 3700, 700, 0, 700, 0}, Liquidated{3000, 3699, 700, 0, 700, 1},
          Liquidated{1000, 2000, 3500, 0, 2000, 1000}}) {
        auto const got = split(whole(row.premium), whole(row.collateral), terms(row.fee));
        EXPECT_EQ(got.returned, whole(row.returned)) << row.collateral;
        EXPECT_EQ(got.penalty, whole(row.penalty)) << row.collateral;
        EXPECT_EQ(got.insolvent, whole(row.insolvent)) << row.collateral;
    }
}

RC_GTEST_PROP(OptionLiquidation, SplitsAllOfTheCollateral, ()) {
    Precise const collateral = whole(*rc::gen::inRange(0, 100'000));
    auto const got =
        split(whole(*rc::gen::inRange(0, 100'000)), collateral, terms(*rc::gen::inRange(0, 1000)));
    RC_ASSERT(got.returned + got.premium + got.penalty == collateral);
    RC_ASSERT(got.to_liquidator + got.to_module + got.to_pool == got.penalty);
}

TEST(Volatility, NeverFallsBelowNothing) {
    ImpactTerms const impact{whole(1), whole(2)};
    auto const after = moved({whole(1), Precise::ratio(1, 5)}, whole(10), false, impact);
    EXPECT_EQ(after.base, Precise::ratio(9, 10));
    EXPECT_EQ(after.skew, Precise{});
}

TEST(Volatility, MeanIsThatOfWhatWasInForce) {
    std::vector<Observation> const steps{{whole(0), whole(2)}, {whole(10), whole(8)}};
    auto const off = [&](int from, int to, int want) {
        return magnitude(time_weighted_mean(steps, whole(from), whole(to)) - whole(want));
    };
    Precise const noise = Precise::of_units(power_of_ten(20));
    EXPECT_LT(off(-5, 5, 2), noise); // before the first, it was the first
    EXPECT_LT(off(5, 15, 4), noise); // the root of 2 * 8
    EXPECT_EQ(time_weighted_mean(steps, whole(10), whole(10)), whole(8));
}

TEST(Volatility, FeesGrowFromTheirPoint) {
    EXPECT_EQ(ramped_fee(whole(10), 100, 100, 300), whole(10));
    EXPECT_EQ(ramped_fee(whole(10), 200, 100, 300), whole(15));
    EXPECT_EQ(ramped_fee(whole(10), 300, 100, 300), whole(20));
    EXPECT_EQ(ramped_fee(whole(10), 500, 100, 300), whole(30));
}

TEST(OptionPool, ATradeAndItsReturnLeaveOnlyFees) {
    FeeRamp const none{Precise{}, 1, 2};
    PoolTerms const terms{{whole(150), whole(1)}, 1'209'600, 31'536'000, 43'200, whole(3000),
                          Precise{}, none, none, Precise{}, Precise{}, Precise{},
                          whole(1), whole(1), Precise{}};
    PoolState state;
    state.cash = state.value = whole(1'000'000);
    state.volatility = {whole(1), whole(1)};
    state.base_history = state.skew_history = {{Precise{}, whole(1)}};
    auto const bought = trade(state, terms, whole(1), whole(3000), whole(50));
    auto const sold = trade(state, terms, whole(1), whole(3000), whole(-50));
    EXPECT_TRUE(sold.premium < bought.premium);
    EXPECT_EQ(state.net_sold, Precise{});
    EXPECT_EQ(state.value, whole(1'000'000) + bought.premium - sold.premium);
    EXPECT_EQ(state.base, whole(50));
}

} // namespace
} // namespace plimsoll::risk::pool
