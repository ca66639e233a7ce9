#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::must;
using testing_aid::units_of;
using L = ClearingLedger;

/// dydx-v4 with limits of our own. 1,350,000 USD are held.
struct Limited : ClearingLedger {
    explicit Limited(std::string const& limits) : ClearingLedger("dydx-v4-perp") {
        std::string body = shipped_clearing_preset("dydx-v4")->body;
        auto const from = body.find("[[withdrawal_limits]]");
        body.replace(from, std::string::npos, limits); // and no breakers
        adopt_clearing(must(ClearingPreset::parse(body, "test")));
        again();
        for (AccountId const account : {alice, bob, carol}) must_take(deposit(account, "100000"));
        must_take(deposit(keeper, "1000000"));
        must_take(deposit(fund, "50000"));
        must_take(mark("100"));
    }
    /// What came in may leave again; two days later no more than at rest.
    static constexpr TimeNs rest = start + 2 * 86'400 * second;
};

/// An hour's and a day's, small: the larger of 5,000 and 1 % of 1,350,000; of 20,000 and 1 %.
constexpr char const* withdrawals = R"([[withdrawal_limits]]
asset = "USD"
window_seconds = "3600"
least = "5000"
share = "0.01"
source = "test"

[[withdrawal_limits]]
asset = "USD"
window_seconds = "86400"
least = "20000"
share = "0.01"
source = "test"

)";

TEST(WithdrawalLimit, RefusesBeforehandWithTheFigures) {
    Limited venue(withdrawals);
    auto const answer = venue.ask(L::withdraw(L::carol, "13500.000001"), Limited::rest);
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::withdrawal_limited));
    EXPECT_NE(answer.refusal->message().find("13500 USD may leave now of what a window of 3600s allows"), std::string::npos)
        << answer.refusal->message();
    ASSERT_EQ(answer.figures.size(), 2U);
    EXPECT_EQ(format_decimal(answer.figures[0].units), "13500");
    EXPECT_EQ(format_decimal(answer.figures[1].units), "3600");
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "13500"), Limited::rest), "") << "1 % of what is held, exactly";
    EXPECT_EQ(venue.rule(L::withdraw(L::bob, "0.000001")), "withdrawal_limited") << "whoever asks";
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "1", "100")), "") << "nothing else waits";
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "1", L::btc)), "balance_insufficient") << "another asset has no limit";
}

/// dYdX: the capacity comes back by the larger of the baseline and what is above it, a window; per millisecond, rounded down.
TEST(WithdrawalLimit, ComesBackOverTheWindowAndNoFurther) {
    for (bool const is_reopened : {false, true}) {
        SCOPED_TRACE(is_reopened ? "reopened" : "going on");
        Limited venue(withdrawals);
        venue.must_take(L::withdraw(L::carol, "13500"), Limited::rest); // 1,336,500 are held: the baseline is 13,365
        if (is_reopened) venue.again();
        // half an hour gives back 6,682.5; the day's has 20,000 - 13,500 and 416.67 back: 6,916.67
        EXPECT_EQ(venue.rule(L::withdraw(L::carol, "6682.500001"), Limited::rest + 1'800 * L::second), "withdrawal_limited");
        EXPECT_EQ(venue.rule(L::withdraw(L::carol, "6682.5"), Limited::rest + 1'800 * L::second), "");
        if (is_reopened) venue.again();
        // the day's binds now: 20,000 - 13,500 + 416.666666666666666666 - 6,682.5 = 234.166666666666666666
        auto const answer = venue.ask(L::withdraw(L::carol, "1000"), Limited::rest + 1'800 * L::second);
        EXPECT_TRUE(answer.refusal->is(Errc::withdrawal_limited));
        auto const later = venue.ask(L::withdraw(L::carol, "20000"), Limited::rest + 10 * 86'400 * L::second);
        EXPECT_TRUE(later.refusal->is(Errc::withdrawal_limited));
        EXPECT_EQ(format_decimal(later.figures[0].units), "13298.175") << "1 % of 1,329,817.5, and no more";
    }
}

TEST(WithdrawalLimit, GrowsWithWhatComesIn) {
    Limited venue(withdrawals);
    venue.must_take(L::withdraw(L::carol, "13500"), Limited::rest);
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "1")), "withdrawal_limited");
    venue.must_take(L::deposit(L::carol, "700"));
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "700.000001")), "withdrawal_limited");
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "700")), "") << "what came in may leave again";
}

