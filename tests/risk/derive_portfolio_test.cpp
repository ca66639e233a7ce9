#include "tests/risk/derive_sample.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::derive {
namespace {

[[nodiscard]] ScenarioGrid grid_of(PortfolioParameters const& set, PortfolioMarket const& market) {
    return ScenarioGrid::build(set, market, sample_options()).value();
}
[[nodiscard]] ScenarioGrid sample_grid() { return grid_of(sample_parameters(), sample_market()); }

[[nodiscard]] PortfolioAccount holder_of(std::vector<OptionHolding> options) {
    PortfolioAccount account;
    account.options = std::move(options);
    return account;
}

TEST(DeriveParameters, TakeTheSample) { EXPECT_TRUE(check(sample_parameters())); }

struct Change {
    std::string name;
    void (*apply)(PortfolioParameters&);
    std::optional<Errc> want;
};

/// Both sides of each kind of bound. Source: the bounds table of the protocol's setters.
TEST(DeriveParameters, StayWithinTheirBounds) {
    using Set = PortfolioParameters;
    auto const out = Errc::parameter_out_of_bounds;
    std::vector<Change> const rows{
        {"ImFactorLeast", [](Set& s) { s.margin.im_factor = wei("0.5"); }, {}},
        {"ImFactorLess", [](Set& s) { s.margin.im_factor = Int256{one_units / 2 - 1}; }, out},
        {"MmFactorMost", [](Set& s) { s.margin.mm_factor = wei("10"); }, {}},
        {"MmFactorMore", [](Set& s) { s.margin.mm_factor = Int256{10 * one_units + 1}; }, out},
        {"SpotUpIsOne", [](Set& s) { s.basis_contingency.spot_up = wei("1"); }, out},
        {"SpotUpIsThree", [](Set& s) { s.basis_contingency.spot_up = wei("3"); }, out},
        {"SpotDownIsOne", [](Set& s) { s.basis_contingency.spot_down = wei("1"); }, out},
        {"FloorOf400Days", [](Set& s) { s.vol_shock.dte_floor_seconds = Int256{34'560'000}; }, {}},
        {"FloorOfMore", [](Set& s) { s.vol_shock.dte_floor_seconds = Int256{34'560'001}; }, out},
        {"ConfidenceAboveOne",
         [](Set& s) { s.other_contingency.confidence_threshold = Int256{one_units + 1}; }, out},
        {"SlopeOfMinusTen", [](Set& s) { s.skew_shock.abs_c_base = wei("-10"); }, {}},
        {"SlopeOfLess", [](Set& s) { s.skew_shock.abs_c_base = Int256{-10 * one_units - 1}; }, out},
        {"NoScenario", [](Set& s) { s.scenarios.clear(); }, Errc::scenario_count_out_of_bounds},
        {"FortyScenarios", [](Set& s) { s.scenarios.assign(40, s.scenarios[0]); }, {}},
        {"FortyOne", [](Set& s) { s.scenarios.assign(41, s.scenarios[0]); },
         Errc::scenario_count_out_of_bounds},
        {"LinearWithShock", [](Set& s) { s.scenarios[5].spot_shock = wei("1.18"); },
         Errc::skew_scenario_must_be_unshocked},
        {"TwoAbs", [](Set& s) { s.scenarios.push_back(s.scenarios[6]); },
         Errc::skew_scenario_repeated},
    };
    for (Change const& row : rows) {
        SCOPED_TRACE(row.name);
        PortfolioParameters set = sample_parameters();
        row.apply(set);
        auto const got = check(set);
        ASSERT_EQ(got.has_value(), !row.want.has_value());
        if (!got) {
            EXPECT_TRUE(got.error().is(*row.want)) << got.error().message();
        }
    }
}

TEST(DeriveParameters, HaircutsTogetherAreAtMostOne) {
    EXPECT_TRUE(check(Haircuts{wei("0.4"), wei("0.6")}));
    EXPECT_FALSE(check(Haircuts{wei("0.4"), Int256{one_units * 6 / 10 + 1}}));
    EXPECT_FALSE(check(Haircuts{Int256{one_units + 1}, {}}));
}

TEST(ScenarioGrid, RefusesOptionsThatItCannotPlace) {
    auto options = sample_options();
    options.push_back(options[0]);
    EXPECT_TRUE(ScenarioGrid::build(sample_parameters(), sample_market(), options)
                    .error()
                    .is(Errc::option_repeated));
    options.back().expiry = 2;
    EXPECT_TRUE(ScenarioGrid::build(sample_parameters(), sample_market(), options)
                    .error()
                    .is(Errc::unknown_expiry));
}

TEST(ScenarioGrid, SharesAColumnAmongScenariosOfOnePrice) {
    auto set = sample_parameters();
    ScenarioGrid const grid = grid_of(set, sample_market());
    EXPECT_EQ(grid.column_of_scenario(1), ScenarioGrid::mark);
    std::size_t const columns = grid.columns().size();
    set.scenarios.push_back({wei("0.82"), VolShock::up, wei("0.5")}); // as the third, but dampened
    ScenarioGrid const more = grid_of(set, sample_market());
    EXPECT_EQ(more.columns().size(), columns);
    EXPECT_EQ(more.column_of_scenario(7), more.column_of_scenario(2));
}

/// A fault in one expiry or one scenario's price is nobody's but its holders'.
TEST(PortfolioMargin, FaultsAreThoseOfWhatIsHeld) {
    auto market = sample_market();
    market.expiries[1].expiry_seconds = market.now_seconds - 1; // nothing is left of it, and
    auto set = sample_parameters();
    set.vol_shock.dte_floor_seconds = Int256{}; // no floor either
    ScenarioGrid const grid = grid_of(set, market);
    EXPECT_TRUE(margin_of(holder_of({{0, wei("1")}}), grid));
    auto const refused = margin_of(holder_of({{0, wei("1")}, {2, wei("1")}}), grid);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::division_by_zero));
}

