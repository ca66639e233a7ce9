#include "tests/replay/clearing/vault_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::units_of;
using testing_aid::VaultLedger;
using testing_aid::VaultTerms;
using L = VaultLedger;
using wire::LiquidationOutcome;

TEST(Vault, BorrowsAsFarAsItsRatioAllowsAndNotAUnitFurther) {
    VaultLedger venue;
    venue.must_take(L::deposit(L::alice, "3", L::btc));
    venue.price("5");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "10.000000000000000001")), "withdrawal_exceeds_margin");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "10")), "") << "3 coins of 5 at 1.5";
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "0.000000000000000001", L::btc)), "withdrawal_exceeds_margin") << "its coins are bound";
    EXPECT_EQ(venue.rule(L::withdraw(L::bob, "1")), "debt_without_collateral");
    EXPECT_EQ(venue.rule(L::withdraw(L::bob, "1", L::btc)), "balance_insufficient");
}

TEST(CollateralSale, StartsStrictlyBelowTheRatioWithEveryFigure) {
    VaultLedger venue;
    venue.open_vault(L::alice, "40", "100");
    venue.price("3.75");
    EXPECT_EQ(venue.rule(L::liquidate(L::alice)), "account_above_maintenance") << "150 for 100";
    venue.price("3.749999999999999999");
    auto const answer = venue.ask(L::liquidate(L::alice));
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_EQ(L::said(answer, "tab"), units_of("110")) << "the debt and a tenth";
    EXPECT_EQ(L::said(answer, "lot"), units_of("40"));
    EXPECT_EQ(L::said(answer, "start_price"), units_of("4.687499999999999998")) << "a quarter above the market, rounded down";
    EXPECT_EQ(L::said(answer, "incentive"), units_of("5.2")) << "3 and 2 % of the tab";
    EXPECT_EQ(venue.cash(L::keeper), units_of("5.2"));
    EXPECT_EQ(venue.cash(L::fund), units_of("994.8"));
    EXPECT_EQ(venue.rule(L::liquidate(L::alice)), "auction_already_ongoing");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice, "1", L::btc)), "account_in_liquidation");

    testing_aid::must(venue.house().commit());
    auto const reader = testing_aid::must(replay::Reader::open(venue.path()));
    std::vector<std::string> told;
    testing_aid::must(reader->for_events(1, venue.book().sequence(), [&](std::uint64_t, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, LiquidationStarted>) {
                EXPECT_EQ(fact.procedure, "collateral_auction");
                EXPECT_EQ(fact.preset, "vaults 1, auction 1");
                EXPECT_EQ(units(fact.mark), units_of("3.749999999999999999"));
                for (auto const& each : fact.figures) {
                    told.push_back(std::string(wire::EnumNameFigureKind(static_cast<wire::FigureKind>(each.kind()))) + " " + format_decimal(units(each.amount())));
                }
            }
        });
        return true;
    }));
    EXPECT_EQ(told, (std::vector<std::string>{"collateral 40", "lot 40", "debt 100", "tab 110", "start_price 4.687499999999999998",
                                              "reference_price 3.749999999999999999", "incentive 5.2", "penalty_share 0.1", "price_buffer 1.25",
                                              "step_factor 0.99", "step_seconds 90", "duration_seconds 0", "reset_after_seconds 8400", "reset_below_share 0.4",
                                              "least_left 22", "incentive_flat 3", "incentive_share 0.02", "system_limit 100000", "system_in_flight 0",
                                              "limit 100000", "in_flight 0"}));
}

/// 40 coins for 100 and a tenth, from 5 a coin.
struct OnSale : VaultLedger {
    TimeNs began = 0;
    explicit OnSale(VaultTerms const& terms = {"3"}) : VaultLedger(terms) {
        open_vault(alice, "40", "100");
        price("4");
        must_take(liquidate(alice));
        began = book().time();
    }
};

