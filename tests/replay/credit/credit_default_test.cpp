#include "tests/replay/credit/credit_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::CreditLedger;
using testing_aid::figure;
using testing_aid::must;
using testing_aid::units_of;
using L = CreditLedger;

/// Alice drew 4,000, bob and carol stand for her with 900 and 300; twelve days and a second later she is in default.
struct Defaulting : CreditLedger {
    Defaulting() {
        settle_in();
        must_take(vouch(bob, alice, "900"));
        must_take(vouch(carol, alice2, "300"));
        must_take(draw(alice2, "4000"));
    }
    static constexpr TimeNs late = start + 13 * day + 2 * second;

    /// Money is gone, by a hand that asks no rule.
    void lose(AccountId account, std::string const& text, AssetId asset = usd) {
        Transferred fact;
        fact.account = account;
        fact.counter = market;
        fact.asset = asset;
        fact.type = TransferType::adjustment;
        fact.amount = Amount{-units_of(text)};
        submit(fact);
    }
    Answer call() {
        Answer answer = ask(call_default(alice), late);
        if (!answer.accepted()) throw std::logic_error(answer.refusal->message());
        return answer;
    }
    /// Of the last loss: recognised, by vouchers, by the pool; "none".
    [[nodiscard]] std::string loss() const {
        if (book().losses.size() == 0) return "none";
        book::LossRow const& row = book().losses.rows().back();
        EXPECT_TRUE(row.open().is_zero());
        return format_decimal(row.recognised) + " " + format_decimal(row.paid[static_cast<std::size_t>(wire::Layer::staked_module)]) + " " +
               format_decimal(row.paid[static_cast<std::size_t>(wire::Layer::pool)]);
    }
};

TEST(CreditDefault, CollectsFromAllOfTheOwnersAccounts) {
    Defaulting venue;
    venue.lose(L::alice2, "3500");
    Answer const answer = venue.call();
    EXPECT_EQ(venue.money(L::alice), "0");
    EXPECT_EQ(venue.money(L::alice2), "0");
    EXPECT_EQ(venue.loss(), "2500 1200 1300") << "4,000 less 1,000 and 500";
    EXPECT_EQ(venue.money(L::pool), "98700") << "100,000 less what it lost";
    EXPECT_EQ(venue.money(L::bob), "9100");
    EXPECT_EQ(venue.money(L::carol), "9700");
    EXPECT_TRUE(venue.history().stakes(L::alice).empty());
    EXPECT_EQ(venue.drawn(L::alice), "0");
    EXPECT_EQ(figure(answer, "loss"), "2500");
    EXPECT_EQ(figure(answer, "collected"), "500") << "of her second account, the last";
    EXPECT_EQ(figure(answer, "paid_by_vouchers"), "1200");
    EXPECT_EQ(figure(answer, "paid_by_pool"), "1300");
    EXPECT_EQ(venue.limit_of(L::alice), "0") << "the line is closed";
    venue.must_take(L::deposit(L::alice, "10000"));
    venue.must_take(L::vouch(L::bob, L::alice, "1000"), Defaulting::late + 2 * L::day);
    Answer const again = venue.ask(L::draw(L::alice, "1"));
    EXPECT_NE(again.refusal->message().find(", by closed"), std::string::npos) << again.refusal->message();
}

/// The vouchers' part is split by their stakes, to the last decimal of the asset; the pool is not touched before they are spent.
TEST(CreditDefault, VouchersLoseFirstAndInProportion) {
    Defaulting venue;
    venue.lose(L::alice2, "3000");
    venue.lose(L::alice, "0.000001");
    venue.call();
    EXPECT_EQ(venue.loss(), "2000.000001 1200 800.000001");

    Defaulting other;
    other.lose(L::alice2, "2000.00001");
    other.call();
    EXPECT_EQ(other.loss(), "1000.00001 1000.00001 0");
    ASSERT_EQ(other.history().stakes(L::alice).size(), 2U);
    EXPECT_EQ(format_decimal(other.history().stakes(L::alice)[0].amount), "149.999992") << "900 - 750.0000075: the larger remainder, or the first of equals, takes the odd unit";
    EXPECT_EQ(format_decimal(other.history().stakes(L::alice)[1].amount), "49.999998");
    EXPECT_EQ(other.money(L::pool), "100000");
    EXPECT_EQ(other.rule(L::unvouch(L::bob, L::alice)), "") << "what is left of it is free again";
}

