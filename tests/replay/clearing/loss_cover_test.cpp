#include "risk/clearing/loss_cover.hpp"
#include "tests/replay/clearing/clearing_ledger.hpp"

#include <map>
#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::ClearingLedger;
using testing_aid::units_of;
using L = ClearingLedger;
using wire::Layer;

/// Alice is long 2,000 PERP at 100 with 5,000, bob short 1,500 with 4,000 and carol short 500 with 3,000. At 90 she is
/// worth -15,000, bob 19,000 (15,000 of it profit) and carol 8,000 (5,000). Bankruptcy price: 97.5.
struct Venue : ClearingLedger {
    AccountId house_tranche;
    AccountId module;
    AccountId pool;

    explicit Venue(std::string_view clearing) : ClearingLedger("dydx-v4-perp", true) {
        house_tranche = open("tranche", wire::AccountKind::operator_tranche);
        module = open("module", wire::AccountKind::staked_module);
        pool = open("pool", wire::AccountKind::pool);
        if (!clearing.empty()) adopt_clearing(*shipped_clearing_preset(clearing));
        again();
        must_take(deposit(alice, "5000"));
        must_take(deposit(bob, "4000"));
        must_take(deposit(carol, "3000"));
        must_take(deposit(keeper, "500000"));
        must_take(mark("100"));
        must_take(trade(alice, bob, "1500", "100"));
        must_take(trade(alice, carol, "500", "100"));
    }
    [[nodiscard]] AccountId open(char const* name, wire::AccountKind kind) {
        AccountOpened fact;
        fact.name = name;
        fact.kind = kind;
        submit(rare(std::move(fact)));
        return AccountId{book().accounts.size()};
    }
    [[nodiscard]] Int128 paid(Layer layer) const { return book().losses[1].paid[static_cast<std::size_t>(layer)].units(); }
    [[nodiscard]] std::vector<AutoDeleveraged> deals() {
        std::vector<AutoDeleveraged> told;
        testing_aid::must(house().commit());
        auto const reader = testing_aid::must(replay::Reader::open(path()));
        testing_aid::must(reader->for_events(1, book().sequence(), [&](std::uint64_t, Event const& event) {
            visit_body(event.body, [&](auto const& fact) {
                if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, AutoDeleveraged>) told.push_back(fact);
            });
            return true;
        }));
        return told;
    }
};

struct Payers {
    char const* name;
    char const* clearing;
    std::map<std::string, char const*> funds; ///< account: what it has
    std::map<Layer, char const*> paid;
    char const* left;
    char const* bob_size; ///< of -1,500
    char const* carol_size; ///< of -500
};

class EngineWaterfall : public testing::TestWithParam<Payers> {};

TEST_P(EngineWaterfall, PaysByThePresetInForce) {
    Payers const& row = GetParam();
    Venue venue(row.clearing);
    for (auto const& [name, amount] : row.funds) venue.must_take(L::deposit(*venue.book().find_account(name), amount));
    venue.must_take(L::mark("90"));
    auto const answer = venue.ask(LiquidateAll{});
    ASSERT_TRUE(answer.accepted()) << answer.refusal->message();
    auto const& book = venue.book();
    ASSERT_EQ(book.losses.size(), 1U);
    EXPECT_EQ(format_decimal(book.losses[1].recognised), "15000");
    Int128 sum = 0;
    for (std::size_t i = 0; i < book.losses[1].paid.size(); ++i) {
        auto const expected = row.paid.find(static_cast<Layer>(i));
        EXPECT_EQ(format_decimal(book.losses[1].paid[i]), expected == row.paid.end() ? "0" : expected->second) << wire::EnumNameLayer(static_cast<Layer>(i));
        sum += book.losses[1].paid[i].units();
    }
    EXPECT_EQ(format_decimal(book.losses[1].open()), row.left);
    EXPECT_EQ(sum + book.losses[1].open().units(), book.losses[1].recognised.units());
    EXPECT_EQ(venue.cash(L::alice), -units_of(row.left)) << "what is open is what she owes";
    EXPECT_EQ(venue.size(L::alice), 0);
    EXPECT_EQ(format_decimal(venue.size(L::bob)), row.bob_size);
    EXPECT_EQ(format_decimal(venue.size(L::carol)), row.carol_size);
    EXPECT_EQ(venue.size(L::keeper), -venue.size(L::bob) - venue.size(L::carol)) << "the rest of her position is the liquidator's";
    for (auto const& [name, amount] : row.funds) EXPECT_GE(venue.cash(*book.find_account(name)), 0) << name;
    EXPECT_EQ(venue.rule(LiquidateAll{}), "");
    EXPECT_EQ(book.losses.size(), 1U) << "what only owes is not liquidated again";
}

