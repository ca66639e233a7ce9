#include "risk/clearing/settlement_price.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;

/// Under a clearing preset; alice long 1,000 at 100, bob short, both with plenty.
struct Guarded : ClearingLedger {
    explicit Guarded(std::string_view clearing) : ClearingLedger("dydx-v4-perp") {
        adopt_clearing(*shipped_clearing_preset(clearing));
        again();
        for (AccountId const account : {alice, bob, carol}) must_take(deposit(account, "100000"));
        must_take(deposit(keeper, "1000000"));
        must_take(deposit(fund, "50000"));
        must_take(mark("100"));
        must_take(trade(alice, bob, "1000", "100"));
    }
    [[nodiscard]] std::uint64_t tripped() const {
        std::uint64_t sum = 0;
        for (book::BreakerRow const& row : book().breakers.rows()) sum += row.tripped;
        return sum;
    }
};

/// ccp-like's band: strictly more than a tenth within ten minutes; a move counts 10^-18 of the price, rounded down.
struct Band {
    char const* name;
    char const* mark;
    int seconds_later;
    char const* rule; ///< what a trade that opens is told
};
class PriceBand : public testing::TestWithParam<Band> {};

TEST_P(PriceBand, StopsNewRiskAndNothingElse) {
    for (bool const is_reopened : {false, true}) {
        SCOPED_TRACE(is_reopened ? "reopened" : "going on");
        Guarded venue("ccp-like");
        if (is_reopened) venue.again(); // the window is read off the log again
        venue.must_take(L::mark(GetParam().mark), L::start + GetParam().seconds_later * L::second);
        if (is_reopened) venue.again();
        auto const answer = venue.ask(L::trade(L::carol, L::bob, "1", "100"));
        EXPECT_EQ(L::rule_of(answer), GetParam().rule);
        EXPECT_EQ(venue.rule(L::trade(L::bob, L::alice, "1", "100")), "") << "both sides reduce";
        EXPECT_EQ(venue.rule(LiquidateAll{}), "");
        EXPECT_EQ(venue.rule(L::deposit(L::carol, "5")), "");
        bool const is_tripped = *GetParam().rule != 0;
        EXPECT_EQ(venue.tripped(), is_tripped ? 1U : 0U);
        EXPECT_EQ(venue.rule(L::withdraw(L::carol, "5")), is_tripped ? "breaker_tripped" : "");
        if (is_tripped) {
            EXPECT_NE(answer.refusal->message().find("band-10m of PERP"), std::string::npos) << answer.refusal->message();
            ASSERT_EQ(answer.figures.size(), 2U);
            EXPECT_EQ(answer.figures[0].name, "breaker_value");
            EXPECT_GT(answer.figures[0].units, answer.figures[1].units);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(BothSides, PriceBand,
                         testing::Values(Band{"ATenth", "90", 1, ""}, Band{"OneUnitMore", "89.9999999999999999", 1, "breaker_tripped"},
                                         Band{"Upwards", "110.0000000000000001", 1, "breaker_tripped"},
                                         Band{"AtTheWindowsEnd", "85", 600, "breaker_tripped"}, Band{"AfterIt", "85", 601, ""}),
                         [](auto const& row) { return std::string(row.param.name); });

/// halt-10m: past a quarter nobody is liquidated, for 900 s at least, and for 300 s after its release.
TEST(Halt, KeepsLiquidatorsAwayAndAWhileLonger) {
    Guarded venue("ccp-like");
    venue.must_take(L::withdraw(L::alice, "70000"));
    venue.must_take(L::mark("70"), L::start + 10 * L::second); // alice has 0 of 30,000
    EXPECT_EQ(venue.tripped(), 2U) << "the band too";
    EXPECT_TRUE(venue.ask(LiquidateAll{}).refusal->is(Errc::breaker_tripped));
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "breaker_tripped");
    TimeNs const released = L::start + 911 * L::second;
    venue.must_take(L::mark("70"), released);
    EXPECT_EQ(venue.tripped(), 0U);
    venue.again();
    EXPECT_EQ(venue.rule(LiquidateAll{}, released + 299 * L::second), "liquidation_grace");
    EXPECT_EQ(venue.book().liquidations.size(), 0U);
    EXPECT_EQ(venue.rule(LiquidateAll{}, released + 300 * L::second), "");
    EXPECT_EQ(venue.book().liquidations.size(), 1U);
}

TEST(Breakers, AreInTheLogWithTheEventThatMovedThem) {
    Guarded venue("ccp-like");
    std::uint64_t const moved = venue.book().sequence() + 1;
    venue.must_take(L::mark("60"), L::start + L::second);
    testing_aid::must(venue.house().commit());
    auto const reader = testing_aid::must(replay::Reader::open(venue.path()));
    std::vector<std::string> told;
    testing_aid::must(reader->for_events(moved, venue.book().sequence(), [&](std::uint64_t, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, BreakerTripped>) {
                told.push_back(fact.breaker + " " + fact.metric + " " + format_decimal(units(fact.value)));
                EXPECT_EQ(event.origin.cause, Cause::breaker);
                EXPECT_EQ(event.origin.cause_sequence, moved);
            }
        });
        return true;
    }));
    EXPECT_EQ(told, (std::vector<std::string>{"band-10m price_move 0.4", "halt-10m price_move 0.4"}));
}