TEST(CollateralSale, PaysTheDebtThenThePenaltyAndReturnsTheRest) {
    OnSale venue;
    Int128 const fund = venue.cash(L::fund);
    auto const first = venue.ask(L::take(L::alice, L::carol, "18"));
    ASSERT_TRUE(first.accepted()) << first.refusal->message();
    EXPECT_EQ(L::said(first, "bought"), units_of("17.6")) << "18 would leave 20, below the least tab of 22";
    EXPECT_EQ(L::said(first, "pays"), units_of("88"));
    EXPECT_EQ(venue.cash(L::alice), units_of("-12"));
    EXPECT_EQ(venue.cash(L::fund), fund) << "the penalty comes after the debt";
    EXPECT_TRUE(venue.ask(L::take(L::alice, L::carol, "4.399999999999999999")).refusal->is(Errc::partial_take_leaves_dust));
    testing_aid::must(venue.house().close());
    venue.reopen(); // what is left is recalled from the events
    auto const second = venue.ask(L::take(L::alice, L::carol, "10"));
    ASSERT_TRUE(second.accepted()) << second.refusal->message();
    EXPECT_EQ(L::said(second, "bought"), units_of("4.4")) << "no more than meets the tab";
    EXPECT_EQ(venue.cash(L::alice), 0);
    EXPECT_EQ(venue.cash(L::alice, L::btc), units_of("18")) << "the rest is hers again";
    EXPECT_EQ(venue.cash(L::fund), fund + units_of("10"));
    EXPECT_EQ(venue.cash(L::carol, L::btc), units_of("22"));
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::closed);
    EXPECT_EQ(venue.last().penalty.units(), units_of("10"));
    EXPECT_EQ(venue.last().bids, 2U);
    EXPECT_FALSE(venue.is_open(L::alice));
    EXPECT_EQ(venue.rule(L::take(L::alice, L::carol, "1")), "auction_not_ongoing");
}

/// What a bid is refused for, and where it is not.
struct BidCase {
    std::string name;
    Command command;
    std::string want;
};
[[nodiscard]] Command bid_of(std::string const& share, std::string const& size, std::string const& price, std::string const& limit, AccountId bidder = L::carol,
                             AccountId account = L::alice) {
    Bid bid;
    bid.account = account;
    bid.bidder = bidder;
    bid.share = Ratio{units_of(share)};
    bid.size = Quantity{units_of(size)};
    bid.price = Price{units_of(price)};
    bid.limit = testing_aid::amount(limit);
    return bid;
}

