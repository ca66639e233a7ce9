#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/interest.hpp"
#include "replay/verify.hpp"
#include "risk/solvency.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::amount;
using testing_aid::ClearingLedger;
using testing_aid::must;
using testing_aid::units_of;
using L = ClearingLedger;

/// Three customers with 1,000 USD each, and whoever pays the interest on it.
struct Lending : ClearingLedger {
    AccountId payer;

    explicit Lending(std::string_view preset = "", bool has_payer = true) : ClearingLedger(preset) {
        for (AccountId const account : {alice, bob, carol}) must_take(deposit(account, "1000"));
        if (!has_payer) return;
        AccountOpened fact;
        fact.name = "interest:USD";
        fact.kind = wire::AccountKind::treasury;
        submit(rare(std::move(fact)));
        payer = *book().find_account("interest:USD");
    }
    /// Cash that changes hands by agreement: nobody asks whether the payer has it.
    void pay(AccountId from, AccountId to, Int128 units) {
        Transferred fact;
        fact.account = to;
        fact.counter = from;
        fact.asset = usd;
        fact.type = TransferType::transfer;
        fact.amount = Amount{units};
        submit(fact);
    }
    [[nodiscard]] book::BalanceRow row(AccountId account) const { return *book().balance(account, usd); }
    [[nodiscard]] Int128 with_interest(AccountId account) const {
        return row(account).amount.units() + must(book::pending_interest(book(), row(account))).units();
    }
};

/// Derive's curve: 2 % and 8 % of utilisation up to 85 %, 90 % of what is above; a fifth goes to who covers losses.
[[nodiscard]] derive::InterestModel standard_curve() {
    return {Int256{units_of("0.02")}, Int256{units_of("0.08")}, Int256{units_of("0.9")}, Int256{units_of("0.85")}};
}

TEST(Interest, BeginsWhenAskedAndAtOne) {
    Lending venue;
    venue.pay(L::alice, L::bob, units_of("1500"));
    auto const answer = venue.ask(Accrue{L::usd});
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_EQ(venue.book().asset(L::usd).supply_index.units(), one_units);
    EXPECT_EQ(venue.book().asset(L::usd).borrow_index.units(), one_units);
    for (AccountId const account : {L::alice, L::bob, L::carol}) EXPECT_EQ(venue.row(account).interest_index.units(), one_units);
    ASSERT_EQ(answer.figures.size(), 2U);
    EXPECT_EQ(format_decimal(answer.figures[0].units), "3500") << "bob's 2,500 and carol's 1,000";
    EXPECT_EQ(format_decimal(answer.figures[1].units), "500");
}

TEST(Interest, NeedsSomebodyWhoPaysIt) {
    Lending venue("", false);
    auto const answer = venue.ask(Accrue{L::usd});
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::no_interest_account));
    EXPECT_NE(answer.refusal->message().find("interest:USD"), std::string::npos) << answer.refusal->message();
    EXPECT_EQ(venue.rule(Accrue{AssetId{99}}), "unknown_asset");
}

