#include "ledger/book/errc.hpp"
#include "replay/credit_view.hpp"
#include "tests/replay/credit/credit_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::Answer;
using testing_aid::CreditLedger;
using testing_aid::easy_credit;
using testing_aid::figure;
using testing_aid::must;
using testing_aid::units_of;
using L = CreditLedger;

struct Vouched : CreditLedger {
    explicit Vouched(std::optional<CreditPreset> const& preset = easy_credit(), std::string_view margin = "") : CreditLedger(preset, margin) {
        settle_in();
        must_take(vouch(bob, alice, "1500"));
    }
};

TEST(CreditCommands, DrawLendsThePoolsMoneyAndBooksTheLimit) {
    Vouched venue;
    EXPECT_EQ(venue.limit_of(L::alice), "6000") << "four times the stake; eight times 1,000 and 50,000 are more";
    Answer const answer = venue.ask(L::draw(L::alice2, "4000"));
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_EQ(venue.money(L::alice2), "4000");
    EXPECT_EQ(venue.money(L::pool), "96000");
    EXPECT_EQ(venue.drawn(L::alice), "4000");
    EXPECT_EQ(figure(answer, "limit"), "6000");
    EXPECT_EQ(figure(answer, "drawn_after"), "4000");
    EXPECT_EQ(figure(answer, "collateral"), "1000");
    EXPECT_EQ(figure(answer, "collateral_after"), "5000");
    EXPECT_EQ(venue.limit_of(L::alice2), "none") << "the line is the owner's, and its first account stands for it";
}

/// The same after a new process took over, command by command, and asked of the log alone.
TEST(CreditCommands, AnswerTheSameAfterReopening) {
    std::array<std::vector<std::string>, 2> told;
    for (bool const is_reopened : {false, true}) {
        Vouched venue;
        std::vector<Command> const story{L::draw(L::alice, "100.5"), L::assess(L::alice), L::draw(L::alice2, "6000"), L::repay(L::alice2, "0.5"),
                                         L::vouch(L::carol, L::alice2, "7.25"), L::unvouch(L::bob, L::alice, "1"), L::assess(L::alice),
                                         L::withdraw(L::alice, "1100"), L::repay(L::alice), L::assess(L::alice2), L::call_default(L::alice)};
        TimeNs time = L::start + 2 * L::day;
        for (Command const& command : story) {
            time += 30 * 3'600 * L::second;
            if (is_reopened) venue.again();
            Answer const answer = venue.ask(command, time);
            std::string line = L::rule_of(answer);
            for (auto const& each : answer.figures) line += " " + std::string(each.name) + "=" + format_decimal(each.units);
            told[is_reopened ? 1 : 0].push_back(line);
        }
        must(venue.house().commit());
        auto const reader = must(replay::Reader::open(venue.path()));
        auto const moment = must(reader->at(reader->log_size()));
        auto const history = must(replay::credit_history_at(*reader, moment.book, {L::alice2}));
        auto const live = must(credit_line(venue.history(), venue.book(), L::alice, time));
        auto const recalled = must(credit_line(history, moment.book, L::alice, time));
        EXPECT_EQ(format_decimal(live.score.score), format_decimal(recalled.score.score));
        EXPECT_EQ(format_decimal(live.limit.limit), format_decimal(recalled.limit.limit));
        auto const all = must(replay::credit_history_at(*reader, moment.book, {}));
        EXPECT_TRUE(all.is_tracked(L::alice));
        EXPECT_EQ(all.with_credit(), (std::vector{L::alice}));
    }
    EXPECT_EQ(told[0], told[1]);
}

TEST(CreditCommands, TheSameIdIsADuplicate) {
    Vouched venue;
    EXPECT_TRUE(venue.ask_as(100, L::draw(L::alice, "10"), 1).accepted());
    venue.again();
    Answer const answer = venue.ask_as(100, L::draw(L::alice, "10"), 1);
    EXPECT_TRUE(answer.accepted() && answer.is_duplicate);
    EXPECT_EQ(venue.drawn(L::alice), "10");
}

/// A rule's name.
template <class Code> [[nodiscard]] std::string named(Code code) { return std::string(describe(code).name); }

