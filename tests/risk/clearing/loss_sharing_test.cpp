#include "risk/clearing/loss_sharing.hpp"

#include "risk/clearing/price_bands.hpp"
#include "risk/margin/margin_moves.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

namespace plimsoll::risk {
namespace {

using settlement::share;

// Vega's second loss socialisation case: 80, 2000 and 6000 are due, 2580 of 8080 were collected.
TEST(LossSharing, PaysInProportionAndTheLastGetsTheRest) {
    EXPECT_EQ(share({80, 2000, 6000}, 8080, 2580, std::nullopt), (std::vector<Wide>{25, 638, 1917}));
    EXPECT_EQ(share({80, 2000, 6000}, 8080, 2580, 0), (std::vector<Wide>{27, 638, 1915}));
    EXPECT_EQ(share({80, 2000, 6000}, 8080, 8080, std::nullopt), (std::vector<Wide>{80, 2000, 6000}));
    EXPECT_EQ(share({80, 20}, 100, 0, std::nullopt), (std::vector<Wide>{0, 0}));
}

RC_GTEST_PROP(LossSharing, PaysOutWhatWasCollected, ()) {
    auto const sizes = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 1'000'000)));
    std::vector<Wide> const wins(sizes.begin(), sizes.end());
    Wide const lost = std::accumulate(wins.begin(), wins.end(), Wide{0});
    Wide const collected = lost * *rc::gen::inRange(0, 1001) / 1000;
    auto const paid = share(wins, lost, collected, std::nullopt);
    RC_ASSERT(std::accumulate(paid.begin(), paid.end(), Wide{0}) == collected);
}

TEST(LossSharing, DrawsTheOwnPurseBeforeThePool) {
    Wide pool = 100;
    auto const draw = settlement::collect(75, {10, 20, 5}, pool);
    EXPECT_EQ(draw.margin, 10);
    EXPECT_EQ(draw.general, 20);
    EXPECT_EQ(draw.bond, 5);
    EXPECT_EQ(draw.insurance, 40);
    EXPECT_EQ(pool, 60);
    EXPECT_EQ(settlement::collect(1000, {}, pool).total(), 60);
    EXPECT_EQ(pool, 0);
}

TEST(LossSharing, FloorsNeverMakeLossesExceedWins) {
    // At two decimals 250 lots won 2.5 and count 2. Where floors leave the wins short, a win of 0.5
    // becomes one before the largest takes what is left.
    std::vector<settlement::Holding> const holdings{
        {-150, {}}, {-150, {}}, {-50, {}}, {100, {}}, {250, {}}};
    auto const due = settlement::amounts_due(holdings, 100, 101, 2);
    EXPECT_EQ(due, (std::vector<Wide>{-1, -1, 0, 1, 2}));
    std::vector<settlement::Holding> const uneven{{-300, {}}, {50, {}}, {250, {}}};
    EXPECT_EQ(settlement::amounts_due(uneven, 100, 101, 2), (std::vector<Wide>{-3, 1, 2}));
    std::vector<settlement::Holding> const wide{{-300, {}}, {150, {}}, {150, {}}};
    EXPECT_EQ(settlement::amounts_due(wide, 100, 101, 2), (std::vector<Wide>{-3, 2, 1}));
}

levels::MarketTerms terms() {
    auto const number = [](std::string_view text) { return Precise::parse(text).value(); };
    return {0, number("0.25"), {}, {number("0.1"), number("0.2")},
            {number("1.1"), number("1.2"), number("1.4")}};
}

