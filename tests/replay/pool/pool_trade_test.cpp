#include "tests/replay/pool/pool_ledger.hpp"

#include <gmock/gmock.h>

namespace plimsoll::testing_aid {
namespace {

using testing::HasSubstr;
using risk::Errc;
using L = PoolLedger;
using risk::pool::PoolCause;

class PoolTrades : public testing::Test, public PoolSetting {};

TEST_F(PoolTrades, EachFeeIsAPostingOfItsOwn) {
    Int128 const before = ledger.balance("bob");
    auto const answer = ledger.must_take(ledger.trade("bob", call, true, "2"));
    auto const& log = ledger.view(answer.first_sequence - 1).explanation;
    Int128 paid = L::figure(answer, "premium");
    std::size_t cause = 0;
    for (auto const* name : {"option_fee", "spot_fee", "variance_fee", "vega_fee"}) {
        EXPECT_GT(L::figure(answer, name), 0) << name;
        EXPECT_EQ(log.value[cause++], L::figure(answer, name)) << name;
        paid += L::figure(answer, name);
    }
    EXPECT_EQ(before - ledger.balance("bob"), paid);
    EXPECT_EQ(ledger.balance("lp", 2), L::units("2")) << "spot covers the calls";
    EXPECT_EQ(ledger.book().position(ledger.account("bob"), call)->size.units(), L::units("2"));
    EXPECT_EQ(ledger.book().position(ledger.account("lp"), call)->size.units(), -L::units("2"));
    EXPECT_EQ(log.rest, 0);
}

TEST_F(PoolTrades, ASaleCostsNoMoreThanItsPremium) {
    ledger.must_take(ledger.trade("bob", call, true, "2"));
    auto const answer = ledger.must_take(ledger.trade("bob", call, false, "2"));
    Int128 fees = 0;
    for (auto const* name : {"option_fee", "spot_fee", "variance_fee", "vega_fee"}) fees += L::figure(answer, name);
    EXPECT_LE(fees, L::figure(answer, "premium"));
    EXPECT_EQ(L::figure(answer, "vega_fee"), 0) << "the pool's vega shrinks";
    EXPECT_EQ(ledger.book().position(ledger.account("lp"), call)->size.units(), 0);
}

/// Fees that would be more than the premium: those of the spot take what the first left, and nothing is left for the others.
TEST(PoolFees, AreCutWhereTheyMeetThePremium) {
    PoolLedger ledger(Changes{{"queue deposit_seconds", "0"}, {"fees spot", "1"}});
    ledger.must_take(ledger.pay_in("alice", "1000000"));
    ledger.must_take(ledger.deposit("alice", "1000000"));
    ledger.must_take(ledger.process());
    ledger.must_take(L::spot("3000"));
    InstrumentId const put = ledger.option(false, "3000", 30);
    ledger.must_take(ledger.list(put, "0.8", "1"));
    auto const answer = ledger.must_take(ledger.trade("bob", put, false, "1"));
    EXPECT_EQ(L::figure(answer, "option_fee") + L::figure(answer, "spot_fee"), L::figure(answer, "premium"));
    EXPECT_EQ(L::figure(answer, "variance_fee") + L::figure(answer, "vega_fee"), 0);
    EXPECT_EQ(ledger.balance("bob"), 0);
}

TEST_F(PoolTrades, TheLimitIsOfAUnitWithAllFees) {
    auto const asked = ledger.ask(ledger.trade("bob", call, true, "2", "1"));
    EXPECT_THAT(asked.refusal->message(), HasSubstr("limit 2"));
    Int128 all = L::figure(asked, "premium");
    for (auto const* name : {"option_fee", "spot_fee", "variance_fee", "vega_fee"}) all += L::figure(asked, name);
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "2", format_decimal(all / 2 - 1))), named(Errc::pool_limit_price));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "2", format_decimal((all + 1) / 2))), "");
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, false, "2", "1000")), named(Errc::pool_limit_price));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, false, "2", "100")), "");
}

