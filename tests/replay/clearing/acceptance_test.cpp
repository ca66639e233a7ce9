#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;

/// Alice has 50, bob 5,000; PERP stands at 100, initial margin 2 %, maintenance 1.2 % (dydx-v4-perp, BTC).
struct Venue : ClearingLedger {
    explicit Venue(std::string_view preset = "dydx-v4-perp") : ClearingLedger(preset) {
        must_take(deposit(alice, "50"));
        must_take(deposit(bob, "5000"));
        must_take(mark("100"));
    }
};

struct Row {
    char const* name;
    std::vector<Command> before; ///< all accepted
    Command command;
    char const* rule; ///< "": accepted
};

class TradeAcceptance : public testing::TestWithParam<Row> {};

TEST_P(TradeAcceptance, StandsOnBothSidesOfTheLine) {
    Venue venue;
    for (Command const& each : GetParam().before) ASSERT_EQ(venue.rule(each), "");
    std::uint64_t const sequence = venue.book().sequence();
    EXPECT_EQ(venue.rule(GetParam().command), GetParam().rule);
    if (*GetParam().rule != '\0') {
        EXPECT_EQ(venue.book().sequence(), sequence) << "a refusal leaves no trace";
    }
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, TradeAcceptance,
    testing::Values(
        // 25 at 100 ask 50 of initial margin: all she has.
        Row{"ExcessOfExactlyZero", {}, L::trade(L::alice, L::bob, "25", "100"), ""},
        Row{"OneQuantumTooMuch", {}, L::trade(L::alice, L::bob, "25.0000005", "100"), "initial_margin_insufficient"},
        Row{"OneUnitDearer", {}, L::trade(L::alice, L::bob, "25", "100.00000000000000001"), "initial_margin_insufficient"},
        Row{"TheSellerToo", {}, L::trade(L::bob, L::alice, "25.0000005", "100"), "initial_margin_insufficient"},
        // At 99.9 she is below initial (47.5 of 49.95) and above maintenance (29.97).
        Row{"ReducingBelowInitial", {L::trade(L::alice, L::bob, "25", "100"), L::mark("99.9")},
            L::trade(L::bob, L::alice, "1", "99.9"), ""},
        Row{"ReducingToNothing", {L::trade(L::alice, L::bob, "25", "100"), L::mark("99.9")},
            L::trade(L::bob, L::alice, "25", "99.9"), ""},
        Row{"TurningIsNotReducing", {L::trade(L::alice, L::bob, "25", "100"), L::mark("99.9")},
            L::trade(L::bob, L::alice, "60", "99.9"), "margin_not_improved"},
        Row{"GrowingBelowInitial", {L::trade(L::alice, L::bob, "25", "100"), L::mark("99.9")},
            L::trade(L::alice, L::bob, "0.01", "99.9"), "margin_not_improved"},
        // A reduction at a price that gives her money away: 25 - 1 left, loss of 90 on one.
        Row{"ReducingAtNoPrice", {L::trade(L::alice, L::bob, "25", "100"), L::mark("99.9")},
            L::trade(L::bob, L::alice, "1", "9.9"), "margin_not_improved"},
        // Bought so far below the mark that maintenance excess rises: improves, though it grows.
        Row{"GrowingAndImproving", {L::trade(L::alice, L::bob, "25", "100"), L::mark("99.9")},
            L::trade(L::alice, L::bob, "0.01", "50"), ""},
        Row{"UnknownInstrument", {}, L::trade(L::alice, L::bob, "1", "100", InstrumentId{9}), "unknown_instrument"},
        Row{"NoSize", {}, L::trade(L::alice, L::bob, "0", "100"), "size_must_be_positive"},
        Row{"WithHerself", {}, L::trade(L::alice, L::alice, "1", "100"), "accounts_must_differ"},
        // Money out.
        Row{"AllOfItWithoutPositions", {}, L::withdraw(L::alice, "50"), ""},
        Row{"MoreThanThereIs", {}, L::withdraw(L::alice, "50.000001"), "balance_insufficient"},
        Row{"WhatMarginLeaves", {L::trade(L::alice, L::bob, "20", "100")}, L::withdraw(L::alice, "10"), ""},
        Row{"OneUnitMore", {L::trade(L::alice, L::bob, "20", "100")}, L::withdraw(L::alice, "10.000000000000000001"),
            "withdrawal_exceeds_margin"},
        Row{"ATransferIsAPayment", {L::trade(L::alice, L::bob, "20", "100")},
            Transfer{L::alice, L::carol, L::usd, testing_aid::amount("10.000001")}, "withdrawal_exceeds_margin"},
        Row{"NoAssetIsOwed", {}, L::withdraw(L::alice, "1", L::btc), "balance_insufficient"},
        Row{"NothingIsNoAmount", {}, L::withdraw(L::alice, "0"), "amount_must_be_positive"},
        Row{"DepositsToNobody", {}, L::deposit(AccountId{99}, "1"), "unknown_account"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(Acceptance, WithoutAPresetTradesAreBookkeepingOnly) {
    Venue venue("");
    EXPECT_EQ(venue.house().desk(), nullptr);
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "1000", "100")), "");
    EXPECT_EQ(venue.rule(Check{L::alice}), "no_margin_rule");
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "no_margin_rule");
    EXPECT_EQ(venue.rule(LiquidateAll{}), "no_margin_rule");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "50.000001")), "balance_insufficient");
}

