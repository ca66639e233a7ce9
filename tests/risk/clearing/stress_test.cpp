#include "risk/clearing/stress.hpp"

#include "ledger/book/root.hpp"
#include "risk/clearing/unwinding.hpp"
#include "risk/clearing/winners.hpp"
#include "tests/risk/margin_book.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] std::vector<SweepRow> sweep_all(MarginModel const& model, PortfolioView const& view, std::span<AccountId const> accounts) {
    return sweep(model, view, accounts, SweepMode::screened);
}

/// ETH stands at 1,000 and dave is short 30 against three longs of 10, who paid in 2,000, 1,000 and 1,600, as he
/// did 1,000. The fund has 300. Under dydx-v4-perp ETH's maintenance is 1.2 % of the notional.
struct Story {
    MarginBook margin;
    AssetId eth = margin.coin("ETH", "1000");
    InstrumentId perp = margin.perpetual(eth, "1000");
    AccountId fund = margin.maker.account("fund", wire::AccountKind::insurance);
    AccountId alice = margin.account("alice");
    AccountId bob = margin.account("bob");
    AccountId carol = margin.account("carol");
    AccountId dave = margin.account("dave");
    Preset preset = *shipped_preset("dydx-v4-perp");

    Story() {
        margin.cash(fund, "300");
        for (auto const& [account, cash] : {std::pair{alice, "2000"}, std::pair{bob, "1000"}, std::pair{carol, "1600"}}) {
            margin.cash(account, cash);
            margin.hold(account, perp, "10", "-10000");
        }
        margin.cash(dave, "1000");
        margin.hold(dave, perp, "-30", "30000");
    }

    [[nodiscard]] result<StressOutcome> run(char const* clearing, std::string const& factor, std::string const& impact = "0",
                                            bool breakers = false, std::uint32_t rounds = 20) {
        StressAsk const ask{{{eth, number(factor)}}, margin.usd, number(impact), rounds, breakers};
        return stress(margin.maker.book, preset, *shipped_clearing_preset(clearing), ask, sweep_all);
    }
};

[[nodiscard]] std::string text(Int128 units) { return format_decimal(units); }

TEST(Stress, ClosesWhoFallsBelowAndSendsTheLossDownTheLayers) {
    Story story;
    Hash const before = book::state_root(story.margin.book());
    StressOutcome const out = story.run("dydx-v4", "0.85").value();
    // at 850 bob is at 1000 - 1500 = -500 and carol at 100, where 102 is asked; alice has 500
    ASSERT_EQ(out.closed.size(), 2u);
    EXPECT_EQ(out.closed[0].account, story.bob);
    EXPECT_EQ(text(out.closed[0].shortfall), "500");
    EXPECT_EQ(text(out.closed[0].fee), "0") << "he has nothing to pay it from";
    EXPECT_EQ(out.closed[1].account, story.carol);
    EXPECT_EQ(text(out.closed[1].notional), "8500");
    EXPECT_EQ(text(out.closed[1].fee), "100") << "1.5 % are 127.5, and she has 100";
    // account, market fund, shared fund with 300 and the fee, winners
    EXPECT_EQ(text(out.layer_paid[2]), "400");
    EXPECT_EQ(text(out.layer_paid[3]), "100");
    EXPECT_EQ(text(out.residual), "0");
    ASSERT_EQ(out.rounds.size(), 2u);
    EXPECT_EQ(out.rounds[0].insolvent, 1u);
    EXPECT_EQ(out.rounds[1].below, 0u);
    EXPECT_TRUE(out.is_quiet);
    EXPECT_EQ(out.cover.largest.size(), 1u);
    EXPECT_FALSE(out.cover.is_covered()) << "500 against a fund of 300";
    EXPECT_EQ(book::state_root(story.margin.book()), before) << "the book is as it was";
}

TEST(Stress, TheThresholdHasTwoSides) {
    Story story;
    // carol: 1600 - 10 (1000 - m) = 0.12 m, at m = 8400 / 9.88 = 850.2024...
    EXPECT_EQ(story.run("dydx-v4", "0.8503").value().closed.size(), 1u);
    EXPECT_EQ(story.run("dydx-v4", "0.8502").value().closed.size(), 2u);
    EXPECT_EQ(story.run("dydx-v4", "1").value().closed.size(), 0u);
}

TEST(Stress, ImpactMovesThePriceForTheNextRound) {
    Story story;
    StressOutcome const out = story.run("dydx-v4", "0.85", "3").value();
    // 17,000 sold move the price by 5.1 % to 806.65, where alice has 66.5 of the 96.798 that are asked
    ASSERT_EQ(out.rounds.size(), 3u);
    ASSERT_EQ(out.rounds[0].moves.size(), 1u);
    EXPECT_EQ(text(out.rounds[0].moves[0].factor), "0.949");
    EXPECT_EQ(out.rounds[1].closed, 1u);
    EXPECT_EQ(out.closed.back().account, story.alice);
    EXPECT_EQ(text(out.closed.back().equity), "66.5");
    EXPECT_EQ(out.closed.back().round, 2u);
    StressOutcome const one = story.run("dydx-v4", "0.85", "3", false, 1).value();
    EXPECT_FALSE(one.is_quiet);
    EXPECT_EQ(one.closed.size(), 2u);
    EXPECT_EQ(text(story.run("dydx-v4", "0.85", "1000").value().rounds[0].moves[0].factor), "0.5") << "at most half";
}