TEST(PortfolioMargin, ASkewWithoutWidthIsRefusedOnlyWhereItIsAsked) {
    auto set = sample_parameters();
    set.skew_shock.min_k_star = Int256{};
    set.skew_shock.width_scale = Int256{};
    ScenarioGrid const grid = grid_of(set, sample_market());
    auto const account = holder_of({{0, wei("-1")}});
    EXPECT_TRUE(margin_of(account, grid).error().is(Errc::division_by_zero));
    EXPECT_TRUE(margin_in_scenario(account, grid, MarginKind::maintenance, 0));
    EXPECT_TRUE(margin_in_scenario(account, grid, MarginKind::maintenance, 5)
                    .error()
                    .is(Errc::division_by_zero));
}

TEST(PortfolioMargin, RefusesHoldingsThatMakeNoSense) {
    ScenarioGrid const grid = sample_grid();
    EXPECT_TRUE(margin_of(holder_of({{3, wei("1")}}), grid).error().is(Errc::unknown_option));
    EXPECT_TRUE(margin_of(holder_of({{1, wei("1")}, {0, wei("1")}, {1, wei("2")}}), grid)
                    .error()
                    .is(Errc::option_repeated));
    EXPECT_TRUE(
        margin_in_scenario({}, grid, MarginKind::initial, 8).error().is(Errc::unknown_scenario));
}

TEST(PortfolioMargin, CashAloneIsItsOwnMargin) {
    PortfolioAccount account;
    account.cash = wei("-12.5");
    account.perp_unsettled_cash = wei("7"); // without a position it is nobody's
    auto const margin = margin_of(account, sample_grid()).value();
    EXPECT_EQ(margin.initial_margin, wei("-12.5"));
    EXPECT_EQ(margin.maintenance_margin, wei("-12.5"));
    EXPECT_EQ(margin.mark_to_market, wei("-12.5"));
    EXPECT_EQ(margin.worst.scenario, 7U) << "of equals the basis contingency is the earliest";
}

struct Naked {
    std::string name;
    std::vector<OptionHolding> held;
    Int256 want;
};