TEST(Acceptance, FeesAreAskedBeforeTheTrade) {
    Venue venue;
    Trade trade = std::get<Trade>(L::trade(L::alice, L::bob, "25", "100"));
    trade.buyer_fee = Amount{1};
    EXPECT_EQ(venue.rule(trade), "initial_margin_insufficient");
    trade.buyer_fee = {};
    trade.seller_fee = Amount{1};
    EXPECT_EQ(venue.rule(trade), "");
    EXPECT_EQ(venue.cash(L::fees), 1);
}

TEST(Acceptance, FiguresAreThoseOfMarginOnceItIsBooked) {
    Venue venue;
    for (auto const* size : {"3", "7", "2.5"}) {
        auto const answer = venue.ask(L::trade(L::alice, L::bob, size, "100"));
        ASSERT_TRUE(answer.accepted());
        for (Figure const& figure : answer.figures) {
            auto const levels = testing_aid::must(venue.fresh_levels(figure.account));
            EXPECT_EQ(figure.units, figure.name == "initial_excess_after" ? levels.initial_excess : levels.maintenance_excess);
        }
    }
}

/// SOL's initial margin rises with open interest from 40 million on (dYdX v4): the trade that raises it
/// is charged with what it raises.
TEST(Acceptance, OpenInterestCountsTheTradeItself) {
    ClearingLedger venue("dydx-v4-perp");
    AssetDefined sol;
    sol.name = "SOL";
    sol.decimals = 9;
    venue.submit(rare(std::move(sol)));
    InstrumentDefined fact = L::instrument("SOL-PERP", wire::InstrumentKind::perpetual);
    fact.base = 3;
    venue.submit(rare(std::move(fact)));
    InstrumentId const id{2};
    venue.must_take(L::observe(Observation::mark_price, id.number(), "100"));
    venue.must_take(L::deposit(L::alice, "1000000000"));
    venue.must_take(L::deposit(L::bob, "1000000000"));
    for (auto const* size : {"390000", "50000", "100000"}) { // 39, 44 and 54 million
        auto const answer = venue.ask(L::trade(L::alice, L::bob, size, "100", id));
        ASSERT_TRUE(answer.accepted());
        EXPECT_EQ(answer.figures.front().units, testing_aid::must(venue.fresh_levels(L::alice)).initial_excess);
    }
}

TEST(Acceptance, AccountsInLiquidationOnlyPayInAndReduce) {
    Venue venue;
    venue.must_take(L::trade(L::alice, L::bob, "25", "100"));
    LiquidationStarted fact;
    fact.liquidation = 1;
    fact.account = L::alice.number();
    fact.asset = L::usd.number();
    venue.submit(rare(std::move(fact)));
    EXPECT_EQ(venue.rule(L::deposit(L::alice, "1000")), "");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "1")), "account_in_liquidation");
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "1", "100")), "account_in_liquidation");
    EXPECT_EQ(venue.rule(L::trade(L::bob, L::alice, "1", "100")), "");
}

