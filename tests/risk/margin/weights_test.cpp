#include "risk/clearing/index_loss.hpp"
#include "risk/clearing/weighted_liquidation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::weighted {
namespace {

TEST(Weights, WorsenWithSizeFromWhereTheCurvesMeet) {
    Wide const thousand = 1'000'000'000'000; // 10^-9
    EXPECT_EQ(discounted(9000, thousand, 0), 9000);
    EXPECT_EQ(discounted(9000, thousand, 10), 9000);
    EXPECT_EQ(discounted(9000, thousand, 10'000), 8357); // 1.1 / (1 + 0.01 * sqrt(1000))
    EXPECT_EQ(surcharged(11'000, thousand, 10), 11'000);
    EXPECT_EQ(surcharged(11'000, thousand, 10'000), 11'962); // 0.88 + 0.01 * sqrt(1000)
}

RC_GTEST_PROP(Weights, AreMonotoneInSize, ()) {
    Wide const a = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000);
    Wide const b = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000);
    Wide const factor = *rc::gen::inRange(0, 1'000'000);
    RC_ASSERT(discounted(9000, a + b, factor) <= discounted(9000, a, factor));
    RC_ASSERT(surcharged(11'000, a + b, factor) >= surcharged(11'000, a, factor));
}

TEST(Weights, InitialWeightScalesOnlyAboveItsStart) {
    EXPECT_EQ(scaled_initial_weight(8000, 1000, 0), 8000);
    EXPECT_EQ(scaled_initial_weight(8000, 999, 1000), 8000);
    EXPECT_EQ(scaled_initial_weight(8000, 1000, 1000), 8000);
    EXPECT_EQ(scaled_initial_weight(8000, 2000, 1000), 4000);
    EXPECT_EQ(scaled_initial_weight(8000, 3000, 1000), 2666);
}

TEST(Weights, SafetyIsAskedOfContractAndAsset) {
    EXPECT_TRUE(as_safe(ContractTier::c, ContractTier::c, AssetTier::cross));
    EXPECT_FALSE(as_safe(ContractTier::speculative, ContractTier::speculative, AssetTier::cross));
    EXPECT_TRUE(as_safe(ContractTier::isolated, ContractTier::isolated, AssetTier::unlisted));
    EXPECT_FALSE(as_safe(ContractTier::a, ContractTier::a, AssetTier::protected_asset));
    EXPECT_FALSE(as_safe(ContractTier::b, ContractTier::a, AssetTier::unlisted));
}

TEST(WeightedLiquidation, IsWithoutBoundWhereFeesEatWhatIsFreed) {
    PerpClose close{100, 10'000, 100'000'000, 1'000'000};
    EXPECT_EQ(base_to_cover(10'000'000, close, 0), unbounded_base());
    close.margin_ratio = 101;
    EXPECT_EQ(base_to_cover(10'000'000, close, 0), 1'000'000'000'000);
}

TEST(WeightedLiquidation, FeeRampsFromTheEndOfGrace) {
    FeeRamp const ramp{20'000, 50'000, 1500, 1};
    EXPECT_EQ(ramped_fee(ramp, 1499), 20'000);
    EXPECT_EQ(ramped_fee(ramp, 1500), 21'500);
    EXPECT_EQ(ramped_fee(ramp, 30'000), 50'000);
}

TEST(WeightedLiquidation, SmallShortagesAreFreedWhole) {
    EXPECT_EQ(portion_allowed(49'999'999, 0, 1, {1000, 10}), 10'000);
    EXPECT_EQ(portion_allowed(50'000'000, 0, 1, {1000, 10}), 1000);
}

TEST(IndexLoss, RoundsUpSoThatTheLossIsMet) {
    EXPECT_EQ(funding_delta_for_loss(-100'000'000, 7'000'000'000, -4'000'000'000).value().delta,
              9'090'910'000);
    EXPECT_EQ(funding_delta_for_loss(-1, 0, 0).error(), IndexLossRefusal::no_open_base);
    EXPECT_EQ(deposit_index_cut(11'000'000, 120'000'000'000, 10'000'000'000, 6), 916'666'667);
    EXPECT_EQ(deposit_index_cut(1, 0, 10'000'000'000, 6), 0);
}

RC_GTEST_PROP(IndexLoss, WhatHoldersPayCoversTheLoss, ()) {
    Wide const loss = *rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000);
    Wide const base = *rc::gen::inRange<std::int64_t>(1'000'000'000, 1'000'000'000'000'000);
    Wide const delta = funding_delta_for_loss(-loss, base, 0).value().delta;
    RC_ASSERT(delta * base >= loss * power_of_ten(12));
}

} // namespace
} // namespace plimsoll::risk::weighted