TEST(CreditDefault, WithoutALossNobodyElsePays) {
    Defaulting venue;
    venue.call();
    EXPECT_EQ(venue.loss(), "none");
    EXPECT_EQ(venue.money(L::alice), "0") << "its 1,000 first";
    EXPECT_EQ(venue.money(L::alice2), "1000");
    EXPECT_EQ(venue.money(L::pool), "100000");
    EXPECT_EQ(venue.limit_of(L::alice), "0") << "collected is collected";
}

TEST(CreditDefault, CoinsGoToThePoolAtTheBooksPrice) {
    Defaulting venue;
    venue.must_take(L::deposit(L::alice, "20", L::btc)); // at 100 each
    venue.must_take(L::deposit(L::alice, "5", L::btc));
    venue.lose(L::alice2, "3800");
    venue.must_take(L::observe(Observation::asset_price, L::btc.number(), "99"));
    venue.call();
    // 1,000 of alice's cash, then coins for 2,475 of 99, then 200 of her subaccount
    EXPECT_EQ(venue.money(L::alice, L::btc), "0");
    EXPECT_EQ(venue.money(L::pool, L::btc), "25");
    EXPECT_EQ(venue.loss(), "325 325 0");
    EXPECT_EQ(venue.money(L::pool), "97525") << "it has the coins for 2,475";

    Defaulting rich;
    rich.must_take(L::deposit(L::alice, "50", L::btc));
    rich.must_take(L::observe(Observation::asset_price, L::btc.number(), "99"));
    rich.lose(L::alice2, "4000");
    rich.call();
    EXPECT_EQ(rich.loss(), "none");
    EXPECT_EQ(rich.money(L::pool, L::btc), "30.303030303030303031") << "3,000 / 99, rounded up";
    EXPECT_EQ(rich.money(L::alice, L::btc), "19.696969696969696969");
}

/// Positions go to the keeper at the mark for what they are worth; one account's profit answers for another's debt.
TEST(CreditDefault, PositionsAreClosedAtTheMark) {
    Defaulting venue;
    venue.must_take(L::trade(L::alice2, L::bob, "10", "100"));
    venue.must_take(L::mark("130"));
    venue.lose(L::alice2, "3900"); // 100 are left, and 300 of profit
    venue.lose(L::alice, "1000");
    Int128 const keeper = venue.cash(L::keeper);
    venue.call();
    EXPECT_EQ(format_decimal(venue.size(L::alice2)), "0");
    EXPECT_EQ(format_decimal(venue.size(L::keeper)), "10");
    EXPECT_EQ(venue.loss(), "3600 1200 2400");
    EXPECT_EQ(format_decimal(keeper - venue.cash(L::keeper)), "300") << "it paid what they are worth";
    EXPECT_EQ(venue.money(L::alice2), "0");
}

/// An account that owes more elsewhere than it holds gives nothing and is left alone.
TEST(CreditDefault, WhatAnAccountOwesElsewhereComesFirst) {
    Defaulting venue;
    venue.lose(L::alice, "11", L::btc);     // owes 1,100 of coins against 1,000
    venue.lose(L::alice2, "3950");
    venue.call();
    EXPECT_EQ(venue.money(L::alice), "1000");
    EXPECT_EQ(venue.loss(), "3950 1200 2750");

    Defaulting partly;
    partly.lose(L::alice, "4", L::btc);
    partly.lose(L::alice2, "3950");
    partly.call();
    EXPECT_EQ(partly.money(L::alice), "400") << "as much as the coins that it owes";
    EXPECT_EQ(partly.loss(), "3350 1200 2150");
}

/// 1.02 of 4,000: below 4,080 of collateral it is one before anything is due.
TEST(CreditDefault, TooLittleCollateralIsADefaultAtOnce) {
    Defaulting venue;
    venue.lose(L::alice, "920");
    EXPECT_EQ(venue.rule(L::call_default(L::alice)), "not_in_default");
    venue.lose(L::alice, "0.000001");
    EXPECT_EQ(venue.rule(L::call_default(L::alice2)), "");
    EXPECT_EQ(venue.loss(), "none");
    EXPECT_EQ(format_decimal(venue.history().record(L::alice).collected), "4000");
}