TEST(Acceptance, WhatHasNoMarkHasNoMargin) {
    ClearingLedger venue("dydx-v4-perp");
    venue.must_take(L::deposit(L::alice, "50"));
    venue.must_take(L::deposit(L::bob, "50"));
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "1", "100")), "mark_missing");
}

TEST(Acceptance, SpotGivesOnlyWhatIsThere) {
    Venue venue;
    InstrumentDefined fact = L::instrument("SPOT", wire::InstrumentKind::spot);
    venue.submit(rare(std::move(fact)));
    InstrumentId const spot{2};
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "100"));
    venue.must_take(L::deposit(L::bob, "3", L::btc));
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "0.5", "100.000001", spot)), "balance_insufficient") << "of her dollars";
    EXPECT_EQ(venue.rule(L::trade(L::alice, L::bob, "0.5", "100", spot)), "");
    EXPECT_EQ(venue.rule(L::trade(L::bob, L::alice, "0.50000001", "100", spot)), "balance_insufficient") << "of her coins";
    EXPECT_EQ(venue.rule(L::trade(L::bob, L::alice, "0.5", "100", spot)), "");
}

/// The tests here name rules by the words that a user sees: each is its Errc.
TEST(Refusals, BearTheNameOfTheirRule) {
    for (auto const& [code, name] :
         {std::pair(Errc::initial_margin_insufficient, "initial_margin_insufficient"),
          std::pair(Errc::margin_not_improved, "margin_not_improved"),
          std::pair(Errc::withdrawal_exceeds_margin, "withdrawal_exceeds_margin"),
          std::pair(Errc::balance_insufficient, "balance_insufficient"),
          std::pair(Errc::account_in_liquidation, "account_in_liquidation"), std::pair(Errc::no_margin_rule, "no_margin_rule"),
          std::pair(Errc::no_account_of_kind, "no_account_of_kind"), std::pair(Errc::no_market_account, "no_market_account"),
          std::pair(Errc::instrument_never_expires, "instrument_never_expires"),
          std::pair(Errc::instrument_not_expired, "instrument_not_expired"),
          std::pair(Errc::clearing_term_out_of_bounds, "clearing_term_out_of_bounds"),
          std::pair(Errc::nothing_to_liquidate, "nothing_to_liquidate"), std::pair(Errc::fund_insufficient, "fund_insufficient")}) {
        EXPECT_EQ(describe(code).name, name);
        EXPECT_EQ(describe(code).room, "risk");
    }
}

TEST(Standpoint, IsTheRuleInItsOrder) {
    auto at = [](Int128 initial, Int128 maintenance) { return Levels{0, initial, maintenance}; };
    SizeChange const grows{1, 2};
    SizeChange const shrinks{-2, -1};
    EXPECT_EQ(standpoint(at(5, 9), at(0, 1), grows), Standpoint::enough);
    EXPECT_EQ(standpoint(at(5, 9), at(-1, 1), grows), Standpoint::insufficient);
    EXPECT_EQ(standpoint(at(5, 9), at(-1, 0), shrinks), Standpoint::reduces);
    EXPECT_EQ(standpoint(at(5, 9), at(-1, -1), shrinks), Standpoint::insufficient);
    EXPECT_EQ(standpoint(at(-5, -3), at(-4, -3), shrinks), Standpoint::reduces);
    EXPECT_EQ(standpoint(at(-5, -3), at(-4, -4), shrinks), Standpoint::worsens);
    EXPECT_EQ(standpoint(at(-5, 3), at(-6, 3), grows), Standpoint::improves);
    EXPECT_EQ(standpoint(at(-5, 3), at(-4, 2), grows), Standpoint::worsens);
    EXPECT_FALSE((SizeChange{0, 1}).only_reduces());
    EXPECT_FALSE((SizeChange{1, -1}).only_reduces());
    EXPECT_TRUE((SizeChange{1, 0}).only_reduces());
    EXPECT_FALSE((SizeChange{1, 1}).only_reduces());
}

} // namespace
} // namespace plimsoll::risk
