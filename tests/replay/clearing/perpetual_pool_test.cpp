#include "risk/pool/errc.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::units_of;
using L = testing_aid::ClearingLedger;

[[nodiscard]] Int128 said(Answer const& answer, std::string_view name) {
    for (Figure const& figure : answer.figures) {
        if (figure.name == name) return figure.units;
    }
    throw std::logic_error("nothing is said of " + std::string(name));
}

/// PERP against a pool of ten million; alice, bob and carol have a million each. Margin by dydx-v4-perp, or none.
struct PoolVenue : testing_aid::ClearingLedger {
    AccountId pool;
    AccountId impact;

    explicit PoolVenue(std::string_view preset = "dydx-v4-perp", std::string const& price = "2000") : ClearingLedger(preset) {
        pool = open("pool", wire::AccountKind::pool);
        impact = open("impact:pool", wire::AccountKind::treasury);
        must_take(deposit(pool, "10000000"));
        for (AccountId const rich : {alice, bob, carol}) must_take(deposit(rich, "1000000"));
        must_take(mark(price));
    }
    AccountId open(std::string const& name, wire::AccountKind kind) {
        AccountOpened fact;
        fact.name = name;
        fact.kind = kind;
        submit(rare(std::move(fact)));
        return AccountId{book().accounts.size()};
    }
    void term(std::string const& name, std::string const& value) {
        ParameterSet fact;
        fact.scope = "perpetual_pool";
        fact.name = name;
        fact.value = to_wire(units_of(value));
        submit(rare(std::move(fact)));
    }
    [[nodiscard]] static testing_aid::Command trade_with_pool(AccountId account, std::string const& size, std::string const& limit = "0") {
        return PerpetualPoolCommand{TradeWithPool{account, {}, perp, Quantity{units_of(size)}, Price{units_of(limit)}}};
    }
    [[nodiscard]] static testing_aid::Command accrue() { return PerpetualPoolCommand{AccruePoolFunding{{}, perp}}; }
    [[nodiscard]] static testing_aid::Command deleverage() { return PerpetualPoolCommand{DeleveragePool{{}, perp}}; }
    [[nodiscard]] Int128 quote(AccountId account) const {
        auto const* row = book().position(account, perp);
        return row == nullptr ? 0 : row->quote.units();
    }
};

TEST(PerpetualPool, TradesAtTheMeanPriceAroundItsSkew) {
    PoolVenue venue("dydx-v4-perp", "1200");
    venue.term("price_skew_scale", "1000000");
    // the comment above Synthetix' calculateFillPrice: 1,200, size 100, scale 1,000,000
    Answer const bought = venue.ask(PoolVenue::trade_with_pool(L::alice, "100"));
    ASSERT_TRUE(bought.accepted()) << bought.refusal->message();
    EXPECT_EQ(said(bought, "price"), units_of("1200.06"));
    EXPECT_EQ(venue.size(L::alice), units_of("100"));
    EXPECT_EQ(venue.size(venue.pool), units_of("-100"));
    EXPECT_EQ(venue.quote(L::alice), units_of("-120006"));
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::bob, "1", "1200.12")), "price_limit_exceeded") << "it is 1200.1206 now";
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::bob, "-1", "1200.12")), "price_limit_exceeded") << "1200.1194";
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::bob, "-1", "1200.1194")), "");
}

TEST(PerpetualPool, ItsImpactFundPaysWhatItHas) {
    PoolVenue venue("dydx-v4-perp", "5000");
    venue.term("impact_improving", "0.0000002");
    venue.term("impact_worsening", "0.0000002");
    venue.term("impact_largest_gain", "1");
    // PricingUtils' comment (gmx-synthetics): 50,000 of imbalance cost 500, half of it back brings 375
    Answer const out = venue.ask(PoolVenue::trade_with_pool(L::alice, "-10"));
    ASSERT_TRUE(out.accepted()) << out.refusal->message();
    EXPECT_EQ(said(out, "impact"), units_of("-500"));
    EXPECT_EQ(said(out, "price_all_in"), units_of("4950"));
    EXPECT_EQ(venue.cash(venue.impact), units_of("500"));
    EXPECT_EQ(venue.cash(L::alice), units_of("999500"));
    Answer const back = venue.ask(PoolVenue::trade_with_pool(L::bob, "5"));
    EXPECT_EQ(said(back, "impact"), units_of("375"));
    EXPECT_EQ(venue.cash(venue.impact), units_of("125"));
    venue.must_take(L::withdraw(venue.impact, "100"));
    Answer const rest = venue.ask(PoolVenue::trade_with_pool(L::bob, "5"));
    EXPECT_EQ(said(rest, "impact"), units_of("25")) << "of 125";
    EXPECT_EQ(said(rest, "impact_not_paid"), units_of("100"));
    EXPECT_EQ(venue.cash(venue.impact), 0);
}

