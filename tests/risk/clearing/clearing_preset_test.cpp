#include "risk/clearing/clearing_preset.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

TEST(ClearingPresets, ThatAreShippedAreSound) {
    std::vector<std::string> names;
    for (ShippedClearingPreset const& each : shipped_clearing_presets()) {
        auto const preset = ClearingPreset::parse(each.body, each.file);
        ASSERT_TRUE(preset) << preset.error().message();
        EXPECT_EQ(preset.value().name + ".toml", each.file);
        names.push_back(preset.value().name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"ccp-like", "derive-v2", "dydx-v4", "hyperliquid", "maker", "opyn"}));
    EXPECT_FALSE(shipped_clearing_preset("nobody's"));
}

TEST(ClearingPresets, KeepTheOrderOfTheirLayers) {
    auto const preset = *shipped_clearing_preset("ccp-like");
    ASSERT_EQ(preset.layers.size(), 8u);
    EXPECT_EQ(preset.layers.front().layer, wire::Layer::account);
    EXPECT_TRUE(preset.layers[3].cap_per_loss == 5'000'000 * one_units);
    EXPECT_TRUE(preset.layers[4].floor == 1'000'000 * one_units);
    EXPECT_EQ(preset.layers[5].unstake_delay, TimeNs{14} * 86'400 * 1'000'000'000);
    EXPECT_EQ(preset.layers.back().sharing, ShareRule::pro_rata);
    EXPECT_EQ(preset.policy, DeleveragePolicy::capped_pro_rata);
    EXPECT_EQ(preset.price, ExecutionPrice::mid);
    EXPECT_TRUE(preset.withdrawals.while_hole);
}

/// One change of a shipped text, and what must be said of it.
struct Absurd {
    std::string name;
    std::string preset;
    std::string from;
    std::string to;
    Errc want{};
    std::string reason;
};

class ClearingRefusal : public testing::TestWithParam<Absurd> {};