/// What came before, one command, and why it is refused: the rule and the figures.
struct Refused {
    std::string name;
    std::vector<Command> before;
    Command ask;
    TimeNs days = 2;
    std::string rule;
    std::string says;
    friend void PrintTo(Refused const& row, std::ostream* out) { *out << row.name; }
};

class CreditCommand : public testing::TestWithParam<Refused> {};

TEST_P(CreditCommand, IsRefusedWithRuleAndFigures) {
    auto const& row = GetParam();
    Vouched venue;
    for (Command const& command : row.before) venue.must_take(command);
    std::uint64_t const before = venue.book().sequence();
    Answer const answer = venue.ask(row.ask, L::start + row.days * L::day);
    ASSERT_FALSE(answer.accepted());
    EXPECT_EQ(L::rule_of(answer), row.rule) << answer.refusal->message();
    EXPECT_NE(answer.refusal->message().find(row.says), std::string::npos) << answer.refusal->message();
    EXPECT_EQ(venue.book().sequence(), before) << "nothing was booked";
}

// alice has 1,000 and 1,500 of bob's stake: a limit of 6,000. 1.0712 of what is drawn must be held (a score of 0.953).
INSTANTIATE_TEST_SUITE_P(
    EachRule, CreditCommand,
    testing::Values(
        Refused{"NothingDrawn", {}, L::draw(L::alice, "0"), 2, named(book::Errc::amount_must_be_positive), ""},
        Refused{"HalfACent", {}, L::draw(L::alice, "0.0000005"), 2, named(event::Errc::too_many_decimals), "USD has 6"},
        Refused{"AFundDraws", {}, L::draw(L::fund, "1"), 2, named(Errc::account_without_credit), "fund"},
        Refused{"ThePoolItself", {}, L::draw(L::pool, "1"), 2, named(Errc::account_without_credit), "credit:USD"},
        Refused{"AboveTheLimit", {}, L::draw(L::alice, "6000.000001"), 2, named(Errc::credit_limit_exceeded), "alice: 6000.000001 of at most 6000, by vouched"},
        Refused{"AboveItInTwoSteps", {L::draw(L::alice, "4000")}, L::draw(L::alice2, "2000.000001"), 2, named(Errc::credit_limit_exceeded), "6000.000001 of at most 6000"},
        Refused{"NobodyVouches", {}, L::draw(L::dave, "1"), 2, named(Errc::credit_limit_exceeded), "dave: 1 of at most 0"},
        Refused{"MoreThanThePoolHas", {L::withdraw(L::pool, "99990")}, L::draw(L::alice, "11"), 2, named(Errc::credit_limit_exceeded), "of at most 5, by pool"},
        Refused{"TooLittleHeld", {L::withdraw(L::alice, "800")}, L::draw(L::alice, "6000"), 1, named(Errc::collateral_ratio_insufficient), "alice: 6200 of 64"},
        Refused{"OverdueFirst", {L::draw(L::alice, "100")}, L::draw(L::alice, "1"), 12, named(Errc::credit_overdue), "alice: 100 since 2026-01-12"},
        Refused{"RepaysMore", {L::draw(L::alice, "100")}, L::repay(L::alice, "100.000001"), 2, named(Errc::repayment_exceeds_debt), "alice has drawn 100"},
        Refused{"RepaysNothing", {}, L::repay(L::alice), 2, named(Errc::repayment_exceeds_debt), "alice has drawn 0"},
        Refused{"RepaysLess", {L::draw(L::alice, "100")}, L::repay(L::alice, "-1"), 2, named(book::Errc::amount_must_be_positive), ""},
        Refused{"RepaysWhatIsNotThere", {L::draw(L::alice, "100")}, L::repay(L::alice2, "1"), 2, named(Errc::balance_insufficient), "alice-2 by 1"},
        Refused{"VouchesForOneself", {}, L::vouch(L::alice2, L::alice, "1"), 2, named(Errc::vouch_for_oneself), "alice-2 for alice"},
        Refused{"VouchesForTheOtherName", {}, L::vouch(L::dave, L::eve, "1"), 2, named(Errc::vouch_for_oneself), "dave for eve"},
        Refused{"VouchesNothing", {}, L::vouch(L::bob, L::alice, "0"), 2, named(book::Errc::amount_must_be_positive), ""},
        Refused{"VouchesWhatIsNotThere", {}, L::vouch(L::bob, L::alice, "8500.000001"), 2, named(Errc::balance_insufficient), "bob by 0.000001"},
        Refused{"VouchesForAFund", {}, L::vouch(L::bob, L::fund, "1"), 2, named(Errc::account_without_credit), "fund"},
        Refused{"TakesBackAnothers", {}, L::unvouch(L::carol, L::alice, "1"), 2, named(Errc::stake_insufficient), "carol has 0 for alice"},
        Refused{"TakesBackMore", {}, L::unvouch(L::bob, L::alice2, "1500.000001"), 2, named(Errc::stake_insufficient), "bob has 1500"},
        Refused{"TakesBackWhatIsInUse", {L::draw(L::alice, "4001")}, L::unvouch(L::bob, L::alice, "499.750001"), 2, named(Errc::stake_in_use), "needs 1000.25 of 1500: 499.75 may leave"},
        Refused{"DefaultOfNothing", {}, L::call_default(L::alice), 2, named(Errc::not_in_default), "alice: 0 drawn"},
        Refused{"DefaultTooSoon", {L::draw(L::alice, "100")}, L::call_default(L::alice2), 13, named(Errc::not_in_default), "due 2026-01-12T00:00:01Z, against 1100"},
        Refused{"WithdrawsTheCollateral", {L::draw(L::alice2, "6000")}, L::withdraw(L::alice2, "6000"), 2, named(Errc::collateral_ratio_insufficient), "alice: 1000 of 64"},
        Refused{"HandsItOn", {L::draw(L::alice2, "6000")}, L::transfer(L::alice, L::dave, "999"), 2, named(Errc::collateral_ratio_insufficient), "alice: 6001 of 64"},
        Refused{"TradesItAway", {L::draw(L::alice, "6000")}, L::trade(L::alice, L::bob, "10", "160"), 2, named(Errc::collateral_ratio_insufficient), "alice: 6400 of 64"}),
    [](auto const& row) { return row.param.name; });

