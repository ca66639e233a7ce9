#include "tests/replay/clearing/opyn_rows.hpp"
#include "tests/replay/clearing/vault_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::units_of;
using L = testing_aid::ClearingLedger;
using wire::LiquidationOutcome;

/// Alice is short a put on a coin at 100 for two weeks, backed by cash, under opyn-gamma; bob bought it, carol and keeper bid.
struct Naked : testing_aid::ClearingLedger {
    InstrumentId option_id;
    TimeNs began = 0;

    explicit Naked(std::string const& collateral = "80", wire::OptionSide side = wire::OptionSide::put, std::string const& strike = "100",
                   std::string const& calm_spot = "400", AssetId backing = usd, int days = 14)
        : ClearingLedger(*shipped_preset("opyn-gamma"), *shipped_clearing_preset("opyn")) {
        for (AccountId const rich : {bob, carol, keeper}) must_take(deposit(rich, "100000"));
        must_take(observe(Observation::asset_price, btc.number(), calm_spot));
        option_id = option(side, strike, start + days * 86'400 * second, calm_spot);
        must_take(deposit(alice, collateral, backing));
        must_take(trade(bob, alice, "1", "0", option_id), start + second);
    }
    /// Observed so many seconds after the sale.
    void spot(std::string const& value, std::int64_t seconds = 10) {
        must_take(observe(Observation::asset_price, btc.number(), value), start + (1 + seconds) * second);
    }
    void begin(std::string const& value) {
        spot(value);
        must_take(Liquidate{alice, {}});
        began = book().time();
    }
    Answer take(AccountId bidder, std::string const& size, std::int64_t seconds, std::string const& least_price = "0") {
        Bid bid;
        bid.account = alice;
        bid.bidder = bidder;
        bid.size = Quantity{units_of(size)};
        bid.price = Price{units_of(least_price)};
        return ask(bid, began + seconds * second);
    }
    [[nodiscard]] static Int128 said(Answer const& answer, std::string_view name) {
        for (Figure const& figure : answer.figures) {
            if (figure.name == name) return figure.units;
        }
        throw std::logic_error("nothing is said of " + std::string(name));
    }
    [[nodiscard]] bool is_open() const { return book().account(alice).in_liquidation != 0; }
    [[nodiscard]] book::LiquidationRow const& last() const { return book().liquidations[book().liquidations.size()]; }
    [[nodiscard]] LiquidationOutcome outcome() const { return static_cast<LiquidationOutcome>(last().outcome); }
};

TEST(RampedSale, AsksForAPriceSeenAfterTheAccountsOwnLastDeed) {
    Naked venue("60");
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "60"), L::start + L::second);
    EXPECT_TRUE(venue.ask(Liquidate{L::alice, {}}).refusal->is(Errc::price_older_than_account)) << "of the same second";
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "60"), L::start + L::second + 1);
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
}

TEST(RampedSale, StartsStrictlyBelowTheBound) {
    // 100 - 0.75 * S inside the shocked spot, 0.237 of 0.75 * S beyond it: at 60 that is 55 + 10.665
    for (auto const& [collateral, want] : {std::pair("65.665", "account_above_maintenance"), std::pair("65.664999", "")}) {
        Naked venue(collateral);
        venue.spot("60");
        EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), want) << collateral;
    }
}

TEST(RampedSale, RisesFromBelowTheCashValueToAllTheCollateral) {
    Naked venue("60");
    venue.begin("60");
    // from 40 - 0.05 * 60 = 37 to 60 in an hour
    EXPECT_EQ(Naked::said(venue.take(L::carol, "0.1", 0), "price"), units_of("37"));
    EXPECT_EQ(venue.cash(L::carol), units_of("100003.7"));
    EXPECT_EQ(venue.size(L::carol, venue.option_id), units_of("-0.1"));
    EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.1", 1'800, "49.78")), "price_limit_exceeded");
    auto const half = venue.take(L::carol, "0.1", 1'800);
    // what is left, 56.3 for 0.9, is the end now: 37 + (62.5555... - 37) / 2
    EXPECT_EQ(Naked::said(half, "price"), units_of("49.7777777777775")) << "its seconds are counts of 10^-18, whose products keep few digits";
    EXPECT_TRUE(venue.is_open());
    testing_aid::must(venue.house().close());
    venue.reopen();
    auto const rest = venue.take(L::keeper, "5", 3'600);
    ASSERT_TRUE(rest.accepted()) << rest.refusal->message();
    EXPECT_EQ(Naked::said(rest, "takes"), units_of("0.8")) << "no more than there is";
    EXPECT_EQ(venue.cash(L::alice), 0);
    EXPECT_EQ(venue.size(L::alice, venue.option_id), 0);
    EXPECT_EQ(venue.size(L::keeper, venue.option_id), units_of("-0.8"));
    EXPECT_FALSE(venue.is_open());
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::closed);
    EXPECT_EQ(venue.last().bids, 3U);
    EXPECT_EQ(venue.book().losses.size(), 0U);
}

TEST(RampedSale, LeavesNoDustBehind) {
    Naked venue("60");
    venue.begin("60");
    EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.9", 3'600)), "partial_take_leaves_dust") << "6 of 60, and 10 is the least";
    EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.84", 3'600)), "partial_take_leaves_dust") << "9.6";
    EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.8", 3'600)), "") << "12";
    EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.2", 3'600)), "") << "all may go";
}

TEST(RampedSale, IsOverOnceTheAccountHasItsMarginAgain) {
    {
        Naked venue("60");
        venue.begin("60");
        venue.must_take(L::deposit(L::alice, "6"));
        EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.1", 0)), "auction_must_be_terminated");
        EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
        EXPECT_EQ(venue.outcome(), LiquidationOutcome::recovered);
    }
    Naked venue("65");
    venue.begin("60");
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "auction_already_ongoing");
    // a cheap take leaves more for each contract that is left: 65 - 3.7 against 0.9 * 65.665
    EXPECT_EQ(L::rule_of(venue.take(L::carol, "0.1", 0)), "");
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::recovered);
    EXPECT_FALSE(venue.is_open());
}

