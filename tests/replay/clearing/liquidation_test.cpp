#include "risk/clearing/loss_cover.hpp"
#include "risk/clearing/order_book_close.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;

/// Alice holds 2,000 PERP bought at 100 with 5,000; keeper has plenty. Maintenance is 1.2 % of notional.
struct Venue : ClearingLedger {
    explicit Venue(bool market_fund = false) : ClearingLedger("dydx-v4-perp", market_fund) {
        must_take(deposit(alice, "5000"));
        must_take(deposit(bob, "5000"));
        must_take(deposit(keeper, "500000"));
        must_take(mark("100"));
        must_take(trade(alice, bob, "2000", "100"));
    }
    [[nodiscard]] book::LiquidationRow const& last() const { return book().liquidations[book().liquidations.size()]; }
};

/// The mark at which her excess is zero: 5000 - 2000 (100 - p) = 0.012 * 2000 p, p = 195000 / 1976, to the
/// quantum; above it nothing is asked.
TEST(Liquidation, TriggerIsStrict) {
    Venue venue;
    venue.must_take(L::withdraw(L::alice, "1000")); // 4000: p = 196000 / 1976
    venue.must_take(L::mark("99.2"));
    // Equity 2400, maintenance 2380.8: take out nothing more, fund her down to zero excess instead.
    Index const step{units_of("0.0096")}; // 19.2 over 2,000
    venue.must_take(Fund{L::perp, step});
    EXPECT_EQ(testing_aid::must(venue.fresh_levels(L::alice)).maintenance_excess, 0);
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "account_above_maintenance");
    EXPECT_EQ(venue.rule(LiquidateAll{}), "");
    EXPECT_EQ(venue.book().liquidations.size(), 0U);
    venue.must_take(Fund{L::perp, Index{1}}); // 2,000 units of 10^-18 less
    EXPECT_EQ(testing_aid::must(venue.fresh_levels(L::alice)).maintenance_excess, -2000);
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
    EXPECT_EQ(venue.book().liquidations.size(), 1U);
}

TEST(Liquidation, PartialCloseEndsAtItsBuffer) {
    Venue venue;
    venue.must_take(L::mark("98.6")); // equity 2,200, maintenance 2,366.4
    auto const before = testing_aid::must(venue.fresh_levels(L::alice));
    venue.must_take(Liquidate{L::alice, {}});
    EXPECT_EQ(venue.last().equity_at_start.units(), before.mark_to_market);
    EXPECT_EQ(venue.last().requirement_at_start.units(), before.maintenance_margin());
    EXPECT_EQ(venue.last().outcome, static_cast<std::uint64_t>(wire::LiquidationOutcome::recovered));
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 0);
    auto const after = testing_aid::must(venue.fresh_levels(L::alice));
    EXPECT_GE(after.maintenance_excess, after.maintenance_margin() / 10) << "10 % of maintenance";
    EXPECT_LT(after.maintenance_excess, after.maintenance_margin() / 10 + units_of("10")) << "and no more than a step";
    EXPECT_EQ(venue.size(L::alice), units_of("1496"));
    EXPECT_EQ(venue.size(L::keeper), units_of("504"));
    EXPECT_EQ(venue.cash(L::fund), venue.last().penalty.units());
    EXPECT_EQ(venue.cash(L::fund), units_of("248.472")) << "0.5 % of 504 at 98.6";
}

TEST(Liquidation, DustIsClosedToo) {
    Venue venue;
    venue.set("close_dust", "150000"); // 1,496 at 98.6 would be less
    venue.must_take(L::mark("98.6"));
    venue.must_take(Liquidate{L::alice, {}});
    EXPECT_EQ(venue.size(L::alice), 0);
    EXPECT_EQ(venue.last().outcome, static_cast<std::uint64_t>(wire::LiquidationOutcome::closed));
    EXPECT_GE(venue.cash(L::alice), 0);
}

/// Who closes itself at a loss it cannot pay has no contracts left, and the debt lies in the position: it is recognised.
/// Found by random commands (seed 1000062).
TEST(Liquidation, RecognisesADebtThatNoContractShows) {
    Venue venue;
    venue.must_take(L::mark("90"));
    venue.must_take(L::trade(L::bob, L::alice, "2000", "90"));
    EXPECT_EQ(venue.size(L::alice), 0);
    EXPECT_EQ(format_decimal(venue.cash(L::alice)), "5000");
    venue.must_take(LiquidateAll{});
    ASSERT_EQ(venue.book().losses.size(), 1U);
    EXPECT_EQ(format_decimal(venue.book().losses[1].recognised), "15000");
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "nothing_to_liquidate") << "and only once";
}