TEST(CreditCommands, AreRefusedWithoutARuleOrAPool) {
    CreditLedger plain(std::nullopt);
    EXPECT_EQ(plain.rule(L::draw(L::alice, "1")), "no_credit_rule");
    EXPECT_EQ(plain.rule(L::assess(L::alice)), "no_credit_rule");
    CreditLedger lent(easy_credit(), "", false);
    Answer const answer = lent.ask(L::draw(L::alice, "1"));
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::no_credit_pool)) << answer.refusal->message();
    EXPECT_NE(answer.refusal->message().find("credit:USD"), std::string::npos);
}

/// Half of what the pool has and has lent is more than it has left.
TEST(CreditCommands, ThePoolLendsNoMoreThanItHas) {
    Vouched venue;
    venue.must_take(L::withdraw(L::pool, "90000"));
    venue.must_take(L::draw(L::alice, "4000"));
    venue.must_take(L::withdraw(L::pool, "5500"));
    Answer const answer = venue.ask(L::draw(L::alice, "501"));
    EXPECT_EQ(L::rule_of(answer), "credit_limit_exceeded");
    venue.must_take(L::withdraw(L::pool, "100"));
    venue.must_take(L::vouch(L::carol, L::dave, "100"));
    venue.must_take(L::deposit(L::dave, "1000"));
    venue.must_take(L::assess(L::dave), L::start + 3 * L::day);
    EXPECT_EQ(venue.limit_of(L::dave), "400");
    EXPECT_EQ(venue.rule(L::draw(L::dave, "400.000001")), "credit_limit_exceeded");
    venue.must_take(L::withdraw(L::pool, "1"));
    Answer const poor = venue.ask(L::draw(L::dave, "400"));
    EXPECT_TRUE(poor.refusal->is(Errc::credit_pool_insufficient));
    EXPECT_NE(poor.refusal->message().find("credit:USD has 399"), std::string::npos) << poor.refusal->message();
}