TEST(RampedSale, OfACallPaysInCoin) {
    Naked venue("0.5", wire::OptionSide::call, "2000", "1000", L::btc);
    venue.begin("3000");
    // from (1000 - 150) / 3000 to half a coin
    auto const answer = venue.take(L::carol, "0.5", 0);
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_EQ(Naked::said(answer, "price"), units_of("0.283333333333333333"));
    EXPECT_EQ(venue.cash(L::carol, L::btc), units_of("0.141666666666666666"));
}

TEST(RampedSale, ThatNobodyTookSettlesAndItsDebtGoesDownTheLayers) {
    Naked venue("60");
    AccountOpened fact;
    fact.name = "pool";
    fact.kind = wire::AccountKind::pool;
    venue.submit(rare(std::move(fact)));
    AccountId const pool{venue.book().accounts.size()};
    venue.must_take(L::deposit(pool, "25"));
    venue.begin("60");
    TimeNs const expiry = L::start + 14 * 86'400 * L::second;
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, expiry), "option_expired");
    Bid late;
    late.account = L::alice;
    late.bidder = L::carol;
    late.size = Quantity{one_units};
    EXPECT_EQ(venue.rule(late, expiry), "option_expired");
    venue.must_take(SettleExpiry{venue.option_id, Price{units_of("10")}}, expiry); // 90 is owed, 60 are there
    EXPECT_EQ(venue.cash(L::alice), units_of("-30"));
    ASSERT_EQ(venue.rule(Liquidate{L::alice, {}}, expiry), "");
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::insolvent);
    ASSERT_EQ(venue.book().losses.size(), 1U);
    EXPECT_EQ(venue.book().losses[1].recognised.units(), units_of("30"));
    EXPECT_EQ(venue.book().losses[1].open().units(), units_of("5"));
    EXPECT_EQ(venue.cash(pool), 0);
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, expiry), "nothing_to_liquidate") << "it is not lost twice";
}

TEST(RampedSale, SellsCoinsForADebtOnceNothingIsShort) {
    Naked venue("0.5", wire::OptionSide::call, "2000", "1000", L::btc);
    TimeNs const expiry = L::start + 14 * 86'400 * L::second;
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "5000"), expiry);
    venue.must_take(SettleExpiry{venue.option_id, Price{units_of("5000")}}, expiry); // 3000 owed, half a coin of 5000 there
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, expiry + L::second), "");
    EXPECT_EQ(venue.cash(L::alice, L::btc), 0);
    EXPECT_EQ(venue.cash(L::keeper, L::btc), units_of("0.5"));
    ASSERT_EQ(venue.book().losses.size(), 1U);
    EXPECT_EQ(venue.book().losses[1].recognised.units(), units_of("500"));
    EXPECT_FALSE(venue.is_open());
}

/// Driven through a book by commands.
TEST_F(OpynRows, OfAuctionPrices) {
    int const rows = for_auction_prices([](OpynAuctionPrice const& row) {
        Naked venue(row.collateral, row.is_put ? wire::OptionSide::put : wire::OptionSide::call, row.strike, row.calm_spot, row.is_put ? L::usd : L::btc, 7);
        venue.begin(row.spot);
        auto const answer = venue.take(L::carol, "1", row.elapsed_seconds);
        ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
        EXPECT_EQ(format_decimal(Naked::said(answer, "price")), row.price);
    });
    EXPECT_GE(rows, 3);
    std::cout << rows << " rows through the book" << std::endl;
}

} // namespace
} // namespace plimsoll::risk
