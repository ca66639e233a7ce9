#include "tests/risk/credit/credit_world.hpp"

#include <gmock/gmock.h>

namespace plimsoll::risk {
namespace {

using testing::ElementsAre;
using testing_aid::CreditWorld;
using testing_aid::usd_units;
using W = CreditWorld;
using wire::AccountKind;

[[nodiscard]] std::string part(CreditLine const& line, ScoreComponent component) {
    for (ScorePart const& each : line.score.parts) {
        if (each.component == component) return format_decimal(each.value);
    }
    return "none";
}

TEST(CreditOwners, AreNamedOrParents) {
    CreditWorld world;
    AccountId const a = world.open("a", AccountKind::customer, "ann");
    AccountId const b = world.open("b", AccountKind::customer);
    AccountId const a2 = world.open("a2", AccountKind::subaccount, "ann");
    AccountId const vault = world.open("vault", AccountKind::vault, "ann", a);
    AccountId const b2 = world.open("b2", AccountKind::subaccount, "", b);
    AccountId const b3 = world.open("b3", AccountKind::subaccount, "", b2);
    AccountId const fund = world.open("fund", AccountKind::insurance, "ann", a);
    Owners const& owners = world.history().owners();
    EXPECT_THAT(owners.accounts_of(a2), ElementsAre(a, a2));
    EXPECT_THAT(owners.accounts_of(b3), ElementsAre(b, b2, b3));
    EXPECT_FALSE(owners.holder(fund).is_some()) << "a fund has no credit, whoever it is for";
    EXPECT_FALSE(owners.holder(vault).is_some()) << "a vault stands for itself";
    EXPECT_FALSE(owners.holder(W::outside).is_some());
    EXPECT_TRUE(owners.are_one(b, b3));
    EXPECT_FALSE(owners.are_one(a, b));
    EXPECT_FALSE(owners.are_one(fund, fund));
}

/// A third account of ann's whose parent is b makes one owner of two; what both have done and owe adds up.
TEST(CreditOwners, AreJoinedByAThirdAccount) {
    CreditWorld world;
    AccountId const a = world.open("a", AccountKind::customer, "ann");
    world.deposit(a, usd_units("1"));
    world.pass(W::day);
    AccountId const b = world.open("b");
    world.deposit(b, usd_units("1"));
    world.trade(a, b, usd_units("1"), usd_units("100")); // two owners still: it counts for both
    world.liquidate(b);
    world.draw(b, usd_units("5"));
    world.pass(W::hour);
    world.draw(a, usd_units("7"));
    AccountId const c = world.open("c", AccountKind::subaccount, "ann", b);
    world.track(c);
    EXPECT_EQ(world.history().owners().holder(c), a);
    EXPECT_EQ(world.history().record(a).liquidations, 1U);
    EXPECT_EQ(format_decimal(world.history().record(a).volume), "200");
    EXPECT_EQ(world.history().record(a).opened, W::start);
    EXPECT_EQ(format_decimal(world.history().drawn(a)), "12");
    EXPECT_EQ(world.history().loans(a).front().account, b) << "the oldest first";
    EXPECT_EQ(format_decimal(world.history().drawn(b)), "0") << "which is no holder any more";
    world.trade(a, b, usd_units("1"), usd_units("100"));
    EXPECT_EQ(format_decimal(world.history().record(a).volume), "200") << "now it is one owner's";
}

TEST(CreditVolume, CountsTradesWithOthersOfTheirOwnWill) {
    CreditWorld world;
    AccountId const a = world.open("a", AccountKind::customer, "ann");
    AccountId const a2 = world.open("a2", AccountKind::customer, "ann");
    world.trade(a, W::dealer, usd_units("2"), usd_units("100"));
    world.trade(W::dealer, a2, usd_units("1"), usd_units("50"), W::spot);
    world.trade(a, a2, usd_units("1000"), usd_units("100")); // its own
    world.trade(a, world.open("vault", AccountKind::vault, "", a), usd_units("1000"), usd_units("100"));
    world.trade(W::dealer, a, usd_units("1"), usd_units("100"), W::perp, 0, TradeKind::liquidation);
    world.trade(W::dealer, a, usd_units("1"), usd_units("100"), W::perp, 0, TradeKind::auto_deleveraging);
    world.trade(W::dealer, a, usd_units("1"), usd_units("100"), W::perp, 0, TradeKind::settlement);
    EXPECT_EQ(format_decimal(world.history().record(a).volume), "250");
    EXPECT_EQ(format_decimal(world.history().record(W::dealer).volume), "250");
}

TEST(CreditAge, CountsFromTheFirstTimeThatTheLedgerHas) {
    CreditWorld world;
    world.at(W::start + 10 * W::day);
    AccountId const a = world.open("a");
    world.track(a);
    world.pass(36 * W::hour);
    world.deposit(a, usd_units("1"));
    EXPECT_EQ(part(world.line(a), ScoreComponent::age), "1.5");

    CreditHistory history; // definitions without a time
    book::Book book;
    AccountOpened fact;
    fact.name = "early";
    fact.kind = AccountKind::customer;
    AssetDefined asset;
    asset.name = "USD";
    for (Event const& event : {Event{{}, rare(asset)}, Event{{}, rare(fact)}}) {
        ASSERT_TRUE(book::apply(book, event));
        history.follow(event, book);
    }
    EXPECT_EQ(history.record(AccountId{1}).opened, 0);
    Observed seen;
    seen.subject = 1;
    seen.kind = Observation::asset_price;
    seen.value = Price::whole(1);
    Event dated{{}, seen};
    dated.origin.source_time = W::start;
    ASSERT_TRUE(book::apply(book, dated));
    history.follow(dated, book);
    EXPECT_EQ(history.record(AccountId{1}).opened, W::start);
}

/// 30 days of term: 1,000 held for 15 weigh 500, 1,000 for 30 all; a nanosecond later it is late.
TEST(CreditRepayments, WeighByTheShareOfTheirTerm) {
    CreditWorld world;
    AccountId const a = world.open("a");
    world.deposit(a, usd_units("5000"));
    world.draw(a, usd_units("1000"));
    world.repay(a, usd_units("100")); // at once
    world.pass(15 * W::day);
    world.draw(a, usd_units("600"));
    world.repay(a, usd_units("1000")); // 900 of the first, 100 of the second
    EXPECT_EQ(format_decimal(world.history().record(a).repaid), "450");
    EXPECT_EQ(format_decimal(world.history().drawn(a)), "500");
    world.pass(30 * W::day);
    world.repay(a, usd_units("200"));
    EXPECT_EQ(format_decimal(world.history().record(a).repaid), "650");
    EXPECT_EQ(format_decimal(world.history().overdue(a, world.now())), "0");
    EXPECT_EQ(format_decimal(world.history().overdue(a, world.now() + 1)), "300");
    world.pass(1);
    world.repay(a, usd_units("100"));
    EXPECT_EQ(format_decimal(world.history().record(a).late), "100");
    EXPECT_EQ(format_decimal(world.history().record(a).collected), "0");
    world.repay(a, usd_units("200"), Cause::liquidation);
    EXPECT_EQ(format_decimal(world.history().record(a).late), "300");
    EXPECT_EQ(format_decimal(world.history().record(a).collected), "200");
    EXPECT_FALSE(world.history().has_loans());
    EXPECT_EQ(format_decimal(world.history().lent(W::pool)), "0");
    EXPECT_EQ(format_decimal(world.history().record(a).repaid), "650");
}

/// A score asked for before anything is repaid counts what is overdue as late.
TEST(CreditRepayments, OverdueIsLateAlready) {
    CreditWorld world;
    AccountId const a = world.open("a");
    world.track(a);
    world.deposit(a, usd_units("5000"));
    world.draw(a, usd_units("1000"));
    world.pass(30 * W::day);
    EXPECT_EQ(part(world.line(a), ScoreComponent::late), "0");
    world.pass(1);
    EXPECT_EQ(part(world.line(a), ScoreComponent::late), "1000");
    EXPECT_TRUE(world.line(a).drawable() == 0);
}

/// Instruments that settle in coins outnumber those in USD; what is owed is owed in USD all the same.
TEST(CreditAsset, StaysWhatWasFirstLent) {
    for (bool const is_lent : {false, true}) {
        CreditWorld world;
        AccountId const a = world.open("a");
        world.track(a);
        if (is_lent) world.draw(a, usd_units("5"));
        for (auto const* name : {"C1", "C2", "C3"}) {
            InstrumentDefined fact;
            fact.name = name;
            fact.kind = wire::InstrumentKind::perpetual;
            fact.base = fact.quote = fact.settle = W::btc.number();
            fact.multiplier_numerator = fact.multiplier_denominator = to_wire(Int128{1});
            world.happen(rare(std::move(fact)));
        }
        EXPECT_EQ(world.line(a).asset, is_lent ? W::usd : W::btc);
        EXPECT_EQ(format_decimal(world.line(a).drawn), is_lent ? "5" : "0");
    }
}

/// Half the days had 100, the others more: of 90 the 45th counts.
TEST(CreditEquity, IsTheLowerMedianOfDaysEnds) {
    CreditWorld world;
    AccountId const a = world.open("a");
    world.track(a);
    world.pass(W::hour);
    world.deposit(a, usd_units("100"));
    auto median = [&] { return format_decimal(world.line(a).limit_values.median_equity); };
    EXPECT_EQ(median(), "0") << "no day has ended yet";
    world.at(W::start + 44 * W::day + 1);
    world.deposit(a, 1); // an hour or a second into a day: what the day ends with counts
    world.move(TransferType::withdrawal, a, W::outside, -1);
    EXPECT_EQ(median(), "0") << "44 of 90 days";
    world.at(W::start + 46 * W::day);
    EXPECT_EQ(median(), "100") << "46 of 90, of which the last one and a half had no event";
    world.deposit(a, usd_units("900"));
    EXPECT_EQ(median(), "100");
    world.at(W::start + 91 * W::day - 1);
    EXPECT_EQ(median(), "100") << "44 days with 1,000, 46 with 100";
    world.at(W::start + 91 * W::day);
    EXPECT_EQ(median(), "100") << "45 of 1,000: the lower one is the 45th";
    world.at(W::start + 92 * W::day);
    EXPECT_EQ(median(), "1000");
}

/// What is drawn is no equity, whatever became of it; neither is what is staked.
TEST(CreditEquity, IsLessWhatIsDrawn) {
    CreditWorld world;
    AccountId const a = world.open("a", AccountKind::customer, "ann");
    AccountId const a2 = world.open("a2", AccountKind::customer, "ann");
    world.track(a);
    world.deposit(a, usd_units("300"));
    world.draw(a2, usd_units("50"));
    world.stake(a, W::voucher, usd_units("10"));
    world.pass(100 * W::day);
    EXPECT_EQ(format_decimal(world.line(a).limit_values.median_equity), "290");
    EXPECT_EQ(format_decimal(world.line(a2).collateral), "340");
    world.move(TransferType::withdrawal, a2, W::outside, -usd_units("50"));
    world.pass(100 * W::day);
    EXPECT_EQ(format_decimal(world.line(a).limit_values.median_equity), "240");
}

TEST(CreditConcentration, NetsAnOwnersAccountsByInstrument) {
    CreditWorld world;
    AccountId const a = world.open("a", AccountKind::customer, "ann");
    AccountId const a2 = world.open("a2", AccountKind::customer, "ann");
    world.track(a);
    world.deposit(a, usd_units("1000"));
    EXPECT_EQ(part(world.line(a), ScoreComponent::concentration), "0") << "cash of the credit asset is none";
    world.observe(Observation::mark_price, W::perp.number(), usd_units("100"));
    world.trade(a, W::dealer, usd_units("3"), usd_units("100"));
    EXPECT_EQ(part(world.line(a), ScoreComponent::concentration), "1") << "one underlying is all of it";
    world.trade(a, a2, usd_units("3"), usd_units("100"));
    world.trade(a2, a, usd_units("50"), usd_units("1"));
    EXPECT_EQ(part(world.line(a), ScoreComponent::concentration), "1");
    world.trade(W::dealer, a2, usd_units("3"), usd_units("100"));
    EXPECT_EQ(part(world.line(a), ScoreComponent::concentration), "0") << "flat over both accounts, though not in each";
}

TEST(CreditStakes, CountFromOtherOwnersOnly) {
    CreditWorld world;
    AccountId const a = world.open("a", AccountKind::customer, "ann");
    AccountId const a2 = world.open("a2", AccountKind::customer, "ann");
    world.track(a);
    world.stake(W::voucher, a2, usd_units("100"));
    world.stake(a2, a, usd_units("1000"));
    EXPECT_EQ(format_decimal(world.line(a).limit_values.staked), "100");
    AccountId const module = world.history().module_of(a);
    world.move(TransferType::slash, W::voucher, module, usd_units("30"));
    world.move(TransferType::unstake, W::voucher, module, usd_units("20"));
    world.move(TransferType::deposit, module, W::outside, usd_units("5")); // a gift is no stake
    ASSERT_EQ(world.history().stakes(a).size(), 1U);
    EXPECT_EQ(format_decimal(world.history().stakes(a).front().amount), "50");
    world.move(TransferType::unstake, W::voucher, module, usd_units("50"));
    EXPECT_TRUE(world.history().stakes(a).empty());
}

/// 0.5 * 1,000 of equity; the collateral ratio and the pool's cash bind on what may be drawn now.
TEST(CreditLines, SayWhatMayBeDrawnNow) {
    CreditPreset preset = *shipped_credit_preset("reputation");
    preset.bias = -3 * one_units; // a score of 0.95: 1,000,000 by tier
    preset.equity_multiple = 8 * one_units;
    CreditWorld world(preset);
    // the log has the shipped text; the world is told of another
    CreditHistory history(preset);
    book::Book book;
    AccountId const a = world.open("a");
    world.deposit(W::pool, usd_units("50000"));
    world.deposit(a, usd_units("1000"));
    world.stake(W::voucher, a, usd_units("3000"));
    world.pass(100 * W::day);
    world.deposit(a, 1);
    history.track(std::vector{a});
    for (Event const& event : world.events()) {
        history.precede(event, book);
        ASSERT_TRUE(book::apply(book, event));
        history.follow(event, book);
    }
    auto const line = credit_line(history, book, a, world.now());
    ASSERT_TRUE(line) << line.error().message();
    CreditLine const& found = line.value();
    EXPECT_EQ(word(found.limit.bound_by), "pool");
    EXPECT_EQ(format_decimal(found.limit.limit), "5000");
    // ratio r: 1,000 + x >= r x
    Int128 const most = found.drawable();
    EXPECT_TRUE(most == usd_units("5000")) << format_decimal(most) << " at " << format_decimal(found.ratio_asked);
    CreditLine poor = found;
    poor.ratio_asked = usd_units("1.25");
    EXPECT_EQ(format_decimal(poor.drawable()), "4000.000000000000000004") << "a quarter of it is 1,000.000000000000000001";
    poor.pool_cash = usd_units("10");
    EXPECT_EQ(format_decimal(poor.drawable()), "10");
    poor.is_complete = false;
    EXPECT_EQ(format_decimal(poor.drawable()), "0");
}

TEST(CreditLines, NeedAPresetAndSayWhatIsWrongWithOne) {
    CreditWorld world(std::nullopt);
    AccountId const a = world.open("a");
    world.track(a);
    auto none = credit_line(world.history(), world.book(), a, world.now());
    ASSERT_FALSE(none);
    EXPECT_TRUE(none.error().is(Errc::no_credit_rule));
    PresetAdopted fact;
    fact.scope = "credit";
    fact.name = "of-a-newer-program";
    fact.body = "name = \"of-a-newer-program\"\n";
    world.happen(rare(fact));
    auto const unread = credit_line(world.history(), world.book(), a, world.now());
    ASSERT_FALSE(unread);
    EXPECT_NE(unread.error().message().find("of-a-newer-program: the head's version is missing"), std::string::npos) << unread.error().message();
}

} // namespace
} // namespace plimsoll::risk
