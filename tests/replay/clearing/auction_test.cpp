#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;

/// Alice has sold bob a call at 50,000 under derive-pmrm2; bidders carol and keeper hold cash only.
struct Venue : ClearingLedger {
    InstrumentId call;

    Venue() : ClearingLedger("derive-pmrm2") {
        for (auto const& [account, text] : {std::pair(alice, "25000"), std::pair(bob, "1000000"), std::pair(carol, "1000000"), std::pair(keeper, "1000000")}) {
            must_take(deposit(account, text));
        }
        must_take(observe(Observation::asset_price, btc.number(), "50000"));
        call = option(wire::OptionSide::call, "50000", start + 28 * 86'400 * second, "50100");
        must_take(trade(bob, alice, "1", "3000", call));
    }
    void move(std::string const& spot) {
        must_take(observe(Observation::asset_price, btc.number(), spot));
        must_take(observe(Observation::forward, call.number(), spot));
    }
    replay::Answer bid(AccountId bidder, std::string const& share, TimeNs time = 0, std::string const& limit = "0") {
        return ask(Bid{alice, bidder, Ratio{units_of(share)}, testing_aid::amount(limit), {}, {}}, time);
    }
    [[nodiscard]] book::LiquidationRow const& last() const { return book().liquidations[book().liquidations.size()]; }
    [[nodiscard]] static std::uint64_t number(wire::LiquidationOutcome outcome) { return static_cast<std::uint64_t>(outcome); }
};

TEST(Auction, OfASolventAccountLeavesItItsBuffer) {
    Venue venue;
    venue.move("70000");
    auto const before = testing_aid::must(venue.fresh_levels(L::alice));
    ASSERT_LT(before.maintenance_excess, 0);
    ASSERT_GT(before.mark_to_market, 0);
    ASSERT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
    EXPECT_GT(venue.cash(L::fund), 0) << "the fee";
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "auction_already_ongoing");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "1")), "account_in_liquidation");
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0")), "share_out_of_bounds");
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0.1", 0, "0.000001")), "price_limit_exceeded");
    EXPECT_EQ(L::rule_of(venue.bid(L::alice, "0.1")), "accounts_must_differ");
    Int128 const carol_before = testing_aid::must(venue.fresh_levels(L::carol)).mark_to_market;
    ASSERT_EQ(L::rule_of(venue.bid(L::carol, "0.05")), "");
    EXPECT_EQ(venue.size(L::carol, venue.call), units_of("-0.05"));
    EXPECT_GT(testing_aid::must(venue.fresh_levels(L::carol)).mark_to_market, carol_before) << "bought below its value";
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 1);
    testing_aid::must(venue.house().close());
    venue.reopen(); // the auction is recalled with what was paid in
    ASSERT_EQ(L::rule_of(venue.bid(L::keeper, "1")), "");
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 0);
    EXPECT_EQ(venue.last().outcome, Venue::number(wire::LiquidationOutcome::recovered));
    EXPECT_EQ(venue.last().bids, 2U);
    auto const after = testing_aid::must(venue.fresh_levels(L::alice));
    EXPECT_GE(after.maintenance_excess, 0);
    EXPECT_GT(after.mark_to_market, 0);
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0.1")), "auction_not_ongoing");
}

TEST(Auction, OfAnInsolventAccountIsPaidByTheFundAndTheRestIsOpen) {
    Venue venue;
    venue.must_take(L::deposit(L::fund, "100"));
    venue.move("85000");
    ASSERT_LT(testing_aid::must(venue.fresh_levels(L::alice)).mark_to_market, 0);
    ASSERT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
    EXPECT_EQ(venue.cash(L::fund), units_of("100")) << "an insolvent account pays no fee";
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0.5")), "fund_insufficient");
    auto const answer = venue.bid(L::carol, "1");
    ASSERT_TRUE(answer.accepted());
    EXPECT_EQ(venue.last().outcome, Venue::number(wire::LiquidationOutcome::insolvent));
    EXPECT_EQ(venue.size(L::carol, venue.call), units_of("-1"));
    EXPECT_EQ(venue.size(L::alice, venue.call), 0);
    EXPECT_EQ(venue.cash(L::fund), 0);
    auto const& loss = venue.book().losses[1];
    EXPECT_EQ(venue.book().asset(L::usd).bad_debt.units(), loss.recognised.units() - units_of("100"));
    EXPECT_EQ(venue.cash(L::alice), -venue.book().asset(L::usd).bad_debt.units());
}

TEST(Auction, WithoutAReasonIsEnded) {
    Venue venue;
    venue.move("70000");
    venue.must_take(Liquidate{L::alice, {}});
    venue.must_take(L::deposit(L::alice, "100000"));
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0.1")), "auction_must_be_terminated");
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
    EXPECT_EQ(venue.last().outcome, Venue::number(wire::LiquidationOutcome::recovered));
}

TEST(Auction, WithoutBuyersBecomesOneOfAnInsolventAccount) {
    Venue venue;
    venue.move("70000");
    venue.must_take(Liquidate{L::alice, {}});
    TimeNs const over = venue.book().time() + 44'100 * L::second; // 15 minutes and 12 hours
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0.1", over)), "solvent_auction_ended");
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, over), "");
    EXPECT_EQ(venue.book().liquidations.size(), 2U);
    EXPECT_EQ(venue.book().liquidations[1].outcome, Venue::number(wire::LiquidationOutcome::insolvent));
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 1);
}

TEST(Auction, ABidderMustAffordWhatItTakes) {
    Venue venue;
    venue.must_take(L::withdraw(L::carol, "999000"));
    venue.move("70000");
    venue.must_take(Liquidate{L::alice, {}});
    EXPECT_EQ(L::rule_of(venue.bid(L::carol, "0.5")), "bidder_cash_insufficient");
}

} // namespace
} // namespace plimsoll::risk