/// Synthetix v3 perps-market, test/integration/Position/Funding.test.ts: skew scale 10,000, velocity 3, ETH at 2,000; alice is
/// long 20 from the start while bob moves the skew; rate after each stretch, and what she has paid by then.
TEST(PerpetualPool, FundsByThePublishedTable) {
    PoolVenue venue;
    venue.term("funding_skew_scale", "10000");
    venue.term("funding_max_velocity", "3");
    TimeNs now = L::start;
    venue.must_take(PoolVenue::trade_with_pool(L::alice, "20"), now);
    EXPECT_EQ(venue.rule(PoolVenue::accrue(), now), "") << "no time has gone by";
    EXPECT_EQ(venue.book().instrument(L::perp).funding_index.units(), 0);
    struct Row {
        std::int64_t hundredths;
        char const* move;
        char const* rate;
        char const* accrued;
    };
    for (Row const& row : {Row{100, "-60", "0.006", "120"}, Row{100, "15", "-0.006", "120"}, Row{25, "37", "-0.007875", "50.625"},
                           Row{200, "-17", "-0.000675", "-291.375"}, Row{20, "155", "-0.000975", "-297.975"}, Row{10, "-150", "0.003525", "-292.875"},
                           Row{10, "-15", "0.003525", "-278.775"}, Row{3, "-4", "0.00339", "-274.626"}, Row{300, "19", "-0.01371", "-893.826"}}) {
        now += row.hundredths * 864 * L::second;
        if (row.hundredths == 25) venue.again(); // another process goes on
        Answer const moved = venue.ask(PoolVenue::trade_with_pool(L::bob, row.move), now);
        ASSERT_TRUE(moved.accepted()) << moved.refusal->message();
        EXPECT_EQ(format_decimal(venue.book().instrument(L::perp).funding_index.units() * 20), row.accrued);
        auto const rate = parameter_of(venue.book(), pool_rate_scope, "PERP");
        EXPECT_EQ(format_decimal(rate.value_or(-1)), row.rate);
    }
    venue.must_take(PoolVenue::trade_with_pool(L::alice, "-20"), now);
    EXPECT_EQ(venue.cash(L::alice), units_of("1000893.826")) << "she was paid it in the end";
    EXPECT_EQ(venue.cash(L::market) + venue.cash(L::bob) + venue.cash(venue.pool), units_of("10999106.174"));
}

TEST(PerpetualPool, FundingThatWasAskedForIsARecordOfItsOwn) {
    PoolVenue venue;
    venue.term("funding_skew_scale", "10000");
    venue.must_take(PoolVenue::trade_with_pool(L::alice, "20"));
    TimeNs const later = venue.book().time() + 3'600 * L::second;
    Answer const first = venue.ask_as(500, PoolVenue::accrue(), 77, later);
    ASSERT_TRUE(first.accepted()) << first.refusal->message();
    EXPECT_FALSE(first.is_duplicate);
    Answer const again = venue.ask_as(500, PoolVenue::accrue(), 77, later);
    EXPECT_TRUE(again.is_duplicate);
    EXPECT_EQ(again.first_sequence, first.first_sequence);
    EXPECT_EQ(again.last_sequence, first.last_sequence);
}

/// gmx-synthetics test/exchange/AdlOrder.ts in our numbers: ten million in the pool, 400 long at 5,000, the mark at 10,000: a
/// factor of 20 %, more than 10 %.
TEST(PerpetualPool, ClosesWinnersUntilTheFactorIsWhatItMayBe) {
    PoolVenue venue("", "5000");
    venue.term("deleverage", "0.1");
    venue.term("deleverage_floor", "0.02");
    venue.must_take(PoolVenue::trade_with_pool(L::alice, "300"));
    venue.must_take(PoolVenue::trade_with_pool(L::bob, "100"));
    EXPECT_EQ(venue.rule(PoolVenue::deleverage()), "deleverage_not_due");
    venue.must_take(L::mark("10000"));
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::carol, "1")), "profit_too_large");
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::carol, "-1")), "") << "the other side";
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::bob, "-1")), "") << "who is in may get out";
    Answer const closed = venue.ask(PoolVenue::deleverage());
    ASSERT_TRUE(closed.accepted()) << closed.refusal->message();
    EXPECT_EQ(said(closed, "long_factor"), units_of("0.2")) << "what bob has won by getting out is not settled yet";
    // (2,000,000 - y) / (10,000,000 - y) = 0.1; bob, who has won most a contract, goes first, and whole
    EXPECT_EQ(venue.size(L::bob), 0);
    EXPECT_EQ(venue.cash(L::bob), units_of("1500000"));
    EXPECT_EQ(venue.cash(L::alice) / one_units, Int128{1'611'111});
    EXPECT_GT(venue.size(L::alice), 0);
    EXPECT_EQ(venue.rule(PoolVenue::deleverage()), "deleverage_not_due");
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::carol, "2")), "");
}

