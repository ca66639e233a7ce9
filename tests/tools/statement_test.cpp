#include "tools/command/statement.hpp"

#include "tests/risk/book_maker.hpp"

#include <gtest/gtest.h>

namespace plimsoll::tools {
namespace {

struct Part {
    std::string what;
    LegKind kind;
    Int128 units;
};

class Components : public testing::Test {
protected:
    risk::BookMaker maker;
    AssetId usd = maker.asset("USD", 2);
    AccountId alice = maker.account("alice");
    AccountId bob = maker.account("bob");
    AccountId fees = maker.account("fees");
    InstrumentId perp = maker.instrument({.settle = usd});

    void expect(Event const& event, AccountId account, std::vector<Part> const& want) {
        auto const got = components_of(event, account);
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
            EXPECT_EQ(got[i].what, want[i].what);
            EXPECT_EQ(got[i].kind, want[i].kind);
            EXPECT_TRUE(got[i].units == want[i].units) << got[i].what;
        }
    }
};

TEST_F(Components, OfATransferAreAmountAndFee) {
    Transferred fact;
    fact.account = alice;
    fact.counter = bob;
    fact.fee_account = fees;
    fact.asset = usd;
    fact.type = TransferType::withdrawal;
    fact.amount = Amount{-10};
    fact.fee = Amount{1};
    Event const event{{}, fact};
    expect(event, alice, {{"withdrawal", LegKind::cash, -10}, {"fee", LegKind::cash, -1}});
    expect(event, bob, {{"withdrawal", LegKind::cash, 10}});
    expect(event, fees, {{"fee", LegKind::cash, 1}});
}

TEST_F(Components, OfATradeAreSizeQuoteAndFees) {
    Traded fact;
    fact.buyer = alice;
    fact.seller = bob;
    fact.fee_account = fees;
    fact.instrument = perp;
    fact.asset = usd;
    fact.size = Quantity{2};
    fact.quote = Amount{200};
    fact.buyer_fee = Amount{3};
    fact.seller_fee = Amount{-1}; // a rebate
    Event const event{{}, fact};
    expect(event, alice, {{"trade", LegKind::size, 2}, {"trade", LegKind::quote, -200}, {"fee", LegKind::cash, -3}});
    expect(event, bob, {{"trade", LegKind::size, -2}, {"trade", LegKind::quote, 200}, {"fee", LegKind::cash, 1}});
    expect(event, fees, {{"fee", LegKind::cash, 3}, {"fee", LegKind::cash, -1}});
}

TEST_F(Components, OfASpotTradeAreBothAssets) {
    Traded fact;
    fact.buyer = alice;
    fact.seller = bob;
    fact.instrument = perp;
    fact.asset = usd;
    fact.base = maker.asset("COIN", 8);
    fact.booking = Booking::spot;
    fact.size = Quantity{5};
    fact.quote = Amount{7};
    expect({{}, fact}, alice, {{"trade", LegKind::cash, 5}, {"trade", LegKind::cash, -7}});
}

TEST_F(Components, OfARareFactAreItsLegs) {
    WaterfallPaid fact;
    fact.layer = wire::Layer::market_fund;
    fact.payer = fees.number();
    fact.account = alice.number();
    fact.asset = usd.number();
    fact.amount = to_wire(Int128{9});
    expect({{}, rare(fact)}, alice, {{"waterfall market_fund", LegKind::cash, 9}});
    expect({{}, rare(fact)}, bob, {});
}

TEST_F(Components, AddUpOrTheStatementBreaks) {
    Statement statement;
    statement.opening.cash[usd] = 5;
    statement.entries.push_back({1, {}, {{"deposit", LegKind::cash, usd, {}, 3}, {"trade", LegKind::size, {}, perp, 2}}});
    statement.closing.cash[usd] = 8;
    statement.closing.size[perp] = 2;
    EXPECT_TRUE(check_statement(maker.book, statement));
    statement.closing.quote[perp] = 0; // a row that holds nothing is as good as none
    EXPECT_TRUE(check_statement(maker.book, statement));
    statement.closing.cash[usd] = 9;
    auto const broken = check_statement(maker.book, statement);
    ASSERT_FALSE(broken);
    EXPECT_TRUE(broken.error().is(Errc::statement_breaks));
    EXPECT_EQ(broken.error().status(), Status::damaged);
    statement.closing.cash[usd] = 8;
    statement.closing.quote[perp] = 1;
    EXPECT_FALSE(check_statement(maker.book, statement));
}

} // namespace
} // namespace plimsoll::tools