TEST_P(ClearingRefusal, SaysWhy) {
    auto const& row = GetParam();
    std::string body = shipped_clearing_preset(row.preset)->body;
    auto const at = body.find(row.from);
    ASSERT_NE(at, std::string::npos);
    body.replace(at, row.from.size(), row.to);
    auto const preset = ClearingPreset::parse(body, "x.toml");
    ASSERT_FALSE(preset);
    EXPECT_TRUE(preset.error().is(row.want)) << preset.error().message();
    EXPECT_NE(preset.error().message().find(row.reason), std::string::npos) << preset.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    EachReason, ClearingRefusal,
    testing::Values(
        Absurd{"LayerTwice", "dydx-v4", R"(layer = "market_fund")", R"(layer = "shared_fund")", Errc::preset_contradicts_itself,
               "shared_fund is named twice"},
        Absurd{"FeeOverAll", "dydx-v4", R"(liquidation_fee = "0.015")", R"(liquidation_fee = "1.000000000000000001")",
               Errc::preset_value_out_of_bounds, "above 1, which is all of it (100 %)"},
        Absurd{"FeeBelowNothing", "dydx-v4", R"(liquidation_fee = "0.015")", R"(liquidation_fee = "-0.01")",
               Errc::preset_value_out_of_bounds, "is below 0"},
        Absurd{"DiscountThatRises", "derive-v2", R"(share = "0.7")", R"(share = "0.96")", Errc::preset_contradicts_itself,
               "the curve rises from 0.95 to 0.96"},
        Absurd{"DiscountOutOfOrder", "derive-v2", R"(after_seconds = "900")", R"(after_seconds = "44100")",
               Errc::preset_contradicts_itself, "must rise from row to row"},
        Absurd{"DiscountFromLater", "derive-v2", R"(after_seconds = "0")", R"(after_seconds = "1")", Errc::preset_contradicts_itself,
               "does not start at 0 s"},
        Absurd{"NeverReleases", "ccp-like", R"(release_at = "0.02")", R"(release_at = "-0.02")", Errc::preset_contradicts_itself,
               "band-10m: can never release"},
        Absurd{"NeverReleasesBelow", "ccp-like", "trip_at = \"0.01\"\nrelease_at = \"0.05\"", "trip_at = \"0.01\"\nrelease_at = \"1.05\"", Errc::preset_contradicts_itself,
               "free-liquidity: can never release"},
        Absurd{"CannotRefill", "ccp-like",
               "release_at = \"0.05\"\nminimum_seconds = \"259200\"\nallow = \"deposit reduce repay liquidate settle\"",
               "release_at = \"0.05\"\nminimum_seconds = \"259200\"\nallow = \"reduce liquidate settle\"", Errc::preset_contradicts_itself,
               "allows neither deposit nor repay"},
        Absurd{"ReleasesWhereItTrips", "ccp-like", R"(release_at = "0.02")", R"(release_at = "0.11")", Errc::preset_contradicts_itself,
               "releases at 0.11 where it still trips at 0.1"},
        Absurd{"NeverTrips", "ccp-like", R"(trip_at = "0.5")", R"(trip_at = "1")", Errc::preset_contradicts_itself, "can never trip"},
        Absurd{"NoWindow", "ccp-like", "window_seconds = \"600\"\n", "", Errc::preset_contradicts_itself, "has no window_seconds"},
        Absurd{"BreakerTwice", "ccp-like", R"(name = "halt-10m")", R"(name = "band-10m")", Errc::preset_contradicts_itself,
               "band-10m is named twice"},
        Absurd{"WindowTwice", "dydx-v4", R"(window_seconds = "86400")", R"(window_seconds = "3600")", Errc::preset_contradicts_itself,
               "of USDC names one window twice"},
        Absurd{"NothingGoesOut", "dydx-v4", "least = \"1000000\"\nshare = \"0.01\"", "least = \"0\"\nshare = \"0\"",
               Errc::preset_contradicts_itself, "lets nothing out, ever"},
        Absurd{"NoWindowOfWithdrawals", "dydx-v4", R"(window_seconds = "3600")", R"(window_seconds = "0")", Errc::preset_contradicts_itself,
               "has no window_seconds"},
        Absurd{"NothingIsClosed", "dydx-v4", "[[breakers]]",
               "[liquidation_limits]\nwindow_seconds = \"1\"\nposition_least = \"0\"\nposition_share = \"0\"\naccount = \"0\"\nfund_loss = \"0\"\nsource = \"x\"\n[[breakers]]",
               Errc::preset_contradicts_itself, "let nothing be closed, ever"},
        Absurd{"LimitKeyMissing", "dydx-v4", "[[breakers]]", "[liquidation_limits]\nwindow_seconds = \"1\"\n[[breakers]]", Errc::preset_key_missing,
               "position_share is missing"},
        Absurd{"CapOfNothing", "dydx-v4", R"(cap_per_loss = "1000000")", R"(cap_per_loss = "0")", Errc::preset_contradicts_itself,
               "can never pay"},
        Absurd{"AfterEverybody", "derive-v2", "layer = \"staked_module\"\nunstake_delay_seconds = \"0\"",
               "layer = \"socialised\"\nsharing = \"pro_rata\"", Errc::preset_contradicts_itself, "socialised"},
        Absurd{"RemainderToNobody", "derive-v2", "remainder_to = \"staked_module\"\n", "", Errc::preset_contradicts_itself,
               "names nobody in remainder_to"},
        Absurd{"RemainderToAStranger", "derive-v2", R"(remainder_to = "staked_module")", R"(remainder_to = "pool")",
               Errc::preset_contradicts_itself, "which is no layer here"},
        Absurd{"DelayOfAFund", "dydx-v4", R"(cap_per_loss = "1000000")", R"(unstake_delay_seconds = "5")",
               Errc::preset_contradicts_itself, "only a staked_module knows"},
        Absurd{"UnknownLayer", "dydx-v4", R"(layer = "market_fund")", R"(layer = "lottery")", Errc::preset_value_out_of_bounds, "lottery"},
        Absurd{"UnknownOperation", "dydx-v4", "allow = \"deposit", "allow = \"dance", Errc::preset_value_out_of_bounds, "there is no dance"},
        Absurd{"UnknownKey", "dydx-v4", R"(fee_to_fund = "1")", "fee_to_fund = \"1\"\ntip = \"1\"", Errc::preset_key_unknown, "tip"},
        Absurd{"KeyMissing", "dydx-v4", "deleverage_price = \"bankruptcy\"\n", "", Errc::preset_key_missing, "deleverage_price"},
        Absurd{"AuctionOfNobodyKnowsWhat", "maker", R"(liquidation_procedure = "collateral_auction")", R"(liquidation_procedure = "lottery")",
               Errc::preset_value_out_of_bounds, "there is no lottery"},
        Absurd{"AuctionTermsForAnotherProcedure", "maker", R"(liquidation_procedure = "collateral_auction")", R"(liquidation_procedure = "by_kernel")",
               Errc::preset_contradicts_itself, "is read by no procedure"},
        Absurd{"ProcedureWithoutTerms", "opyn", R"(liquidation_procedure = "ramped_auction")", "liquidation_procedure = \"collateral_auction\"\nauction_limit = \"1\"",
               Errc::preset_contradicts_itself, "needs [[collateral_auctions]]"},
        Absurd{"AuctionsWithoutRoom", "maker", R"(auction_limit = "100000000")", R"(auction_limit = "0")", Errc::preset_contradicts_itself, "auction_limit is 0"},
        Absurd{"LimitOfNoAuction", "opyn", R"(liquidation_fee = "0")", "auction_limit = \"1\"\nliquidation_fee = \"0\"", Errc::preset_contradicts_itself, "there are none"},
        Absurd{"CoinTwice", "maker", R"(asset = "BTC")", R"(asset = "ETH")", Errc::preset_contradicts_itself, "ETH is named twice"},
        Absurd{"CoinWithoutRoom", "maker", R"(limit = "30000000")", R"(limit = "0")", Errc::preset_contradicts_itself, "limit is 0"},
        Absurd{"PenaltyAboveAll", "maker", R"(penalty = "0.13")", R"(penalty = "1.1")", Errc::preset_value_out_of_bounds, "above 1"},
        Absurd{"CurveThatStands", "maker", R"(step_factor = "0.99")", R"(step_factor = "1")", Errc::preset_contradicts_itself, "never falls"},
        Absurd{"CurveThatRises", "maker", R"(step_factor = "0.99")", R"(step_factor = "1.01")", Errc::preset_value_out_of_bounds, "above 1"},
        Absurd{"CurveOfBothKinds", "maker", R"(step_seconds = "90")", "step_seconds = \"90\"\nduration_seconds = \"9\"", Errc::preset_contradicts_itself, "either duration_seconds"},
        Absurd{"CurveOfNeither", "maker", "step_factor = \"0.99\"\nstep_seconds = \"90\"\n", "", Errc::preset_contradicts_itself, "either duration_seconds"},
        Absurd{"StairsWithoutSteps", "maker", "step_seconds = \"90\"\n", "", Errc::preset_contradicts_itself, "stairs need step_factor and step_seconds"},
        Absurd{"CurveInHalfSeconds", "maker", R"(step_seconds = "90")", R"(step_seconds = "0.5")", Errc::preset_value_out_of_bounds, "whole seconds only"},
        Absurd{"SellsForASecond", "maker", R"(reset_after_seconds = "8400")", R"(reset_after_seconds = "0")", Errc::preset_contradicts_itself, "second of its start"},
        Absurd{"StopsAtTheFirstStep", "maker", R"(reset_below = "0.4")", R"(reset_below = "1")", Errc::preset_contradicts_itself, "the first step would stop it"},
        Absurd{"StartsAtNothing", "maker", R"(price_buffer = "1.3")", R"(price_buffer = "0")", Errc::preset_contradicts_itself, "start at nothing"},
        Absurd{"NoRamp", "opyn", R"(duration_seconds = "3600")", R"(duration_seconds = "0")", Errc::preset_contradicts_itself, "which is no ramp"},
        Absurd{"KeyOfNoAuction", "maker", R"(penalty = "0.13")", "penalty = \"0.13\"\ntip = \"1\"", Errc::preset_key_unknown, "tip"},
        Absurd{"NotANumber", "dydx-v4", R"(fee_to_fund = "1")", R"(fee_to_fund = "all")", Errc::preset_value_not_a_number, "all"},
        Absurd{"NotToml", "dydx-v4", R"(version = "1")", "version = = 1", Errc::preset_unreadable, "line 2"}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::risk
