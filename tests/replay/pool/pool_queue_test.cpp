#include "tests/replay/pool/pool_ledger.hpp"

#include <gmock/gmock.h>

namespace plimsoll::testing_aid {
namespace {

using testing::HasSubstr;
using risk::Errc;
using L = PoolLedger;

constexpr TimeNs week = 7 * L::day;

/// The shipped terms: a week of either queue, 1 % at the exit, a unit at least.
class PoolQueue : public testing::Test {
protected:
    PoolLedger ledger;

    void SetUp() override {
        ledger.must_take(ledger.pay_in("alice", "10000"));
        ledger.must_take(ledger.pay_in("bob", "10000"));
        ledger.must_take(ledger.pay_in("carol", "10000"));
    }
    [[nodiscard]] Int128 shares(std::string const& name) const { return ledger.balance(name, 3); }
    void fill(std::string const& amount = "1000") {
        ledger.must_take(ledger.deposit("alice", amount), 0);
        ledger.must_take(ledger.process(), week);
    }
};

TEST_F(PoolQueue, ADepositWaitsAWeekAndThenHasShares) {
    EXPECT_EQ(ledger.rule(ledger.deposit("alice", "0.999999")), named(Errc::pool_amount_too_small));
    EXPECT_EQ(ledger.rule(ledger.deposit("alice", "10000.000001")), named(Errc::balance_insufficient));
    EXPECT_EQ(ledger.rule(ledger.deposit("lp", "1")), named(Errc::account_is_a_pool));
    ledger.must_take(ledger.deposit("alice", "1000"), 0);
    EXPECT_EQ(ledger.balance("alice"), L::units("9000"));
    EXPECT_EQ(ledger.balance("queue:lp"), L::units("1000"));
    auto const early = ledger.ask(ledger.process(), week - 1);
    ASSERT_FALSE(early.accepted());
    EXPECT_TRUE(early.refusal->is(Errc::pool_nothing_due));
    EXPECT_THAT(early.refusal->message(), HasSubstr("2026-01-08T00:00:00Z"));
    ledger.must_take(ledger.process(), week);
    EXPECT_EQ(shares("alice"), L::units("1000")) << "the first at one each";
    EXPECT_EQ(ledger.balance("lp"), L::units("1000"));
    EXPECT_EQ(ledger.balance("queue:lp"), 0);
    EXPECT_EQ(ledger.rule(ledger.process()), named(Errc::pool_nothing_due));
}

TEST_F(PoolQueue, SharesAreIssuedAtNetValueRoundedDown) {
    fill();
    ledger.must_take(risk::Transfer{ledger.account("carol"), ledger.account("lp"), AssetId{1}, Amount{L::units("500")}});
    ledger.must_take(ledger.deposit("bob", "1000"));
    auto const answer = ledger.must_take(ledger.process(), 2 * week);
    EXPECT_EQ(L::figure(answer, "share_price"), L::units("1.5"));
    EXPECT_EQ(shares("bob"), L::units("666.666666666666666666"));
    EXPECT_EQ(ledger.book().asset(AssetId{3}).price.value.units(), L::units("1.5")) << "what a share is worth is observed";
}

TEST_F(PoolQueue, AWithdrawalWaitsAWeekAndLeavesOnePercent) {
    fill();
    ledger.must_take(ledger.deposit("bob", "1000"), week);
    ledger.must_take(ledger.process(), 2 * week);
    EXPECT_EQ(ledger.rule(ledger.withdraw("alice", "1000.1")), named(Errc::balance_insufficient));
    EXPECT_EQ(ledger.rule(ledger.withdraw("alice", "0.9")), named(Errc::pool_amount_too_small));
    EXPECT_EQ(ledger.rule(ledger.withdraw("carol", "1")), named(Errc::balance_insufficient));
    ledger.must_take(ledger.withdraw("alice", "400"), 2 * week);
    EXPECT_EQ(shares("alice"), L::units("600"));
    EXPECT_EQ(shares("queue:lp"), L::units("400"));
    EXPECT_EQ(ledger.rule(ledger.process(), 3 * week - 1), named(Errc::pool_nothing_due));
    std::uint64_t const before = ledger.book().sequence();
    ledger.must_take(ledger.process(), 3 * week);
    EXPECT_EQ(ledger.balance("alice"), L::units("9396")) << "400 less 1 %";
    auto const& why = ledger.view(before).explanation;
    EXPECT_EQ(why.value[static_cast<std::size_t>(risk::pool::PoolCause::withdrawals)], -L::units("396"));
    EXPECT_EQ(why.per_share[static_cast<std::size_t>(risk::pool::PoolCause::withdrawals)], L::units("0.0025")) << "the 4 that stay, over 1600 shares";
    EXPECT_EQ(why.rest, 0);
    EXPECT_EQ(why.rounding, 0);
}

TEST_F(PoolQueue, AllThatSomebodyHasMayGoHoweverLittle) {
    fill();
    ledger.must_take(risk::Transfer{ledger.account("alice"), ledger.account("carol"), AssetId{3}, Amount{L::units("0.5")}});
    EXPECT_EQ(ledger.rule(ledger.withdraw("carol", "0.4")), named(Errc::pool_amount_too_small));
    EXPECT_EQ(ledger.rule(ledger.withdraw("carol", "0.5")), "");
}

TEST_F(PoolQueue, TakesItsTurnAndNoMoreThanAsked) {
    for (auto const* name : {"carol", "alice", "bob"}) ledger.must_take(ledger.deposit(name, "100"), 0);
    auto const answer = ledger.must_take(ledger.process(2), week);
    EXPECT_EQ(L::figure(answer, "deposits_done"), 2 * one_units);
    EXPECT_EQ(shares("carol"), L::units("100"));
    EXPECT_EQ(shares("alice"), L::units("100"));
    EXPECT_EQ(shares("bob"), 0);
    ledger.again();
    ledger.must_take(ledger.process(), week);
    EXPECT_EQ(shares("bob"), L::units("100"));
}

/// Liquidity that a put locks is not paid out: a part now, the rest when it is free.
TEST(PoolQueueInPart, PaysWhatIsFreeAndTheRestLater) {
    PoolSetting at(Changes{{"breakers free_share", "0"}, {"breakers base_distance", "9"}, {"queue withdrawal_seconds", "3600"}});
    L& ledger = at.ledger;
    ledger.must_take(ledger.trade("bob", at.put, true, "200")); // locks 600,000
    ledger.must_take(ledger.withdraw("alice", "900000"));
    ledger.must_take(L::spot("3000"), L::hour);
    auto const view = ledger.view();
    Int128 const free = view.standing.free(view.adopted.preset);
    auto const answer = ledger.must_take(ledger.process(), L::hour);
    Int128 const paid = ledger.balance("alice") - L::units("4000000");
    EXPECT_LE(paid, free);
    EXPECT_GT(paid, free - 10) << "to the last units";
    EXPECT_EQ(ledger.balance("queue:lp", 3) + L::figure(answer, "withdrawal_in_part"), L::units("900000"));
    auto const refused = ledger.ask(ledger.process());
    ASSERT_FALSE(refused.accepted());
    EXPECT_TRUE(refused.refusal->is(Errc::pool_liquidity_insufficient)) << refused.refusal->message();
    ledger.again();
    ledger.must_take(ledger.trade("bob", at.put, false, "200"));
    ledger.must_take(ledger.process());
    EXPECT_EQ(ledger.balance("queue:lp", 3), 0);
    EXPECT_EQ(ledger.view().explanation.rest, 0);
}

TEST(PoolBreakers, LittleFreeLiquidityHoldsTheQueueForThreeDays) {
    PoolSetting at(Changes{{"queue withdrawal_seconds", "0"}, {"breakers base_distance", "9"}, {"breakers skew_distance", "9"}, {"breakers price_age_seconds", "31622400"}});
    L& ledger = at.ledger;
    ledger.must_take(ledger.trade("bob", at.put, true, "200")); // locks 600,000
    ledger.must_take(ledger.withdraw("alice", "990000"));
    ledger.must_take(ledger.process()); // pays all that is free
    EXPECT_EQ(ledger.view().history.tripped_at("pool_free_liquidity"), 0) << "nobody has looked yet";
    ledger.must_take(ledger.deposit("alice", "1000"));
    auto const held = ledger.ask(ledger.process());
    EXPECT_TRUE(held.accepted()) << "that it trips is an event";
    TimeNs const tripped = ledger.view().history.tripped_at("pool_free_liquidity");
    ASSERT_NE(tripped, 0);
    auto const refused = ledger.ask(ledger.process());
    ASSERT_FALSE(refused.accepted());
    EXPECT_TRUE(refused.refusal->is(Errc::pool_queue_held));
    EXPECT_THAT(refused.refusal->message(), HasSubstr("pool_free_liquidity: free_share 0"));
    ledger.must_take(ledger.trade("bob", at.put, false, "200")); // much is free again
    TimeNs const end = tripped + 3 * L::day - L::start;
    EXPECT_EQ(ledger.rule(ledger.process(), end - 1), named(Errc::pool_queue_held));
    ledger.again();
    EXPECT_EQ(ledger.rule(ledger.process(), end), "");
    EXPECT_EQ(ledger.view().history.tripped_at("pool_free_liquidity"), 0);
    EXPECT_EQ(ledger.view().history.deposits().size(), 0U);
}

struct HoldRow {
    char const* breaker;
    char const* trade; ///< moves the base by a hundredth for 5, the skew by 0.75 of that
    TimeNs hold;
};

TEST(PoolBreakers, VolatilitiesFarFromTheirAveragesHoldItForTwelveHours) {
    for (HoldRow const& row : {HoldRow{"pool_base_volatility", "50", 0}, HoldRow{"pool_base_volatility", "50.1", 12 * L::hour}}) {
        PoolSetting at(Changes{{"breakers price_age_seconds", "31622400"}});
        L& ledger = at.ledger;
        ledger.must_take(ledger.deposit("alice", "1000"));
        ledger.must_take(ledger.trade("bob", at.put, true, row.trade));
        TimeNs const tripped = ledger.view().history.tripped_at(row.breaker);
        EXPECT_EQ(tripped != 0, row.hold != 0) << row.trade;
        if (row.hold == 0) {
            EXPECT_EQ(ledger.rule(ledger.process()), "");
            continue;
        }
        EXPECT_EQ(ledger.rule(ledger.process()), named(Errc::pool_queue_held));
        ledger.again();
        EXPECT_EQ(ledger.rule(ledger.process(), row.hold - 1), named(Errc::pool_queue_held));
        EXPECT_EQ(ledger.rule(ledger.process(), row.hold), "") << "the average has come nearer";
        EXPECT_EQ(ledger.balance("queue:lp"), 0);
    }
}

TEST(PoolBreakers, AnOldPriceHoldsTheQueueUntilAYoungOne) {
    PoolSetting at;
    L& ledger = at.ledger;
    ledger.must_take(ledger.deposit("alice", "1000"));
    ledger.must_take(ledger.process(1), 3 * L::hour); // just young enough
    ledger.must_take(ledger.deposit("alice", "1000"));
    EXPECT_EQ(ledger.rule(ledger.process(), 3 * L::hour + 1), "") << "the trip is in the log";
    EXPECT_EQ(ledger.balance("queue:lp"), L::units("1000"));
    EXPECT_EQ(ledger.rule(ledger.process()), named(Errc::pool_queue_held));
    ledger.must_take(L::spot("3000"));
    ledger.must_take(ledger.process());
    EXPECT_EQ(ledger.balance("queue:lp"), 0);
}

TEST(PoolBreakers, ASettlementHoldsItForSixHours) {
    PoolSetting at(Changes{{"breakers price_age_seconds", "31622400"}});
    L& ledger = at.ledger;
    ledger.must_take(ledger.trade("bob", at.call, true, "2"));
    ledger.must_take(ledger.deposit("alice", "1000"));
    risk::SettleExpiry settle;
    settle.instrument = at.call;
    settle.price = Price{L::units("3200")};
    std::uint64_t const before = ledger.book().sequence();
    ledger.must_take(settle, 30 * L::day);
    auto const& why = ledger.view(before).explanation;
    EXPECT_EQ(why.rest, 0);
    EXPECT_EQ(ledger.book().position(ledger.account("lp"), at.call)->size.units(), 0);
    EXPECT_EQ(ledger.rule(ledger.process(), 30 * L::day), "") << "trips";
    EXPECT_EQ(ledger.rule(ledger.process(), 30 * L::day + 6 * L::hour - 1), named(Errc::pool_queue_held));
    ledger.again();
    EXPECT_EQ(ledger.rule(ledger.process(), 30 * L::day + 6 * L::hour), "");
    EXPECT_EQ(ledger.balance("queue:lp"), 0);
}

/// Whoever comes to a pool that owes more than it has would pay for those before.
TEST(PoolQueueWorthless, TakesNothingFromAnybody) {
    PoolSetting at(Changes{{"breakers price_age_seconds", "31622400"}, {"breakers free_share", "0"}, {"pricing cover_calls", "0"}, {"breakers base_distance", "9"}, {"breakers skew_distance", "9"}});
    L& ledger = at.ledger;
    for (int i = 0; i < 3; ++i) ledger.must_take(ledger.trade("bob", at.call, true, "80"));
    ledger.must_take(ledger.deposit("alice", "1000"));
    ledger.must_take(L::spot("30000"));
    EXPECT_EQ(ledger.rule(ledger.process()), named(Errc::pool_worthless));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", at.put, true, "1")), named(Errc::pool_trade_bounds)) << "its delta is none";
    EXPECT_EQ(ledger.view().explanation.rest, 0);
}

class PoolHedges : public testing::Test, public PoolSetting {
protected:
    [[nodiscard]] Int128 delta() {
        return risk::narrowed(ledger.view().standing.option_delta.rounded(fixed_decimals, Rounding::floor)).value();
    }
};

TEST_F(PoolHedges, CancelDeltasOnceADay) {
    ledger.must_take(ledger.trade("bob", put, true, "10")); // the pool is short puts: it wants to be short spot
    Int128 const option_delta = delta();
    EXPECT_GT(option_delta, 0);
    ledger.must_take(ledger.hedge());
    EXPECT_EQ(ledger.balance("lp", 2), -option_delta);
    EXPECT_EQ(ledger.balance("venue:lp", 2), option_delta) << "the venue's own postings";
    ledger.must_take(ledger.trade("bob", put, true, "10"));
    ledger.must_take(L::spot("3000"), L::day);
    EXPECT_EQ(ledger.rule(ledger.hedge(), L::day - 1), "") << "ledger time never goes back: it is the day";
    EXPECT_EQ(ledger.balance("lp", 2), -delta());
    ledger.again();
    auto const soon = ledger.ask(ledger.hedge(), L::day + L::hour);
    ASSERT_FALSE(soon.accepted());
    EXPECT_TRUE(soon.refusal->is(Errc::pool_hedge_too_soon));
    EXPECT_THAT(soon.refusal->message(), HasSubstr("2026-01-03T00:00:00Z"));
}

TEST_F(PoolHedges, SpotThatCoversCallsIsPartOfIt) {
    ledger.must_take(ledger.trade("bob", call, true, "10"));
    EXPECT_EQ(ledger.balance("lp", 2), L::units("10"));
    Int128 const option_delta = delta(); // about -5.7: the cover is more than it
    ledger.must_take(ledger.hedge());
    EXPECT_EQ(ledger.balance("lp", 2), -option_delta);
}

TEST_F(PoolHedges, ThePriceMayBeAPercentOff) {
    ledger.must_take(ledger.trade("bob", put, true, "10"));
    EXPECT_EQ(ledger.rule(ledger.hedge("3030.000001")), named(Errc::pool_limit_price));
    EXPECT_EQ(ledger.rule(ledger.hedge("2969.99")), named(Errc::pool_limit_price));
    std::uint64_t const before = ledger.book().sequence();
    EXPECT_EQ(ledger.rule(ledger.hedge("2970")), "");
    auto const& why = ledger.view(before).explanation;
    EXPECT_EQ(why.value[static_cast<std::size_t>(risk::pool::PoolCause::hedge)], why.to.net_value() - why.from.net_value()) << "what the slip cost";
    EXPECT_LT(why.to.net_value(), why.from.net_value());
    EXPECT_EQ(why.rest, 0);
}

TEST(PoolHedgeBounds, CapAndCashEndIt) {
    PoolSetting capped(Changes{{"hedge cap", "2"}});
    capped.ledger.must_take(capped.ledger.trade("bob", capped.put, true, "10"));
    capped.ledger.must_take(capped.ledger.hedge());
    EXPECT_EQ(capped.ledger.balance("lp", 2), -L::units("2"));
    PoolSetting idle;
    EXPECT_EQ(idle.ledger.rule(idle.ledger.hedge()), named(Errc::pool_nothing_due));
    // 1,000,000 behind 250 puts locks 750,000; twice the value of what is short carries no more than the rest.
    PoolSetting poor(Changes{{"breakers base_distance", "9"}});
    for (int i = 0; i < 3; ++i) poor.ledger.must_take(poor.ledger.trade("bob", poor.put, true, "90"));
    poor.ledger.must_take(poor.ledger.hedge());
    auto const view = poor.ledger.view();
    Int128 const wanted = risk::narrowed(view.standing.option_delta.rounded(fixed_decimals, Rounding::floor)).value();
    EXPECT_GT(poor.ledger.balance("lp", 2), -wanted) << "not all of it";
    EXPECT_LT(poor.ledger.balance("lp", 2), 0);
    EXPECT_GE(view.standing.free(view.adopted.preset), 0) << "what is behind it is there";
}

} // namespace
} // namespace plimsoll::testing_aid