/// Ten contracts of one each, or one of ten: the same but for what moves volatilities, which is contracts.
TEST(PoolContracts, CountTheirMultiplier) {
    struct Side {
        std::int64_t contract;
        char const* size;
        char const* standard_size;
    };
    std::vector<std::array<Int128, 5>> said;
    std::vector<Int128> held;
    for (Side const& side : {Side{1, "10", "5"}, Side{10, "1", "0.5"}}) {
        PoolLedger ledger(Changes{{"queue deposit_seconds", "0"}, {"pricing standard_size", side.standard_size}});
        ledger.must_take(ledger.pay_in("alice", "1000000"));
        ledger.must_take(ledger.deposit("alice", "1000000"));
        ledger.must_take(ledger.process());
        ledger.must_take(L::spot("3000"));
        InstrumentId const call = ledger.option(true, "3000", 30, side.contract);
        ledger.must_take(ledger.list(call, "0.8", "1"));
        auto const answer = ledger.must_take(ledger.trade("bob", call, true, side.size));
        said.push_back({});
        std::size_t i = 0;
        for (auto const* name : {"premium", "option_fee", "spot_fee", "variance_fee", "vega_fee"}) said.back()[i++] = L::figure(answer, name);
        held.push_back(ledger.balance("lp", 2));
        EXPECT_EQ(ledger.view().standing.find(call)->units, risk::Precise::whole(-10));
    }
    EXPECT_EQ(said[0], said[1]);
    EXPECT_EQ(held[0], L::units("10"));
    EXPECT_EQ(held[1], held[0]);
}

struct BoundRow {
    char const* name;
    bool is_buy;
    char const* last;   ///< the largest size that is taken
    char const* beyond; ///< refused
    char const* said;
};

TEST(PoolBounds, HoldAfterTheMove) {
    // standard_size 5: a contract moves the base by 0.002 and the skew by 0.0015; 0.8 and 1 to begin with
    for (BoundRow const& row : {BoundRow{"skew from above", true, "333.3333", "333.3334", "skew 1.5000001 is not from 0.5 to 1.5"},
                                BoundRow{"volatility from below", false, "84.8", "84.9", "volatility 0.54994"}}) {
        PoolSetting at;
        PoolSetting other;
        EXPECT_EQ(at.ledger.rule(at.ledger.trade("bob", at.put, row.is_buy, row.last)), "") << row.name;
        auto const answer = other.ledger.ask(other.ledger.trade("bob", other.put, row.is_buy, row.beyond));
        ASSERT_FALSE(answer.accepted()) << row.name;
        EXPECT_TRUE(answer.refusal->is(Errc::pool_trade_bounds)) << answer.refusal->message();
        EXPECT_THAT(answer.refusal->message(), HasSubstr(row.said));
    }
}

TEST_F(PoolTrades, ADeltaTooNearToNothingIsNotTraded) {
    InstrumentId const far = ledger.option(true, "4600", 30);
    ledger.must_take(ledger.list(far, "", "1"));
    auto const answer = ledger.ask(ledger.trade("bob", far, true, "1"));
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::pool_trade_bounds));
    EXPECT_THAT(answer.refusal->message(), HasSubstr("call_delta 0.0"));
}

TEST_F(PoolTrades, StopBeforeTheExpiryAndWithoutAYoungPrice) {
    TimeNs const cutoff = 30 * L::day - 12 * L::hour;
    ledger.must_take(L::spot("3000"), cutoff);
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "1"), cutoff), "");
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "1"), cutoff + 1), named(Errc::pool_trading_cutoff));

    PoolSetting other;
    EXPECT_EQ(other.ledger.rule(other.ledger.trade("bob", other.call, true, "1"), 3 * L::hour), "");
    EXPECT_EQ(other.ledger.rule(other.ledger.trade("bob", other.call, true, "1"), 3 * L::hour + 1), named(Errc::reading_stale));
}

/// Each put locks its strike; volatilities hardly move, so that their bounds are far.
TEST(PoolLiquidity, EndsWhatIsSold) {
    PoolSetting at(Changes{{"pricing standard_size", "500"}});
    L& ledger = at.ledger;
    ledger.must_take(ledger.trade("bob", at.put, true, "200"));
    auto const view = ledger.view();
    auto const largest = risk::pool::largest_trade(ledger.book(), view.adopted.preset, view.standing, *view.standing.find(at.put), true);
    auto const refused = ledger.ask(ledger.trade("bob", at.put, true, format_decimal(largest.size + one_units / 10'000)));
    ASSERT_FALSE(refused.accepted());
    EXPECT_TRUE(refused.refusal->is(Errc::pool_liquidity_insufficient)) << refused.refusal->message();
    EXPECT_EQ(largest.rule, named(Errc::pool_liquidity_insufficient));
    EXPECT_LT(L::figure(refused, "free_liquidity_after"), 0);
    ledger.must_take(ledger.trade("bob", at.put, true, format_decimal(largest.size)));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", at.put, true, "1")), named(Errc::pool_liquidity_insufficient));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", at.put, false, "1")), "") << "what frees some is taken";
}