TEST(CreditDefault, WaitsForLiquidationsAndPrices) {
    Defaulting venue;
    LiquidationStarted fact;
    fact.liquidation = 1;
    fact.account = L::alice2.number();
    fact.asset = L::usd.number();
    venue.submit(rare(fact));
    EXPECT_EQ(venue.rule(L::call_default(L::alice), Defaulting::late), "account_in_liquidation");
    LiquidationEnded end;
    end.liquidation = 1;
    end.account = L::alice2.number();
    end.asset = L::usd.number();
    venue.submit(rare(end));
    venue.submit(rare([] {
        AssetDefined odd;
        odd.name = "ODD";
        return odd;
    }()));
    venue.must_take(L::deposit(L::alice, "3", AssetId{3}));
    EXPECT_EQ(venue.rule(L::call_default(L::alice), Defaulting::late), "price_missing");
    venue.must_take(L::observe(Observation::asset_price, 3, "0.01"));
    EXPECT_EQ(venue.rule(L::call_default(L::alice), Defaulting::late), "");
}

/// A keeper of the same owner would pay itself; another may be named.
TEST(CreditDefault, NeedsALiquidatorOfAnotherOwner) {
    Defaulting venue;
    venue.must_take(L::trade(L::alice2, L::bob, "10", "100"));
    venue.open("own-keeper", wire::AccountKind::liquidator, "", L::alice);
    AccountId const own{venue.book().accounts.size()};
    Answer const answer = venue.ask(DeclareDefault{L::alice, own}, Defaulting::late);
    EXPECT_EQ(L::rule_of(answer), "no_account_of_kind");
    EXPECT_EQ(venue.rule(DeclareDefault{L::alice, L::carol}, Defaulting::late), "") << "whoever is named";
    EXPECT_EQ(format_decimal(venue.size(L::carol)), "10");
}

/// Funding and interest that are met on the way have places in the log of their own: payments name their loss all the same.
TEST(CreditDefault, FundingAndInterestAreMetOnTheWay) {
    Defaulting venue;
    venue.open("interest:USD", wire::AccountKind::treasury);
    venue.must_take(Accrue{L::usd});
    venue.lose(L::bob, "20000"); // who owes now, and pays for it
    venue.must_take(L::trade(L::alice2, L::carol, "10", "100"));
    venue.must_take(Fund{L::perp, Index{units_of("-3")}}); // shorts pay 3 a contract: 30 of carol to alice
    venue.lose(L::alice2, "3900");
    Answer const answer = venue.call();
    book::LossRow const& row = venue.book().losses.rows().back();
    EXPECT_TRUE(row.open().is_zero());
    EXPECT_EQ(format_decimal(venue.size(L::alice2)), "0");
    Int128 const collected = units_of("4000") - row.recognised.units();
    EXPECT_GT(collected, units_of("1130")) << "1,000, 100, the funding, and interest on them";
    EXPECT_LT(collected, units_of("1140"));
    must(venue.house().commit());
    auto const reader = must(replay::Reader::open(venue.path()));
    std::uint64_t recognised = 0;
    int payments = 0;
    must(reader->for_events(answer.first_sequence, answer.last_sequence, [&](std::uint64_t sequence, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            using Fact = std::decay_t<decltype(fact)>;
            if constexpr (std::is_same_v<Fact, BadDebtRecognised>) recognised = sequence;
            if constexpr (std::is_same_v<Fact, WaterfallPaid>) {
                ++payments;
                EXPECT_EQ(event.origin.cause_sequence, recognised) << "event " << sequence;
            }
        });
        return true;
    }));
    EXPECT_EQ(payments, 3) << "two vouchers and the pool";
    EXPECT_NE(recognised, 0U);
}

/// Killed between two records or not, the next process tells the same story.
TEST(CreditDefault, IsTheSameAfterReopening) {
    std::array<std::string, 2> roots;
    for (bool const is_reopened : {false, true}) {
        Defaulting venue;
        venue.lose(L::alice2, "3500");
        if (is_reopened) venue.again();
        venue.call();
        if (is_reopened) venue.again();
        EXPECT_EQ(venue.limit_of(L::alice), "0");
        EXPECT_EQ(L::rule_of(venue.ask(L::call_default(L::alice))), "not_in_default");
        roots[is_reopened ? 1 : 0] = venue.loss() + " " + venue.money(L::pool) + " " + venue.money(L::bob);
    }
    EXPECT_EQ(roots[0], roots[1]);
}

} // namespace
} // namespace plimsoll::risk
