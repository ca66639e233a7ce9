#include "risk/pricing/black76.hpp"
#include "risk/pricing/svi.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int256 wei(std::string_view text) { return parse_int256(text).value(); }

struct Row {
    std::string name;
    std::string_view seconds, discount, volatility, forward, strike;
    std::string_view call, put, delta;
};

/// The first ten: the deployed contracts' answers. The last two: by hand from the rule.
TEST(Black76, HasItsLastDigits) {
    std::vector<Row> const rows{
        {"OneUnitEach", "86400", "904606035880706514", "2553235740391126528", "1", "1", "0", "0",
         "476399904732996917"},
        {"StrikeZero", "34871431", "1000000000000000000", "0", "1373815556337579589632", "0",
         "1373815556337579589632", "0", "1000000000000000000"},
        {"ForwardZero", "12169387", "1000000000000000000", "0", "0", "148938861398534979584", "0",
         "148938861398534979584", "0"},
        {"BothZero", "1800", "996269587902614561", "680820891449697792", "0", "0", "0", "0",
         "996269587902614561"},
        {"Expired", "0", "1000000000000000000", "0", "11047138935214526431232",
         "434883899981811679232", "10612255035232714756742", "0", "1000000000000000000"},
        {"ExpiredBelow", "0", "1000000000000000000", "110", "4173355600105933824",
         "485534112007610040320", "0", "481360756407504106493", "0"},
        {"MoneynessRoundsToNothing", "60", "1000000000000000000", "878716138386730112",
         "90772205494183149568", "1", "90772205494183149477", "0", "1000000000000000000"},
        {"NoVolatility", "30219773", "507627765339304699", "0", "41286228315398119424",
         "606802414413272", "20957727789280242635", "0", "507627765339304699"},
        {"TotalVolatilityAbove24", "20630545", "1000000000000000000", "31445800439732813824",
         "3263047717447250944", "3919347822933405696", "3263047717447250944", "3919347822933405695",
         "1000000000000000000"},
        {"NearExpiry", "60", "731742484444984813", "1920770876447211776", "98026914023330643968",
         "99009881920806715392", "3755364372827", "719283126793176446", "61020264642648"},
        {"TotalVolatilityOf24", "31536000", "1000000000000000000", "24000000000000000000",
         "100000000000000000000", "100000000000000000000", "100000000000000000000",
         "100000000000000000000", "1000000000000000000"},
        {"BelowTheCutoffToo", "31536000", "1000000000000000000", "23999999999999999999",
         "100000000000000000000", "100000000000000000000", "100000000000000000000",
         "100000000000000000000", "1000000000000000000"},
    };
    for (Row const& row : rows) {
        SCOPED_TRACE(row.name);
        auto const got = black76(wei(row.seconds), wei(row.discount), wei(row.volatility),
                                 wei(row.forward), wei(row.strike));
        ASSERT_TRUE(got) << got.error().message();
        EXPECT_EQ(format_int256(got.value().call), row.call);
        EXPECT_EQ(format_int256(got.value().put), row.put);
        EXPECT_EQ(format_int256(got.value().call_delta), row.delta);
    }
}

TEST(Black76, RefusesWhatLeaves256Bits) {
    Int256 const huge =
        wei("1000000000000000000000000000000000000000000000000000000000000000000000");
    auto const got = black76(wei("60"), one_wei, one_wei, one_wei, huge);
    ASSERT_FALSE(got);
    EXPECT_TRUE(got.error().is(Errc::arithmetic_overflow));
}

/// call - put = forward - strike, both discounted, but for the truncated digits of the standard option.
RC_GTEST_PROP(Black76, PutAndCallKeepParity, ()) {
    auto const seconds = *rc::gen::inRange<std::int64_t>(3'600, 50'000'000);
    auto const forward_cents = *rc::gen::inRange<std::int64_t>(100, 10'000'000);
    auto const moneyness_percent = *rc::gen::inRange<std::int64_t>(60, 170);
    auto const volatility_percent = *rc::gen::inRange<std::int64_t>(5, 300);
    Int128 const cent = one_units / 100;
    Int128 const forward = forward_cents * cent;
    Int128 const strike = forward * moneyness_percent / 100;
    auto const got = black76(Int256{Int128{seconds}}, one_wei, Int256{volatility_percent * cent},
                             Int256{forward}, Int256{strike});
    Int128 const call = got.value().call.to_128();
    Int128 const put = got.value().put.to_128();
    if (call == 0 || put == 0 || call == forward || put == strike) return; // cut off or capped
    Int128 const difference = (call - put) - (forward - strike);
    Int128 const allowed = 3 * (forward / one_units + 1);
    RC_ASSERT(difference <= allowed && difference >= -allowed);
}

// Rows: the deployed contracts' answer; then by the rule.
TEST(Svi, HasItsLastDigits) {
    SviFit const fit{wei("7881720827206930"),   wei("97581746910917969"),
                     wei("276904155780540292"), wei("-202846112837948790"),
                     wei("561427957045725019"), wei("41817361847792287744"),
                     wei("1249946865739642238")};
    EXPECT_EQ(format_int256(svi_volatility(fit, wei("31029105620505862144")).value()),
              "220681602932002671");
    EXPECT_EQ(svi_volatility(fit, wei("0")).value(), Int256{});
    Int256 const far_below = svi_volatility(fit, wei("1")).value(); // both clamp to the bound
    EXPECT_EQ(far_below, svi_volatility(fit, wei("2")).value());
    EXPECT_EQ(far_below, svi_volatility(fit, wei("1000")).value());
}

TEST(Svi, RefusesWhatIsNoVariance) {
    SviFit fit{Int256{}, one_wei, Int256{}, Int256{}, one_wei, one_wei, one_wei};
    fit.years = Int256{};
    EXPECT_TRUE(svi_volatility(fit, one_wei).error().is(Errc::division_by_zero));
    fit.years = one_wei;
    fit.forward = Int256{};
    EXPECT_TRUE(svi_volatility(fit, one_wei).error().is(Errc::division_by_zero));
    fit.forward = one_wei;
    fit.a = Int256{-one_units - 1}; // a + b sigma one unit below zero
    EXPECT_TRUE(svi_volatility(fit, one_wei).error().is(Errc::root_of_negative));
    fit = {wei("-500000000000000000"),
           one_wei,
           wei("-1000000000000000000"),
           Int256{},
           one_wei,
           one_wei,
           one_wei};
    EXPECT_TRUE(
        svi_volatility(fit, wei("7000000000000000000")).error().is(Errc::negative_variance));
}

TEST(Svi, HoldsTheVarianceBelow144) {
    SviFit const fit{
        wei("1000000000000000000000"), Int256{}, Int256{}, Int256{}, one_wei, one_wei, one_wei};
    EXPECT_EQ(svi_volatility(fit, one_wei).value(), wei("12000000000000000000"));
}

} // namespace
} // namespace plimsoll::risk