/// ccp-like's fund-drawdown: half of the fund gone in a day. The draw is the first event of the window, and what the fund had
/// before it is still known to a house that is opened later.
TEST(FundDrawdown, IsRememberedByAReopenedHouse) {
    for (bool const is_reopened : {false, true}) {
        Guarded venue("ccp-like");
        venue.must_take(L::deposit(L::carol, "1"), L::start + 200'000 * L::second);
        venue.must_take(L::withdraw(L::fund, "24000"), L::start + 300'000 * L::second);
        venue.must_take(L::deposit(L::carol, "1"), L::start + 300'001 * L::second);
        if (is_reopened) venue.again();
        EXPECT_EQ(venue.tripped(), 0U) << "48 %";
        venue.must_take(L::withdraw(L::fund, "2000"), L::start + 386'399 * L::second);
        EXPECT_EQ(venue.tripped(), 1U) << (is_reopened ? "reopened" : "going on");
    }
}

/// dydx-v4: while a loss is open, and 60 s after one was last seen.
TEST(WithdrawalHold, WaitsWhileThereIsAHoleAndAMinuteLonger) {
    Guarded venue("dydx-v4");
    venue.must_take(L::withdraw(L::carol, "10"));
    BadDebtRecognised debt;
    debt.loss = 1;
    debt.account = L::alice.number();
    debt.asset = L::usd.number();
    debt.amount = to_wire(units_of("7"));
    venue.submit(rare(debt));
    auto const answer = venue.ask(L::withdraw(L::carol, "10"), L::start + 200 * L::second);
    EXPECT_TRUE(answer.refusal && answer.refusal->is(Errc::withdrawals_wait));
    EXPECT_NE(answer.refusal->message().find("bad debt of 7 USD is open"), std::string::npos) << answer.refusal->message();
    venue.must_take(L::deposit(L::carol, "1"), L::start + 250 * L::second);
    WaterfallPaid paid;
    paid.loss = 1;
    paid.layer = wire::Layer::shared_fund;
    paid.payer = L::fund.number();
    paid.account = L::alice.number();
    paid.asset = L::usd.number();
    paid.amount = debt.amount;
    venue.submit(rare(paid));
    TimeNs const covered = venue.book().time();
    venue.again();
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "10"), covered + 60 * L::second - 1), "withdrawals_wait");
    EXPECT_EQ(venue.rule(L::withdraw(L::carol, "10"), covered + 60 * L::second), "");
}

/// Hyperliquid's stale-oracle: older than 60 s, and liquidators wait a minute more once prices are back.
TEST(StaleOracle, IsSeenByWhoAsksNext) {
    Guarded venue("hyperliquid");
    EXPECT_EQ(venue.rule(LiquidateAll{}, L::start + 60 * L::second), "");
    EXPECT_EQ(venue.rule(LiquidateAll{}, L::start + 60 * L::second + 1), "breaker_tripped");
    EXPECT_EQ(venue.rule(L::trade(L::carol, L::bob, "1", "100"), L::start + 61 * L::second), "breaker_tripped");
    venue.must_take(L::mark("100"), L::start + 70 * L::second);
    EXPECT_EQ(venue.rule(L::trade(L::carol, L::bob, "1", "100"), L::start + 71 * L::second), "");
    EXPECT_TRUE(venue.ask(LiquidateAll{}, L::start + 72 * L::second).refusal->is(Errc::liquidation_grace));
}

// ---- what a trade costs, how large a market grows ----

TEST(TradeFees, FollowTheScheduleUnlessTheCommandSaysThem) {
    ClearingLedger venue("dydx-v4-perp");
    for (AccountId const account : {L::alice, L::bob}) venue.must_take(L::deposit(account, "10000"));
    venue.must_take(L::mark("100"));
    venue.set("trade_taker_fee", "0.0005");
    venue.set("trade_maker_fee", "0.0002");
    auto trade = std::get<Trade>(L::trade(L::alice, L::bob, "3.000000000000000001", "100"));
    trade.taker = Taker::buyer;
    venue.must_take(trade);
    // 300.0000000000000001 * 0.0005 and * 0.0002, rounded up
    EXPECT_EQ(venue.cash(L::alice), units_of("9999.849999999999999999"));
    EXPECT_EQ(venue.cash(L::bob), units_of("9999.939999999999999999"));
    EXPECT_EQ(format_decimal(venue.cash(L::fees)), "0.210000000000000002");
    venue.set("trade_least_fee", "0.5");
    trade.taker = Taker::unknown; // both made the price
    venue.must_take(trade);
    EXPECT_EQ(format_decimal(venue.cash(L::fees)), "1.210000000000000002") << "the least, twice";
    trade.buyer_fee = Amount{units_of("0.25")};
    venue.must_take(trade);
    EXPECT_EQ(format_decimal(venue.cash(L::fees)), "1.460000000000000002") << "what the command says, and nothing besides";
    trade.buyer_fee = Amount{};
    venue.must_take(trade);
    EXPECT_EQ(format_decimal(venue.cash(L::fees)), "1.460000000000000002") << "a fee of 0 is a fee";
    venue.set("trade_taker_fee", "1.000000000000000001");
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "1", "100")), "clearing_term_out_of_bounds");
}

