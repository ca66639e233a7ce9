#include "risk/clearing/dutch_auction.hpp"
#include "tests/risk/derive_sample.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk::derive {
namespace {

/// The protocol's deployment: 0.95 down to 0.7 in 15 minutes, then to 0 in 12 hours; an hour insolvent.
[[nodiscard]] AuctionParameters deployment() {
    return {wei("0.95"), wei("0.7"), 900, 43'200, 3'600, wei("0.1"), wei("0.15"), wei("0")};
}
[[nodiscard]] DutchAuction at(std::int64_t seconds, std::string const& margin,
                              std::string const& mark) {
    return {deployment(), {wei(margin), wei(mark)}, seconds};
}
[[nodiscard]] Auction solvent() { return {true, false, 0, {}, {}}; }
[[nodiscard]] Auction insolvent() { return {true, true, 0, {}, wei("50")}; }

template <class Result> void expect_refusal(Result const& got, Errc want) {
    ASSERT_FALSE(got);
    EXPECT_TRUE(got.error().is(want)) << got.error().message();
}

TEST(AuctionParameters, StayWithinTheirBounds) {
    EXPECT_TRUE(check(deployment()));
    auto const refused = [](auto change) {
        AuctionParameters set = deployment();
        change(set);
        expect_refusal(check(set), Errc::parameter_out_of_bounds);
    };
    refused([](auto& set) { set.start_fraction = Int256{one_units + 1}; });
    refused([](auto& set) { set.fast_cutoff_fraction = wei("0.96"); });
    refused([](auto& set) { set.liquidator_fee_rate = Int256{one_units / 10 + 1}; });
    refused([](auto& set) { set.buffer_margin_fraction = Int256{4 * one_units + 1}; });
    refused([](auto& set) { set.mtm_cutoff = Int256{1000 * one_units + 1}; });
    refused([](auto& set) { set.slow_length_seconds = -1; });
}

TEST(DutchAuction, AsksLessAsTimeGoesBy) {
    for (auto const& [seconds, want] :
         {std::pair(0, "0.95"), std::pair(450, "0.825"), std::pair(900, "0.7"),
          std::pair(900 + 21'600, "0.35"), std::pair(44'100, "0"), std::pair(99'999, "0")}) {
        EXPECT_EQ(at(seconds, "-1", "1").discount_fraction(solvent()).value(), wei(want))
            << seconds;
    }
    EXPECT_EQ(at(450, "-100", "200").price(solvent()).value(), wei("165"));
}

TEST(DutchAuction, StartsSolventOrInsolventByTheSignOfTheValue) {
    expect_refusal(at(7, "0", "10").start({}), Errc::account_above_maintenance);
    expect_refusal(at(7, "-1", "10").start(solvent()), Errc::auction_already_ongoing);
    auto const worthless = at(7, "-50", "0").start({}).value();
    EXPECT_TRUE(worthless.auction.insolvent);
    EXPECT_EQ(worthless.auction.cached_mm, wei("50"));
    EXPECT_EQ(DutchAuction::shortfall(worthless.auction), wei("50"));
    EXPECT_EQ(worthless.fee, wei("0"));
    // buffer margin -30 - 0.15 * 80 = -42; share 42 / 92; a tenth of that share of 50
    auto const worth = at(7, "-30", "50").start({}).value();
    EXPECT_FALSE(worth.auction.insolvent);
    EXPECT_EQ(worth.auction.start_seconds, 7);
    EXPECT_EQ(format_int256(worth.fee), "2282608695652173910"); // 0.456521739130434782 * 50 * 0.1
}

TEST(DutchAuction, ABidTakesAtMostWhatHealsTheAccount) {
    DutchAuction const now = at(0, "-30", "50");
    Int256 const most = now.max_share(solvent()).value(); // 42 / (42 + 47.5)
    EXPECT_EQ(format_int256(most), "469273743016759776");
    auto const below = now.bid(solvent(), Int256{most.to_128() - 1}, {}).value();
    EXPECT_TRUE(below.auction.ongoing);
    auto const whole = now.bid(solvent(), one_wei, {}).value();
    EXPECT_FALSE(whole.auction.ongoing);
    EXPECT_EQ(whole.share, most);
    EXPECT_EQ(whole.auction.reserved_cash, whole.cash_from_bidder);
}

TEST(DutchAuction, RefusesABidForItsReason) {
    DutchAuction const now = at(0, "-30", "50");
    expect_refusal(now.bid(solvent(), wei("0"), {}), Errc::share_out_of_bounds);
    expect_refusal(now.bid(solvent(), Int256{one_units + 1}, {}), Errc::share_out_of_bounds);
    expect_refusal(now.bid({}, one_wei, {}), Errc::auction_not_ongoing);
    expect_refusal(at(0, "-30", "-1").bid(solvent(), one_wei, {}),
                   Errc::auction_must_be_terminated);
    expect_refusal(at(44'100, "-30", "50").bid(solvent(), one_wei, {}),
                   Errc::solvent_auction_ended);
    Int256 const payment = now.bid(solvent(), one_wei, {}).value().cash_from_bidder;
    EXPECT_TRUE(now.bid(solvent(), one_wei, payment));
    expect_refusal(now.bid(solvent(), one_wei, Int256{payment.to_128() - 1}),
                   Errc::price_limit_exceeded);
    // 22.29 to pay, and 42 of buffer margin times the share to stand for
    EXPECT_TRUE(now.bid(solvent(), one_wei, {}, wei("42.01")));
    expect_refusal(now.bid(solvent(), one_wei, {}, wei("41.99")), Errc::bidder_cash_insufficient);
    // who takes over -10 of margin cannot be paid 20
    expect_refusal(at(0, "-10", "-20").bid(insolvent(), one_wei, {}), Errc::arithmetic_overflow);
}

TEST(DutchAuction, InsolventPaysMoreAsTimeGoesBy) {
    for (auto const& [seconds, want] : {std::pair(0, "-10"), std::pair(1'800, "-30"),
                                        std::pair(3'600, "-50"), std::pair(9'999, "-50")}) {
        EXPECT_EQ(at(seconds, "-50", "-10").price(insolvent()).value(), wei(want)) << seconds;
    }
    EXPECT_EQ(at(1'800, "0", "-10").price(insolvent()).value(), wei("0"));
    auto const bid = at(1'800, "-50", "-10").bid(insolvent(), wei("0.5"), {}).value();
    EXPECT_EQ(bid.cash_to_bidder, wei("15"));
    EXPECT_TRUE(bid.auction.ongoing);
    EXPECT_FALSE(at(1'800, "-50", "-10").bid(insolvent(), one_wei, {}).value().auction.ongoing);
}

TEST(DutchAuction, ConvertsWhenNoPriceIsAskedAnyMore) {
    expect_refusal(at(0, "-1", "1").convert_to_insolvent({}), Errc::auction_not_ongoing);
    expect_refusal(at(0, "-1", "1").convert_to_insolvent(insolvent()),
                   Errc::auction_already_insolvent);
    expect_refusal(at(44'099, "-1", "1").convert_to_insolvent(solvent()),
                   Errc::solvent_auction_continues);
    expect_refusal(at(44'100, "0", "1").convert_to_insolvent(solvent()),
                   Errc::account_above_maintenance);
    Auction rich = solvent();
    rich.reserved_cash = wei("2");
    expect_refusal(at(0, "-1", "1").convert_to_insolvent(rich), Errc::reserved_cash_exceeds_value);
    auto const converted = at(44'100, "-1", "1").convert_to_insolvent(rich).value();
    EXPECT_EQ(converted.start_seconds, 44'100);
    EXPECT_EQ(converted.reserved_cash, wei("0"));
    EXPECT_EQ(converted.cached_mm, wei("1"));
}

TEST(DutchAuction, TerminatesWhenItsReasonIsGone) {
    expect_refusal(at(0, "1", "1").terminate({}), Errc::auction_not_ongoing);
    expect_refusal(at(0, "-1", "1").terminate(solvent()), Errc::auction_cannot_be_terminated);
    EXPECT_TRUE(at(0, "-1", "-1").terminate(solvent())) << "to be started again, as insolvent";
    expect_refusal(at(0, "1", "10").terminate(solvent()),
                   Errc::auction_cannot_be_terminated); // buffer -0.35
    EXPECT_TRUE(at(0, "1.5", "10").terminate(solvent()));
    EXPECT_TRUE(at(44'100, "0", "10").terminate(solvent()));
    expect_refusal(at(44'100, "-1", "-1").terminate(solvent()), Errc::auction_cannot_be_terminated);
    EXPECT_TRUE(at(0, "0", "-1").terminate(insolvent()));
    expect_refusal(at(0, "-1", "5").terminate(insolvent()), Errc::auction_cannot_be_terminated);
}

TEST(DutchAuction, HasNoShareOfAValueBelowZeroOrOfNothing) {
    expect_refusal(at(0, "-1", "-1").max_share(solvent()), Errc::solvent_auction_ended);
    expect_refusal(at(0, "0", "0").max_share(solvent()), Errc::division_by_zero);
}

/// Bids in pieces pay no more than the account is worth, and never take more than all of it.
RC_GTEST_PROP(DutchAuction, PiecesNeverPayMoreThanTheValue, ()) {
    auto const mark = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
    auto const margin = *rc::gen::inRange<std::int64_t>(-1'000'000, -1);
    auto const pieces =
        *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 1'000));
    Auction auction = solvent();
    std::int64_t seconds = 0;
    for (std::int64_t const piece : pieces) {
        DutchAuction const now(deployment(), {Int256{margin * one_units}, Int256{mark * one_units}},
                               seconds += 60);
        auto const bid = now.bid(auction, Int256{piece * (one_units / 1'000)}, {});
        if (!bid) break;
        RC_ASSERT(bid.value().share <= one_wei);
        auction = bid.value().auction;
        RC_ASSERT(auction.reserved_cash <= Int256{mark * one_units});
        if (!auction.ongoing) break;
    }
}

} // namespace
} // namespace plimsoll::risk::derive