TEST(Stress, ABreakerLeavesThemWaiting) {
    Story story;
    // ccp-like halts strictly beyond a quarter
    EXPECT_EQ(story.run("ccp-like", "0.75", "0", true).value().closed.size(), 3u);
    StressOutcome const out = story.run("ccp-like", "0.749999999999999999", "0", true).value();
    EXPECT_EQ(out.closed.size(), 0u);
    EXPECT_EQ(out.waiting, 3u);
    EXPECT_EQ(text(out.waiting_shortfall), "2900.00000000000003") << "500, 1500 and 900 below zero";
    EXPECT_FALSE(out.is_quiet);
    EXPECT_EQ(out.tripped.size(), 2u);
    EXPECT_EQ(text(out.cover.sum), "2400.00000000000002") << "the two largest, closed or not";
    EXPECT_EQ(story.run("ccp-like", "0.749999999999999999").value().closed.size(), 3u) << "without breakers they are closed";
}

TEST(Stress, AccountsOfOneOwnerCountTogether) {
    Story story;
    story.margin.maker.book.accounts.write(story.carol.number()).parent = story.bob;
    StressOutcome const out = story.run("dydx-v4", "0.7").value();
    ASSERT_EQ(out.cover.largest.size(), 2u);
    EXPECT_EQ(out.cover.largest[0].first, story.bob);
    EXPECT_EQ(text(out.cover.largest[0].second), "3400") << "2000 and 1400";
    EXPECT_EQ(text(out.cover.largest[1].second), "1000") << "alice";
    EXPECT_EQ(text(out.cover.sum), "4400");
}

TEST(PriceShock, MovesEverythingBasedOnTheAsset) {
    MarginBook book;
    AssetId const eth = book.coin("ETH", "3000");
    AssetId const sol = book.coin("SOL", "100");
    InstrumentId const perp = book.perpetual(eth, "3010");
    InstrumentId const other = book.perpetual(sol, "101");
    InstrumentId const call = book.call(eth, 30 * MarginBook::day, "3000", "3030", "0.6");
    InstrumentId const blind = book.put(eth, 60 * MarginBook::day, "3000", "", "0.6");
    book.row(call).mark = book.reading("220");
    book.row(blind).mark = book.reading("190");
    auto const kept = apply_shock(book.maker.book, {eth, number("0.7")}, book.usd);
    EXPECT_EQ(kept.value(), 1u) << "no forward of its expiry";
    EXPECT_EQ(text(book.book().asset(eth).price.value.units()), "2100");
    EXPECT_EQ(text(book.row(perp).mark.value.units()), "2107");
    EXPECT_EQ(text(book.row(call).forward.value.units()), "2121");
    EXPECT_EQ(text(book.row(other).mark.value.units()), "101");
    EXPECT_EQ(text(book.row(blind).mark.value.units()), "190");
    Int128 const mark = book.row(call).mark.value.units();
    EXPECT_TRUE(mark > number("3.5") && mark < number("3.6")) << "Black-76 at 2121, a strike of 3000, 60 % and 30 days: " << text(mark);
    ASSERT_TRUE(apply_shock(book.maker.book, {{}, number("2")}, book.usd));
    EXPECT_EQ(text(book.row(other).mark.value.units()), "202") << "every asset";
    EXPECT_TRUE(apply_shock(book.maker.book, {eth, row_limit_units}, book.usd).error().is(Errc::arithmetic_overflow));
}

TEST(Winners, StandOnTheirSideWithProfitAndEquity) {
    Story story;
    story.margin.row(story.perp).mark = story.margin.reading("850");
    Valuation const valuation = Valuation::of(story.margin.book(), story.margin.usd).value();
    Holders const holders = holders_of(valuation, story.perp).value();
    EXPECT_TRUE(holders.long_winners.empty());
    ASSERT_EQ(holders.short_winners.size(), 1u);
    EXPECT_EQ(holders.short_winners[0].account, story.dave);
    EXPECT_EQ(text(holders.short_winners[0].profit), "4500");
    EXPECT_EQ(text(holders.short_winners[0].notional), "25500");
    EXPECT_EQ(text(holders.long_insolvent), "10") << "bob's";
    story.margin.row(story.perp).mark = {};
    Valuation const blind = Valuation::of(story.margin.book(), story.margin.usd).value();
    EXPECT_TRUE(holders_of(blind, story.perp).error().is(Errc::mark_missing));
}

/// Source: risk-models 2.2, Vega: half of what is left each step, at most 1 % of the book (here of 10,000), all of
/// it below 50: 280 goes as 100, 90, 45, 45.
TEST(Unwinding, IsVegasExample) {
    UnwindRule const rule{one_units / 2, number("50"), one_units / 100};
    Int128 left = number("280");
    std::vector<std::string> steps;
    while (left > 0) {
        Int128 const step = unwind_step(rule, left, number("10000"), one_units).value();
        steps.push_back(text(step));
        left -= step;
    }
    EXPECT_EQ(steps, (std::vector<std::string>{"100", "90", "45", "45"}));
    EXPECT_TRUE(unwind_step(rule, number("50"), number("10000"), one_units).value() == number("25")) << "50 is not below 50";
    EXPECT_TRUE(unwind_step(rule, number("49"), number("10000"), one_units).value() == number("49"));
    EXPECT_TRUE(unwind_step({one_units / 10, 0, one_units}, number("5"), number("10000"), one_units).value() == one_units) << "at least a lot";
    EXPECT_TRUE(unwind_step(rule, number("280"), 0, one_units).value() == 0) << "nobody is there";
}

} // namespace
} // namespace plimsoll::risk