TEST(OpenInterestCap, IsReachedAndNotPassed) {
    ClearingLedger venue("dydx-v4-perp");
    for (AccountId const account : {L::alice, L::bob, L::carol}) venue.must_take(L::deposit(account, "10000"));
    venue.must_take(L::mark("100"));
    venue.set("open_interest_cap", "5");
    venue.set("open_interest_cap.PERP", "10");
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "10", "100")), "");
    auto const answer = venue.ask(L::trade(L::carol, L::bob, "0.000000000000000001", "100"));
    EXPECT_TRUE(answer.refusal && answer.refusal->is(Errc::open_interest_capped));
    ASSERT_EQ(answer.figures.size(), 3U);
    EXPECT_EQ(format_decimal(answer.figures[0].units), "10");
    EXPECT_EQ(format_decimal(answer.figures[1].units), "10.000000000000000001");
    EXPECT_EQ(venue.rule(L::trade(L::carol, L::alice, "4", "100")), "") << "changes hands";
    venue.set("open_interest_cap.PERP", "1");
    EXPECT_EQ(venue.rule(L::trade(L::bob, L::carol, "3", "100")), "") << "it may always fall";
}

// ---- settlement price ----

TEST(SettlementAverage, WeighsByTimeAndHoldsTheLastBeforeTheWindow) {
    auto price = [](char const* text) { return Price{units_of(text)}; };
    SettlementAverage average(100, 200);
    EXPECT_FALSE(average.average().value()) << "nothing was observed";
    average.add(50, price("10"));
    EXPECT_EQ(*average.average().value(), price("10"));
    average.add(90, price("20")); // holds from the start of the window
    average.add(150, price("40"));
    average.add(175, price("80"));
    average.add(200, price("1000")); // the moment of expiry counts no more
    EXPECT_EQ(*average.average().value(), price("40")) << "(50 * 20 + 25 * 40 + 25 * 80) / 100";
    EXPECT_EQ(average.observations(), 2U);
    SettlementAverage late(100, 200);
    late.add(199, price("7"));
    EXPECT_EQ(*late.average().value(), price("7")) << "the first there is";
    SettlementAverage third(0, 3);
    third.add(0, Price{1});
    third.add(1, Price{0});
    EXPECT_EQ(third.average().value()->units(), 0);
    SettlementAverage half(0, 2);
    half.add(0, Price{1});
    half.add(1, Price{0});
    EXPECT_EQ(half.average().value()->units(), 1) << "a half rounds up";
    SettlementAverage large(0, 86'400'000'000'000);
    large.add(0, Price{row_limit_units});
    EXPECT_TRUE(large.average().error().is(Errc::arithmetic_overflow));
}

TEST(SettleExpiry, AveragesWhatWasObservedWhereNobodyNamesAPrice) {
    ClearingLedger venue("derive-pmrm2");
    for (AccountId const account : {L::alice, L::bob}) venue.must_take(L::deposit(account, "100000"));
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "50000"));
    TimeNs const expiry = L::start + 7'200 * L::second;
    InstrumentId const option = venue.option(wire::OptionSide::call, "50000", expiry, "50000");
    venue.must_take(L::trade(L::alice, L::bob, "1", "700", option));
    SettleExpiry const ask{option};
    EXPECT_EQ(venue.rule(ask, expiry - L::second), "instrument_not_expired");
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "52000"), expiry - 600 * L::second);
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "99000"), expiry);
    auto const answer = venue.ask(ask, expiry + L::second);
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    // 20 minutes at 50,000 and 10 at 52,000: 50,666.67 and a third, to the unit below the half
    ASSERT_GE(answer.figures.size(), 2U);
    EXPECT_EQ(answer.figures[0].units, one_units) << "one inside the window";
    EXPECT_EQ(format_decimal(answer.figures[1].units), "50666.666666666666666667");
    EXPECT_EQ(venue.size(L::alice, option), 0);
    EXPECT_EQ(format_decimal(venue.cash(L::alice)), "99966.666666666666666667") << "100,000 - 700 + 666.67";
}

TEST(SettleExpiry, NeedsAPriceThatSomebodySaw) {
    ClearingLedger venue("");
    InstrumentDefined fact = L::instrument("FUT", wire::InstrumentKind::future);
    fact.expiry = L::start + 10 * L::second;
    venue.submit(rare(std::move(fact)));
    SettleExpiry const ask{InstrumentId{venue.book().instruments.size()}};
    EXPECT_TRUE(venue.ask(ask, L::start + 20 * L::second).refusal->is(Errc::settlement_price_missing));
    EXPECT_EQ(venue.rule(SettleExpiry{ask.instrument, Price{units_of("5")}}, L::start + 20 * L::second), "");
}

} // namespace
} // namespace plimsoll::risk