/// A year on 500 of 3,500: utilisation 1/7, rate 0.02 + 0.08 / 7, interest 500 (e^rate - 1).
TEST(Interest, OfAYearByHand) {
    Lending venue;
    venue.pay(L::alice, L::bob, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    auto const answer = venue.ask(Accrue{L::usd}, L::start + 31'536'000 * L::second);
    ASSERT_EQ(answer.figures.size(), 6U);
    EXPECT_EQ(format_decimal(answer.figures[0].units), "0.142857142857142857");
    EXPECT_EQ(format_decimal(answer.figures[1].units), "0.031428571428571428");
    // 500 * (exp(0.031428571428571428) - 1), the series: 0.0314285714 + 0.0004938776 + 0.0000051739 + 0.0000000407 = 0.0319276636
    EXPECT_EQ(format_decimal(answer.figures[2].units).substr(0, 8), "15.96383");
    EXPECT_EQ(answer.figures[3].units, answer.figures[2].units / 5);
    EXPECT_EQ(venue.cash(L::fund), answer.figures[3].units);
    EXPECT_EQ(venue.cash(L::alice), units_of("-500")) << "she has not met it yet";
    venue.must_take(L::deposit(L::alice, "100"));
    EXPECT_EQ(venue.cash(L::alice), units_of("-400") - answer.figures[2].units);
}

TEST(Interest, AccruesOnceASecondAtMost) {
    Lending venue;
    venue.must_take(Accrue{L::usd});
    venue.pay(L::alice, L::bob, units_of("1500"));
    std::uint64_t const before = venue.book().sequence();
    venue.must_take(Accrue{L::usd}, L::start + L::second - 1);
    EXPECT_EQ(venue.book().sequence(), before) << "the second is not over";
    venue.must_take(Accrue{L::usd}, L::start + L::second);
    EXPECT_GT(venue.book().sequence(), before);
}

TEST(Interest, WithoutALenderNobodyEarnsAndNobodyOwesMore) {
    Lending venue;
    for (AccountId const account : {L::alice, L::bob, L::carol}) venue.pay(account, L::fees, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    venue.must_take(Accrue{L::usd}, L::start + 1'000 * L::second);
    EXPECT_EQ(venue.with_interest(L::alice), units_of("-500"));
    venue.pay(L::fees, L::carol, units_of("4000")); // from here on there is one: the time before it costs nothing
    auto const answer = venue.ask(Accrue{L::usd}, L::start + 1'001 * L::second);
    EXPECT_LT(answer.figures[2].units, units_of("0.00001"));
    EXPECT_GT(answer.figures[2].units, 0);
}

/// The commands bring it up to date themselves: who lends for the second half of a year has half a year's.
TEST(Interest, ComesBeforeWhateverMovesCash) {
    Lending venue;
    venue.pay(L::alice, L::bob, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    TimeNs const half = L::start + 15'768'000 * L::second;
    venue.must_take(L::deposit(L::carol, "2500"), half);
    EXPECT_GT(venue.cash(L::carol), units_of("3500")) << "she has met what the first half brought";
    EXPECT_EQ(venue.book().sources[1].cursor.major, 5U);
    Int128 const index = venue.book().asset(L::usd).supply_index.units();
    EXPECT_EQ(venue.row(L::carol).interest_index.units(), index);
    EXPECT_EQ(venue.rule(Check{L::carol}, half + L::second), "no_margin_rule");
    EXPECT_EQ(venue.book().asset(L::usd).supply_index.units(), index) << "who only asks moves nothing";
}

TEST(Interest, ABalanceThatChangesSignStandsAtTheOtherIndex) {
    Lending venue;
    venue.pay(L::alice, L::bob, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    venue.must_take(Accrue{L::usd}, L::start + 31'536'000 * L::second);
    auto const& asset = venue.book().asset(L::usd);
    ASSERT_NE(asset.supply_index, asset.borrow_index);
    venue.must_take(L::deposit(L::alice, "2000"));
    EXPECT_EQ(venue.row(L::alice).interest_index, asset.supply_index) << "she owed, and holds";
    venue.pay(L::carol, L::alice, units_of("2000"));
    EXPECT_EQ(venue.row(L::carol).interest_index, asset.borrow_index) << "she held, and owes";
    EXPECT_EQ(venue.with_interest(L::carol), venue.cash(L::carol));
}

/// Between meeting its index and the fact that changes its sign a balance owes nothing more, and the fact asks for nothing more
/// when it is decided again: so a log can be verified, and imported elsewhere.
TEST(Interest, EachEventCanBeDecidedAgainByItself) {
    Lending venue;
    venue.pay(L::alice, L::bob, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    std::uint64_t const before = venue.book().sequence();
    venue.must_take(L::deposit(L::alice, "2000"), L::start + 31'536'000 * L::second);
    must(venue.house().commit());
    auto const reader = must(replay::Reader::open(venue.path()));
    auto moment = must(reader->at(before));
    must(reader->for_events(before + 1, venue.book().sequence(), [&](std::uint64_t sequence, Event const& event) {
        std::vector<Event> decided;
        must(book::decide(moment.book, event, decided));
        EXPECT_EQ(decided.size(), 1U) << "event " << sequence;
        must(book::apply(moment.book, event));
        auto const* const met = std::get_if<IndexMet>(&event.body);
        if (met != nullptr) { EXPECT_EQ(must(book::pending_interest(moment.book, *moment.book.balance(met->account, met->asset))).units(), 0); }
        return true;
    }));
}

/// Margin counts what a debt has grown by before anybody has met it.
TEST(Interest, CountsInMarginBeforeItIsMet) {
    Lending venue("dydx-v4-perp");
    venue.must_take(L::mark("100"));
    venue.pay(L::alice, L::bob, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    venue.must_take(Accrue{L::usd}, L::start + 31'536'000 * L::second);
    Int128 const pending = must(venue.fresh_levels(L::alice)).mark_to_market;
    EXPECT_EQ(pending, venue.with_interest(L::alice));
    EXPECT_LT(pending, units_of("-515"));
    EXPECT_EQ(venue.cash(L::alice), units_of("-500"));
    auto const valuation = must(Valuation::of(venue.book(), L::usd));
    EXPECT_EQ(valuation.account(L::alice).amount.units(), pending);
    EXPECT_EQ(valuation.sweep()[L::alice.number()].amount.units(), pending);
    for (AssetSolvency const& sheet : asset_solvency(valuation)) {
        EXPECT_LT(sheet.rounding.units(), 10) << "who pays it owes it";
        EXPECT_GT(sheet.rounding.units(), -10);
        EXPECT_EQ(sheet.negative.units(), pending);
    }
}

/// The same operations on Derive's cash ledger as it stands for itself: every balance, index and total equal to the unit.
class Sequences : public testing::TestWithParam<unsigned> {};

TEST_P(Sequences, EqualTheCashLedgerToTheUnit) {
    std::mt19937_64 random(GetParam());
    SCOPED_TRACE(GetParam());
    Lending venue;
    venue.must_take(Accrue{L::usd});
    derive::InterestModel const curve = standard_curve();
    derive::CashLedger cash;
    cash.security_fee_rate = Int256{units_of("0.2")};
    cash.last_accrual_seconds = L::start / L::second;
    std::map<AccountId, derive::CashAccount> accounts;
    for (AccountId const account : {L::alice, L::bob, L::carol}) accounts[account] = {Int256{units_of("1000")}, one_wei};
    cash.total_supply = Int256{units_of("3000")};
    std::int64_t now = L::start / L::second;
    Int128 settled = 0;
    for (int step = 0; step < 120; ++step) {
        now += static_cast<std::int64_t>(random() % 4 == 0 ? random() % 10'000'000 : random() % 3);
        TimeNs const time = now * L::second + static_cast<TimeNs>(random() % 1'000'000'000);
        if (time < venue.book().time()) continue;
        auto pick = [&] { return AccountId{L::alice.number() + static_cast<std::uint32_t>(random() % 3)}; };
        AccountId const one = pick();
        auto const units = static_cast<Int128>(random() % 1'000'000'007) * static_cast<Int128>(random() % 1'000'000'007 + 1);
        Checked on;
        derive::CashOperation operation(on, cash, curve, 18, now);
        switch (random() % 4) {
        case 0:
            venue.must_take(Deposit{one, {}, L::usd, Amount{units + 1}}, time);
            operation.deposit(accounts[one], Int256{units + 1});
            break;
        case 1: {
            AccountId const other = pick();
            venue.must_take(Accrue{L::usd}, time);
            operation.accrue();
            if (one == other || units == 0) break;
            venue.pay(one, other, units);
            operation.transfer(accounts[one], accounts[other], Int256{units});
            break;
        }
        case 2: // what a market pays or takes
            venue.must_take(Accrue{L::usd}, time);
            operation.accrue();
            if (units == 0) break;
            venue.pay(one, L::market, units);
            operation.settle(accounts[one], Int256{-units});
            settled -= units;
            break;
        default: venue.must_take(Accrue{L::usd}, time); operation.accrue();
        }
        ASSERT_FALSE(on.broken());
        if (random() % 10 == 0) venue.again();
        auto const& asset = venue.book().asset(L::usd);
        ASSERT_EQ(Int256{asset.supply_index.units()}, cash.supply_index) << step;
        ASSERT_EQ(Int256{asset.borrow_index.units()}, cash.borrow_index) << step;
        for (auto const& [account, standing] : accounts) {
            ASSERT_EQ(Int256{venue.cash(account)}, standing.balance) << step;
            if (!standing.balance.is_zero()) { ASSERT_EQ(Int256{venue.row(account).interest_index.units()}, standing.index) << step; }
        }
    }
    EXPECT_EQ(Int256{settled}, cash.net_settled_cash);
    must(venue.house().commit());
    auto const verified = must(replay::verify(venue.path(), [](std::uint64_t, std::uint64_t) {}));
    EXPECT_EQ(verified.findings.size(), 0U) << verified.findings.front().what << ", " << verified.findings.front().where;
    auto const answer = venue.ask(Accrue{L::usd}, (now + 100) * L::second);
    Checked on;
    derive::CashOperation(on, cash, curve, 18, now + 100).accrue();
    ASSERT_EQ(answer.figures.size(), 6U);
    EXPECT_EQ(Int256{answer.figures[4].units}, cash.total_supply);
    EXPECT_EQ(Int256{answer.figures[5].units}, cash.total_borrow);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Sequences, testing::Range(1U, 9U));

/// A curve of the asset's own goes before the ledger's.
TEST(Interest, FollowsTheAssetsOwnCurve) {
    Lending venue;
    venue.pay(L::alice, L::bob, units_of("1500"));
    venue.must_take(Accrue{L::usd});
    venue.set("interest_base", "0.5");
    venue.set("interest_base.USD", "0.1");
    venue.set("interest_slope.USD", "0");
    venue.set("interest_security_share", "0");
    auto const answer = venue.ask(Accrue{L::usd}, L::start + 86'400 * L::second);
    EXPECT_EQ(format_decimal(answer.figures[1].units), "0.1");
    EXPECT_EQ(answer.figures[3].units, 0);
    venue.set("interest_kink.USD", "1.000000000000000001");
    EXPECT_EQ(venue.rule(Accrue{L::usd}, L::start + 2 * 86'400 * L::second), "clearing_term_out_of_bounds");
}

} // namespace
} // namespace plimsoll::risk