/// A vault stands for itself: what goes into it backs its own short, and nothing that its owner has drawn.
TEST(CreditCommands, CollateralMayNotGoIntoAVault) {
    CreditLedger venue(easy_credit(), "opyn-gamma");
    venue.settle_in();
    venue.must_take(L::vouch(L::bob, L::alice, "1500"));
    venue.must_take(L::draw(L::alice, "6000"));
    venue.must_take(risk::VaultCommand{risk::OpenVault{L::alice, must(Name::from("alice:vault"))}});
    AccountId const vault{venue.book().accounts.size()};
    auto const lock = [&](std::string const& text) -> risk::Command {
        return risk::VaultCommand{risk::LockInVault{vault, {}, L::usd, testing_aid::amount(text), {}, {}}};
    };
    EXPECT_EQ(venue.rule(lock("573")), "collateral_ratio_insufficient") << "6,427 would be left of 7,000, and 6,427.55 are asked";
    EXPECT_EQ(venue.rule(lock("572")), "");
    venue.must_take(L::repay(L::alice));
    EXPECT_EQ(venue.rule(lock("1")), "") << "nothing is owed, all is its own";
}

TEST(CreditCommands, WhatStaysWithTheOwnerMayMove) {
    Vouched venue;
    venue.must_take(L::draw(L::alice, "6000"));
    EXPECT_EQ(venue.rule(L::transfer(L::alice, L::alice2, "7000")), "");
    EXPECT_EQ(venue.rule(L::withdraw(L::alice2, "572")), "") << "6,428 are left, and 6,427.55 are asked";
    EXPECT_EQ(venue.rule(L::withdraw(L::alice2, "1")), "collateral_ratio_insufficient");
    venue.must_take(L::repay(L::alice2, "1000"));
    EXPECT_EQ(venue.rule(L::withdraw(L::alice2, "1")), "");
    venue.must_take(L::repay(L::alice2));
    EXPECT_EQ(venue.rule(L::withdraw(L::alice2, "427")), "") << "nothing is owed, all is its own";
    EXPECT_EQ(venue.money(L::alice2), "0");
}

TEST(CreditCommands, AnUnpricedHoldingStopsDrawing) {
    Vouched venue;
    venue.submit(rare([] {
        AssetDefined fact;
        fact.name = "ODD";
        fact.decimals = 0;
        return fact;
    }()));
    venue.must_take(L::deposit(L::alice2, "3", AssetId{3}));
    EXPECT_EQ(venue.rule(L::draw(L::alice, "1")), "price_missing");
}

TEST(CreditCommands, StakesComeBackWhenNothingNeedsThem) {
    Vouched venue;
    venue.must_take(L::draw(L::alice, "1000"));
    EXPECT_EQ(venue.rule(L::unvouch(L::bob, L::alice, "1250")), "");
    EXPECT_EQ(venue.limit_of(L::alice), "1000");
    EXPECT_EQ(venue.rule(L::unvouch(L::bob, L::alice, "0.000001")), "stake_in_use");
    venue.must_take(L::vouch(L::carol, L::alice, "250"));
    EXPECT_EQ(venue.rule(L::unvouch(L::bob, L::alice)), "") << "another's stake serves as well";
    EXPECT_EQ(venue.money(L::bob), "10000");
    venue.must_take(L::repay(L::alice));
    EXPECT_EQ(venue.rule(L::unvouch(L::carol, L::alice)), "");
    EXPECT_EQ(venue.limit_of(L::alice), "0");
}

/// A voucher who has drawn keeps its own collateral; margin is kept too.
TEST(CreditCommands, VouchersKeepTheirOwnRatioAndMargin) {
    Vouched venue(easy_credit(), "dydx-v4-perp");
    venue.must_take(L::vouch(L::alice, L::carol, "100"));
    venue.must_take(L::deposit(L::bob, "0.000001"));
    venue.must_take(L::trade(L::alice, L::bob, "100", "100"));
    EXPECT_EQ(venue.rule(L::vouch(L::alice, L::carol, "801")), "withdrawal_exceeds_margin");
    venue.must_take(L::draw(L::alice, "5000"));
    EXPECT_EQ(venue.rule(L::vouch(L::alice, L::carol, "801")), "collateral_ratio_insufficient");
    EXPECT_EQ(venue.rule(L::repay(L::alice, "5000")), "");
}