class CollateralBid : public testing::TestWithParam<BidCase> {};
TEST_P(CollateralBid, IsHeldAgainstEachRule) {
    OnSale venue;
    EXPECT_EQ(venue.rule(GetParam().command), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    EveryReason, CollateralBid,
    testing::Values(BidCase{"OfTheAccountItself", bid_of("0", "1", "0", "0", L::alice), "accounts_must_differ"},
                    BidCase{"OfNobody", bid_of("0", "1", "0", "0", AccountId{99}), "unknown_account"},
                    BidCase{"ForAnAccountThatIsNotSold", bid_of("0", "1", "0", "0", L::carol, L::bob), "auction_not_ongoing"},
                    BidCase{"NeitherShareNorSize", bid_of("0", "0", "0", "0"), "share_out_of_bounds"},
                    BidCase{"ShareAndSize", bid_of("0.5", "1", "0", "0"), "share_out_of_bounds"},
                    BidCase{"SizeBelowNothing", bid_of("0", "-1", "0", "0"), "share_out_of_bounds"},
                    BidCase{"ShareAboveAll", bid_of("1.000000000000000001", "0", "0", "0"), "share_out_of_bounds"},
                    BidCase{"ShareOfAll", bid_of("1", "0", "0", "0"), ""},
                    BidCase{"LessThanAUnit", bid_of("0.000000000000000001", "0", "0", "0"), ""},
                    BidCase{"PriceAtItsLimit", bid_of("0", "1", "5", "0"), ""},
                    BidCase{"PriceAboveItsLimit", bid_of("0", "1", "4.999999999999999999", "0"), "price_limit_exceeded"},
                    BidCase{"PaymentAtItsLimit", bid_of("0", "1", "0", "5"), ""},
                    BidCase{"PaymentAboveItsLimit", bid_of("0", "1", "0", "4.999999999999999999"), "price_limit_exceeded"},
                    BidCase{"WithoutCash", bid_of("0", "1", "0", "0", L::bob), "bidder_cash_insufficient"}),
    [](auto const& row) { return row.param.name; });

/// The price moves with whole steps of time, and the auction stops selling after its time, or too far down.
struct Clock {
    std::string name;
    std::int64_t seconds;
    std::string price; ///< "": it must be started again
};
class CollateralClock : public testing::TestWithParam<Clock> {};
TEST_P(CollateralClock, SetsThePrice) {
    OnSale venue;
    auto const answer = venue.ask(L::take(L::alice, L::carol, "1"), venue.began + GetParam().seconds * L::second);
    EXPECT_EQ(L::rule_of(answer), GetParam().price.empty() ? "auction_needs_restart" : "");
    if (!GetParam().price.empty()) {
        EXPECT_EQ(L::said(answer, "price"), units_of(GetParam().price));
    }
}
INSTANTIATE_TEST_SUITE_P(Moments, CollateralClock,
                         testing::Values(Clock{"AtTheStart", 0, "5"}, Clock{"JustBeforeAStep", 89, "5"}, Clock{"AtAStep", 90, "4.95"},
                                         Clock{"AfterTwoSteps", 180, "4.9005"},
                                         // 0.99^91 = 0.4006..., 0.99^92 = 0.3966...: the share of the start is 0.4
                                         Clock{"AtTheLastStepAboveItsShare", 91 * 90, "2.003423264757704236"}, Clock{"BelowItsShare", 92 * 90, ""}),
                         [](auto const& row) { return row.param.name; });

TEST(CollateralSale, IsStartedAgainOnceItIsTooOldAndNotBefore) {
    VaultTerms terms{"3"};
    terms.curve = "duration_seconds = \"36000\"";
    OnSale venue(terms);
    TimeNs const last = venue.began + 8'400 * L::second;
    EXPECT_EQ(venue.rule(L::liquidate(L::alice), last), "auction_already_ongoing");
    EXPECT_EQ(venue.rule(L::take(L::alice, L::carol, "1"), last), "") << "a straight line: 5 * (1 - 8400 / 36000)";
    EXPECT_EQ(venue.cash(L::alice), units_of("-96.166666666666666667"));
    EXPECT_TRUE(venue.ask(L::take(L::alice, L::carol, "1"), last + L::second).refusal->is(Errc::auction_needs_restart));
    venue.price("4.4");
    Int128 const fund = venue.cash(L::fund);
    auto const again = venue.ask(L::liquidate(L::alice), last + L::second);
    ASSERT_TRUE(again.accepted()) << again.refusal->message();
    EXPECT_EQ(venue.book().liquidations.size(), 2U) << "one ended, another began for what is left";
    EXPECT_EQ(static_cast<LiquidationOutcome>(venue.book().liquidations[1].outcome), LiquidationOutcome::terminated);
    EXPECT_EQ(L::said(again, "start_price"), units_of("5.5"));
    EXPECT_EQ(L::said(again, "lot"), units_of("39"));
    EXPECT_EQ(L::said(again, "tab"), units_of("106.166666666666666667"));
    EXPECT_EQ(fund - venue.cash(L::fund), units_of("5.123333333333333333")) << "3 and 2 % of what is left, rounded down";
    EXPECT_EQ(venue.rule(L::take(L::alice, L::carol, "39")), "");
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::closed);
    EXPECT_EQ(venue.last().penalty.units(), units_of("10"));
}

TEST(CollateralSale, PaysNobodyForStartingDustAgain) {
    VaultTerms terms{"3"};
    terms.curve = "duration_seconds = \"36000\"";
    OnSale venue(terms);
    venue.must_take(L::take(L::alice, L::carol, "17.6")); // 22 are left to raise, the least there may be
    TimeNs const over = venue.began + 8'401 * L::second;
    venue.price("0.9"); // 22.4 coins are worth 20.16
    auto const again = venue.ask(L::liquidate(L::alice), over);
    ASSERT_TRUE(again.accepted());
    EXPECT_EQ(L::said(again, "incentive"), 0);
}

TEST(CollateralSale, PaysAnIncentiveAsFarAsTheFundHasIt) {
    VaultLedger venue(VaultTerms{"3"});
    venue.must_take(L::withdraw(L::fund, "998"));
    venue.open_vault(L::alice, "40", "100");
    venue.price("4");
    auto const answer = venue.ask(L::liquidate(L::alice));
    EXPECT_EQ(L::said(answer, "incentive"), units_of("2"));
    EXPECT_EQ(L::said(answer, "incentive_unpaid"), units_of("3.2"));
    EXPECT_EQ(venue.cash(L::fund), 0);
}

