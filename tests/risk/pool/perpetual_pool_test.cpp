#include "ledger/event/decimal.hpp"
#include "risk/errc.hpp"
#include "risk/number/wide_integer.hpp"
#include "risk/pool/funding_velocity.hpp"
#include "risk/pool/price_impact.hpp"
#include "risk/pool/profit_factor.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

[[nodiscard]] Int128 d(std::string const& text) { return parse_decimal(text).value(); }

// ---- price impact and its fund ----

/// GMX's factor of 0.01 / 50,000, squared: the example in the comment above PricingUtils (gmx-synthetics).
[[nodiscard]] PriceImpactTerms gmx_example() { return {d("0.0000002"), d("0.0000002"), d("2"), d("1")}; }

struct ImpactRow {
    std::string name;
    std::string before;
    std::string after;
    PriceImpactTerms terms;
    std::string want;
    friend void PrintTo(ImpactRow const& row, std::ostream* out) { *out << row.name; }
};
class PriceImpact : public testing::TestWithParam<ImpactRow> {};
TEST_P(PriceImpact, IsWhatTheImbalanceLeavesLessWhatItMakes) {
    auto const& row = GetParam();
    EXPECT_EQ(format_decimal(price_impact(d(row.before), d(row.after), row.terms).value()), row.want);
}
INSTANTIATE_TEST_SUITE_P(
    EverySide, PriceImpact,
    testing::Values(
        // PricingUtils' comment: 0^2 * (0.01 / 50,000) - 50,000^2 * (0.01 / 50,000), and half of the way back
        ImpactRow{"GmxDeposit", "0", "-50000", gmx_example(), "-500"}, ImpactRow{"GmxWithdrawal", "-50000", "-25000", gmx_example(), "375"},
        // separate factors (GMX v2): the sums by hand
        ImpactRow{"ImprovesForHalf", "50000", "25000", {d("0.0000001"), d("0.0000002"), d("2"), d("1")}, "187.5"},
        ImpactRow{"Turns", "50000", "-25000", {d("0.0000001"), d("0.0000002"), d("2"), d("1")}, "125"},
        ImpactRow{"TurnsToTheSame", "50000", "-50000", {d("0.0000001"), d("0.0000002"), d("2"), d("1")}, "-250"},
        ImpactRow{"Stays", "50000", "50000", gmx_example(), "0"}, ImpactRow{"BelowOne", "0", "0.999999999999999999", gmx_example(), "0"},
        ImpactRow{"Linear", "100", "40", {d("0.001"), d("0.001"), d("1"), d("1")}, "0.06"},
        ImpactRow{"Cubic", "0", "10", {d("0.001"), d("0.001"), d("3"), d("1")}, "-1"},
        // 4^1.5 is 8, whichever way its last digit goes: never more for the trader
        ImpactRow{"BetweenWholeExponents", "0", "4", {d("0.001"), d("0.001"), d("1.5"), d("1")}, "-0.008"}),
    [](auto const& row) { return row.param.name; });

TEST(PriceImpact, RefusesTermsThatPayForGoingThereAndBack) {
    EXPECT_TRUE(price_impact(0, 1, {d("0.2"), d("0.1"), d("2"), d("1")}).error().is(Errc::parameter_out_of_bounds));
    EXPECT_TRUE(price_impact(0, 1, {d("0.1"), d("0.1"), d("0.9"), d("1")}).error().is(Errc::parameter_out_of_bounds));
    EXPECT_TRUE(price_impact(0, row_limit_units, {d("1"), d("1"), d("4"), d("1")}).error().is(Errc::arithmetic_overflow));
}

TEST(ImpactFund, PaysAtMostWhatItHasAndWhatTheCapAllows) {
    PriceImpactTerms terms = gmx_example();
    terms.largest_gain = d("0.005");
    auto const paid = [&](char const* impact, char const* fund) { return pay_impact(d(impact), d(fund), d("-25000"), terms).value(); };
    EXPECT_EQ(paid("-500", "0").fund_after, d("500"));
    EXPECT_EQ(paid("100", "500").to_trader, d("100"));
    EXPECT_EQ(paid("375", "500").to_trader, d("125")) << "0.5 % of 25,000";
    EXPECT_EQ(paid("375", "500").not_paid, d("250"));
    EXPECT_EQ(paid("100", "30").to_trader, d("30"));
    EXPECT_EQ(paid("100", "30").fund_after, 0);
    EXPECT_EQ(paid("100", "0").to_trader, 0);
}