/// A score falls by what happened to another account of the owner.
TEST(CreditCommands, AssessBooksEveryFigure) {
    Vouched venue;
    Answer const first = venue.ask(L::assess(L::alice2), L::start + 3 * L::day);
    ASSERT_TRUE(first.accepted());
    std::string reason;
    must(venue.house().commit());
    auto const reader = must(replay::Reader::open(venue.path()));
    must(reader->for_events(first.last_sequence, first.last_sequence, [&](std::uint64_t, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, CreditChanged>) reason = fact.reason;
        });
        return true;
    }));
    for (auto const* figure : {"age=3 ", "volume=0 ", "late=0 ", "logit=-3.012328767 ", "median_equity=1000 ", "equity=8000 ", "pool_total=100000 ", "pool=50000 ",
                               "staked=1500 ", "vouched=6000 ", "bound_by=vouched"}) {
        EXPECT_NE(reason.find(figure), std::string::npos) << figure << " in " << reason;
    }
    EXPECT_EQ(venue.ask(L::assess(L::alice)).first_sequence, 0U) << "nothing has changed";
}

TEST(CreditCommands, AModuleHasANameOfItsOwn) {
    Vouched venue;
    std::string const long_name(60, 'x');
    venue.open(long_name, wire::AccountKind::customer);
    AccountId const borrower{venue.book().accounts.size()};
    venue.open("vouched:dave", wire::AccountKind::customer);
    venue.must_take(L::vouch(L::carol, borrower, "1"));
    venue.must_take(L::vouch(L::carol, L::dave, "1"));
    EXPECT_TRUE(venue.book().find_account("vouched:alice"));
    EXPECT_EQ(venue.history().module_of(borrower), venue.book().find_account("vouched:#" + std::to_string(borrower.number())));
    EXPECT_EQ(venue.history().module_of(L::dave), venue.book().find_account("vouched:#11"));
}

/// A tripped breaker that names neither borrow nor transfer: nothing is drawn or vouched, and debts are paid all the same.
TEST(CreditCommands, BreakersSayWhatIsAllowed) {
    Vouched venue;
    std::string body = shipped_clearing_preset("dydx-v4")->body;
    body.replace(body.find("[[withdrawal_limits]]"), std::string::npos, R"([[breakers]]
name = "fall"
metric = "price_move"
window_seconds = "60"
trip_at = "0.1"
release_at = "0.02"
allow = "deposit withdraw reduce repay"
source = "test"
)");
    venue.adopt_clearing(must(ClearingPreset::parse(body, "test")));
    venue.again();
    venue.must_take(L::draw(L::alice, "100"));
    venue.must_take(L::mark("99"));
    venue.must_take(L::mark("80"));
    EXPECT_EQ(venue.rule(L::draw(L::alice, "1")), "breaker_tripped");
    EXPECT_EQ(venue.rule(L::vouch(L::carol, L::alice, "1")), "breaker_tripped");
    EXPECT_EQ(venue.rule(L::call_default(L::alice)), "breaker_tripped");
    EXPECT_EQ(venue.rule(L::assess(L::alice)), "");
    EXPECT_EQ(venue.rule(L::repay(L::alice)), "");
    EXPECT_EQ(venue.rule(L::unvouch(L::bob, L::alice)), "");
}

/// A loan keeps the term of its own day; what is drawn later has the new one.
TEST(CreditCommands, ALaterPresetLeavesOldTermsAlone) {
    Vouched venue;
    venue.must_take(L::draw(L::alice, "100"), L::start + 2 * L::day);
    venue.submit(rare(adoption_of(easy_credit({{"term_days = \"10\"", "term_days = \"1\""}}))));
    venue.again();
    venue.must_take(L::draw(L::alice, "50"));
    ASSERT_EQ(venue.history().loans(L::alice).size(), 2U);
    EXPECT_EQ(venue.history().loans(L::alice)[0].due, L::start + 12 * L::day);
    EXPECT_EQ(venue.history().loans(L::alice)[1].due, L::start + 3 * L::day);
    EXPECT_EQ(venue.rule(L::call_default(L::alice), L::start + 5 * L::day), "not_in_default") << "two days of grace";
    EXPECT_EQ(venue.rule(L::call_default(L::alice), L::start + 5 * L::day + 1), "");
}

} // namespace
} // namespace plimsoll::risk
