#include "ledger/book/apply.hpp"

#include "ledger/book/invariants.hpp"
#include "ledger/book/root.hpp"
#include "tests/ledger/book/market.hpp"
#include "tests/ledger/book/random_life.hpp"

#include <gtest/gtest.h>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

// ---- what each kind leaves in the rows, beside its legs ----

TEST(Apply, ATransferTellsItsFeeApart) {
    Transferred fact = a<Transferred>();
    fact.fee = amount("0.25");
    fact.fee_account = fees;
    Sample sample = market();
    sample.happens(fact);
    EXPECT_EQ(sample.balance("alice", "USDC"), "1000.75"); // 1000 + 1 - 0.25
    EXPECT_EQ(sample.balance("bob", "USDC"), "999");
    EXPECT_EQ(sample.balance("fees", "USDC"), "0.25");
}

TEST(Apply, ATradeIsBookedAsItSays) {
    Sample sample = market(); // alice bought 2 at 100 from bob
    EXPECT_EQ(sample.position("alice", "BTC-PERP"), "2 -200 0");
    EXPECT_EQ(sample.position("bob", "BTC-PERP"), "-2 200 0");
    EXPECT_EQ(sample.balance("alice", "USDC"), "1000") << "variation moves no cash";
    EXPECT_EQ(sample.book().instrument(perp).open_interest, quantity("2"));

    Traded fee = a<Traded>();
    fee.buyer_fee = amount("0.5");
    fee.seller_fee = amount("-0.125"); // a rebate
    fee.fee_account = fees;
    sample.happens(fee);
    EXPECT_EQ(sample.balance("alice", "USDC"), "999.5");
    EXPECT_EQ(sample.balance("bob", "USDC"), "1000.125");
    EXPECT_EQ(sample.balance("fees", "USDC"), "0.375");
}

TEST(Apply, OpenInterestIsTheSumOfLongs) {
    Sample sample = market();
    auto const interest = [&] { return format_decimal(sample.book().instrument(perp).open_interest); };
    sample.trade("alice", "carol", "BTC-PERP", "1", "100"); // alice 3, bob -2, carol -1
    EXPECT_EQ(interest(), "3");
    sample.trade("bob", "alice", "BTC-PERP", "2", "100"); // alice 1, bob 0, carol -1
    EXPECT_EQ(interest(), "1");
    sample.trade("dave", "alice", "BTC-PERP", "3", "100"); // alice -2, dave 3, carol -1: alice turns
    EXPECT_EQ(interest(), "3");
    sample.trade("alice", "dave", "BTC-PERP", "3", "100");
    sample.trade("carol", "alice", "BTC-PERP", "1", "100");
    EXPECT_EQ(interest(), "0");
}