TEST_F(PoolTrades, TheReportFindsTheLargestOfEachSide) {
    auto const view = ledger.view();
    for (bool const is_buy : {true, false}) {
        for (InstrumentId const series : {call, put}) {
            PoolSetting at_it;
            PoolSetting beyond;
            auto const largest = risk::pool::largest_trade(ledger.book(), view.adopted.preset, view.standing, *view.standing.find(series), is_buy);
            EXPECT_GT(largest.size, 0);
            EXPECT_EQ(at_it.ledger.rule(at_it.ledger.trade("bob", series, is_buy, format_decimal(largest.size))), "");
            EXPECT_EQ(beyond.ledger.rule(beyond.ledger.trade("bob", series, is_buy, format_decimal(largest.size + one_units / 10'000))), largest.rule);
        }
    }
}

TEST_F(PoolTrades, ListingsSayOnlyWhatIsNew) {
    InstrumentId const other = ledger.option(true, "3500", 30);
    InstrumentId const later = ledger.option(true, "3000", 60);
    InstrumentId const soon = ledger.option(true, "3000", 0);
    EXPECT_EQ(ledger.rule(ledger.list(call)), named(Errc::pool_already_listed));
    EXPECT_EQ(ledger.rule(ledger.list(other, "0.9", "1")), named(Errc::pool_already_listed)) << "the base of this expiry is known";
    EXPECT_EQ(ledger.rule(ledger.list(other)), named(Errc::pool_series_does_not_fit)) << "its skew is not";
    EXPECT_EQ(ledger.rule(ledger.list(other, "", "1.51")), named(Errc::pool_trade_bounds));
    EXPECT_EQ(ledger.rule(ledger.list(other, "", "1.5")), "");
    EXPECT_EQ(ledger.rule(ledger.list(later, "", "1")), named(Errc::pool_series_does_not_fit));
    EXPECT_EQ(ledger.rule(ledger.list(later, "2.1", "1")), named(Errc::pool_trade_bounds));
    EXPECT_EQ(ledger.rule(ledger.list(soon, "0.8", "1")), named(Errc::pool_series_does_not_fit)) << "it has expired";
    EXPECT_EQ(ledger.rule(ledger.list(ledger.instrument("ETH-USD"), "0.8", "1")), named(Errc::pool_series_does_not_fit));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", later, true, "1")), named(Errc::pool_series_not_listed));
}

TEST_F(PoolTrades, OnlyItsOwnCommandsMoveAPool) {
    AccountId const lp = ledger.account("lp");
    AccountId const bob = ledger.account("bob");
    EXPECT_EQ(ledger.rule(risk::Withdraw{lp, {}, AssetId{1}, Amount{1}}), named(Errc::account_is_a_pool));
    EXPECT_EQ(ledger.rule(risk::Transfer{ledger.account("queue:lp"), bob, AssetId{1}, Amount{1}}), named(Errc::account_is_a_pool));
    EXPECT_EQ(ledger.rule(risk::Transfer{bob, ledger.account("queue:lp"), AssetId{1}, Amount{1}}), named(Errc::account_is_a_pool));
    EXPECT_EQ(ledger.rule(ledger.pay_in("queue:lp", "5")), named(Errc::account_is_a_pool));
    EXPECT_EQ(ledger.rule(ledger.process(0)), "amount_must_be_positive");
    risk::Trade trade;
    trade.buyer = bob;
    trade.seller = lp;
    trade.instrument = call;
    trade.size = Quantity{one_units};
    EXPECT_EQ(ledger.rule(trade), named(Errc::account_is_a_pool));
    EXPECT_EQ(ledger.rule(risk::PoolCommand{risk::PoolHedge{bob, {}}}), named(Errc::pool_unknown));
    EXPECT_EQ(ledger.rule(ledger.trade("lp", call, true, "1")), named(Errc::account_is_a_pool));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "0")), "size_must_be_positive");
}

TEST_F(PoolTrades, AGiftIsTheShareholdersAndIsSaidToBeOther) {
    ledger.must_take(risk::Transfer{ledger.account("bob"), ledger.account("lp"), AssetId{1}, Amount{L::units("1000")}});
    auto const& why = ledger.view().explanation;
    EXPECT_EQ(why.value[static_cast<std::size_t>(PoolCause::other)], L::units("1000"));
    EXPECT_EQ(why.rest, 0);
    EXPECT_EQ(why.to.share_price(), L::units("1.001"));
}

TEST_F(PoolTrades, AreTheSameAfterReopeningAndAtAnyPastMoment) {
    std::vector<std::pair<std::uint64_t, risk::pool::PoolEnd>> ends;
    std::vector<Int128> said;
    auto story = [](PoolSetting& at, bool reopens, auto&& each) {
        for (int i = 1; i <= 12; ++i) {
            if (reopens && i % 3 == 0) at.ledger.again();
            at.ledger.must_take(L::spot(std::to_string(3000 + 20 * (i % 5))), i * 5 * L::hour);
            InstrumentId const series = i % 2 == 0 ? at.call : at.put;
            auto const answer = at.ledger.must_take(at.ledger.trade(i % 4 == 0 ? "alice" : "bob", series, i % 3 != 0, "1.5"), i * 5 * L::hour);
            each(answer);
        }
    };
    story(*this, false, [&](replay::Answer const& answer) {
        ends.emplace_back(ledger.book().sequence(), risk::pool::end_of(ledger.view().standing));
        said.push_back(L::figure(answer, "net_value_after"));
    });
    for (auto const& [sequence, end] : ends) EXPECT_EQ(risk::pool::end_of(ledger.view(0, sequence).standing).net_value(), end.net_value()) << sequence;
    PoolSetting other;
    std::size_t i = 0;
    story(other, true, [&](replay::Answer const& answer) {
        EXPECT_EQ(L::figure(answer, "net_value_after"), said[i]) << i;
        EXPECT_EQ(said[i], ends[i].second.net_value()) << "the answer's is the report's";
        ++i;
    });
}

class PoolTradesUnderMargin : public testing::Test, public PoolSetting {
protected:
    PoolTradesUnderMargin() : PoolSetting({}, "lyra-v1-amm") {}
};

TEST_F(PoolTradesUnderMargin, AShortNeedsItsMarginAfterFees) {
    Observed seen;
    seen.kind = Observation::volatility;
    for (InstrumentId const series : {call, put}) {
        seen.subject = series.number();
        for (auto const& [kind, value] : {std::pair{Observation::volatility, "0.8"}, {Observation::forward, "3000"}, {Observation::index_price, "3000"}, {Observation::mark_price, "250"}}) {
            seen.kind = kind;
            seen.value = Price{L::units(value)};
            ledger.must_take(risk::Observe{seen});
        }
    }
    EXPECT_EQ(ledger.rule(ledger.trade("carol", call, false, "1")), named(Errc::initial_margin_insufficient));
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, false, "1")), "");
    EXPECT_EQ(ledger.rule(risk::Liquidate{ledger.account("lp"), {}}), named(Errc::account_is_a_pool)) << "no margin is asked of a pool";
    EXPECT_EQ(ledger.rule(risk::LiquidateAll{}), "");
    EXPECT_EQ(ledger.book().account(ledger.account("lp")).in_liquidation, 0);
}