TEST(CollateralSale, LeavesTheLossToTheLayersAndTheRestOpen) {
    VaultLedger venue(VaultTerms{"3"});
    venue.must_take(L::withdraw(L::fund, "980"));
    venue.open_vault(L::alice, "40", "100");
    venue.price("1"); // 40 coins from 1.25 bring 50
    venue.must_take(L::liquidate(L::alice));
    Int128 const fund = venue.cash(L::fund);
    ASSERT_EQ(fund, units_of("14.8")) << "20 less the incentive";
    auto const answer = venue.ask(L::take(L::alice, L::carol, "40"));
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_EQ(venue.outcome(), LiquidationOutcome::insolvent);
    ASSERT_EQ(venue.book().losses.size(), 1U);
    EXPECT_EQ(venue.book().losses[1].recognised.units(), units_of("50"));
    EXPECT_EQ(venue.book().losses[1].open().units(), units_of("35.2"));
    EXPECT_EQ(venue.book().asset(L::usd).bad_debt.units(), units_of("35.2"));
    EXPECT_EQ(venue.cash(L::fund), 0);
    EXPECT_EQ(venue.cash(L::alice), units_of("-35.2"));
    EXPECT_EQ(venue.rule(L::liquidate(L::alice)), "debt_without_collateral") << "it is not lost twice";
}

TEST(CollateralSale, TakesWhatThereIsRoomForAndLeavesTheOthersWaiting) {
    VaultTerms terms{"3"};
    terms.all_limit = "150";
    VaultLedger venue(terms);
    venue.open_vault(L::alice, "40", "100");
    venue.open_vault(L::bob, "40", "100");
    venue.price("4");
    auto const answer = venue.ask(LiquidateAll{});
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_TRUE(venue.is_open(L::alice));
    EXPECT_TRUE(venue.is_open(L::bob)) << "for the 40 that there is room for";
    EXPECT_EQ(L::said(venue.ask(L::take(L::bob, L::carol, "40")), "pays"), units_of("39.999999999999999999")) << "the tab of what there was room for, rounded down";
    EXPECT_FALSE(venue.is_open(L::bob));
    EXPECT_EQ(venue.cash(L::bob), units_of("-63.636363636363636364"));
    EXPECT_EQ(venue.rule(L::liquidate(L::bob)), "") << "its room is free again";
}

TEST(CollateralSale, WaitsForRoomOneAccountAlone) {
    VaultTerms terms{"3"};
    terms.limit = "110";
    VaultLedger venue(terms);
    venue.open_vault(L::alice, "40", "100");
    venue.open_vault(L::bob, "40", "100");
    venue.price("4");
    venue.must_take(L::liquidate(L::alice));
    EXPECT_TRUE(venue.ask(L::liquidate(L::bob)).refusal->is(Errc::liquidation_limit_hit));
    auto const all = venue.ask(LiquidateAll{});
    EXPECT_TRUE(all.accepted());
    EXPECT_EQ(L::said(all, "waits_for_room"), units_of("1"));
    venue.must_take(L::take(L::alice, L::carol, "1"));
    EXPECT_TRUE(venue.ask(L::liquidate(L::bob)).refusal->is(Errc::auction_would_be_dust)) << "there is room for 5, and 20 is the least debt";
    venue.must_take(L::take(L::alice, L::carol, "3.4"));
    EXPECT_EQ(venue.rule(L::liquidate(L::bob)), "") << "22 with the penalty";
}

TEST(CollateralSale, NeedsTermsForTheCoinAndARatioRule) {
    {
        VaultLedger venue(VaultTerms{"3"});
        auto preset = VaultTerms{}.clearing();
        venue.adopt_clearing(testing_aid::must(ClearingPreset::parse(testing_aid::replaced(preset.body, {{"asset = \"BTC\"", "asset = \"ETH\""}}), "x.toml")));
        venue.again();
        venue.open_vault(L::alice, "40", "100");
        venue.price("4");
        EXPECT_TRUE(venue.ask(L::liquidate(L::alice)).refusal->is(Errc::collateral_not_auctioned));
    }
    testing_aid::ClearingLedger venue("dydx-v4-perp");
    venue.adopt_clearing(*shipped_clearing_preset("maker"));
    venue.again();
    for (AccountId const account : {L::alice, L::bob}) venue.must_take(L::deposit(account, "1000"));
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "50000"));
    venue.must_take(L::mark("50000"));
    venue.must_take(L::trade(L::alice, L::bob, "0.4", "50000"));
    venue.must_take(L::mark("48000"));
    EXPECT_TRUE(venue.ask(Liquidate{L::alice, {}}).refusal->is(Errc::procedure_does_not_fit));
}

TEST(CollateralSale, GoesOnAsItBeganUnderAnotherPreset) {
    OnSale venue;
    venue.adopt_clearing(*shipped_clearing_preset("dydx-v4"));
    venue.again();
    EXPECT_EQ(L::said(venue.ask(L::take(L::alice, L::carol, "1"), venue.began + 90 * L::second), "price"), units_of("4.95"));
}

} // namespace
} // namespace plimsoll::risk