// Each figure by hand from the layers in risk/presets/clearing.
INSTANTIATE_TEST_SUITE_P(
    EveryPreset, EngineWaterfall,
    testing::Values(
        Payers{"NoneInForce", "", {{"market-fund", "2000"}, {"fund", "3000"}}, {{Layer::market_fund, "2000"}, {Layer::shared_fund, "3000"}}, "10000", "-1500", "-500"},
        Payers{"DydxFundsAreEnough", "dydx-v4", {{"market-fund", "5000"}, {"fund", "10000"}}, {{Layer::market_fund, "5000"}, {Layer::shared_fund, "10000"}}, "0", "-1500", "-500"},
        // contracts pro rata: all 2,000 are closed; each bears its contracts' share of 9,000
        Payers{"DydxWinnersBearTheRest", "dydx-v4", {{"fund", "6000"}}, {{Layer::shared_fund, "6000"}, {Layer::auto_deleveraging, "9000"}}, "0", "0", "0"},
        Payers{"DydxOneUnitShort", "dydx-v4", {{"fund", "14999.999999"}}, {{Layer::shared_fund, "14999.999999"}, {Layer::auto_deleveraging, "0.000001"}}, "0", "0", "0"},
        // the pool first, then the queue: carol's (100 / 90) * (45,000 / 8,000) is below bob's (135,000 / 19,000); bob gives
        // 12,000 of 15,000, by 1,200 contracts
        Payers{"HyperliquidByTheQueue", "hyperliquid", {{"pool", "3000"}}, {{Layer::pool, "3000"}, {Layer::auto_deleveraging, "12000"}}, "0", "-300", "-500"},
        // 1,000 of the module, 14,000 over 4,000 + 3,000 + 500,000 of cash
        Payers{"DeriveEveryDepositor", "derive-v2", {{"module", "1000"}}, {{Layer::staked_module, "1000"}, {Layer::socialised, "14000"}}, "0", "-1500", "-500"},
        Payers{"DeriveModuleAlone", "derive-v2", {{"module", "15000"}}, {{Layer::staked_module, "15000"}}, "0", "-1500", "-500"},
        // the tranche 500, the fund what is above its floor of a million: 400; 30 % of the module: 300; of 13,800 winners bear
        // half, 6,900, three to one: 517.5 and 172.5 contracts, in lots of 100; then 6,900 over everybody's cash, where the
        // tranche has nothing left for a remainder
        Payers{"CcpDownToGains", "ccp-like", {{"tranche", "500"}, {"fund", "1000400"}, {"module", "1000"}},
               {{Layer::operator_tranche, "500"}, {Layer::shared_fund, "400"}, {Layer::staked_module, "300"}, {Layer::auto_deleveraging, "6900"}, {Layer::socialised, "6900"}},
               "0", "-900", "-300"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(EngineDeleveraging, ClosesWinnersAtTheBankruptcyPrice) {
    Venue venue("dydx-v4");
    venue.must_take(L::mark("90"));
    venue.must_take(LiquidateAll{});
    auto const deals = venue.deals();
    ASSERT_EQ(deals.size(), 2U);
    for (AutoDeleveraged const& deal : deals) {
        EXPECT_EQ(format_decimal(units(deal.price)), "97.5") << "5,000 over 2,000 contracts below 100";
        EXPECT_EQ(deal.policy, "contract_pro_rata");
    }
    // What they are worth is what a sale at 97.5 had left: 4,000 + 1,500 * 2.5 and 3,000 + 500 * 2.5.
    for (auto const& [account, worth] : {std::pair(L::bob, "7750"), std::pair(L::carol, "4250")}) {
        EXPECT_EQ(format_decimal(testing_aid::must(venue.fresh_levels(account)).mark_to_market), worth);
    }
    EXPECT_EQ(venue.size(L::keeper), 0) << "nobody had to take anything over";
}

/// 14,999.9 over 34,000.7, 10,000.11 and 500,000, by an index that rounds up: the module has what comes in too much.
TEST(EngineSocialisedLoss, IsMetByEveryDepositorAndTheRemainderHasAName) {
    Venue venue("derive-v2");
    venue.must_take(L::deposit(L::bob, "30000.7"));
    venue.must_take(L::deposit(L::carol, "7000.11"));
    venue.must_take(L::deposit(venue.module, "0.1"));
    venue.must_take(L::mark("90"));
    venue.must_take(LiquidateAll{});
    auto const& book = venue.book();
    EXPECT_EQ(format_decimal(venue.paid(Layer::socialised)), "14999.9");
    Index const index = book.asset(L::usd).loss_index;
    // 14,999.9 / 544,000.81, rounded up
    EXPECT_EQ(format_decimal(index), "0.027573304532395825");
    auto const holders = {std::pair(L::bob, "34000.7"), std::pair(L::carol, "10000.11"), std::pair(L::keeper, "500000")};
    for (auto const& [account, had] : holders) {
        Int128 const lost = units_of(had) - venue.cash(account);
        Int128 const exact_scaled = index.units() * (units_of(had) / 1'000'000'000'000); // 10^-24
        EXPECT_EQ(lost, (exact_scaled + 999'999) / 1'000'000);
        EXPECT_EQ(book.balance(account, L::usd)->loss_index, index) << "it stands at the index";
    }
    Int128 const lost = units_of("544000.81") - venue.cash(L::bob) - venue.cash(L::carol) - venue.cash(L::keeper);
    EXPECT_EQ(venue.cash(venue.module), lost - units_of("14999.9")) << "and nothing else";
    EXPECT_GE(venue.cash(venue.module), 0);
    EXPECT_LT(venue.cash(venue.module), 600'000);
}

TEST(EngineWaterfall, SurvivesAReopenedLedger) {
    Venue venue("dydx-v4");
    venue.again();
    ASSERT_TRUE(venue.house().clearing_preset());
    EXPECT_EQ(venue.house().clearing_preset()->name, "dydx-v4");
    venue.must_take(L::mark("90"));
    venue.must_take(LiquidateAll{});
    EXPECT_EQ(format_decimal(venue.paid(Layer::auto_deleveraging)), "15000");
    venue.again();
    EXPECT_EQ(venue.rule(LiquidateAll{}), "");
    EXPECT_EQ(venue.book().losses.size(), 1U);
}

/// Random accounts, prices and funds under every preset: what each layer pays is what pay() says of the balances
/// before, in order; the loss is paid and open, to the unit; nobody who pays is left below zero by it.
TEST(EngineWaterfall, KeepsItsIdentitiesOnRandomCrashes) {
    std::mt19937_64 random(20261125);
    for (char const* const name : {"", "ccp-like", "derive-v2", "dydx-v4", "hyperliquid"}) {
        for (int round = 0; round < 12; ++round) {
            SCOPED_TRACE(std::string(name) + " round " + std::to_string(round));
            Venue venue(name);
            auto cents = [&](std::uint64_t most) { return std::to_string(random() % most) + "." + std::to_string(random() % 1'000'000'007); };
            for (AccountId const fund : {L::fund, AccountId{9}, venue.house_tranche, venue.module, venue.pool}) {
                if (random() % 2 == 0) venue.must_take(L::deposit(fund, cents(fund == L::fund ? 1'004'000 : 4'000)));
            }
            for (AccountId const winner : {L::bob, L::carol}) {
                if (random() % 2 == 0) venue.must_take(L::deposit(winner, cents(9'000)));
            }
            if (random() % 2 == 0) venue.must_take(Fund{L::perp, Index{static_cast<Int128>(random() % 1'000'003) * 1'000'000'007'000}});
            venue.must_take(L::mark("8" + cents(10)));
            venue.must_take(LiquidateAll{});
            auto const& book = venue.book();
            ASSERT_GE(book.losses.size(), 1U);
            for (book::LossRow const& loss : book.losses.rows()) {
                Int128 sum = loss.open().units();
                for (Amount const& each : loss.paid) {
                    EXPECT_GE(each.units(), 0);
                    sum += each.units();
                }
                EXPECT_EQ(sum, loss.recognised.units());
                EXPECT_EQ(venue.cash(loss.account), -loss.open().units());
            }
            EXPECT_EQ(venue.size(L::alice), 0);
            for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
                auto const kind = book.accounts[id].kind;
                bool const pays = kind == wire::AccountKind::insurance || kind == wire::AccountKind::pool || kind == wire::AccountKind::staked_module;
                if (pays) {
                    EXPECT_GE(venue.cash(AccountId{id}), 0) << id;
                }
            }
        }
    }
}

/// Alice is long 2,000 at 100 with 5,000; maintenance of dydx-v4-perp is 1.2 % of the notional. At m she is worth
/// 2,000 m - 195,000 and needs 24 m: two thirds are 16 m, met at m = 195,000 / 1,984 = 98.286...
struct Backstop {
    char const* name;
    char const* mark;
    char const* pool;
    char const* pool_size; ///< contracts that the pool has then
};
class PoolBackstop : public testing::TestWithParam<Backstop> {};

TEST_P(PoolBackstop, TakesTheWholeAccountBelowItsLine) {
    Backstop const& row = GetParam();
    Venue venue("hyperliquid");
    venue.set("backstop_share", "0.666666666666666666");
    if (units_of(row.pool) != 0) venue.must_take(L::deposit(venue.pool, row.pool));
    venue.must_take(L::mark(row.mark));
    venue.must_take(LiquidateAll{});
    EXPECT_EQ(format_decimal(venue.size(venue.pool)), row.pool_size);
    if (venue.size(venue.pool) == 0) return;
    EXPECT_EQ(venue.size(L::alice), 0);
    EXPECT_EQ(venue.cash(L::alice), 0);
    EXPECT_EQ(venue.size(L::keeper), 0);
    EXPECT_EQ(venue.book().losses.size(), 0U) << "what it is worth less than nothing is the pool's now";
    EXPECT_EQ(venue.cash(venue.pool), units_of(row.pool) + units_of("5000")) << "with its cash; the loss is in the position";
    EXPECT_NE(venue.book().liquidations[1].ended_sequence, 0U);
}

INSTANTIATE_TEST_SUITE_P(BothSides, PoolBackstop,
                         testing::Values(Backstop{"JustBelow", "98.28", "100000", "2000"}, Backstop{"JustAbove", "98.29", "100000", "0"},
                                         Backstop{"Insolvent", "90", "15000", "2000"}, Backstop{"MoreThanThePoolCanBear", "90", "14999", "0"}),
                         [](auto const& row) { return std::string(row.param.name); });

} // namespace
} // namespace plimsoll::risk