TEST(PortfolioMargin, NetsAPutAgainstTheCallOfItsStrike) {
    ScenarioGrid const grid = sample_grid();
    for (Naked const& row : {Naked{"ShortPut", {{0, wei("-2")}}, wei("2")},
                             Naked{"LongPut", {{0, wei("2")}}, wei("0")},
                             Naked{"BothShort", {{0, wei("-2")}, {1, wei("-3")}}, wei("5")},
                             Naked{"LongPutShortCall", {{0, wei("2")}, {1, wei("-3")}}, wei("1")},
                             Naked{"LongCallCovers", {{1, wei("3")}, {0, wei("-2")}}, wei("0")},
                             Naked{"OtherExpiry", {{1, wei("3")}, {2, wei("-2")}}, wei("2")}}) {
        SCOPED_TRACE(row.name);
        auto const margin = margin_of(holder_of(row.held), grid).value();
        Int256 naked;
        for (auto const& expiry : margin.expiries)
            naked = Int256::of_bits(naked.bits() + expiry.naked_shorts.bits());
        EXPECT_EQ(naked, row.want);
    }
}

/// Perp of 1 at 2000: 0.015 of spot, then 0.005 more; half the confidence costs half the notional.
TEST(PortfolioMargin, PerpContingenciesAreThoseOfTheTable) {
    PortfolioAccount account;
    account.perp_position = wei("-1");
    auto margin = margin_of(account, sample_grid()).value();
    EXPECT_EQ(margin.mm_contingency, wei("30"));
    EXPECT_EQ(margin.im_contingency, wei("10"));
    EXPECT_EQ(margin.scenario_pnl[0], wei("-360.18")); // 2001 up by 18 %
    auto market = sample_market();
    market.perp_confidence = wei("0.5");
    margin = margin_of(account, grid_of(sample_parameters(), market)).value();
    EXPECT_EQ(margin.im_contingency, wei("1010"));
    market.perp_confidence = wei("0.55"); // the threshold itself suffices
    margin = margin_of(account, grid_of(sample_parameters(), market)).value();
    EXPECT_EQ(margin.im_contingency, wei("10"));
}

TEST(PortfolioMargin, UnderADepegOnlyTheInitialFactorGrows) {
    PortfolioAccount account;
    account.perp_position = wei("1");
    auto market = sample_market();
    auto const before = margin_of(account, sample_grid()).value();
    market.stable_price = wei("0.93"); // 0.05 below the threshold: the factor grows by 0.1
    auto const after = margin_of(account, grid_of(sample_parameters(), market)).value();
    EXPECT_EQ(after.maintenance_margin, before.maintenance_margin);
    Checked on;
    EXPECT_EQ(on.subtract(after.initial_margin, before.initial_margin),
              on.times(before.worst.pnl, wei("0.1")));
}

/// What the auction asks, over all scenarios, finds the whole margin as its smallest.
RC_GTEST_PROP(PortfolioMargin, IsTheSmallestOfItsScenarios,
              (std::int32_t put, std::int32_t call, std::int32_t later, std::int32_t perp)) {
    static ScenarioGrid const grid = sample_grid();
    auto const size = [](std::int32_t units) { return Int256{Int128{units} * 1'000'000'000'000}; };
    auto account = holder_of({{0, size(put)}, {1, size(call)}, {2, size(later)}});
    account.perp_position = size(perp);
    auto const whole = margin_of(account, grid).value();
    for (auto const kind : {MarginKind::maintenance, MarginKind::initial}) {
        Int256 const& margin =
            kind == MarginKind::initial ? whole.initial_margin : whole.maintenance_margin;
        std::optional<Int256> least;
        for (std::size_t i = 0; i <= grid.parameters().scenarios.size(); ++i) {
            Int256 const one = margin_in_scenario(account, grid, kind, i).value().margin;
            least = least ? std::min(*least, one) : one;
        }
        RC_ASSERT(*least == margin);
        RC_ASSERT(margin_in_scenario(account, grid, kind, whole.worst.scenario).value().margin ==
                  margin);
    }
    RC_ASSERT(whole.initial_margin <= whole.maintenance_margin);
}

} // namespace
} // namespace plimsoll::risk::derive