struct Cover {
    char const* name;
    char const* market_fund;
    char const* fund;
    char const* left; ///< of the loss of 15,000
};
class Losses : public testing::TestWithParam<Cover> {};

TEST_P(Losses, AreCoveredLayerByLayer) {
    Venue venue(true);
    AccountId const market_fund{9};
    for (auto const& [account, text] : {std::pair(market_fund, GetParam().market_fund), std::pair(L::fund, GetParam().fund)}) {
        if (units_of(text) > 0) venue.must_take(L::deposit(account, text));
    }
    venue.must_take(L::mark("90"));
    auto const answer = venue.ask(LiquidateAll{});
    ASSERT_TRUE(answer.accepted());
    EXPECT_EQ(venue.last().outcome, static_cast<std::uint64_t>(wire::LiquidationOutcome::insolvent));
    auto const& loss = venue.book().losses[1];
    Int128 const left = units_of(GetParam().left);
    EXPECT_EQ(loss.recognised.units(), units_of("15000")) << "5,000 - 2,000 * 10";
    Int128 paid = 0;
    for (Amount const& each : loss.paid) paid += each.units();
    EXPECT_EQ(loss.recognised.units() - paid, left);
    EXPECT_EQ(venue.book().asset(L::usd).bad_debt.units(), left);
    EXPECT_EQ(venue.cash(L::alice), -left);
    bool const market_is_dry = venue.cash(market_fund) == 0;
    bool const shared_was_asked = !loss.paid[static_cast<std::size_t>(wire::Layer::shared_fund)].is_zero();
    EXPECT_TRUE(market_is_dry || !shared_was_asked) << "no layer before an earlier one is dry";
    // What only owes is not liquidated again.
    EXPECT_EQ(venue.rule(LiquidateAll{}), "");
    EXPECT_EQ(venue.book().losses.size(), 1U);
    if (left > 0) {
        EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "nothing_to_liquidate");
    }
}

INSTANTIATE_TEST_SUITE_P(EveryLayer, Losses,
                         testing::Values(Cover{"MarketFundPaysAll", "20000", "20000", "0"},
                                         Cover{"ThenTheSharedOne", "5000", "20000", "0"},
                                         Cover{"ToTheUnit", "5000", "10000", "0"},
                                         Cover{"OneUnitShort", "5000", "9999.999999", "0.000001"},
                                         Cover{"TheRestStaysOpen", "5000", "5000", "5000"},
                                         Cover{"NobodyPays", "0", "0", "15000"}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(Liquidation, NeedsSomebodyToTakeOver) {
    Venue venue;
    venue.must_take(L::mark("98.6"));
    EXPECT_EQ(venue.rule(Liquidate{L::alice, L::carol}), "") << "one who is named";
    EXPECT_EQ(venue.size(L::carol), units_of("504"));
    EXPECT_EQ(account_of_kind(book::Book{}, {}, wire::AccountKind::liquidator).error().is(Errc::no_account_of_kind), true);
}

TEST(Liquidation, TermsOutsideTheirBoundsAreRefused) {
    Venue venue;
    venue.must_take(L::mark("98.6"));
    venue.set("close_fee_cap", "1.000000000000000001"); // over 100 %
    auto const answer = venue.ask(Liquidate{L::alice, {}});
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::clearing_term_out_of_bounds));
    venue.set("close_fee_cap", "1");
    venue.set("auction_start", "0.6"); // below the fast cutoff of 0.7: the curve would rise
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "parameter_out_of_bounds");
}

TEST(LiquidationOrder, IsTotal) {
    auto at = [](std::uint32_t account, Int128 shortfall, Int128 requirement, Int128 notional) {
        return LiquidationCase{AccountId{account}, shortfall, requirement, notional};
    };
    EXPECT_TRUE(goes_before(at(9, 50, 100, 1), at(1, 49, 100, 99))) << "the deepest for what is required";
    EXPECT_TRUE(goes_before(at(9, 10, 10, 1), at(1, 500, 1000, 99)));
    EXPECT_TRUE(goes_before(at(9, 5, 10, 100), at(1, 50, 100, 99))) << "then the largest";
    EXPECT_TRUE(goes_before(at(1, 5, 10, 9), at(2, 50, 100, 9))) << "then the first opened";
    EXPECT_FALSE(goes_before(at(1, 5, 10, 9), at(1, 5, 10, 9)));
}