TEST(Apply, ObservationsFillTheirOwnField) {
    Sample sample = market();
    Origin const origin{.source_time = 4'000, .cursor = {1, 1}, .record = 0, .cause_sequence = 0, .source = 1};
    auto const see = [&](Observation kind, std::uint32_t subject, Price value) {
        Observed fact;
        fact.kind = kind;
        fact.subject = subject;
        fact.value = value;
        fact.confidence = Ratio{value.units() + 100};
        sample.happens(fact, origin);
    };
    see(Observation::mark_price, 1, Price{1});
    see(Observation::index_price, 1, Price{2});
    see(Observation::forward, 1, Price{3});
    see(Observation::volatility, 1, Price{4});
    see(Observation::rate, 1, Price{-5});
    see(Observation::settlement_price, 1, Price{6});
    see(Observation::open_interest, 1, Price{7});
    see(Observation::forward_settled, 1, Price{9});
    see(Observation::asset_price, 2, Price{8});
    InstrumentRow const& row = sample.book().instrument(perp);
    EXPECT_EQ(row.mark.value, Price{1});
    EXPECT_EQ(row.mark.time, 4'000);
    EXPECT_EQ(row.mark.confidence, Ratio{101});
    EXPECT_EQ(row.forward_settled.value, Price{9});
    EXPECT_EQ(row.volatility.confidence, Ratio{104});
    EXPECT_EQ(row.rate.time, 4'000);
    EXPECT_EQ(row.index_price.value, Price{2});
    EXPECT_EQ(row.forward.value, Price{3});
    EXPECT_EQ(row.volatility.value, Price{4});
    EXPECT_EQ(row.rate.value, Price{-5});
    EXPECT_EQ(row.settlement.value, Price{6});
    EXPECT_EQ(row.open_interest, quantity("2")) << "an observed one is somebody's word: it changes nothing";
    EXPECT_EQ(sample.book().asset(btc).price.value, Price{8});
    EXPECT_EQ(sample.book().asset(btc).price.time, 4'000);
}

TEST(Apply, DefinitionsBecomeRowsThatCanBeFound) {
    Sample sample = market();
    sample.happens(a<AssetDefined>()).happens(a<InstrumentDefined>()).happens(a<AccountOpened>());
    sample.happens(a<SourceDefined>()).happens(a<FeedDefined>()).happens(a<ChainDefined>());
    Book const& book = sample.book();
    EXPECT_EQ(book.find_asset("ETH"), AssetId{4});
    EXPECT_EQ(book.asset(AssetId{4}).decimals, 18U);
    EXPECT_EQ(book.find_source("chain"), 2);
    EXPECT_EQ(book.find_feed("second"), 2);
    EXPECT_EQ(book.find_account("nobody"), std::nullopt);
    EXPECT_EQ(book.find_account("erin"), nobody) << "the next id";
    AccountRow const& erin = book.account(nobody);
    EXPECT_EQ(erin.parent, alice);
    EXPECT_EQ(erin.kind, wire::AccountKind::subaccount);
    EXPECT_EQ(erin.opened_sequence, book.sequence() - 3);
    InstrumentRow const& row = book.instrument(*book.find_instrument("ETH-PERP"));
    EXPECT_EQ(row.settle, usdc);
    EXPECT_EQ(row.market_account, house);
    EXPECT_TRUE(multiplier(row.multiplier_denominator) == 10);
    EXPECT_EQ(row.strike, price("4000"));
    EXPECT_EQ(row.expiry, 1'800'000'000'000'000'000);
    ChainRow const& chain = book.chains[2];
    EXPECT_EQ(chain.chain_id, 8'453U);
    EXPECT_EQ(chain.account, world.number());
}

TEST(Apply, AMultiplierMayNeed128Bits) {
    InstrumentDefined fact = a<InstrumentDefined>();
    fact.multiplier_numerator = to_wire(Int128{1} << 100);
    Sample sample = market();
    sample.happens(fact);
    EXPECT_TRUE(multiplier(sample.book().instrument(no_instrument).multiplier_numerator) == Int128{1} << 100);
}

TEST(Apply, BlocksMoveTheirChainOn) {
    Sample sample = market();
    sample.happens(a<BlockRecorded>());
    ChainRow const& chain = sample.book().chains[1];
    EXPECT_EQ(chain.block, 101U);
    EXPECT_EQ(chain.block_time, 1'776'435'837'000'000'000);
    wire::Digest const digest(5, 6, 7, 8);
    EXPECT_EQ(std::memcmp(chain.block_hash.data(), &digest, sizeof(Hash)), 0);
}

TEST(Apply, ALiquidationIsFollowedToItsEnd) {
    Sample sample = market();
    sample.happens(a<LiquidationStarted>());
    LiquidationRow const& row = sample.book().liquidations[2];
    EXPECT_EQ(row.id, 8U);
    EXPECT_EQ(row.started_sequence, sample.book().sequence());
    EXPECT_EQ(row.equity_at_start, amount("-4"));
    EXPECT_EQ(row.requirement_at_start, amount("6"));
    EXPECT_EQ(sample.book().account(alice).in_liquidation, 1);
    EXPECT_EQ(sample.book().account(alice).liquidation, 8U);

    sample.happens(a<LiquidationBid>()).happens(a<LiquidationBid>()).happens(a<LiquidationEnded>());
    LiquidationRow const& ended = sample.book().liquidations[1];
    EXPECT_EQ(ended.bids, 2U);
    EXPECT_EQ(ended.ended_sequence, sample.book().sequence());
    EXPECT_EQ(ended.penalty, amount("0.5"));
    EXPECT_EQ(ended.outcome, static_cast<std::uint64_t>(wire::LiquidationOutcome::insolvent));
    EXPECT_EQ(sample.book().account(carol).in_liquidation, 0);
    EXPECT_EQ(sample.book().account(carol).liquidation, open_liquidation) << "the last one stays on record";
    EXPECT_EQ(sample.book().account(alice).in_liquidation, 1) << "alice's goes on";
}

TEST(Apply, ALossIsPaidLayerByLayer) {
    Sample sample = market(); // carol's loss of 5
    EXPECT_EQ(sample.book().asset(usdc).bad_debt, amount("5"));
    sample.happens(a<WaterfallPaid>()); // the fund pays 2
    WaterfallPaid second = a<WaterfallPaid>();
    second.layer = wire::Layer::residual;
    second.payer = house.number();
    second.amount = to_wire(amount("3"));
    sample.happens(second);
    LossRow const& loss = sample.book().losses[1];
    EXPECT_EQ(loss.recognised, amount("5"));
    EXPECT_EQ(loss.paid.at(static_cast<std::size_t>(wire::Layer::shared_fund)), amount("2"));
    EXPECT_EQ(loss.paid.at(static_cast<std::size_t>(wire::Layer::residual)), amount("3"));
    EXPECT_EQ(sample.book().asset(usdc).bad_debt, Amount{});
    EXPECT_EQ(sample.balance("carol", "USDC"), "15");
    EXPECT_EQ(sample.balance("fund", "USDC"), "498");
    EXPECT_EQ(sample.balance("house", "USDC"), "-3");
}

TEST(Apply, APoolSwapsMoneyForShares) {
    Sample sample = market();
    sample.happens(a<PoolMoved>());
    EXPECT_EQ(sample.balance("alice", "USDC"), "980");
    EXPECT_EQ(sample.balance("alice", "SHARE"), "10");
    EXPECT_EQ(sample.balance("pool", "USDC"), "20");
    EXPECT_EQ(sample.balance("pool", "SHARE"), "90");
}

TEST(Apply, BreakersParametersPresetsAndCreditsKeepTheLastWord) {
    Sample sample = market();
    sample.happens(a<BreakerTripped>()).happens(a<BreakerTripped>()).happens(a<BreakerReleased>());
    ASSERT_EQ(sample.book().breakers.size(), 2U) << "one row a breaker and scope";
    BreakerRow const& halt = sample.book().breakers[1];
    EXPECT_EQ(halt.tripped, 0U);
    EXPECT_EQ(halt.value, price("1"));
    EXPECT_EQ(halt.sequence, sample.book().sequence());
    BreakerRow const& slow = sample.book().breakers[2];
    EXPECT_EQ(slow.tripped, 1U);
    EXPECT_EQ(slow.allowed, 5U);
    EXPECT_EQ(slow.threshold, price("2"));

    ParameterSet parameter = a<ParameterSet>();
    sample.happens(parameter);
    parameter.value = to_wire(Int128{2});
    sample.happens(parameter);
    parameter.scope = "";
    sample.happens(parameter);
    ASSERT_EQ(sample.book().parameters.size(), 2U);
    EXPECT_EQ(sample.book().parameters[1].value, Ratio{2});
    // First 8 bytes of SHA-256("one") = 7692c3ad3540bb80..., little-endian
    EXPECT_EQ(sample.book().parameters[1].text, 0x80BB'4035'ADC3'9276ULL);

    PresetAdopted preset = a<PresetAdopted>();
    sample.happens(preset);
    preset.version = "2";
    sample.happens(preset);
    ASSERT_EQ(sample.book().presets.size(), 1U) << "one preset a scope";
    EXPECT_EQ(sample.book().presets[1].version.view(), "2");

    CreditChanged credit = a<CreditChanged>();
    sample.happens(credit);
    credit.limit = to_wire(amount("60"));
    sample.happens(credit);
    ASSERT_EQ(sample.book().credits.size(), 1U);
    EXPECT_EQ(sample.book().credits[1].limit, amount("60"));
    EXPECT_EQ(sample.book().credits[1].score, Ratio{7});
}

TEST(Apply, EntriesSetRowsAndTheIndicesTheyStandAt) {
    OpeningEntered fact = a<OpeningEntered>();
    fact.legs = {size_leg(dave, perp, quantity("5")), size_leg(world, perp, quantity("-5")),
                 quote_leg(dave, perp, usdc, amount("-400")), cash_leg(world, usdc, amount("400"))};
    fact.stands = {stand_at(dave, perp.number(), IndexKind::funding, index_at("0.75")),
                   stand_at(dave, btc.number(), IndexKind::supply_interest, index_at("1.01"))};
    Sample sample = market();
    sample.happens(fact);
    EXPECT_EQ(sample.position("dave", "BTC-PERP"), "5 -400 0.75");
    EXPECT_EQ(sample.balance("dave", "BTC"), "0") << "a stand opens the row that it is about";
    EXPECT_EQ(sample.book().balance(dave, btc)->interest_index, index_at("1.01"));
    EXPECT_EQ(sample.book().head[1].corrections, 0U);
    sample.happens(a<Corrected>()).happens(a<Reversed>());
    EXPECT_EQ(sample.book().head[1].corrections, 2U);
}

TEST(Apply, HeadAndSourceStandWhereTheRecordsEnd) {
    Sample sample = market();
    std::uint64_t const before = sample.book().sequence();
    Origin origin{.source_time = 500, .cursor = {3, 4}, .record = 0, .cause_sequence = 0, .source = 1};
    sample.happens(a<Transferred>(), origin);
    origin.source_time = 700;
    origin.cursor = {3, 5};
    sample.happens(a<Quarantined>(), origin);
    Origin older; // by hand: no source, no cursor
    older.source_time = 100;
    sample.happens(a<Quarantined>(), older);
    HeadRow const& head = sample.book().head[1];
    EXPECT_EQ(head.sequence, before + 3);
    EXPECT_EQ(head.time, 700) << "the largest so far";
    EXPECT_EQ(head.quarantined, 2U);
    SourceRow const& source = sample.book().sources[1];
    EXPECT_EQ(source.cursor, (Cursor{3, 5}));
    EXPECT_EQ(source.time, 700);
    EXPECT_EQ(source.events, 2U);
    EXPECT_EQ(source.quarantined, 1U);
}

TEST(Apply, ADefinitionWithoutACursorTakesNoSourceBack) {
    Sample sample = market();
    Origin origin{.source_time = 500, .cursor = {3, 4}, .record = 0, .cause_sequence = 0, .source = 1};
    sample.happens(a<Transferred>(), origin);
    origin.source_time = 100;
    origin.cursor = {};
    sample.happens(a<AssetDefined>(), origin);
    EXPECT_EQ(sample.book().sources[1].cursor, (Cursor{3, 4}));
    EXPECT_EQ(sample.book().sources[1].time, 500);
    EXPECT_EQ(sample.book().sources[1].events, 2U);
}

TEST(Apply, ABreakerIsItsNameAndItsScope) {
    Sample sample = market(); // halt of BTC-PERP is down
    BreakerTripped elsewhere = a<BreakerTripped>();
    elsewhere.breaker = "halt";
    elsewhere.scope = "BTC-CALL";
    sample.happens(elsewhere).happens(a<BreakerReleased>());
    ASSERT_EQ(sample.book().breakers.size(), 2U);
    EXPECT_EQ(sample.book().breakers[1].tripped, 0U);
    EXPECT_EQ(sample.book().breakers[2].tripped, 1U);
}

TEST(Apply, AnAccountsRowsAreAChainFromTheNewest) {
    Sample sample = market();
    sample.deposit("dave", "SHARE", "1").deposit("dave", "USDC", "2").deposit("dave", "BTC", "3");
    std::vector<AssetId> seen;
    sample.book().for_balances(dave, [&](BalanceRow const& row) { seen.push_back(row.asset); });
    EXPECT_EQ(seen, (std::vector{btc, usdc, share}));
    sample.trade("dave", "bob", "BTC-CALL", "1", "1").trade("bob", "dave", "BTC-PERP", "1", "1");
    std::vector<InstrumentId> held;
    sample.book().for_positions(dave, [&](PositionRow const& row) { held.push_back(row.instrument); });
    EXPECT_EQ(held, (std::vector{perp, call}));
}

// ---- events that do not belong to the book ----

struct Damaged {
    std::string name;
    Body body;
    friend void PrintTo(Damaged const& row, std::ostream* out) { *out << row.name; }
};

template <class Fact> [[nodiscard]] Damaged damaged(std::string name, void (*change)(Fact&)) {
    Fact fact = a<Fact>();
    change(fact);
    return {std::string(kind_name<Fact>) + std::move(name), body_of(fact)};
}

class ApplyDamaged : public testing::TestWithParam<Damaged> {};

TEST_P(ApplyDamaged, IsRefused) {
    Sample sample = market();
    auto const verdict = apply(sample.raw(), Event{{}, GetParam().body});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::rows_disagree)) << verdict.error().message();
    EXPECT_NE(verdict.error().detail().find('#'), std::string::npos) << "says which event";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ApplyDamaged,
    testing::Values(
        damaged<Transferred>("Account", [](auto& fact) { fact.account = nobody; }),
        damaged<Transferred>("AccountNone", [](auto& fact) { fact.account = {}; }),
        damaged<Transferred>("AccountLast", [](auto& fact) { fact.account = AccountId{0xFFFF'FFFF}; }),
        damaged<Transferred>("Asset", [](auto& fact) { fact.asset = no_asset; }),
        damaged<Transferred>("FeeAccount", [](auto& fact) { fact.fee = Amount{1}; }),
        damaged<Transferred>("Overflow",
                             [](auto& fact) { fact.amount = Amount{static_cast<Int128>((Uint128{1} << 127) - 1)}; }),
        damaged<Traded>("Buyer", [](auto& fact) { fact.buyer = nobody; }),
        damaged<Traded>("Instrument", [](auto& fact) { fact.instrument = no_instrument; }),
        damaged<Traded>("Base", [](auto& fact) { fact.booking = Booking::spot; }),
        damaged<Traded>("Overflow",
                        [](auto& fact) { fact.size = Quantity{static_cast<Int128>((Uint128{1} << 127) - 1)}; }),
        damaged<Observed>("Instrument", [](auto& fact) { fact.subject = 0; }),
        damaged<Observed>("Asset", [](auto& fact) { fact.kind = Observation::asset_price, fact.subject = 4; }),
        damaged<IndexRecorded>("Instrument", [](auto& fact) { fact.subject = 5; }),
        damaged<IndexRecorded>("Asset", [](auto& fact) { fact.kind = IndexKind::borrow_interest, fact.subject = 4; }),
        damaged<IndexMet>("Subject", [](auto& fact) { fact.subject = 5; }),
        damaged<IndexMet>("Account", [](auto& fact) { fact.account = nobody; }),
        damaged<PositionSettled>("Counter", [](auto& fact) { fact.counter = nobody; }),
        damaged<InstrumentDefined>("Settle", [](auto& fact) { fact.settle = 4; }),
        damaged<InstrumentDefined>("Base", [](auto& fact) { fact.base = 0; }),
        damaged<BlockRecorded>("Chain", [](auto& fact) { fact.chain = "base"; }),
        damaged<OpeningEntered>("Leg", [](auto& fact) { fact.legs[0] = cash_leg(nobody, usdc, amount("7")); }),
        damaged<OpeningEntered>("Stand",
                                [](auto& fact) { fact.stands = {stand_at(dave, 5, IndexKind::funding, {})}; }),
        damaged<LiquidationStarted>("Account", [](auto& fact) { fact.account = nobody.number(); }),
        damaged<LiquidationBid>("Liquidation", [](auto& fact) { fact.liquidation = 9; }),
        damaged<LiquidationEnded>("Liquidation", [](auto& fact) { fact.liquidation = 9; }),
        damaged<LiquidationEnded>("Account", [](auto& fact) { fact.account = 0; }),
        damaged<BadDebtRecognised>("Asset", [](auto& fact) { fact.asset = 4; }),
        damaged<BadDebtRecognised>("Overflow", [](auto& fact) { fact.amount = to_wire(static_cast<Int128>((Uint128{1} << 127) - 1)); }),
        damaged<WaterfallPaid>("Loss", [](auto& fact) { fact.loss = 9; }),
        damaged<WaterfallPaid>("Layer", [](auto& fact) { fact.layer = static_cast<wire::Layer>(11); }),
        damaged<PoolMoved>("Pool", [](auto& fact) { fact.pool = 0; }),
        damaged<BreakerReleased>("Breaker", [](auto& fact) { fact.breaker = "none"; })),
    [](auto const& row) { return row.param.name; });

TEST(Apply, AnUnknownSourceIsRefused) {
    Sample sample = market();
    Origin origin;
    origin.source = 2;
    EXPECT_TRUE(apply(sample.raw(), {origin, a<Transferred>()}).error().is(Errc::rows_disagree));
}

TEST(Apply, NoiseIsRefusedOrAppliedButNeverCrashes) {
    int refused = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Random random(seed);
        SCOPED_TRACE("seed " + std::to_string(seed));
        Sample sample = market();
        for (int i = 0; i < 10; ++i) {
            for (Event event : one_of_each(random)) {
                if (random.chance(2)) event.origin.source = 1;
                refused += apply(sample.raw(), event) ? 0 : 1;
            }
        }
        static_cast<void>(check_balance(sample.book()));
        static_cast<void>(state_root(sample.book()));
        static_cast<void>(sample.raw().rebuild_indexes());
    }
    EXPECT_GT(refused, 1'000);
}

TEST(Apply, DamagedBatchesAreRefusedOrAppliedButNeverCrash) {
    RandomLife life(7);
    for (int i = 0; i < 400; ++i) life.step();
    BatchBuilder builder;
    for (Event const& event : life.sample().events()) builder.add(event.origin, event.body);
    std::string const whole = builder.finish({1, 0, 0, {}});
    int applied = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Random random(seed);
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::string damaged = whole;
        for (int flips = 0; flips < 3; ++flips) {
            std::size_t const at = random.below(damaged.size());
            damaged[at] = static_cast<char>(random.chance(2) ? random.word() : random.below(12));
        }
        AlignedBytes const bytes(bytes_of(std::string_view(damaged)));
        auto const view = BatchView::open(bytes.view());
        if (!view) continue;
        Book book;
        bool const ok = apply(book, view.value()).has_value();
        applied += ok ? 1 : 0;
        static_cast<void>(check_balance(book));
        static_cast<void>(state_root(book));
    }
    EXPECT_GT(applied, 0) << "a changed amount that fits is for the hash chain to find";
}

} // namespace
} // namespace plimsoll::book
