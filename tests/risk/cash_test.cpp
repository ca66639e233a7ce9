#include "risk/clearing/cash.hpp"
#include "risk/clearing/perpetual.hpp"
#include "risk/number/elementary.hpp"
#include "tests/risk/derive_sample.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::derive {
namespace {

/// Two accounts of a ledger with the deployment's rates.
struct Bank {
    Checked on;
    CashLedger ledger;
    CashAccount lender;
    CashAccount borrower;
    InterestModel model{wei("0.02"), wei("0.08"), wei("0.9"), wei("0.85")};
    std::int64_t now_seconds = 0;

    Bank() { ledger.security_fee_rate = wei("0.2"); }
    [[nodiscard]] CashOperation operation() { return {on, ledger, model, 6, now_seconds}; }
};

TEST(Cash, HalfUsedCostsSixPercentAYear) {
    Bank bank;
    bank.operation().deposit(bank.lender, Int256{1'000'000'000});
    bank.operation().adjust(bank.borrower, wei("-500"));
    bank.now_seconds = 31'536'000;
    bank.operation().adjust(bank.borrower, {});
    EXPECT_FALSE(bank.on.broken());
    // 0.02 + 0.08 * 0.5, compounded: exp(0.06) = 1.061836546545359622, a fifth of the interest apart
    EXPECT_EQ(format_int256(bank.ledger.borrow_index), "1061836546545359622");
    EXPECT_EQ(format_int256(bank.borrower.balance), "-530918273272679811000");
    EXPECT_EQ(format_int256(bank.ledger.accrued_security_fees), "6183654654535962200");
    EXPECT_EQ(bank.lender.balance, wei("1000")) << "as of its last touch";
    bank.operation().adjust(bank.lender, {});
    EXPECT_EQ(format_int256(bank.lender.balance), "1024734618618143848000");
}

TEST(Cash, UsedAboveTheKinkCostsMuchMore) {
    Bank bank;
    bank.operation().deposit(bank.lender, Int256{1'000'000'000});
    bank.operation().adjust(bank.borrower, wei("-950"));
    bank.now_seconds = 31'536'000;
    bank.operation().accrue(); // 0.02 + 0.08 * 0.85 + 0.9 * 0.1 = 0.178
    EXPECT_EQ(bank.ledger.borrow_index, exponential(wei("0.178")).value());
}

TEST(Cash, TheFirstAccrualOfASecondIsTheOnlyOne) {
    Bank bank;
    bank.operation().adjust(bank.borrower, wei("-1"));
    bank.operation().adjust(bank.lender, wei("2"));
    bank.now_seconds = 100;
    bank.operation().accrue();
    Int256 const index = bank.ledger.borrow_index;
    bank.operation().accrue();
    EXPECT_EQ(bank.ledger.borrow_index, index);
}

TEST(Cash, PaysOutWhatIsThere) {
    Bank bank;
    bank.operation().deposit(bank.lender, Int256{5'000'000});
    bank.operation().withdraw(bank.lender, Int256{5'000'000});
    EXPECT_FALSE(bank.on.broken());
    EXPECT_EQ(bank.lender.index, wei("0"));
    bank.operation().withdraw(bank.lender, Int256{1});
    EXPECT_EQ(bank.on.rule(), Errc::tokens_insufficient);
}

TEST(Cash, ATransferNeedsTwoAccounts) {
    Bank bank;
    bank.operation().transfer(bank.lender, bank.borrower, wei("-3"));
    EXPECT_FALSE(bank.on.broken());
    EXPECT_EQ(bank.ledger.total_borrow, wei("3"));
    bank.operation().transfer(bank.lender, bank.lender, wei("1"));
    EXPECT_EQ(bank.on.rule(), Errc::account_must_differ);
}

TEST(Cash, ALossBeyondTheFeesIsSharedUntilItIsCovered) {
    Bank bank;
    bank.operation().deposit(bank.lender, Int256{100'000'000});
    bank.operation().socialize_loss(bank.borrower, wei("25"));
    EXPECT_TRUE(bank.ledger.withdraw_fee_enabled);
    EXPECT_EQ(bank.ledger.security_fee_rate, wei("1"));
    EXPECT_EQ(bank.operation().cash_to_token_rate(), wei("0.8"));
    bank.operation().withdraw(bank.lender, Int256{8'000'000}); // 8 tokens cost 10
    EXPECT_EQ(bank.lender.balance, wei("90"));
    bank.operation().disable_withdraw_fee();
    EXPECT_TRUE(bank.ledger.withdraw_fee_enabled) << "not covered yet";
    bank.operation().donate(bank.lender, wei("50")); // of which 23 is not covered
    EXPECT_EQ(bank.lender.balance, wei("67"));
    bank.operation().disable_withdraw_fee();
    EXPECT_FALSE(bank.ledger.withdraw_fee_enabled);
    EXPECT_EQ(bank.ledger.security_fee_rate, wei("0.2"));
    EXPECT_FALSE(bank.on.broken());
    bank.ledger.token_balance = Int256{200'000'000};
    bank.operation().donate(bank.lender, wei("1"));
    EXPECT_EQ(bank.on.rule(), Errc::arithmetic_overflow) << "more tokens than cash";
}

TEST(Cash, FeesBearALossFirst) {
    Bank bank;
    bank.operation().deposit(bank.lender, Int256{100'000'000});
    bank.ledger.accrued_security_fees = wei("10");
    bank.operation().socialize_loss(bank.borrower, wei("4"));
    EXPECT_EQ(bank.ledger.accrued_security_fees, wei("6"));
    bank.operation().transfer_security_fees(bank.lender);
    EXPECT_EQ(bank.lender.balance, wei("106"));
}

/// Interest moves between the totals only: what the ledger owes its tokens stays the same.
RC_GTEST_PROP(Cash, InterestPrintsNothing, ()) {
    Bank bank;
    bank.operation().deposit(bank.lender,
                             Int256{Int128{*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000)}});
    Int256 const lent = bank.lender.balance;
    auto const percent = *rc::gen::inRange<std::int64_t>(1, 100);
    bank.operation().adjust(bank.borrower, Int256{lent.to_128() / 100 * -percent});
    auto const owed = [&] {
        CashLedger const& now = bank.ledger;
        return now.total_supply.to_128() + now.accrued_security_fees.to_128() -
               now.total_borrow.to_128();
    };
    Int128 const before = owed();
    bank.now_seconds = *rc::gen::inRange<std::int64_t>(1, 100'000'000);
    bank.operation().accrue();
    RC_ASSERT(!bank.on.broken());
    RC_ASSERT(owed() == before);
}

/// A perpetual at 1500 whose impact prices are the index unless a row moves them.
struct Market {
    Checked on;
    FundingIndex index;
    FundingModel model{wei("0.0000125"), wei("0.004"), wei("8")};
    PerpetualPrices prices{wei("1500"), wei("1500"), wei("1500"), wei("1500")};
    std::int64_t now_seconds = 0;
    [[nodiscard]] PerpetualOperation operation() { return {on, index, model, prices, now_seconds}; }
};

struct Rate {
    std::string name;
    std::string ask, bid;
    std::string_view want_units;
};

TEST(Perpetual, FundingRateIsRoundedToTheNearestAndBounded) {
    for (Rate const& row :
         {Rate{"AtTheIndex", "1500", "1500", "12500000000000"},
          Rate{"BidAbove", "1516", "1515", "1262500000000000"}, // 0.01 / 8
          Rate{"AskBelow", "1485", "1484", "-1237500000000000"},
          Rate{"TooHigh", "1600", "1599", "4000000000000000"},
          Rate{"TooLow", "1400", "1399", "-4000000000000000"},
          Rate{"FourUnitsAreHalf", "1501", "1500.000000000000006", "12500000000001"},
          Rate{"ThreeAreLess", "1501", "1500.000000000000005", "12500000000000"},
          Rate{"HalfBelow", "1499.999999999999994", "1499", "12499999999999"}}) {
        SCOPED_TRACE(row.name);
        Market market;
        market.prices.impact_ask = wei(row.ask);
        market.prices.impact_bid = wei(row.bid);
        EXPECT_EQ(format_int256(market.operation().funding_rate_per_hour()), row.want_units);
        EXPECT_FALSE(market.on.broken());
    }
}

TEST(Perpetual, CrossedImpactPricesStopFundingButNotTheSameSecond) {
    Market market;
    market.prices.impact_bid = wei("1500.5");
    PerpetualPosition position;
    market.operation().change(position, wei("1"));
    EXPECT_FALSE(market.on.broken());
    market.now_seconds = 1;
    market.operation().change(position, wei("1"));
    EXPECT_EQ(market.on.rule(), Errc::impact_prices_cross);
}

TEST(Perpetual, ATransferNeedsTwoPositions) {
    Market market;
    PerpetualPosition one;
    PerpetualPosition other;
    market.operation().transfer(one, other, wei("2"));
    EXPECT_EQ(one.size, wei("-2"));
    EXPECT_EQ(other.size, wei("2"));
    market.operation().transfer(one, one, wei("2"));
    EXPECT_EQ(market.on.rule(), Errc::account_must_differ);
}

TEST(Perpetual, TheOldSizeEarnsAndPays) {
    Market market;
    PerpetualPosition position;
    market.operation().change(position, wei("2"));
    market.prices.perp = wei("1510");
    market.now_seconds = 3'600;
    EXPECT_EQ(market.operation().unsettled_cash(position),
              wei("19.9625")); // 20 less 2 * 1500 * 0.0000125
    market.operation().change(position, wei("-3"));
    EXPECT_EQ(position.stored_pnl, wei("20"));
    EXPECT_EQ(position.stored_funding, wei("-0.0375"));
    EXPECT_EQ(position.size, wei("-1"));
    EXPECT_EQ(market.operation().settle(position), wei("19.9625"));
    EXPECT_EQ(market.operation().unsettled_cash(position), wei("0"));
}

} // namespace
} // namespace plimsoll::risk::derive