/// The price is dYdX's fillable price, or its bankruptcy price where that is nearer to the mark.
TEST(ClosePrice, IsThatOfTheProtocolToItsRounding) {
    std::mt19937_64 random(11);
    for (int i = 0; i < 2'000; ++i) {
        auto const size = static_cast<std::int64_t>(random() % 900'000 + 1'000);
        auto const price = static_cast<std::int64_t>(random() % 90'000 + 1'000);
        auto const maintenance = size * price * 12 / 1000;
        auto const equity = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(maintenance)) + 1;
        linear::Market market;
        market.scale = {Wide(price), 0};
        market.tier = {20'000, 600'000, 0, 0};
        linear::Account account;
        account.quote = Wide(equity) - Wide(size) * price;
        account.positions[1].size = size;
        linear::Markets const markets{{1, market}};
        auto const risk = linear::risk_after(account, {}, markets);
        ASSERT_TRUE(risk);
        auto const exact_maintenance = risk.value().maintenance.convert_to<std::int64_t>();
        CloseView const view{Int128{equity} * one_units, Int128{equity} * one_units, Int128{exact_maintenance} * one_units, Int128{exact_maintenance} * one_units,
                             Int128{size} * price * one_units};
        CloseTerms const terms{one_units / 10, one_units, one_units / 2, 0, 0, 0};
        Int128 const discount = testing_aid::must(close_discount(view, terms));
        auto const fillable = linear::fillable_price(account, markets, 1, Wide(-size), {1'000'000, 100'000});
        auto const bankrupt = linear::bankruptcy_quote(account, markets, 1, Wide(-size));
        ASSERT_TRUE(fillable && bankrupt);
        // Each as quote for the whole position, in 10^-6.
        Int128 const ours = (one_units - discount) * (Int128{size} * price) / 1'000'000'000'000;
        auto const filled = Wide(fillable.value().numerator * size * 1'000'000 / fillable.value().denominator).convert_to<std::int64_t>();
        auto const broke = Wide(bankrupt.value().quote * 1'000'000).convert_to<std::int64_t>();
        Int128 const wanted = std::max<Int128>(filled, broke);
        Int128 const slack = 1'000'001; // the protocol's bankruptcy quote is a whole quantum
        EXPECT_LE(ours > wanted ? ours - wanted : wanted - ours, slack) << "round " << i;
    }
}

/// Collateral that maintenance does not count does not make the account look well, and is not taken for less.
TEST(ClosePrice, NearnessIsOfWhatCountsAndBankruptcyOfAllThereIs) {
    CloseTerms const terms{one_units, one_units, one_units / 2, 0, 0, 0};
    Int128 const hundred = 100 * one_units;
    CloseView view{hundred, 0, hundred, hundred, 10 * hundred};
    EXPECT_EQ(testing_aid::must(close_discount(view, terms)), one_units / 10) << "all of the maintenance";
    view.counted = hundred;
    EXPECT_EQ(testing_aid::must(close_discount(view, terms)), 0) << "at the line";
    view = {hundred / 2, 0, hundred, hundred, 10 * hundred};
    EXPECT_EQ(testing_aid::must(close_discount(view, terms)), one_units / 20) << "never past bankruptcy";
    view.equity = 0;
    EXPECT_EQ(testing_aid::must(close_discount(view, terms)), 0) << "nobody is asked to take a loss";
}

// ---- records ----

TEST(Commands, AreTakenOnce) {
    Venue venue;
    auto const first = venue.ask_as(100, L::deposit(L::bob, "7"), 42);
    ASSERT_TRUE(first.accepted());
    Int128 const cash = venue.cash(L::bob);
    auto const again = venue.ask_as(100, L::deposit(L::bob, "7"), 42);
    EXPECT_TRUE(again.accepted() && again.is_duplicate);
    EXPECT_EQ(again.first_sequence, first.first_sequence);
    EXPECT_EQ(L::rule_of(venue.ask_as(100, L::deposit(L::bob, "8"), 43)), "record_conflicts");
    EXPECT_EQ(L::rule_of(venue.ask_as(99, L::deposit(L::bob, "8"), 44)), "record_late");
    EXPECT_EQ(venue.cash(L::bob), cash);
    venue.again();
    EXPECT_TRUE(venue.ask_as(100, L::deposit(L::bob, "7"), 42).is_duplicate) << "after a restart too";
    EXPECT_TRUE(venue.ask_as(100, Check{L::bob}, 45).accepted()) << "who only asks has no place";
}

TEST(Commands, WhatWasNotCommittedIsNotThere) {
    Venue venue;
    testing_aid::must(venue.house().commit());
    Int128 const cash = venue.cash(L::bob);
    venue.must_take(L::deposit(L::bob, "7"));
    venue.reopen();
    EXPECT_EQ(venue.cash(L::bob), cash);
}

/// A process that ended between two steps left the liquidation open: the next goes on with it.
TEST(Commands, ALiquidationGoesOnAfterARestart) {
    Venue venue;
    venue.must_take(L::mark("98.6"));
    LiquidationStarted fact;
    fact.liquidation = 1;
    fact.account = L::alice.number();
    fact.procedure = "order_book_close";
    fact.asset = L::usd.number();
    fact.instrument = L::perp.number();
    venue.submit(rare(std::move(fact)));
    Transferred paid;
    paid.account = L::alice;
    paid.counter = L::fund;
    paid.asset = L::usd;
    paid.type = TransferType::liquidation_penalty;
    paid.amount = Amount::whole(-3);
    venue.submit(paid);
    testing_aid::must(venue.house().close());
    venue.reopen();
    venue.must_take(Liquidate{L::alice, {}});
    EXPECT_EQ(venue.book().liquidations.size(), 1U);
    EXPECT_NE(venue.last().ended_sequence, 0U);
    EXPECT_EQ(venue.last().penalty.units(), venue.cash(L::fund)) << "with what it had paid before";
}

// ---- expiry ----

struct Expiry {
    char const* name;
    wire::OptionSide side;
    char const* price;
    char const* worth; ///< of one
};
class Expiries : public testing::TestWithParam<Expiry> {};

TEST_P(Expiries, TurnPositionsIntoCash) {
    ClearingLedger venue("");
    TimeNs const expiry = L::start + 86'400 * L::second;
    venue.must_take(L::deposit(L::alice, "1000"));
    venue.must_take(L::deposit(L::bob, "1000"));
    InstrumentId const option = venue.option(GetParam().side, "100", expiry, "100");
    venue.must_take(L::trade(L::alice, L::bob, "3", "5", option));
    SettleExpiry const ask{option, Price{units_of(GetParam().price)}};
    EXPECT_EQ(venue.rule(ask, expiry - 1), "instrument_not_expired");
    EXPECT_EQ(venue.rule(SettleExpiry{L::perp, ask.price}, expiry), "instrument_never_expires");
    EXPECT_EQ(venue.rule(ask, expiry), "");
    Int128 const worth = 3 * units_of(GetParam().worth);
    EXPECT_EQ(venue.cash(L::alice), units_of("985") + worth);
    EXPECT_EQ(venue.cash(L::bob), units_of("1015") - worth);
    EXPECT_EQ(venue.size(L::alice, option), 0);
    EXPECT_EQ(venue.size(L::bob, option), 0);
    EXPECT_EQ(venue.cash(L::market), 0);
}

INSTANTIATE_TEST_SUITE_P(BothSides, Expiries,
                         testing::Values(Expiry{"CallInTheMoney", wire::OptionSide::call, "130.5", "30.5"},
                                         Expiry{"CallAtTheMoney", wire::OptionSide::call, "100", "0"},
                                         Expiry{"CallOutOfTheMoney", wire::OptionSide::call, "70", "0"},
                                         Expiry{"PutInTheMoney", wire::OptionSide::put, "70", "30"},
                                         Expiry{"PutOutOfTheMoney", wire::OptionSide::put, "130", "0"},
                                         Expiry{"AtZero", wire::OptionSide::put, "0", "100"}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(Expiry, NeedsAMarketAccount) {
    ClearingLedger venue("");
    InstrumentDefined fact = L::instrument("F", wire::InstrumentKind::future);
    fact.market_account = 0;
    fact.expiry = L::start;
    venue.submit(rare(std::move(fact)));
    EXPECT_EQ(venue.rule(SettleExpiry{InstrumentId{2}, Price::whole(1)}), "no_market_account");
}

} // namespace
} // namespace plimsoll::risk
