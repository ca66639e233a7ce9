#include "risk/clearing/ramped_auction.hpp"
#include "risk/margin/option_spread.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::naked {
namespace {

Fixed27 whole(std::int64_t ones) { return Fixed27::counted(ones, 0); }
Fixed27 thousandths(std::int64_t count) { return Fixed27::counted(count, 3); }

// The week and the fortnight of Opyn's test table.
NakedTerms terms() {
    return {{{604'800, Fixed27::counted(1678, 4)}, {1'209'600, Fixed27::counted(2370, 4)}},
            thousandths(750)};
}

TEST(NakedBound, TheFirstTenorThatReachesCounts) {
    EXPECT_EQ(bound_at(terms().tenors, 604'800).value(), Fixed27::counted(1678, 4));
    EXPECT_EQ(bound_at(terms().tenors, 604'801).value(), Fixed27::counted(2370, 4));
    EXPECT_EQ(bound_at(terms().tenors, 1'209'601).error(), NakedRefusal::tenor_beyond_table);
    EXPECT_EQ(bound_at({}, 1).error(), NakedRefusal::no_tenor_table);
}

TEST(NakedBound, TheTableOnlyGrowsLonger) {
    auto with = [](std::vector<Wide> seconds, std::vector<Fixed27> bounds) {
        return extended(terms().tenors, seconds, bounds);
    };
    EXPECT_TRUE(with({1'209'601}, {whole(1)}));
    EXPECT_EQ(with({}, {}).error(), NakedRefusal::empty_tenors);
    EXPECT_EQ(with({1'209'601}, {}).error(), NakedRefusal::length_mismatch);
    EXPECT_EQ(with({1'209'600}, {whole(1)}).error(), NakedRefusal::not_increasing);
    EXPECT_EQ(with({1'209'601, 1'209'601}, {whole(1), whole(1)}).error(), NakedRefusal::not_increasing);
    EXPECT_EQ(with({1'209'601}, {whole(0)}).error(), NakedRefusal::zero_bound);
}

// Worked in design notes on Opyn: a put of 100 at a spot of 150, a week out, needs 16.78.
TEST(NakedBound, RequiresTheBoundOnWhatTheShockLeaves) {
    ShortOption const put{whole(1), whole(100), 604'800, true};
    EXPECT_EQ(required(put, whole(150), terms()).value().magnitude(6, Rounding::ceiling), 16'780'000);
    auto const exact = vault_excess(16'780'000, 0, 6, put, whole(150), terms()).value();
    EXPECT_TRUE(exact.is_excess);
    EXPECT_EQ(exact.units, 0);
    auto const missing = vault_excess(16'779'999, 0, 6, put, whole(150), terms()).value();
    EXPECT_FALSE(missing.is_excess);
    EXPECT_EQ(missing.units, 1);
    EXPECT_EQ(vault_excess(5, 5, 6, put, whole(150), terms()).error(),
              NakedRefusal::collateral_not_above_dust);
    EXPECT_TRUE(vault_excess(6, 5, 6, put, whole(150), terms()));
}

RC_GTEST_PROP(NakedBound, GrowsWithAmountAndNeverExceedsTheStrike, ()) {
    bool const is_put = *rc::gen::arbitrary<bool>();
    Wide const seconds = *rc::gen::inRange(1, 1'209'600);
    Fixed27 const strike = whole(*rc::gen::inRange(1, 10'000));
    Fixed27 const spot = whole(*rc::gen::inRange(1, 10'000));
    auto const of = [&](int amount) {
        return required({whole(amount), strike, seconds, is_put}, spot, terms()).value();
    };
    int const amount = *rc::gen::inRange(1, 1000);
    RC_ASSERT(!(of(amount + 1) < of(amount)));
    Fixed27 const most = (is_put ? strike : Fixed27::one()) * whole(amount);
    RC_ASSERT(!(most < of(amount)));
}

TEST(RampedAuction, RisesFromBelowTheCashValueToAllThereIs) {
    RampTerms const ramp{thousandths(50), 3600};
    auto const at = [&](std::int64_t elapsed) {
        return ramped_price(whole(40), whole(1), whole(20), whole(80), true, elapsed, ramp, 6);
    };
    EXPECT_EQ(at(0), 16'000'000); // 20 - 0.05 * 80
    EXPECT_EQ(at(1800), 28'000'000);
    EXPECT_EQ(at(3600), 40'000'000);
    EXPECT_EQ(at(1'000'000), 40'000'000);
}

TEST(RampedAuction, LiquidatesOnlyWhatIsShortOfItsRequirement) {
    RampTerms const ramp{thousandths(50), 3600};
    NakedVault vault{true, 16'780'000, 6, {whole(1), whole(100), 604'800, true}};
    auto const run = [&](bool newer = true) {
        return liquidation(vault, whole(150), newer, 0, terms(), ramp);
    };
    EXPECT_FALSE(run().value().liquidatable);
    --vault.collateral_units;
    EXPECT_TRUE(run().value().liquidatable);
    EXPECT_EQ(run(false).error(), LiquidationRefusal::round_not_after_vault_update);
    vault.option.seconds_to_expiry = 1'209'601;
    EXPECT_EQ(run().error(), LiquidationRefusal::tenor_beyond_table);
    vault.option.seconds_to_expiry = 0;
    EXPECT_EQ(run().error(), LiquidationRefusal::expired);
    vault.is_naked = false;
    EXPECT_EQ(run().error(), LiquidationRefusal::vault_type_not_naked);
}

spread::Series series(std::string name, std::int64_t strike, bool is_put) {
    return {std::move(name), "ETH", "USD", is_put ? "USD" : "ETH", is_put ? 6 : 18,
            whole(strike), 1000, is_put};
}

TEST(OptionSpread, HoldsTheLargestLoss) {
    spread::OptionVault vault;
    vault.shorts = {series("s250", 250, true)};
    vault.longs = {series("s200", 200, true)};
    vault.short_amounts = vault.long_amounts = {100'000'000};
    auto const got = spread::excess(vault, {});
    ASSERT_TRUE(got);
    EXPECT_EQ(got.value().units, 50'000'000);
    EXPECT_FALSE(got.value().is_excess);
    vault.longs = {series("s250", 250, true)};
    EXPECT_EQ(spread::excess(vault, {}).error(), spread::SpreadRefusal::long_not_marginable);
    vault.longs.push_back(series("s300", 300, true));
    EXPECT_EQ(spread::excess(vault, {}).error(), spread::SpreadRefusal::too_many_longs);
}

TEST(OptionSpread, AfterExpiryOwesWhatThePairCameTo) {
    spread::OptionVault vault;
    vault.shorts = {series("s250", 250, true)};
    vault.shorts.front().seconds_to_expiry = 0;
    vault.short_amounts = {100'000'000};
    spread::Prices prices;
    prices.at_expiry = {{"ETH", {whole(150), true}}, {"USD", {whole(1), true}}};
    EXPECT_EQ(spread::excess(vault, prices).value().units, 100'000'000);
    EXPECT_EQ(spread::payout_per_contract(vault.shorts.front(), prices).value().per_contract,
              100'000'000);
    prices.at_expiry["ETH"].is_final = false;
    EXPECT_EQ(spread::excess(vault, prices).error(), spread::SpreadRefusal::expiry_price_not_final);
    vault.shorts.front().seconds_to_expiry = 1;
    EXPECT_EQ(spread::payout_per_contract(vault.shorts.front(), prices).error(),
              spread::SpreadRefusal::not_expired);
    vault.shorts.front().collateral = "EUR";
    EXPECT_EQ(spread::excess(vault, prices).error(), spread::SpreadRefusal::live_price_missing);
}

RC_GTEST_PROP(OptionSpread, ALongLegNeverRaisesTheRequirement, ()) {
    bool const is_put = *rc::gen::arbitrary<bool>();
    spread::OptionVault vault;
    vault.shorts = {series("s", *rc::gen::inRange(1, 1000), is_put)};
    vault.short_amounts = {*rc::gen::inRange(1, 1'000'000'000)};
    Wide const alone = spread::excess(vault, {}).value().units;
    vault.longs = {series("l", *rc::gen::inRange(1, 1000), is_put)};
    vault.long_amounts = {*rc::gen::inRange(1, 1'000'000'000)};
    RC_ASSERT(spread::excess(vault, {}).value().units <= alone);
}

} // namespace
} // namespace plimsoll::risk::naked
