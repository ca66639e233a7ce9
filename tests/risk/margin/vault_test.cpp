#include "risk/clearing/collateral_auction.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::vault {
namespace {

Wide wads(std::int64_t ones) { return ones * wad(); }
Wide rads(std::int64_t ones) { return ones * wad() * ray(); }

Terms terms() { return {ray(), ray(), rads(5), rads(100), rads(100)}; }

struct Adjustment {
    char const* name;
    Vault vault;
    VaultChange change;
    std::optional<VaultRefusal> want;
};

TEST(Vault, RefusesWhatBreaksItsTerms) {
    for (Adjustment const& row : {
             Adjustment{"ExactlySafe", {wads(10), 0}, {0, wads(10)}, {}},
             Adjustment{"OneUnitUnsafe", {wads(10), 0}, {0, wads(10) + 1}, VaultRefusal::not_safe},
             Adjustment{"LessDebtMayStayUnsafe", {wads(5), wads(10)}, {0, -1}, {}},
             Adjustment{"LessCollateralMayNot", {wads(5), wads(10)}, {-1, 0}, VaultRefusal::not_safe},
             Adjustment{"Dust", {wads(10), 0}, {0, wads(5) - 1}, VaultRefusal::dusty},
             Adjustment{"NoDebtIsNoDust", {wads(10), wads(5)}, {0, -wads(5)}, {}},
             Adjustment{"Ceiling", {wads(900), 0}, {0, wads(101)}, VaultRefusal::ceiling_exceeded},
             Adjustment{"NotBelowNothing", {wads(1), 0}, {-wads(2), 0}, VaultRefusal::less_than_nothing},
             Adjustment{"MoreThanIsFree", {0, 0}, {wads(51), 0}, VaultRefusal::collateral_missing}}) {
        auto const after = adjust(row.vault, row.change, terms(),
                                  {row.vault.debt_share_wad, row.vault.debt_share_wad * ray(), wads(50)});
        EXPECT_EQ(after.has_value(), !row.want) << row.name;
        if (!after && row.want) {
            EXPECT_EQ(after.error(), *row.want) << row.name;
        }
    }
}

TEST(Vault, NeedsWhoeverLosesToConsent) {
    Consents consents{"b", "a", "b", "b", {}};
    EXPECT_TRUE(consented({1, 0}, consents));
    EXPECT_EQ(consented({-1, 0}, consents).error(), VaultRefusal::owner_must_consent);
    consents.approvals = {{"a", "b"}};
    EXPECT_TRUE(consented({-1, 0}, consents));
    consents.collateral_account = "c";
    EXPECT_EQ(consented({1, 0}, consents).error(), VaultRefusal::collateral_account_must_consent);
    consents.debt_account = "c";
    EXPECT_EQ(consented({0, -1}, consents).error(), VaultRefusal::debt_account_must_consent);
}

TEST(Vault, PowerRoundsHalfUpAtEachStep) {
    EXPECT_EQ(power(15, 2, 10), 23); // 22.5
    EXPECT_EQ(power(14, 2, 10), 20); // 19.6
    EXPECT_EQ(power(7, 0, 10), 10);
    EXPECT_EQ(power(7, 1, 10), 7);
}

RC_GTEST_PROP(Vault, FeesOnlyAddUp, ()) {
    Wide const rate = ray() + *rc::gen::inRange<std::int64_t>(0, 1'000'000'000);
    Wide const factor = ray() + *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
    auto const seconds = static_cast<std::uint64_t>(*rc::gen::inRange(0, 1'000'000));
    auto const after = accrue(rate, factor, seconds, wads(100));
    RC_ASSERT(after.rate_ray >= rate);
    RC_ASSERT(after.surplus_rad == (after.rate_ray - rate) * wads(100));
}

TEST(CollateralAuction, ATabIsNeverOverpaidNorLeftTooSmall) {
    Lot const lot{rads(110), wads(40)};
    Wide const price = 5 * ray();
    auto const all = take(lot, price, price, wads(25), rads(22));
    ASSERT_TRUE(all);
    EXPECT_EQ(all.value().paid_rad, rads(110));
    EXPECT_EQ(all.value().returned_wad, wads(18));
    auto const cut = take(lot, price, price, wads(18), rads(22));
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut.value().left.tab_rad, rads(22));
    EXPECT_EQ(take({rads(22), wads(40)}, price, price, wads(1), rads(22)).error(),
              AuctionRefusal::no_partial_purchase);
    EXPECT_EQ(take(lot, price, price - 1, wads(1), rads(22)).error(), AuctionRefusal::too_expensive);
}

RC_GTEST_PROP(CollateralAuction, TakingConservesCollateralAndTab, ()) {
    Lot const lot{rads(*rc::gen::inRange(1, 1000)), wads(*rc::gen::inRange(1, 1000))};
    Wide const price = *rc::gen::inRange<std::int64_t>(1, 1'000'000) * power_of_ten(21);
    Wide const up_to = wads(*rc::gen::inRange(1, 1000));
    auto const got = take(lot, price, price, up_to, rads(20));
    RC_PRE(got.has_value());
    Taken const& taken = got.value();
    RC_ASSERT(taken.bought_wad + taken.returned_wad + taken.left.lot_wad == lot.lot_wad);
    RC_ASSERT(taken.paid_rad <= lot.tab_rad);
    RC_ASSERT(taken.bought_wad <= up_to);
    RC_ASSERT(taken.ended || taken.left.tab_rad + taken.paid_rad == lot.tab_rad);
}

TEST(CollateralAuction, SeizesWhatThereIsRoomForButNoDust) {
    Terms const unsafe{ray(), 2 * ray(), rads(20), 0, 0};
    Vault const vault{wads(40), wads(100)};
    auto run = [&](Wide const& room) { return seize(vault, unsafe, wad(), {room, 0, room, 0}); };
    EXPECT_EQ(run(rads(80)).value().left.debt_share_wad, wads(20)); // exactly dust may stay
    EXPECT_EQ(run(rads(81)).value().left.debt_share_wad, 0);        // less may not
    EXPECT_EQ(run(rads(20)).value().debt_share_wad, wads(20));
    EXPECT_EQ(run(rads(19)).error(), AuctionRefusal::dusty_auction);
    EXPECT_EQ(run(0).error(), AuctionRefusal::liquidation_limit_hit);
    EXPECT_EQ(seize({wads(50), wads(100)}, unsafe, wad(), {1, 0, 1, 0}).error(),
              AuctionRefusal::not_unsafe);
}

RC_GTEST_PROP(AuctionCurve, PricesNeverRise, ()) {
    Curve const stairs{CurveShape::stairs, 0, ray() - *rc::gen::inRange<std::int64_t>(0, 1'000'000) * power_of_ten(21),
                       static_cast<std::uint64_t>(*rc::gen::inRange(1, 100))};
    Curve const line{CurveShape::linear, static_cast<std::uint64_t>(*rc::gen::inRange(1, 10'000)), 0, 1};
    auto const t = static_cast<std::uint64_t>(*rc::gen::inRange(0, 10'000));
    for (Curve const& curve : {stairs, line}) {
        RC_ASSERT(price_after(curve, 5 * ray(), t + 1) <= price_after(curve, 5 * ray(), t));
        RC_ASSERT(price_after(curve, 5 * ray(), 0) == 5 * ray());
    }
}

} // namespace
} // namespace plimsoll::risk::vault
