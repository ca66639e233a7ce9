#include "risk/bridge/chain_sheet.hpp"
#include "tests/replay/bridge/bridge_ledger.hpp"

namespace plimsoll::risk {
namespace {

using testing_aid::BridgeLedger;
using testing_aid::must;
using testing_aid::units_of;
using B = BridgeLedger;

// ---- a transfer's life ----

/// 1,000 on chain one: credit 0, 0.5, 0.9, 1 (risk-models.md 2.7); haircut 1 - 0.95 * 0.9 * credit.
struct Step {
    char const* name;
    BridgeState state;
    char const* credited;
    char const* on_its_way; ///< with the bridge
    char const* haircut;
};
class Life : public testing::TestWithParam<Step> {};

TEST_P(Life, GivesTheCreditOfItsState) {
    Step const& row = GetParam();
    BridgeLedger venue("");
    venue.bring("one", "0xa", 17, B::alice, "1000", row.state);
    for (bool const is_reopened : {false, true}) {
        SCOPED_TRACE(is_reopened);
        if (is_reopened) venue.again();
        EXPECT_EQ(venue.has(B::alice, B::usd_one), row.credited);
        EXPECT_EQ(venue.has(venue.named("bridge:one"), B::usd_one), row.on_its_way);
        EXPECT_EQ(venue.has(venue.named("outside:one"), B::usd_one), "-1000");
        BridgeLane const& lane = venue.house().bridges()->board().lane("one");
        bool const is_final = row.state == BridgeState::final_;
        ASSERT_EQ(lane.in.size(), is_final ? 0U : 1U);
        EXPECT_EQ(format_decimal(venue.house().bridges()->free_on_chain(B::usd_one)), is_final ? "1000" : "0");
        if (is_final) continue;
        BridgeTransfer const& told = lane.in.begin()->second;
        EXPECT_EQ(told.state, row.state);
        EXPECT_EQ(told.block, 17U);
        EXPECT_EQ(told.block_hash, "0xblock");
        EXPECT_EQ(format_decimal(told.credited), row.credited);
    }
    BridgePreset const& preset = venue.house().bridges()->preset();
    EXPECT_EQ(format_decimal(preset.haircut(*preset.asset("USD@one"), row.state)), row.haircut);
}

INSTANTIATE_TEST_SUITE_P(EachState, Life,
                         testing::Values(Step{"Observed", BridgeState::observed, "0", "1000", "1"},
                                         Step{"Attested", BridgeState::attested, "500", "500", "0.5725"},
                                         Step{"Confirmed", BridgeState::confirmed, "900", "100", "0.2305"},
                                         Step{"Final", BridgeState::final_, "1000", "0", "0.145"}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(Life, RoundsCreditDownAndMakesItWholeInTheEnd) {
    BridgeLedger venue("");
    venue.bring("two", "0xa", 1, B::alice, "0.000003", BridgeState::observed); // a tenth
    EXPECT_EQ(venue.has(B::alice, B::usd_two), "0.0000003");
    venue.bring("two", "0xb", 2, B::bob, "0.000000000000000009", BridgeState::attested); // a quarter of 9 units
    EXPECT_EQ(venue.has(B::bob, B::usd_two), "0.000000000000000002");
    for (BridgeState const state : {BridgeState::confirmed, BridgeState::final_}) venue.must_take(B::advance("two", "0xb", state));
    EXPECT_EQ(venue.has(B::bob, B::usd_two), "0.000000000000000009");
}

TEST(Life, CountsConfirmationsByTheChainsOwnBlocksWhereNobodySaysThem) {
    BridgeLedger venue("");
    venue.bring("one", "0xa", 17, B::alice, "10", BridgeState::attested);
    auto by_blocks = [&](BridgeState state) {
        return venue.rule(Command{BridgeCommand{BridgeAdvance{{"one", "0xa", 0}, state, {}, std::nullopt}}});
    };
    auto block = [&](std::uint64_t number) {
        BlockRecorded fact;
        fact.chain = "one";
        fact.number = number;
        venue.submit(rare(std::move(fact)));
    };
    EXPECT_EQ(by_blocks(BridgeState::confirmed), "confirmations_too_few") << "no block was recorded";
    block(18);
    EXPECT_EQ(by_blocks(BridgeState::confirmed), "confirmations_too_few") << "17 and 18 are two";
    block(19);
    EXPECT_EQ(by_blocks(BridgeState::confirmed), "");
    block(22);
    EXPECT_EQ(by_blocks(BridgeState::final_), "");
}

// ---- what is refused ----

/// On a venue where 0xf of chain one is final at block 5, 0xa observed at 10, 0xb attested at 11, 0xc confirmed at 12.
struct Refused {
    char const* name;
    Command command;
    Errc want;
    char const* says;
};
class BridgeRefusal : public testing::TestWithParam<Refused> {};

TEST_P(BridgeRefusal, SaysWhyAndBooksNothing) {
    BridgeLedger venue("");
    venue.bring("one", "0xf", 5, B::alice, "1000");
    venue.bring("one", "0xa", 10, B::alice, "100", BridgeState::observed);
    venue.bring("one", "0xb", 11, B::alice, "100", BridgeState::attested);
    venue.bring("one", "0xc", 12, B::bob, "100", BridgeState::confirmed);
    venue.must_take(B::withdraw_to("one", B::alice, "900"));
    std::uint64_t const before = venue.book().sequence();
    auto const answer = venue.ask(GetParam().command);
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(GetParam().want)) << answer.refusal->message();
    EXPECT_NE(answer.refusal->message().find(GetParam().says), std::string::npos) << answer.refusal->message();
    EXPECT_EQ(venue.book().sequence(), before);
}

INSTANTIATE_TEST_SUITE_P(
    EachReason, BridgeRefusal,
    testing::Values(
        Refused{"UnknownChain", B::observe_transfer("three", "0xz", 20, B::alice, "1"), Errc::chain_not_bridged, "'three'; there are home, one, two"},
        Refused{"AssetOfAnotherChain", BridgeCommand{BridgeObserve{{"two", "0xz", 0}, 20, "", B::alice, B::usd_one, Amount::whole(1)}}, Errc::asset_not_bridged,
                "USD@one on two"},
        Refused{"AssetThatStaysAtHome", BridgeCommand{BridgeWithdraw{B::alice, B::btc, Amount::whole(1)}}, Errc::asset_not_bridged, "BTC"},
        Refused{"TransactionOfTwoWords", B::observe_transfer("one", "0x z", 20, B::alice, "1"), Errc::transfer_id_malformed, "without a space"},
        Refused{"TransactionWithoutAName", B::observe_transfer("one", "", 20, B::alice, "1"), Errc::transfer_id_malformed, "1 to 128"},
        Refused{"TransactionTooLong", B::observe_transfer("one", std::string(129, 'x'), 20, B::alice, "1"), Errc::transfer_id_malformed, "1 to 128"},
        Refused{"SeenBefore", B::observe_transfer("one", "0xa", 20, B::alice, "1"), Errc::transfer_seen_before, "0xa log 0 on one"},
        Refused{"AnotherAtThePlace", B::observe_transfer("one", "0xz", 10, B::alice, "1"), Errc::transfer_seen_before, "is 0xa: one of the two"},
        Refused{"FinalAlready", B::observe_transfer("one", "0xf", 5, B::alice, "1"), Errc::transfer_behind_final, "final up to block 5 log 0"},
        Refused{"BehindWhatIsFinal", B::observe_transfer("one", "0xz", 4, B::alice, "1", 9), Errc::transfer_behind_final, "in block 4"},
        Refused{"NeverObserved", B::advance("one", "0xz", BridgeState::attested), Errc::transfer_not_in_flight, "0xz log 0 on one"},
        Refused{"FinalIsNotInFlight", B::reverse("one", "0xf"), Errc::transfer_not_in_flight, "0xf"},
        Refused{"LeavesAStateOut", B::advance("one", "0xa", BridgeState::confirmed), Errc::transfer_step_out_of_order, "0xa log 0 on one is observed, confirmed does not follow"},
        Refused{"GoesBack", B::advance("one", "0xc", BridgeState::attested), Errc::transfer_step_out_of_order, "is confirmed"},
        Refused{"StaysWhereItIs", B::advance("one", "0xb", BridgeState::attested), Errc::transfer_step_out_of_order, "is attested"},
        Refused{"TwoThirdsAreNotMore", B::advance("one", "0xa", BridgeState::attested, 0, "0.666666666666666666"), Errc::attestation_too_small,
                "more than 0.666666666666666666"},
        Refused{"MoreStakeThanThereIs", B::advance("one", "0xa", BridgeState::attested, 0, "1.000000000000000001"), Errc::attestation_too_small, "of the stake"},
        Refused{"TwoOfThree", B::advance("one", "0xb", BridgeState::confirmed, 2), Errc::confirmations_too_few, "2 of the 3"},
        Refused{"FiveOfSix", B::advance("one", "0xc", BridgeState::final_, 5), Errc::confirmations_too_few, "5 of the 6"},
        Refused{"CreditThatIsNotFinal", B::withdraw_to("one", B::bob, "90"), Errc::credit_not_final, "0 USD@one may leave now"},
        Refused{"MoreThanThereIs", B::withdraw_to("one", B::alice, "150.000000000000000001"), Errc::balance_insufficient, "alice by 0.000000000000000001"},
        Refused{"ReleasedTooSoon", B::release("one", 1), Errc::dispute_window_open, "until 2026-01-01T00:01:40Z"},
        Refused{"NoSuchWithdrawal", B::release("one", 2), Errc::withdrawal_not_waiting, "2 of one"},
        Refused{"NothingToDispute", B::dispute("two", 1), Errc::withdrawal_not_waiting, "1 of two"},
        Refused{"PlainDeposit", B::deposit(B::alice, "1", B::usd_one), Errc::moves_by_bridge, "USD@one"},
        Refused{"PlainWithdrawal", B::withdraw(B::alice, "1"), Errc::moves_by_bridge, "USD"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(BridgeRefusal, OfBookkeepingIsTheBooksOwn) {
    BridgeLedger venue("");
    EXPECT_TRUE(venue.ask(B::observe_transfer("one", "0xa", 1, B::alice, "0")).refusal->is(book::Errc::amount_must_be_positive));
    EXPECT_TRUE(venue.ask(B::observe_transfer("one", "0xa", 1, venue.named("bridge:one"), "1")).refusal->is(book::Errc::accounts_must_differ));
    EXPECT_TRUE(venue.ask(B::observe_transfer("one", "0xa", 1, venue.named("outside:two"), "1")).refusal->is(book::Errc::accounts_must_differ));
    EXPECT_TRUE(venue.ask(B::observe_transfer("one", "0xa", 1, AccountId{99}, "1")).refusal->is(book::Errc::unknown_account));
    testing_aid::ClearingLedger plain("");
    EXPECT_TRUE(plain.ask(B::observe_transfer("one", "0xa", 1, B::alice, "1")).refusal->is(Errc::no_bridge_preset));
}

TEST(Observing, GoesOnAtAPlaceThatWasReorganisedAway) {
    BridgeLedger venue("");
    venue.bring("one", "0xa", 10, B::alice, "100", BridgeState::confirmed);
    venue.bring("one", "0xb", 11, B::bob, "100", BridgeState::observed);
    venue.must_take(B::reverse("one", "0xa"));
    venue.again();
    venue.must_take(B::observe_transfer("one", "0xa", 10, B::alice, "100")); // the same, in another block of that height
    venue.must_take(B::reverse("one", "0xb"));
    EXPECT_EQ(venue.has(venue.named("bridge:one"), B::usd_one), "100");
    EXPECT_EQ(venue.has(venue.named("outside:one"), B::usd_one), "-100");
}

// ---- a reversal after credit ----

/// alice is credited 90 of 100 on a chain, and bob has 10 there for good; alice spends, and the transfer is reversed.
struct Reversal {
    char const* name;
    char const* chain;
    char const* spent;
    char const* fund_there;  ///< of the bridge's fund, on the chain
    char const* fund_home;   ///< the same, at home
    char const* shared;      ///< of the shared fund, at home
    char const* recognised;
    char const* by_bridge;
    char const* by_shared;
    char const* left;
};
class Reversed : public testing::TestWithParam<Reversal> {};

TEST_P(Reversed, TakesBackWhatIsThereAndTheRestIsTheBridgesLoss) {
    Reversal const& row = GetParam();
    BridgeLedger venue("");
    std::string const chain = row.chain;
    AssetId const there = B::asset_on(chain);
    AccountId const own = venue.named("bridge:" + chain + ":fund");
    std::uint64_t block = 0;
    auto fill = [&](std::string const& where, AccountId account, std::string const& text) {
        if (text == "0") return;
        ++block;
        venue.bring(where, "0xf" + std::to_string(block), block, account, text);
    };
    fill(chain, B::bob, "10");
    if (chain != "home") fill(chain, own, row.fund_there);
    fill("home", own, row.fund_home);
    fill("home", B::fund, row.shared);
    venue.bring(chain, "0xa", ++block, B::alice, chain == "two" ? "120" : "100", BridgeState::confirmed);
    EXPECT_EQ(venue.has(B::alice, there), "90");
    if (std::string(row.spent) != "0") venue.must_take(Transfer{B::alice, B::carol, there, testing_aid::amount(row.spent)});
    auto const answer = venue.ask(B::reverse(chain, "0xa"));
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    venue.again();
    EXPECT_EQ(venue.has(B::alice, there), "0");
    EXPECT_EQ(venue.has(B::bob, there), "10");
    EXPECT_EQ(venue.has(B::carol, there), row.spent);
    std::string const recognised = row.recognised;
    ASSERT_EQ(venue.book().losses.size(), recognised == "0" ? 0U : 1U);
    if (recognised == "0") return;
    book::LossRow const& loss = venue.book().losses[1];
    EXPECT_EQ(format_decimal(loss.recognised), recognised);
    EXPECT_EQ(loss.asset, B::usd);
    EXPECT_EQ(format_decimal(loss.paid[static_cast<std::size_t>(wire::Layer::market_fund)]), row.by_bridge);
    EXPECT_EQ(format_decimal(loss.paid[static_cast<std::size_t>(wire::Layer::shared_fund)]), row.by_shared);
    EXPECT_EQ(format_decimal(loss.open()), row.left);
    EXPECT_EQ(format_decimal(venue.book().asset(B::usd).bad_debt), row.left);
    AccountId const bridge = venue.named("bridge:" + chain);
    EXPECT_EQ(venue.cash(bridge), -units_of(row.left)) << "what nobody paid";
    if (chain == "home") return;
    EXPECT_EQ(venue.cash(bridge, there), 0);
    AccountId const exchange = venue.named("exchange:USD");
    EXPECT_EQ(venue.cash(exchange) + venue.cash(exchange, there), 0) << "over all chains at zero";
}

INSTANTIATE_TEST_SUITE_P(
    EveryPayer, Reversed,
    testing::Values(
        //       name                     chain   spent  there home  shared   loss  bridge shared left
        Reversal{"AllIsThere",            "one",  "0",   "0",  "0",  "0",     "0",  "0",   "0",   "0"},
        Reversal{"APartIsGone",           "one",  "40",  "0",  "0",  "0",     "40", "0",   "0",   "40"},
        Reversal{"TheBridgesFundPays",    "one",  "40",  "50", "0",  "100",   "40", "40",  "0",   "0"},
        Reversal{"WithWhatItHasAtHome",   "one",  "40",  "0",  "50", "100",   "40", "40",  "0",   "0"},
        Reversal{"WithBoth",              "one",  "90",  "30", "30", "100",   "90", "60",  "30",  "0"},
        Reversal{"UpToItsCap",            "two",  "90",  "50", "50", "100",   "90", "20",  "70",  "0"},
        Reversal{"TheRestStaysOpen",      "two",  "90",  "50", "0",  "60",    "90", "20",  "60",  "10"},
        Reversal{"AtHomeWithoutExchange", "home", "90",  "0",  "30", "40",    "90", "30",  "40",  "20"}),
    [](auto const& row) { return std::string(row.param.name); });

/// derive-v2: the staked module, then whoever holds the asset. carol, who was paid with what was not there, shares.
TEST(Reversed, GoesDownTheLayersOfTheClearingPreset) {
    BridgeLedger venue("", "derive-v2");
    AccountOpened fact;
    fact.name = "module";
    fact.kind = wire::AccountKind::staked_module;
    venue.submit(rare(std::move(fact)));
    venue.bring("home", "0xh", 1, B::bob, "300");
    venue.bring("home", "0xi", 2, venue.named("module"), "40");
    venue.bring("home", "0xa", 3, B::alice, "100", BridgeState::confirmed);
    venue.must_take(Transfer{B::alice, B::carol, B::usd, testing_aid::amount("90")});
    auto const answer = venue.ask(B::reverse("home", "0xa"));
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    book::LossRow const& loss = venue.book().losses[1];
    EXPECT_EQ(format_decimal(loss.recognised), "90");
    EXPECT_EQ(format_decimal(loss.paid[static_cast<std::size_t>(wire::Layer::staked_module)]), "40");
    EXPECT_EQ(format_decimal(loss.paid[static_cast<std::size_t>(wire::Layer::socialised)]), "50");
    EXPECT_EQ(format_decimal(venue.cash(B::bob) + venue.cash(B::carol) + venue.cash(venue.named("module"))), "340") << "390 less 50";
    EXPECT_EQ(venue.has(B::alice, B::usd), "0") << "she has nothing to share with: the book as it will be is asked";
}

TEST(Reversed, TellsTheMarginThatIsLeft) {
    BridgeLedger venue("dydx-v4-perp");
    venue.must_take(B::mark("100"));
    venue.bring("home", "0xb", 1, B::bob, "100000");
    venue.bring("one", "0xa", 1, B::alice, "1000", BridgeState::confirmed); // counts 900 * 0.95 * 0.9
    auto const before = venue.ask(Check{B::alice});
    EXPECT_EQ(format_decimal(before.figures[0].units), "769.5");
    venue.must_take(B::trade(B::alice, B::bob, "50", "100"));
    auto const answer = venue.ask(B::reverse("one", "0xa"));
    ASSERT_TRUE(answer.accepted());
    bool is_told = false;
    for (Figure const& figure : answer.figures) is_told = is_told || (figure.name == "maintenance_excess" && figure.account == B::alice && figure.units < 0);
    EXPECT_TRUE(is_told);
}

// ---- withdrawals ----

TEST(Withdrawal, IsDebitedAtOnceAndPaidOutAfterTheWindow) {
    BridgeLedger venue("");
    venue.bring("one", "0xa", 1, B::alice, "100");
    venue.must_take(B::withdraw_to("one", B::alice, "60"));
    EXPECT_EQ(venue.has(B::alice, B::usd_one), "40");
    EXPECT_EQ(venue.has(venue.named("bridge:one:out"), B::usd_one), "60");
    venue.again();
    EXPECT_EQ(venue.rule(B::release("one", 1), B::start + 100 * B::second - 1), "dispute_window_open");
    EXPECT_EQ(venue.rule(B::release("one", 1), B::start + 100 * B::second), "");
    EXPECT_EQ(venue.has(venue.named("outside:one"), B::usd_one), "-40");
    EXPECT_EQ(venue.rule(B::release("one", 1)), "withdrawal_not_waiting") << "once";
    EXPECT_EQ(venue.rule(B::dispute("one", 1)), "withdrawal_not_waiting");
}

TEST(Withdrawal, IsGivenBackWhereItIsDisputed) {
    BridgeLedger venue("");
    venue.bring("one", "0xa", 1, B::alice, "100");
    venue.must_take(B::withdraw_to("one", B::alice, "60"));
    venue.must_take(B::withdraw_to("one", B::alice, "30"));
    venue.again();
    venue.must_take(B::dispute("one", 1));
    EXPECT_EQ(venue.has(B::alice, B::usd_one), "70");
    EXPECT_EQ(venue.rule(B::release("one", 1), B::start + 200 * B::second), "withdrawal_not_waiting");
    venue.must_take(B::withdraw_to("one", B::alice, "5")); // takes the place of the first on the board
    venue.again();
    EXPECT_EQ(venue.house().bridges()->board().lane("one").find(3)->second.amount, units_of("5")) << "and has a number of its own";
    venue.must_take(B::release("one", 2), B::start + 200 * B::second);
    EXPECT_EQ(venue.has(venue.named("outside:one"), B::usd_one), "-70");
}

/// What a flat position keeps, as cash.
[[nodiscard]] Body settled(AccountId account, AccountId counter, std::string const& text) {
    PositionSettled fact;
    fact.account = account;
    fact.counter = counter;
    fact.instrument = B::perp;
    fact.asset = B::usd;
    fact.type = SettlementType::realise;
    fact.quote = testing_aid::amount(text);
    fact.amount = fact.quote;
    return fact;
}

TEST(Withdrawal, CannotExceedWhatTheChainHasLocked) {
    BridgeLedger venue("dydx-v4-perp");
    venue.must_take(B::mark("100"));
    venue.bring("one", "0xa", 1, B::alice, "1000");
    venue.bring("home", "0xb", 1, B::bob, "300");
    venue.must_take(B::trade(B::alice, B::bob, "10", "100"));
    venue.must_take(B::mark("80"));
    venue.must_take(B::trade(B::bob, B::alice, "10", "80")); // bob has won 200 at home, which alice has on chain one
    AccountId const market = B::market; // which pays what positions have won
    venue.submit(settled(B::bob, market, "200"));
    venue.submit(settled(B::alice, market, "-200"));
    EXPECT_EQ(venue.has(B::bob, B::usd), "500");
    auto const answer = venue.ask(B::withdraw_to("home", B::bob, "300.000000000000000001"));
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::chain_lacks_funds)) << answer.refusal->message();
    EXPECT_NE(answer.refusal->message().find("300 USD can go to home now"), std::string::npos) << answer.refusal->message();
    EXPECT_EQ(venue.rule(B::withdraw_to("home", B::bob, "300")), "");
    EXPECT_EQ(venue.rule(B::withdraw_to("home", B::bob, "0.000001")), "chain_lacks_funds");
    EXPECT_EQ(venue.rule(B::withdraw_to("one", B::alice, "1")), "") << "what she owes at home, her margin covers";
}

/// Chain two: 50 or half of 200 within 100 s, 10 or 0.8 of it within 1,000 s.
TEST(Withdrawal, IsHeldToEachWindow) {
    BridgeLedger venue("");
    venue.bring("two", "0xa", 1, B::alice, "200");
    venue.bring("two", "0xb", 2, B::alice, "1000", BridgeState::confirmed); // is no part of what shares are of
    EXPECT_EQ(venue.rule(B::withdraw_to("two", B::alice, "200.000001")), "credit_not_final");
    auto leaves = [&] { return format_decimal(*venue.house().bridges()->leaves_now(B::usd_two, venue.book().time())); };
    EXPECT_EQ(leaves(), "210") << "what became final came on top of the long window's 10";
    venue.must_take(B::mark("1"), B::start + 2'000 * B::second); // at rest
    EXPECT_EQ(leaves(), "100");
    EXPECT_EQ(venue.rule(B::withdraw_to("two", B::alice, "100.000001")), "withdrawal_limited");
    venue.must_take(B::withdraw_to("two", B::alice, "100"));
    venue.again();
    EXPECT_EQ(leaves(), "0");
    venue.must_take(B::mark("1"), B::start + 2'010 * B::second);
    EXPECT_EQ(leaves(), "10") << "a tenth of 100 in a tenth of the window";
    venue.must_take(B::mark("1"), B::start + 2'100 * B::second);
    EXPECT_EQ(leaves(), "76") << "by the long window: 60 and a tenth of 160";
    venue.must_take(B::dispute("two", 1));
    EXPECT_EQ(leaves(), "176") << "and what is given back on top of that";
}

TEST(Withdrawal, WaitsWhileTheBridgesLossIsOpen) {
    BridgeLedger venue("", "dydx-v4");
    venue.bring("one", "0xb", 1, B::bob, "500");
    venue.bring("one", "0xa", 2, B::alice, "100", BridgeState::confirmed);
    venue.must_take(Transfer{B::alice, B::carol, B::usd_one, testing_aid::amount("90")});
    venue.must_take(B::reverse("one", "0xa"));
    auto const answer = venue.ask(B::withdraw_to("one", B::bob, "1"));
    ASSERT_FALSE(answer.accepted());
    EXPECT_TRUE(answer.refusal->is(Errc::withdrawals_wait)) << answer.refusal->message();
}

// ---- one margin over all chains ----

TEST(OneMargin, CountsAnAssetWhereverItStandsLessItsHaircut) {
    BridgeLedger venue("dydx-v4-perp");
    venue.must_take(B::mark("100"));
    venue.bring("home", "0xa", 1, B::alice, "100");
    venue.bring("one", "0xb", 1, B::alice, "100"); // 0.95 * 0.9 = 0.855
    venue.bring("two", "0xc", 1, B::alice, "100"); // 0.95 * 0.8 = 0.76
    auto const answer = venue.ask(Check{B::alice});
    EXPECT_EQ(format_decimal(answer.figures[0].units), "261.5");
    EXPECT_EQ(must(venue.fresh_levels(B::alice)).mark_to_market, units_of("261.5"));
    auto const valuation = must(Valuation::of(venue.book(), B::usd));
    Equity const equity = valuation.account(B::alice);
    EXPECT_TRUE(equity.complete());
    EXPECT_EQ(format_decimal(equity.amount), "300") << "what it is worth knows no haircut";
    EXPECT_EQ(valuation.rate_source(B::usd_one), RateSource::counted_as);
    // 2 % of 13,075 is 261.5
    venue.bring("home", "0xd", 2, B::bob, "100000");
    EXPECT_EQ(venue.rule(B::trade(B::alice, B::bob, "130.75", "100")), "");
    EXPECT_EQ(venue.rule(B::trade(B::alice, B::bob, "0.01", "100")), "initial_margin_insufficient");
    EXPECT_EQ(venue.rule(B::withdraw_to("two", B::alice, "1")), "withdrawal_exceeds_margin");
}

TEST(OneMargin, ADebtCountsWhole) {
    EXPECT_EQ(counted({B::usd, units_of("0.855")}, units_of("-100")), units_of("-100"));
    EXPECT_EQ(counted({B::usd, units_of("0.855")}, 3), 2) << "rounded down";
    EXPECT_EQ(counted({B::usd, units_of("0.855")}, 0), 0);
}

/// alice: 1,000 on chain one count 855. Long 400 at 100; at 98 she has lost 800: 55 are left of 470.40 that maintenance asks.
TEST(OneMargin, IsGatheredBeforeALiquidation) {
    BridgeLedger venue("dydx-v4-perp");
    venue.must_take(B::mark("100"));
    venue.bring("home", "0xb", 1, B::bob, "100000");
    venue.bring("home", "0xk", 2, B::keeper, "100000");
    venue.bring("one", "0xa", 1, B::alice, "1000");
    venue.must_take(B::trade(B::alice, B::bob, "400", "100"));
    EXPECT_EQ(venue.rule(Liquidate{B::alice, B::keeper}), "account_above_maintenance");
    EXPECT_EQ(venue.has(B::alice, B::usd_one), "1000") << "nothing is gathered of who is well";
    venue.must_take(B::mark("98"));
    auto const answer = venue.ask(Liquidate{B::alice, B::keeper});
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    EXPECT_EQ(venue.has(B::alice, B::usd_one), "0");
    AccountId const exchange = venue.named("exchange:USD");
    EXPECT_EQ(venue.has(exchange, B::usd_one), "855");
    EXPECT_EQ(venue.has(exchange, B::usd), "-855");
    EXPECT_EQ(venue.has(venue.named("bridge:one:fund"), B::usd_one), "145") << "the haircut is the bridge's fund's";
    EXPECT_EQ(format_decimal(venue.book().liquidations[1].equity_at_start), "55") << "its margin is as it was";
    EXPECT_EQ(venue.book().losses.size(), 0U);
    // the exchange brings home what it has, as anybody would
    venue.must_take(B::withdraw_to("one", exchange, "855"));
    venue.must_take(B::release("one", 1), venue.book().time() + 100 * B::second);
    venue.bring("home", "0xe", 3, exchange, "855");
    EXPECT_EQ(venue.has(exchange, B::usd), "0");
}

// ---- what stands on each chain ----

TEST(ChainSheets, SayWhoCouldPayNow) {
    BridgeLedger venue("");
    venue.bring("one", "0xa", 1, B::alice, "100");
    venue.bring("one", "0xb", 2, B::bob, "50", BridgeState::confirmed);
    venue.bring("two", "0xc", 1, B::bob, "30");
    venue.must_take(B::withdraw_to("two", B::bob, "10"));
    auto sheets = [&] { return chain_sheets(must(Valuation::of(venue.book(), B::usd)), venue.house().bridges(), venue.book().time()); };
    auto const rows = sheets();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].chain, "home");
    EXPECT_EQ(rows[0].shortfall(), 0);
    EXPECT_EQ(format_decimal(rows[1].locked), "100");
    EXPECT_EQ(format_decimal(rows[1].arriving), "50");
    EXPECT_EQ(format_decimal(rows[1].credited), "45");
    EXPECT_EQ(format_decimal(*rows[1].owed), "145");
    EXPECT_EQ(format_decimal(rows[1].shortfall()), "45") << "credit that is not final yet";
    EXPECT_EQ(rows[1].transfers, 1U);
    EXPECT_EQ(format_decimal(*rows[1].leaves_now), "100");
    EXPECT_EQ(format_decimal(rows[2].locked), "30");
    EXPECT_EQ(format_decimal(rows[2].waiting), "10");
    EXPECT_EQ(format_decimal(*rows[2].owed), "20");
    EXPECT_EQ(rows[2].withdrawals, 1U);
    EXPECT_EQ(rows[2].shortfall(), 0);
    EXPECT_EQ(format_decimal(*rows[2].leaves_now), "20") << "30 less 10: the limits are wider";
    venue.must_take(B::advance("one", "0xb", BridgeState::final_));
    EXPECT_EQ(sheets()[1].shortfall(), 0);
}

TEST(ChainSheets, WithoutABridgeTellWhatTheOutsideHolds) {
    testing_aid::ClearingLedger venue("");
    venue.must_take(B::deposit(B::alice, "100"));
    auto one = chain_sheets(must(Valuation::of(venue.book(), B::usd)), nullptr, 0);
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].chain, "world");
    EXPECT_EQ(format_decimal(*one[0].owed), "100");
    AccountOpened fact;
    fact.name = "bank";
    fact.kind = wire::AccountKind::outside;
    venue.submit(rare(std::move(fact)));
    venue.must_take(Deposit{B::bob, AccountId{venue.book().accounts.size()}, B::usd, testing_aid::amount("7")});
    auto const two = chain_sheets(must(Valuation::of(venue.book(), B::usd)), nullptr, 0);
    ASSERT_EQ(two.size(), 3U);
    EXPECT_EQ(two[1].chain, "bank");
    EXPECT_FALSE(two[1].owed) << "nobody can say on which of the two it is claimed";
    EXPECT_EQ(two[2].chain, "");
    EXPECT_EQ(format_decimal(two[2].locked), "107");
    EXPECT_EQ(format_decimal(*two[2].owed), "107");
}

// ---- adoption ----

TEST(Adoption, OpensWhatIsMissingOnceAndKeepsWhatIsThere) {
    BridgeLedger venue("");
    std::uint32_t const accounts = venue.book().accounts.size();
    std::uint32_t const assets = venue.book().assets.size();
    EXPECT_EQ(venue.book().chains.size(), 3U);
    EXPECT_EQ(venue.book().account(venue.named("bridge:one:fund")).parent, venue.named("bridge:one"));
    std::string without = testing_aid::small_bridge_preset; // no USD on chain two
    std::size_t const from = without.find("[[chains]]\nchain = \"two\"");
    without.erase(from, without.find("[[assets]]") - from);
    std::size_t const asset = without.find("[[assets]]\nasset = \"USD\"\nchain = \"two\"");
    without.erase(asset);
    venue.adopt_bridge(without);
    EXPECT_EQ(venue.book().accounts.size(), accounts);
    EXPECT_EQ(venue.book().assets.size(), assets);
    EXPECT_EQ(venue.rule(B::observe_transfer("two", "0xa", 1, B::alice, "1")), "chain_not_bridged");
    auto const rules = what_counts_as(venue.book());
    EXPECT_TRUE(rules[B::usd_one.number()].whole.is_some());
    EXPECT_FALSE(rules[B::usd_two.number()].whole.is_some()) << "it counts as nothing any more";
}

TEST(Adoption, IsRefusedWhereItWouldLeaveSomethingBehind) {
    BridgeLedger venue("");
    venue.bring("two", "0xa", 1, B::alice, "10", BridgeState::attested);
    std::string body = testing_aid::small_bridge_preset;
    for (std::size_t at = body.find("\"two\""); at != std::string::npos; at = body.find("\"two\"")) body.replace(at, 5, "\"six\"");
    for (std::size_t at = body.find("USD@two"); at != std::string::npos; at = body.find("USD@two")) body.replace(at, 7, "USD@six");
    auto const six = must(BridgePreset::parse(body, "six.toml"));
    auto const refused = adoption_of(venue.book(), six);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::transfers_in_flight)) << refused.error().message();
    venue.must_take(B::reverse("two", "0xa"));
    EXPECT_TRUE(adoption_of(venue.book(), six));
    AccountOpened taken;
    taken.name = "bridge:six";
    taken.kind = wire::AccountKind::customer;
    venue.submit(rare(std::move(taken)));
    EXPECT_TRUE(adoption_of(venue.book(), six).error().is(Errc::bridge_account_missing));
    body = testing_aid::small_bridge_preset;
    for (std::size_t at = body.find("\"USD\""); at != std::string::npos; at = body.find("\"USD\"")) body.replace(at, 5, "\"EUR\"");
    for (std::size_t at = body.find("USD@two"); at != std::string::npos; at = body.find("USD@two")) body.replace(at, 7, "EUR@two");
    EXPECT_TRUE(adoption_of(venue.book(), must(BridgePreset::parse(body, "eur.toml"))).error().is(book::Errc::unknown_asset));
}

} // namespace
} // namespace plimsoll::risk