/// ccp-like stops new risk and withdrawals once an observed volatility has moved by more than a tenth within an hour.
TEST_F(PoolTrades, ABreakerOfTheClearingPresetForbidsThemToo) {
    ledger.record(rare(risk::adoption_of(*risk::shipped_clearing_preset("ccp-like"))));
    ledger.again();
    Observed seen;
    seen.kind = Observation::volatility;
    seen.subject = call.number();
    for (auto const* volatility : {"0.8", "1"}) {
        EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "1")), "");
        seen.value = Price{L::units(volatility)};
        ledger.must_take(risk::Observe{seen});
    }
    EXPECT_EQ(ledger.rule(ledger.trade("bob", call, true, "1")), named(Errc::breaker_tripped));
    EXPECT_EQ(ledger.rule(ledger.withdraw("alice", "10")), named(Errc::breaker_tripped));
    EXPECT_EQ(ledger.rule(ledger.process()), named(Errc::breaker_tripped));
    EXPECT_EQ(ledger.rule(ledger.deposit("alice", "10")), "") << "money may come in";
}

TEST(PoolNeeds, ItsAccountsAndSaysWhich) {
    // A pool without venue, queue and shares.
    PoolLedger ledger;
    AccountOpened fact;
    fact.name = "other";
    fact.kind = wire::AccountKind::pool;
    ledger.record(rare(fact));
    ledger.record(rare(risk::pool::pool_adoption(*risk::pool::shipped_pool_preset("lyra-v1"), "other")));
    ledger.again();
    InstrumentId const call = ledger.option(true, "3000", 30);
    auto const answer = ledger.ask(risk::PoolCommand{risk::PoolList{ledger.account("other"), call, Ratio::whole(1), Ratio::whole(1)}});
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::pool_account_missing));
    EXPECT_THAT(answer.refusal->message(), HasSubstr("define the account queue:other, of kind treasury"));
}

} // namespace
} // namespace plimsoll::testing_aid