TEST(WithdrawalLimit, IsInTheLogAsOfItsTime) {
    Limited venue(withdrawals);
    venue.must_take(L::withdraw(L::carol, "500"), Limited::rest);
    std::vector<std::string> told;
    for (book::ParameterRow const& row : venue.book().parameters.rows()) {
        if (row.scope.view() == capacity_scope) told.push_back(std::string(row.name.view()) + ": " + format_decimal(row.value.units()));
    }
    EXPECT_EQ(told, (std::vector<std::string>{"USD 3600s: 13000", "USD 86400s: 19500"}));
}

/// A position's 1,000 or a tenth, 30,000 of an account, 2,000 of the fund, within ten seconds.
constexpr char const* closings = R"([liquidation_limits]
window_seconds = "10"
position_least = "1000"
position_share = "0.1"
account = "30000"
fund_loss = "2000"
source = "test"

)";

/// Alice holds 10,000 PERP bought at 100 with 100,000; at 91 she has 10,000 of the 10,920 that 910,000 need.
struct Pressed : Limited {
    Pressed() : Limited(closings) {
        must_take(deposit(bob, "900000"));
        must_take(trade(alice, bob, "10000", "100"));
        must_take(mark("91"), start + second);
    }
    [[nodiscard]] Int128 closed() const { return units_of("10000") - size(alice); }
};

TEST(LiquidationLimit, StopsAtTheAccountsShareAndGoesOnAfterTheWindow) {
    Pressed venue;
    auto const answer = venue.ask(Liquidate{L::alice, {}}, L::start + 2 * L::second);
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::liquidation_limited));
    EXPECT_NE(answer.refusal->message().find("alice goes on at 2026-01-01T00:00:12"), std::string::npos) << answer.refusal->message();
    EXPECT_GT(answer.last_sequence, 0U) << "what it closed stays";
    Int128 const first = venue.closed();
    EXPECT_LE(first * 91, units_of("30000") * 1);
    EXPECT_GT(first * 91, units_of("29000"));
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 1);
    venue.again();
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, L::start + 12 * L::second - 1), "liquidation_limited") << "its window is not over";
    EXPECT_EQ(venue.closed(), first);
    static_cast<void>(venue.ask(Liquidate{L::alice, {}}, L::start + 12 * L::second));
    EXPECT_GT(venue.closed(), first);
}

/// Whoever liquidates everybody goes on with those a limit has stopped, before he starts new ones.
TEST(LiquidationLimit, IsNoReasonToStopForOthers) {
    Pressed venue;
    EXPECT_EQ(venue.rule(LiquidateAll{}, L::start + 2 * L::second), "");
    Int128 const first = venue.closed();
    EXPECT_EQ(venue.rule(LiquidateAll{}, L::start + 3 * L::second), "");
    EXPECT_EQ(venue.closed(), first);
    for (int i = 1; i < 40 && venue.book().account(L::alice).in_liquidation != 0; ++i) {
        venue.must_take(LiquidateAll{}, L::start + (2 + 10 * i) * L::second);
    }
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 0);
    EXPECT_EQ(venue.book().liquidations.size(), 1U) << "one liquidation, however long it took";
}

/// Beyond what the fund may pay within the window winners are closed, as if it had no more.
TEST(LiquidationLimit, TheFundPaysNoMoreThanItsLimit) {
    Pressed venue;
    venue.must_take(L::mark("89"), L::start + 2 * L::second); // she is worth -10,000
    venue.must_take(Liquidate{L::alice, {}});
    ASSERT_EQ(venue.book().losses.size(), 1U);
    book::LossRow const& loss = venue.book().losses[1];
    EXPECT_EQ(loss.paid[static_cast<std::size_t>(wire::Layer::shared_fund)].units(), units_of("2000"));
    EXPECT_GT(loss.paid[static_cast<std::size_t>(wire::Layer::auto_deleveraging)].units(), 0);
    EXPECT_EQ(loss.open().units(), 0);
}

} // namespace
} // namespace plimsoll::risk
