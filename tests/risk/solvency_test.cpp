#include "risk/solvency.hpp"

#include "tests/risk/book_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

using wire::AccountKind;

[[nodiscard]] std::string text(Amount amount) { return format_decimal(amount); }

/// Alice is long 2 at 100 and Bob short 2, marked at 60; Alice put in 50, Bob 500. The fund has 30, fees
/// 7. All of it came from outside. Bob has met no funding of the 0.5 a contract that shorts receive.
struct Crash {
    BookMaker maker;
    AssetId usd = maker.asset("USD", 2);
    AccountId market = maker.account("market", AccountKind::market);
    AccountId world = maker.account("world", AccountKind::outside);
    AccountId fund = maker.account("fund", AccountKind::insurance);
    AccountId fees = maker.account("fees", AccountKind::fees);
    AccountId alice = maker.account("alice");
    AccountId bob = maker.account("bob", AccountKind::subaccount);
    InstrumentId perp = maker.instrument({.settle = usd, .market = market, .mark = "60", .funding_index = "0.5"});

    Crash() {
        maker.balance(alice, usd, "50");
        maker.balance(bob, usd, "500");
        maker.balance(fund, usd, "30");
        maker.balance(fees, usd, "7");
        maker.balance(world, usd, "-587");
        maker.position(alice, perp, "2", "-200", "0.5");
        maker.position(bob, perp, "-2", "200", "0");
        maker.book.assets.write(usd.number()).bad_debt = Amount::whole(3);
    }
    [[nodiscard]] Valuation valuation() const { return Valuation::of(maker.book, usd).value(); }
};

TEST(Solvency, CountsCustomersApartFromWhatStandsBehindThem) {
    Crash const crash;
    Valuation const valuation = crash.valuation();
    Totals const totals = totals_of(valuation, valuation.sweep());
    EXPECT_EQ(totals.customers, 2U);
    EXPECT_EQ(totals.accounts_negative, 1U);
    EXPECT_EQ(text(totals.equity_negative_total), "-30") << "50 + 2 * 60 - 200";
    EXPECT_EQ(text(totals.equity_total), "551") << "-30 and 500 - 120 + 200 + 1 of funding";
    EXPECT_EQ(text(totals.fund()), "30");
    EXPECT_EQ(text(totals.bad_debt), "3");
    EXPECT_TRUE(totals.complete());
}

TEST(Solvency, IsABalanceSheetThatCloses) {
    Crash const crash;
    auto const sheets = asset_solvency(crash.valuation());
    ASSERT_EQ(sheets.size(), 1U);
    AssetSolvency const& sheet = sheets.front();
    EXPECT_EQ(text(sheet.liabilities), "581");
    EXPECT_EQ(text(sheet.negative), "-30");
    EXPECT_EQ(text(sheet.fund), "30");
    EXPECT_EQ(text(sheet.fees), "7");
    EXPECT_EQ(text(sheet.markets), "-1") << "it will pay Bob's funding";
    EXPECT_EQ(text(sheet.outside_held), "587");
    EXPECT_EQ(text(sheet.rounding), "0");
    EXPECT_EQ(text(sheet.booked_sum), "0");
    EXPECT_EQ(text(sheet.bad_debt), "3");
    EXPECT_EQ(sheet.customers_negative, 1U);
}

TEST(Solvency, ClosesOnRandomBooksToo) {
    std::uint64_t const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    RandomBook const made = random_book(random, 60, 6);
    Valuation const valuation = Valuation::of(made.book, made.in).value();
    for (AssetSolvency const& sheet : asset_solvency(valuation)) {
        Amount sum;
        for (Amount const part : {sheet.liabilities, sheet.negative, sheet.fund, sheet.backstop, sheet.fees,
                                  sheet.markets, sheet.bridges, sheet.rounding}) {
            ASSERT_TRUE(sum.add(part));
        }
        EXPECT_EQ(sum, sheet.outside_held);
    }
    // Everyone in these books is a customer, so the asset sheets in USD alone are the sweep's rows.
    std::vector<Equity> const equities = valuation.sweep();
    Amount total;
    for (Equity const& equity : equities) ASSERT_TRUE(total.add(equity.amount));
    EXPECT_EQ(totals_of(valuation, equities).equity_total, total);
}

TEST(Solvency, ListsTheDeepestFirst) {
    BookMaker maker;
    AssetId const usd = maker.asset("USD", 2);
    for (auto const& [name, amount] : std::vector<std::pair<std::string, std::string>>{
             {"a", "-1"}, {"b", "-5"}, {"c", "0"}, {"d", "-0.000000000000000001"}, {"e", "-1"}, {"f", "9"}}) {
        maker.balance(maker.account(name), usd, amount);
    }
    maker.balance(maker.account("world", AccountKind::outside), usd, "-100"); // not a customer
    Valuation const valuation = Valuation::of(maker.book, usd).value();
    std::vector<std::string> names;
    for (AccountEquity const& each : insolvent(valuation, valuation.sweep())) {
        names.emplace_back(maker.book.account(each.account).name.view());
    }
    EXPECT_THAT(names, testing::ElementsAre("b", "a", "e", "d"));
}

TEST(Solvency, SaysWhatHasNoPrice) {
    Crash crash;
    AssetId const coin = crash.maker.asset("COIN", 8);
    crash.maker.balance(crash.alice, coin, "1");
    crash.maker.book.instruments.write(crash.perp.number()).mark = {};
    Valuation const valuation = crash.valuation();
    auto const unpriced = unpriced_subjects(valuation);
    ASSERT_EQ(unpriced.size(), 2U);
    EXPECT_EQ(unpriced[0].id, coin.number());
    EXPECT_EQ(unpriced[0].reason, Unpriced::no_rate);
    EXPECT_EQ(unpriced[0].rows, 1U);
    EXPECT_TRUE(unpriced[1].is_instrument);
    EXPECT_EQ(unpriced[1].reason, Unpriced::no_mark);
    EXPECT_EQ(unpriced[1].rows, 2U);
    EXPECT_FALSE(totals_of(valuation, valuation.sweep()).complete());
    EXPECT_EQ(asset_solvency(valuation).front().unpriced_positions, 2U);
}

TEST(Solvency, EveryKindHasItsGroup) {
    for (auto const& [kind, group] : std::vector<std::pair<AccountKind, Group>>{
             {AccountKind::customer, Group::customers},
             {AccountKind::subaccount, Group::customers},
             {AccountKind::pool, Group::customers},
             {AccountKind::vault, Group::customers},
             {AccountKind::liquidator, Group::customers},
             {AccountKind::insurance, Group::fund},
             {AccountKind::operator_tranche, Group::backstop},
             {AccountKind::staked_module, Group::backstop},
             {AccountKind::fees, Group::fees},
             {AccountKind::treasury, Group::fees},
             {AccountKind::market, Group::markets},
             {AccountKind::bridge, Group::bridges},
             {AccountKind::outside, Group::outside}}) {
        EXPECT_EQ(group_of(kind), group) << static_cast<int>(kind);
    }
}

} // namespace
} // namespace plimsoll::risk
