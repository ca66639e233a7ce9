#include "risk/margin/linear_update.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::linear {
namespace {

// A market like dYdX's BTC: 20 % initial, half of it maintenance, price 50,000 in quote quantums.
PriceScale const scale_{5'000'000'000, -7};
Tier const tier{200'000, 500'000, 0, 0};

struct Rounded {
    int notional;
    int initial;
    int maintenance;
};

// Both sides of each rounding: maintenance rounds up twice, so 1 costs 1 and not 0.1.
TEST(LinearMargin, RoundsUpAfterEachFactor) {
    PriceScale const one{1, 0};
    for (Rounded const& row : {Rounded{0, 0, 0}, Rounded{1, 1, 1}, Rounded{5, 1, 1},
                               Rounded{6, 2, 1}, Rounded{10, 2, 1}, Rounded{11, 3, 2}}) {
        auto const needed = requirement(one, tier, -row.notional, 0, 0);
        EXPECT_EQ(needed.initial, row.initial) << row.notional;
        EXPECT_EQ(needed.maintenance, row.maintenance) << row.notional;
    }
}

TEST(LinearMargin, OpenInterestRaisesTheFractionBetweenItsCaps) {
    Tier const capped{200'000, 500'000, 1'000'000, 2'000'000};
    struct Row {
        int interest;
        int ppm;
    };
    for (Row const& row : {Row{0, 200'000}, Row{1'000'000, 200'000}, Row{1'000'001, 200'000},
                           Row{1'000'002, 200'001}, Row{1'999'999, 999'999}, Row{2'000'000, 1'000'000},
                           Row{9'000'000, 1'000'000}}) {
        EXPECT_EQ(adjusted_initial_margin_ppm(capped, row.interest), row.ppm) << row.interest;
    }
}

TEST(LinearTier, IsRefusedInDeclaredOrder) {
    struct Row {
        Tier tier;
        int impact;
        TierRefusal want;
    };
    for (Row const& row :
         {Row{{1'000'001, 1'000'001, 2, 1}, 0, TierRefusal::initial_margin_exceeds_one},
          Row{{1'000'000, 1'000'001, 2, 1}, 0, TierRefusal::maintenance_fraction_exceeds_one},
          Row{{1'000'000, 1'000'000, 2, 1}, 0, TierRefusal::impact_notional_is_zero},
          Row{{1'000'000, 1'000'000, 2, 1}, 1, TierRefusal::lower_cap_above_upper_cap}}) {
        auto const valid = validate(row.tier, row.impact);
        ASSERT_FALSE(valid);
        EXPECT_EQ(valid.error(), row.want) << word(row.want);
    }
    EXPECT_TRUE(validate({1'000'000, 1'000'000, 1, 1}, 1));
}

RC_GTEST_PROP(LinearMargin, GrowsWithSizeAndNeverExceedsTheSumOfParts, ()) {
    Wide const a = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
    Wide const b = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
    auto const of = [&](Wide const& size) { return requirement(scale_, tier, size, 0, 0); };
    RC_ASSERT(of(a + b).initial >= of(a).initial);
    RC_ASSERT(of(a + b).maintenance >= of(a).maintenance);
    // Notionals round down and requirements up: the whole may exceed the parts by one notional unit.
    RC_ASSERT(of(a + b).initial <= of(a).initial + of(b).initial + 1);
    RC_ASSERT(of(a).maintenance <= of(a).initial);
    RC_ASSERT(of(-a).initial == of(a).initial);
}

RC_GTEST_PROP(LinearMargin, FractionIsContinuousInOpenInterest, ()) {
    Wide const low = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000);
    Wide const width = *rc::gen::inRange<std::int64_t>(1'000'000, 1'000'000'000);
    Tier const capped{100'000, 500'000, low, low + width};
    Wide const at = *rc::gen::inRange<std::int64_t>(0, 2'000'000'000);
    Wide const step = adjusted_initial_margin_ppm(capped, at + 1) - adjusted_initial_margin_ppm(capped, at);
    RC_ASSERT(step >= 0);
    RC_ASSERT(step <= 1);
}

TEST(LinearRisk, OrderIsByCollateralForEachUnitOfMaintenance) {
    struct Row {
        Risk first, second;
        int want;
    };
    for (Row const& row : {Row{{100, 0, 50}, {100, 0, 100}, -1}, Row{{-5, 0, 0}, {-4, 0, 0}, 1},
                           Row{{10, 0, 10}, {20, 0, 20}, -1}, Row{{20, 0, 20}, {10, 0, 10}, 1},
                           Row{{7, 0, 7}, {7, 0, 7}, 0}}) {
        EXPECT_EQ(compare_riskiness(row.first, row.second), row.want);
    }
}

RC_GTEST_PROP(LinearRisk, OrderIsAntisymmetric, ()) {
    auto const some = [] {
        return Risk{*rc::gen::inRange(-1000, 1000), 0, *rc::gen::inRange(0, 5)};
    };
    Risk const a = some();
    Risk const b = some();
    RC_ASSERT(compare_riskiness(a, b) == -compare_riskiness(b, a));
}

TEST(LinearUpdate, BelowInitialMarginItMayOnlyImprove) {
    Risk const below{5, 20, 10};
    Risk const met{20, 20, 10};
    EXPECT_EQ(improve_or_reject(below, {5, 20, 10}), Verdict::success);
    EXPECT_EQ(improve_or_reject(below, {4, 20, 10}), Verdict::still_undercollateralized);
    EXPECT_EQ(improve_or_reject(below, {50, 99, 11}), Verdict::still_undercollateralized);
    EXPECT_EQ(improve_or_reject(met, {19, 20, 10}), Verdict::newly_undercollateralized);
    EXPECT_EQ(improve_or_reject({-2, 0, 0}, {-1, 0, 0}), Verdict::success);
    EXPECT_EQ(improve_or_reject({-2, 0, 0}, {-2, 0, 0}), Verdict::still_undercollateralized);
}

Markets two_markets() {
    Market cross{scale_, tier, 0, 0, false};
    Market isolated = cross;
    isolated.isolated = true;
    return {{0, cross}, {3, isolated}};
}

TEST(LinearUpdate, AnIsolatedMarketStandsAlone) {
    Account account{1'000'000'000'000, {}};
    std::vector<Update> const both{{0, {{}, {{0, 100, 0}, {3, 100, 0}}}}};
    auto const checked =
        check({account}, two_markets(), UpdateKind::collateral_check, both, std::nullopt);
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked.value().verdicts.front(), Verdict::violates_isolated_constraints);
}

TEST(LinearUpdate, OpeningAnIsolatedPositionMovesItsCollateral) {
    Account account{1'000'000, {}};
    std::vector<Update> const open{{0, {{-500}, {{3, 10, 0}}}}};
    auto run = [&](Wide const& shared) {
        return apply({account}, two_markets(), UpdateKind::collateral_check, open, std::nullopt,
                     Pools{{std::nullopt, shared}});
    };
    auto const moved = run(1'000'000);
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved.value().pools->at(MarketId{3}), 1'000'000);
    EXPECT_EQ(moved.value().pools->at(std::nullopt), 0);
    auto const missing = run(999'999);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error(), UpdateRefusal::insufficient_pool);
}

TEST(WithdrawalGate, OpensWhenItsWindowHasPassed) {
    WithdrawalGate const gate{100, 50, {{std::nullopt, 51}, {MarketId{3}, 50}}};
    EXPECT_TRUE(gate.closed_for({std::nullopt}));
    EXPECT_FALSE(gate.closed_for({MarketId{3}}));
    EXPECT_TRUE(gate.closed_for({MarketId{3}, std::nullopt}));
    EXPECT_FALSE(gate.closed_for({MarketId{4}}));
}

} // namespace
} // namespace plimsoll::risk::linear