TEST(ImpactFund, MovesThePriceForThePool) {
    EXPECT_EQ(impacted_price(d("5000"), d("3"), d("-1")).value(), d("5000.333333333333333334"));
    EXPECT_EQ(impacted_price(d("5000"), d("-3"), d("-1")).value(), d("4999.666666666666666666"));
    EXPECT_EQ(impacted_price(d("5000"), d("3"), d("1")).value(), d("4999.666666666666666667"));
    EXPECT_EQ(impacted_price(d("5000"), d("-3"), d("1")).value(), d("5000.333333333333333333"));
    EXPECT_TRUE(impacted_price(d("5000"), d("-1"), d("-5000")).error().is(Errc::parameter_out_of_bounds));
    EXPECT_TRUE(impacted_price(d("5000"), 0, 0).error().is(Errc::division_by_zero));
}

RC_GTEST_PROP(ImpactFund, NeverFallsBelowZeroAndKeepsWhatThereAndBackCosts, (std::vector<int> const& steps)) {
    int const worsening = *rc::gen::inRange(0, 1000);
    PriceImpactTerms const terms{*rc::gen::inRange(0, worsening + 1) * Int128{1'000'000'000}, worsening * Int128{1'000'000'000},
                                 *rc::gen::element(2, 3, 4, 6) * (one_units / 2), one_units};
    Int128 fund = 0;
    Int128 imbalance = 0;
    auto move = [&](Int128 to) {
        Int128 const impact = price_impact(imbalance, to, terms).value();
        auto const paid = pay_impact(impact, fund, to - imbalance, terms).value();
        RC_ASSERT(paid.to_trader + paid.not_paid == impact);
        RC_ASSERT(paid.fund_after == fund - paid.to_trader);
        RC_ASSERT(paid.fund_after >= 0);
        fund = paid.fund_after;
        imbalance = to;
    };
    for (int const step : steps) move(Int128{step % 100'000} * (one_units / 7));
    Int128 const before = fund;
    Int128 const there = imbalance;
    Int128 const away = Int128{*rc::gen::inRange(-100'000, 100'000)} * (one_units / 7);
    Int128 const out = price_impact(there, away, terms).value();
    RC_ASSERT(out + price_impact(away, there, terms).value() <= 0);
    move(away);
    move(there);
    RC_ASSERT(before >= 0 && fund >= 0);
}

// ---- funding by velocity ----

/// Synthetix v3 perps-market, test/integration/Position/Funding.test.ts: skew scale 10,000, velocity 3, ETH at 2,000, a
/// trader long 20 from the start while another moves the skew; its table says rate and accrued funding at each step.
struct VelocityRow {
    std::string hundredths_of_days;
    std::string skew_moves;
    std::string velocity_after;
    std::string rate;
    std::string accrued; ///< of the 20 contracts
};

TEST(FundingVelocity, FollowsThePublishedTable) {
    FundingVelocityTerms const terms{d("10000"), d("3")};
    FundingStand stand;
    Int128 skew = d("20");
    EXPECT_EQ(funding_velocity(skew, terms).value(), d("0.006"));
    for (VelocityRow const& row :
         {VelocityRow{"100", "-60", "-0.012", "0.006", "120"}, VelocityRow{"100", "15", "-0.0075", "-0.006", "120"},
          VelocityRow{"25", "37", "0.0036", "-0.007875", "50.625"}, VelocityRow{"200", "-17", "-0.0015", "-0.000675", "-291.375"},
          VelocityRow{"20", "155", "0.045", "-0.000975", "-297.975"}, VelocityRow{"10", "-150", "0", "0.003525", "-292.875"},
          VelocityRow{"10", "-15", "-0.0045", "0.003525", "-278.775"}, VelocityRow{"3", "-4", "-0.0057", "0.00339", "-274.626"},
          VelocityRow{"300", "19", "0", "-0.01371", "-893.826"}}) {
        SCOPED_TRACE("skew " + format_decimal(skew));
        TimeNs const then = stand.time + static_cast<TimeNs>(d(row.hundredths_of_days) / one_units) * 864 * 1'000'000'000;
        stand = funding_at(stand, skew, d("2000"), then, terms).value();
        skew += d(row.skew_moves);
        EXPECT_EQ(format_decimal(stand.rate), row.rate);
        EXPECT_EQ(format_decimal(stand.index * 20), row.accrued);
        EXPECT_EQ(format_decimal(funding_velocity(skew, terms).value()), row.velocity_after);
    }
}

TEST(FundingVelocity, IsAtItsFastestFromTheScaleOn) {
    FundingVelocityTerms const terms{d("1000000"), d("9")}; // 9 a day: Synthetix
    EXPECT_EQ(funding_velocity(d("1000000"), terms).value(), d("9"));
    EXPECT_EQ(funding_velocity(d("1000001"), terms).value(), d("9"));
    EXPECT_EQ(funding_velocity(d("-5000000"), terms).value(), d("-9"));
    EXPECT_EQ(funding_velocity(d("500000"), terms).value(), d("4.5"));
    EXPECT_TRUE(funding_velocity(1, {0, 1}).error().is(Errc::parameter_out_of_bounds));
    EXPECT_TRUE(funding_at({row_limit_units, 0, 0}, one_units, row_limit_units, 1, terms).error().is(Errc::arithmetic_overflow));
}

TEST(FundingVelocity, ATimeThatIsNotLaterChangesNothing) {
    FundingStand const stand{d("0.01"), d("5"), 1'000};
    for (TimeNs const time : {TimeNs{1'000}, TimeNs{999}}) {
        auto const same = funding_at(stand, d("10"), d("2000"), time, {d("10000"), d("3")}).value();
        EXPECT_TRUE(same.rate == stand.rate && same.index == stand.index && same.time == 1'000);
    }
}

TEST(SkewedPrice, IsTheMeanAroundTheTrade) {
    FundingVelocityTerms const terms{d("1000000"), d("9")};
    // the comment above calculateFillPrice (Synthetix v3): 1,200, skew 0, size 100, scale 1,000,000
    EXPECT_EQ(skewed_price(d("1200"), 0, d("100"), terms).value(), d("1200.06"));
    EXPECT_EQ(skewed_price(d("1200"), d("100"), d("-100"), terms).value(), d("1200.06")) << "the same way back";
    EXPECT_EQ(skewed_price(d("1200"), d("-100"), d("50"), terms).value(), d("1199.91")) << "who brings balance is paid";
    EXPECT_EQ(skewed_price(1, 0, 1, terms).value(), 2) << "up for who buys";
    EXPECT_EQ(skewed_price(3, 0, -1, terms).value(), 2) << "down for who sells";
    EXPECT_TRUE(skewed_price(d("1200"), d("-2000000"), d("1"), terms).error().is(Errc::parameter_out_of_bounds));
}

/// However often it is brought up to date, but for what each step cuts: under two units of each, times what is left.
RC_GTEST_PROP(FundingVelocity, DoesNotDependOnWhenItIsAsked, (std::vector<std::uint16_t> const& seconds)) {
    FundingVelocityTerms const terms{*rc::gen::inRange(1, 1'000'000) * one_units, *rc::gen::inRange(0, 10) * one_units};
    Int128 const skew = *rc::gen::inRange(-1'000'000, 1'000'000) * one_units;
    Int128 const price = one_units;
    FundingStand by_steps;
    for (std::uint16_t const each : seconds) {
        by_steps = funding_at(by_steps, skew, price, by_steps.time + each * TimeNs{1'000'000'000}, terms).value();
    }
    auto const at_once = funding_at({}, skew, price, by_steps.time, terms).value();
    Int128 const steps = static_cast<Int128>(seconds.size()) + 1;
    Int128 const days = by_steps.time / (TimeNs{86'400} * 1'000'000'000) + 1;
    RC_ASSERT(within(at_once.rate - by_steps.rate, 2 * steps));
    RC_ASSERT(within(at_once.index - by_steps.index, 2 * steps * (days + 1)));
}

// ---- the profit factor ----

TEST(ProfitFactor, OfThePublishedForcedClose) {
    // gmx-synthetics test/exchange/AdlOrder.ts: 1,000 ETH in the pool, 2,000,000 long at 5,000, ETH at 10,000; 10 % and 2 %;
    // 100,000 of the size is closed, whose profit is as much
    ProfitFactorTerms const terms{d("0.9"), d("0.1"), d("0.02"), d("0.9"), d("0.7")};
    PoolSide const side{d("10000000"), d("2000000")};
    EXPECT_EQ(profit_factor(side).value(), d("0.2"));
    EXPECT_EQ(check_deleverage(side, d("100000"), terms).value(), FactorVerdict::fine);
    EXPECT_EQ(profit_factor({d("9900000"), d("1900000")}).value(), d("0.191919191919191920")) << "up";
}

TEST(ProfitFactor, RefusesWhatIsNotDueOrGoesTooFar) {
    ProfitFactorTerms const terms; // 90 / 85 / 77, deposits 90, withdrawals 70: risk-models 2.5
    struct Row {
        char const* assets;
        char const* profit;
        char const* realised;
        FactorVerdict want;
    };
    for (Row const& row : {Row{"100", "85", "1", FactorVerdict::not_due}, Row{"100", "86", "0", FactorVerdict::factor_not_lower},
                           Row{"100", "86", "-1", FactorVerdict::factor_not_lower}, Row{"100", "86", "1", FactorVerdict::fine},
                           // (86 - y) / (100 - y) = 0.77 at y = 9 / 0.23 = 39.13...
                           Row{"100", "86", "39.13", FactorVerdict::fine}, Row{"100", "86", "39.14", FactorVerdict::below_floor},
                           Row{"100", "100", "50", FactorVerdict::factor_not_lower}}) {
        EXPECT_EQ(word(check_deleverage({d(row.assets), d(row.profit)}, d(row.realised), terms).value()), word(row.want)) << row.profit << ", " << row.realised;
    }
    EXPECT_TRUE(profit_factor({0, 1}).error().is(Errc::division_by_zero));
    EXPECT_EQ(profit_factor({0, -1}).value(), 0);
}

TEST(ProfitFactor, HoldsSharesAndProfitsBack) {
    ProfitFactorTerms const terms;
    EXPECT_EQ(check_shares({d("100"), d("70")}, true, terms).value(), FactorVerdict::fine);
    EXPECT_EQ(check_shares({d("100"), d("70.1")}, true, terms).value(), FactorVerdict::shares_wait);
    EXPECT_EQ(check_shares({d("100"), d("90")}, false, terms).value(), FactorVerdict::fine);
    EXPECT_EQ(check_shares({d("100"), d("90.1")}, false, terms).value(), FactorVerdict::shares_wait);
    EXPECT_EQ(capped_profit(d("60"), {d("100"), d("120")}, terms).value(), d("45")) << "its share of 90";
    EXPECT_EQ(capped_profit(d("60"), {d("100"), d("90")}, terms).value(), d("60"));
    EXPECT_EQ(capped_profit(d("-60"), {d("100"), d("120")}, terms).value(), d("-60")) << "a loss is paid in full";
}

TEST(ProfitFactor, ClosesTheLargestProfitAContractFirstAndNoMoreThanItTakes) {
    ProfitFactorTerms const terms;
    std::vector<PoolWinner> const winners{{d("10"), d("20")}, {d("1"), d("70")}, {d("5"), d("-4")}};
    // (86 - y) / (100 - y) = 0.85 at y = 1 / 0.15 = 6.666...: a part of the one contract that won 70
    auto const plan = plan_deleverage({d("100"), d("86")}, winners, terms).value();
    ASSERT_EQ(plan.size(), 1U);
    EXPECT_EQ(plan[0].winner, 1U);
    EXPECT_EQ(plan[0].contracts, d("0.095238095238095239"));
    EXPECT_EQ(plan[0].profit, d("6.666666666666666730"));
    EXPECT_TRUE(plan_deleverage({d("100"), d("85")}, winners, terms).value().empty());
    EXPECT_TRUE(plan_deleverage({d("100"), d("86")}, {}, {d("0.9"), d("0.77"), d("0.77"), 0, 0}).error().is(Errc::parameter_out_of_bounds));
    std::vector<PoolWinner> const nothing{{0, 1}};
    EXPECT_TRUE(plan_deleverage({d("100"), d("86")}, nothing, terms).error().is(Errc::parameter_out_of_bounds));
}

RC_GTEST_PROP(ProfitFactor, EachForcedCloseLowersItAndNoneGoesPastTheFloor, ()) {
    ProfitFactorTerms const terms;
    std::vector<PoolWinner> winners;
    Int128 profit = 0;
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
        winners.push_back({*rc::gen::inRange(1, 1'000'000) * (one_units / 1000), *rc::gen::inRange(-1'000, 1'000'000) * (one_units / 997)});
        profit += winners.back().profit;
    }
    Int128 const assets = std::max<Int128>(profit, 1) * 100 / *rc::gen::inRange(80, 99);
    PoolSide side{assets, profit};
    bool const is_due = check_deleverage(side, 1, terms).value() != FactorVerdict::not_due;
    auto const plan = plan_deleverage(side, winners, terms).value();
    RC_ASSERT(is_due || plan.empty());
    std::vector<bool> seen(winners.size());
    for (PoolClose const& close : plan) {
        RC_ASSERT(!seen[close.winner] && close.contracts <= winners[close.winner].contracts && close.profit <= winners[close.winner].profit);
        seen[close.winner] = true;
        RC_ASSERT(check_deleverage(side, close.profit, terms).value() == FactorVerdict::fine);
        side = {side.assets - close.profit, side.profit - close.profit};
    }
    Int128 left = 0;
    for (std::size_t i = 0; i < winners.size(); ++i) left += seen[i] ? 0 : std::max<Int128>(winners[i].profit, 0);
    bool const is_still_due = check_deleverage(side, 1, terms).value() != FactorVerdict::not_due;
    RC_ASSERT(!is_due || !is_still_due || left == 0);
}

} // namespace
} // namespace plimsoll::risk::pool