TEST(PerpetualPool, RefusesWithTheReason) {
    EXPECT_EQ(describe(pool::Errc::profit_too_large).name, "profit_too_large");
    EXPECT_EQ(describe(pool::Errc::deleverage_not_due).name, "deleverage_not_due");
    {
        testing_aid::ClearingLedger bare("");
        EXPECT_EQ(bare.rule(PoolVenue::accrue()), "no_account_of_kind");
    }
    PoolVenue venue;
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::alice, "0")), "size_must_be_positive");
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(venue.pool, "1")), "accounts_must_differ");
    EXPECT_EQ(venue.rule(PerpetualPoolCommand{AccruePoolFunding{L::bob, L::perp}}), "perpetual_does_not_fit") << "bob is no pool";
    InstrumentDefined inverse = L::instrument("INV", wire::InstrumentKind::perpetual);
    inverse.payoff = wire::Payoff::inverse;
    inverse.settle = L::btc.number();
    venue.submit(rare(std::move(inverse)));
    EXPECT_TRUE(venue.ask(PerpetualPoolCommand{AccruePoolFunding{{}, InstrumentId{2}}}).refusal->is(pool::Errc::perpetual_does_not_fit));
    venue.submit(rare(L::instrument("NEW", wire::InstrumentKind::perpetual)));
    EXPECT_EQ(venue.rule(PerpetualPoolCommand{TradeWithPool{L::alice, {}, InstrumentId{3}, Quantity::whole(1), {}}}), "mark_missing");
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::alice, "100000")), "initial_margin_insufficient") << "200 million on one";
    venue.term("impact_worsening", "2");
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::alice, "1")), "clearing_term_out_of_bounds");
    venue.term("impact_worsening", "0.1");
    venue.term("impact_improving", "0.2");
    EXPECT_EQ(venue.rule(PoolVenue::trade_with_pool(L::alice, "1")), "parameter_out_of_bounds");
    PoolVenue other;
    AccountId const lonely = other.open("lonely", wire::AccountKind::pool);
    Answer const answer = other.ask(PerpetualPoolCommand{TradeWithPool{L::alice, lonely, L::perp, Quantity::whole(1), {}}});
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(pool::Errc::impact_fund_missing));
    EXPECT_NE(answer.refusal->message().find("impact:lonely"), std::string::npos);
}

/// Random trades, prices and time: the fund never falls below zero, the pool is what all traders are not, and what a closed book
/// of positions leaves is zero to the unit (the laws are asked after each command).
TEST(PerpetualPool, KeepsItsFundAndItsSkewUnderRandomTrades) {
    char const* const longer = std::getenv("PLIMSOLL_COMMANDS");
    std::uint64_t const commands = longer == nullptr ? 400 : std::strtoull(longer, nullptr, 10);
    std::uint64_t const seed = 20260119;
    std::cout << "seed " << seed << ", " << commands << " commands" << std::endl;
    std::mt19937_64 random(seed);
    auto below = [&](std::uint64_t limit) { return random() % limit; };
    PoolVenue venue;
    venue.term("impact_improving", "0.000000001");
    venue.term("impact_worsening", "0.000000003");
    venue.term("price_skew_scale", "100000");
    venue.term("funding_skew_scale", "10000");
    TimeNs now = L::start;
    std::uint64_t refused = 0;
    std::uint64_t unpaid = 0;
    for (std::uint64_t i = 0; i < commands && !HasFailure(); ++i) {
        now += static_cast<TimeNs>(below(3'600)) * L::second;
        testing_aid::Command command = PoolVenue::accrue();
        AccountId const trader = std::array{L::alice, L::bob, L::carol}[below(3)];
        std::uint64_t const what = below(8);
        if (what == 0) command = L::mark(std::to_string(1'500 + below(1'000)));
        if (what > 1) command = PerpetualPoolCommand{TradeWithPool{trader, {}, L::perp, Quantity{(static_cast<Int128>(below(40'001)) - 20'000) * (one_units / 100)}, {}}};
        Int128 const index = venue.book().instrument(L::perp).funding_index.units();
        Answer const answer = venue.ask(command, now);
        refused += answer.accepted() ? 0U : 1U;
        for (Figure const& figure : answer.figures) unpaid += figure.name == "impact_not_paid" ? 1U : 0U;
        EXPECT_GE(venue.cash(venue.impact), 0);
        EXPECT_EQ(venue.size(L::alice) + venue.size(L::bob) + venue.size(L::carol), -venue.size(venue.pool));
        // A rate moves by at most nine a day in a day, and the index by no more than the rate allows: nothing leaps.
        EXPECT_TRUE(within(venue.book().instrument(L::perp).funding_index.units() - index, 2'500 * one_units * 100)) << i;
        if (i % 100 == 99) venue.again();
    }
    EXPECT_GT(unpaid + refused, 0U);
    std::cout << refused << " refused, " << unpaid << " gains not paid in full" << std::endl;
}

} // namespace
} // namespace plimsoll::risk
