#include "risk/clearing/close_pace.hpp"

#include "tests/replay/clearing/clearing_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;

struct Pace {
    char const* name;
    char const* left;      ///< of 1,000 at the start
    char const* shortage;
    std::int64_t milliseconds;
    char const* want;
};
class CloseByPace : public testing::TestWithParam<Pace> {};

/// A tenth at once and the rest within 60 s; all at once for a shortage of 50 (Drift: below 50, risk-models F51).
TEST_P(CloseByPace, LetsGo) {
    CloseTerms terms;
    terms.pace_seconds = units_of("60");
    terms.pace_start = units_of("0.1");
    terms.pace_free = units_of("50");
    PacedClose const paced{units_of("1000"), units_of(GetParam().left), L::start};
    auto const allowed = closable_by_pace(terms, paced, units_of(GetParam().shortage), L::start + GetParam().milliseconds * 1'000'000);
    EXPECT_EQ(format_decimal(allowed.value()), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(BothSides, CloseByPace,
                         testing::Values(Pace{"ATenthAtOnce", "1000", "51", 0, "100"}, Pace{"NothingOnceItIsClosed", "900", "51", 0, "0"},
                                         Pace{"MoreAfterASecond", "900", "51", 1'000, "16.666666666666666"}, Pace{"HalfAndATenthAfterHalf", "1000", "51", 30'000, "600"},
                                         Pace{"AllOnceAllHasGrown", "1000", "51", 54'000, "1000"}, Pace{"AMillisecondBefore", "1000", "51", 53'999, "999.983333333333333"},
                                         Pace{"AllAtTheEnd", "700", "51", 60'000, "700"}, Pace{"AllOfASmallShortage", "1000", "50", 0, "1000"},
                                         Pace{"NotOfOneAUnitLarger", "1000", "50.000000000000000001", 0, "100"}, Pace{"BeforeItsStart", "1000", "51", -5'000, "100"}),
                         [](auto const& row) { return std::string(row.param.name); });

/// Alice is long 0.4 at 50,000 with 1,000; at 48,000 she has 200, and 230.4 is maintenance.
struct Paced : ClearingLedger {
    explicit Paced(char const* free) : ClearingLedger("dydx-v4-perp") {
        set("close_pace_seconds", "60");
        set("close_pace_start", "0.1");
        set("close_pace_free", free);
        for (AccountId const account : {alice, bob}) must_take(deposit(account, "1000"));
        must_take(deposit(bob, "100000"));
        must_take(deposit(keeper, "100000"));
        must_take(observe(Observation::asset_price, btc.number(), "50000"));
        must_take(mark("50000"));
        must_take(trade(alice, bob, "0.4", "50000"));
        must_take(mark("48000"));
    }
};

TEST(PacedClose, ClosesATenthAtOnceAndMoreAsTimeGoesBy) {
    Paced venue("0");
    auto const first = venue.ask(Liquidate{L::alice, {}});
    EXPECT_TRUE(first.refusal->is(Errc::liquidation_paced));
    EXPECT_NE(first.first_sequence, 0U) << "what it closed before stays";
    EXPECT_EQ(venue.size(L::alice), units_of("0.36"));
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "liquidation_paced");
    testing_aid::must(venue.house().close());
    venue.reopen(); // what is left of the pace is recalled from the bids
    TimeNs const begun = venue.book().time();
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, begun), "liquidation_paced");
    EXPECT_EQ(venue.size(L::alice), units_of("0.36"));
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}, begun + 6 * L::second), "liquidation_paced");
    EXPECT_EQ(venue.size(L::alice), units_of("0.32004")) << "a tenth more, in thousandths of what is left";
    EXPECT_EQ(venue.rule(LiquidateAll{}, begun + 60 * L::second), "");
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 0);
    EXPECT_GT(venue.size(L::alice), 0) << "closed to its buffer, not whole";
}

TEST(PacedClose, IsNotHeldUpForASmallShortage) {
    Paced venue("50");
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 0);
}

TEST(PacedClose, OfAnInsolventAccountIsWhole) {
    Paced venue("0");
    venue.must_take(L::mark("47000"));
    EXPECT_EQ(venue.rule(Liquidate{L::alice, {}}), "");
    EXPECT_EQ(venue.size(L::alice), 0);
}

TEST(PacedClose, LeavesOthersTheirTurnInASweep) {
    Paced venue("0");
    auto const answer = venue.ask(LiquidateAll{});
    EXPECT_TRUE(answer.accepted());
    EXPECT_EQ(venue.book().account(L::alice).in_liquidation, 1);
}

} // namespace
} // namespace plimsoll::risk