TEST(MarginLevels, ComeFromTheRoundedMaintenance) {
    levels::Exposure exposure{-10, 0, 6, 15'900, {}};
    auto const got = levels::levels(exposure, terms());
    EXPECT_EQ(got.maintenance, 90'630); // 15,900 * (0.25 * 10 + 0.2 * 16)
    EXPECT_EQ(got.search, 99'693);
    EXPECT_EQ(got.initial, 108'756);
    EXPECT_EQ(got.release, 126'882);
    exposure = {18, 0, 17, 10, {}}; // the offers can only close the position
    EXPECT_EQ(levels::levels(exposure, terms()).maintenance, 63);
    exposure.open_sell = 19;
    EXPECT_EQ(levels::levels(exposure, terms()).maintenance, 63);
    exposure.open_sell = 40;
    EXPECT_EQ(levels::levels(exposure, terms()).maintenance, 80);
}

// A tail of 10^-6, a tenth of a year, volatility one. Digits by mpmath 1.3; Vega's own, in 64-bit numbers,
// agree with them to eleven: 0.80072820798... and 3.5569035914...
TEST(LognormalFactors, AgreeWithTheClosedForm) {
    auto const got = lognormal_factors(
        {Precise::ratio(1, 1'000'000), Precise::ratio(1, 10), Precise{}, Precise::whole(1)});
    EXPECT_EQ(got.long_side.rounded(40, Rounding::floor).str(),
              "8007282079844144557474177518163190660192");
    EXPECT_EQ(got.short_side.rounded(40, Rounding::floor).str(),
              "35569035914827038394643796284923472509121");
}

TEST(LognormalFactors, GrowWithTheHorizon) {
    RiskFactors last{};
    for (int const days : {1, 2, 30, 365}) {
        auto const got = lognormal_factors(
            {Precise::ratio(1, 1000), Precise::ratio(days, 365), Precise{}, Precise::whole(1)});
        EXPECT_LT(last.long_side, got.long_side) << days;
        EXPECT_LT(last.short_side, got.short_side) << days;
        EXPECT_LT(got.long_side, Precise::whole(1)) << days;
        last = got;
    }
}

RC_GTEST_PROP(MarginLevels, GrowWithPositionAndOrders, ()) {
    levels::Exposure exposure{*rc::gen::inRange(0, 10'000), *rc::gen::inRange(0, 10'000), 0,
                              *rc::gen::inRange(1, 10'000), {}};
    auto const before = levels::levels(exposure, terms());
    RC_ASSERT(before.maintenance <= before.search && before.search <= before.initial);
    ++exposure.position;
    auto const after = levels::levels(exposure, terms());
    RC_ASSERT(after.maintenance >= before.maintenance);
}

TEST(MarginMoves, LiftBelowSearchAndReleaseAtRelease) {
    levels::Levels const at{100, 110, 120, 140};
    EXPECT_EQ(levels::after_settlement(at, 109, false), 11);
    EXPECT_EQ(levels::after_settlement(at, 110, false), 0);
    EXPECT_EQ(levels::after_settlement(at, 139, false), 0);
    EXPECT_EQ(levels::after_settlement(at, 140, false), -20);
    EXPECT_EQ(levels::after_settlement(at, 140, true), 0);
    EXPECT_EQ(levels::for_new_order(at, 50, 70), std::optional<Wide>{70});
    EXPECT_EQ(levels::for_new_order(at, 50, 69), std::nullopt);
    EXPECT_TRUE(levels::is_distressed(at, 99));
    EXPECT_FALSE(levels::is_distressed(at, 100));
    EXPECT_FALSE(levels::survives(at, 100));
    EXPECT_TRUE(levels::survives(at, 101));
}

TEST(PriceBands, RoundInward) {
    auto const factors = bands::fixed_moves(15'800, 100, 100);
    auto const got = bands::bounds(Precise::whole(15'800), factors);
    EXPECT_EQ(got, (bands::Bounds{15'701, 15'899}));
    EXPECT_TRUE(got.allow(15'701));
    EXPECT_FALSE(got.allow(15'700));
    EXPECT_EQ(bands::shown_in_ticks({90'000, 110'999}, 1000), (bands::Bounds{91'000, 110'000}));
}

TEST(PriceBands, WidenWithHorizon) {
    bands::BandFactors last{Precise::whole(1), Precise::whole(1)};
    for (std::int64_t const seconds : {1, 60, 3600, 86'400, 31'557'600}) {
        auto const got = bands::lognormal_band(
            {seconds, 31'557'600, Precise::ratio(99, 100), Precise{}, Precise::whole(1)});
        EXPECT_LT(got.down, last.down) << seconds;
        EXPECT_LT(last.up, got.up) << seconds;
        last = got;
    }
}

} // namespace
} // namespace plimsoll::risk
