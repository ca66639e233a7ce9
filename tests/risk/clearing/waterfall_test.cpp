#include "risk/clearing/waterfall.hpp"

#include "ledger/book/invariants.hpp"
#include "risk/clearing/staked_module.hpp"
#include "risk/clearing/waterfall_events.hpp"
#include "tests/ledger/book/market.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>


namespace plimsoll::risk {
namespace {

using wire::Layer;
using Amounts = std::vector<std::int64_t>;

[[nodiscard]] std::vector<Int128> wide(Amounts const& amounts) { return {amounts.begin(), amounts.end()}; }
[[nodiscard]] Amounts narrow(std::vector<Int128> const& amounts) {
    Amounts out;
    for (Int128 const each : amounts) out.push_back(static_cast<std::int64_t>(each));
    return out;
}
[[nodiscard]] LossLayer layer(Layer kind, Int128 floor = 0, std::optional<Int128> cap = {}, Int128 claim = one_units) {
    return {kind, floor, cap, claim, 0, ShareRule::none, SharedRounding::down, {}};
}

struct Paying {
    std::string name;
    std::int64_t loss;
    std::vector<LossLayer> layers;
    Amounts balances;
    Amounts draws;
    std::int64_t residual;
};

class Waterfall : public testing::TestWithParam<Paying> {};

TEST_P(Waterfall, PaysLayerByLayer) {
    auto const& row = GetParam();
    auto const balances = wide(row.balances);
    LossPayment const paid = pay(row.loss, row.layers, balances);
    EXPECT_EQ(narrow(paid.draws), row.draws);
    EXPECT_TRUE(paid.residual == row.residual);
    EXPECT_TRUE(is_sound(row.loss, row.layers, balances, paid));
}

constexpr Int128 third = one_units * 3 / 10;
INSTANTIATE_TEST_SUITE_P(
    EachReason, Waterfall,
    testing::Values(
        Paying{"TheFirstAlone", 70, {layer(Layer::market_fund), layer(Layer::shared_fund)}, {100, 100}, {70, 0}, 0},
        Paying{"ToTheUnit", 100, {layer(Layer::market_fund), layer(Layer::shared_fund)}, {100, 100}, {100, 0}, 0},
        Paying{"OneUnitBeyondTheFirst", 101, {layer(Layer::market_fund), layer(Layer::shared_fund)}, {100, 100}, {100, 1}, 0},
        Paying{"AFloorIsKept", 95, {layer(Layer::market_fund, 10), layer(Layer::shared_fund)}, {100, 100}, {90, 5}, 0},
        Paying{"BelowItsFloorItPaysNothing", 5, {layer(Layer::market_fund, 10), layer(Layer::shared_fund)}, {9, 100}, {0, 5}, 0},
        Paying{"ACapPerLoss", 95, {layer(Layer::market_fund, 0, 40), layer(Layer::shared_fund)}, {100, 100}, {40, 55}, 0},
        Paying{"AShareOfItsBalance", 95, {layer(Layer::staked_module, 0, {}, third), layer(Layer::pool)}, {101, 100}, {30, 65}, 0},
        Paying{"NobodyHasAnything", 7, {layer(Layer::market_fund), layer(Layer::shared_fund)}, {0, -3}, {0, 0}, 7},
        Paying{"AHoleStaysOpen", 250, {layer(Layer::market_fund), layer(Layer::shared_fund)}, {100, 100}, {100, 100}, 50},
        Paying{"NothingIsLost", 0, {layer(Layer::market_fund)}, {100}, {0}, 0}),
    [](auto const& row) { return row.param.name; });

TEST(WaterfallLaw, APaymentOutOfOrderIsNotSound) {
    std::vector<LossLayer> const layers{layer(Layer::market_fund, 10), layer(Layer::shared_fund)};
    auto const balances = wide({100, 100});
    EXPECT_TRUE(is_sound(95, layers, balances, {{90, 5}, 0}));
    EXPECT_FALSE(is_sound(95, layers, balances, {{89, 6}, 0})) << "the first was above its floor";
    EXPECT_FALSE(is_sound(95, layers, balances, {{91, 4}, 0})) << "the first went below its floor";
    EXPECT_FALSE(is_sound(95, layers, balances, {{90, 4}, 0})) << "a unit is missing";
    EXPECT_FALSE(is_sound(95, layers, balances, {{90, 4}, 1})) << "a hole beside a fund that has money";
    EXPECT_FALSE(is_sound(95, layers, balances, {{96, -1}, 0}));
}

RC_GTEST_PROP(WaterfallLaw, DrawsAndResidualAreTheLoss, ()) {
    std::vector<LossLayer> layers;
    std::vector<Int128> balances;
    int const count = *rc::gen::inRange(1, 8);
    auto const amount = [] { return Int128{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)} * *rc::gen::element(1, 1'000'000'007); };
    for (int i = 0; i < count; ++i) {
        layers.push_back(layer(Layer::pool, *rc::gen::element(0, 1) == 0 ? 0 : amount(), {},
                               one_units / *rc::gen::inRange(1, 50)));
        if (*rc::gen::element(0, 1) == 0) layers.back().cap_per_loss = amount();
        balances.push_back(amount() - *rc::gen::element<std::int64_t>(0, 1'000'000));
    }
    Int128 const loss = amount() * 3;
    LossPayment const paid = pay(loss, layers, balances);
    RC_ASSERT(paid.covered() + paid.residual == loss);
    RC_ASSERT(is_sound(loss, layers, balances, paid));
}

// ---- sharing ----

TEST(LossSplit, PartsAndRemainderAreTheWhole) {
    auto const weights = wide({1, 1, 1});
    EXPECT_EQ(narrow(split_pro_rata(10, weights).value().parts), (Amounts{4, 3, 3}));
    EXPECT_EQ(narrow(split_down(10, weights).value().parts), (Amounts{3, 3, 3}));
    EXPECT_TRUE(split_down(10, weights).value().left == 1);
    // lots of 10: 33 is three lots, shared as 1.5, 0.9 and 0.6, and 3 are no lot
    Split const lots = split_pro_rata(33, wide({50, 30, 20}), 10).value();
    EXPECT_EQ(narrow(lots.parts), (Amounts{10, 10, 10}));
    EXPECT_TRUE(lots.left == 3);
    EXPECT_TRUE(split_pro_rata(7, wide({0, 0})).value().left == 7) << "nobody has a weight";
    EXPECT_EQ(narrow(split_in_order(10, wide({4, 3, 9})).parts), (Amounts{4, 3, 3}));
    std::vector<Int128> const huge(8, row_limit_units);
    EXPECT_TRUE(split_pro_rata(1, huge).error().is(Errc::arithmetic_overflow));
}

TEST(LossSplit, WaterStopsAtEachCapacity) {
    auto const capped = [](Int128 total, std::vector<Sharer> const& sharers) { return split_capped(total, sharers).value(); };
    EXPECT_EQ(narrow(capped(12, {{1, 2}, {1, 9}, {1, 9}}).parts), (Amounts{2, 5, 5}));
    EXPECT_EQ(narrow(capped(9, {{1, 3}, {1, 3}, {1, 3}}).parts), (Amounts{3, 3, 3}));
    EXPECT_TRUE(capped(10, {{1, 3}, {1, 3}, {1, 3}}).left == 1);
    EXPECT_EQ(narrow(capped(10, {{1, 4}, {1, 4}, {1, 4}}).parts), (Amounts{4, 3, 3})) << "a remainder fits the capacity";
}

RC_GTEST_PROP(LossSplit, NobodyIsFilledBeyondItsCapacity, ()) {
    std::vector<Sharer> sharers;
    int const count = *rc::gen::inRange(0, 12);
    for (int i = 0; i < count; ++i) sharers.push_back({*rc::gen::inRange(0, 1'000), *rc::gen::inRange(0, 1'000)});
    Int128 const total = *rc::gen::inRange(0, 6'000);
    Split const split = split_capped(total, sharers).value();
    Int128 sum = split.left;
    bool has_room = false;
    for (std::size_t i = 0; i < sharers.size(); ++i) {
        RC_ASSERT(split.parts[i] >= 0 && split.parts[i] <= sharers[i].capacity);
        has_room = has_room || (sharers[i].weight > 0 && split.parts[i] < sharers[i].capacity);
        sum += split.parts[i];
    }
    RC_ASSERT(sum == total);
    RC_ASSERT(split.left == 0 || !has_room);
}

TEST(LossIndex, TheRemainderHasASign) {
    IndexStep const down = socialise_by_index(one_units * 10, one_units * 3, SharedRounding::down).value();
    EXPECT_TRUE(down.step == one_units * 10 / 3);
    EXPECT_TRUE(down.remainder == 1) << "10 - 3 * 3.33... = 0.000000000000000001";
    IndexStep const up = socialise_by_index(one_units * 10, one_units * 3, SharedRounding::up).value();
    EXPECT_TRUE(up.step == one_units * 10 / 3 + 1);
    EXPECT_TRUE(up.remainder == -2);
    EXPECT_TRUE(socialise_by_index(1, 0, SharedRounding::up).error().is(Errc::division_by_zero));
}

TEST(WithdrawalHold, ClosesWhileThereIsAHoleAndForAWhileAfter) {
    WithdrawalHold const hold{true, 50};
    EXPECT_TRUE(hold.is_closed(1, {}, 1'000));
    EXPECT_FALSE(hold.is_closed(0, {}, 1'000)) << "never a hole";
    EXPECT_TRUE(hold.is_closed(0, 951, 1'000));
    EXPECT_FALSE(hold.is_closed(0, 950, 1'000)) << "the window has passed";
    EXPECT_FALSE((WithdrawalHold{false, 50}.is_closed(1, 999, 1'000)));
}

TEST(StakedModule, StaysLiableUntilTheDelayHasPassed) {
    StakedVault vault{1'000, 500};
    EXPECT_TRUE(shares_for(vault, 101).value() == 50) << "rounded down, in favour of those who are in";
    UnstakeRequest const request = ask_unstake(vault, 100, 10).value();
    EXPECT_TRUE(request.value == 200);
    std::vector<UnstakeRequest> const requests{request};
    EXPECT_TRUE(liable(vault, requests, 109, 100).value() == 1'000);
    EXPECT_TRUE(liable(vault, requests, 110, 100).value() == 800);
    vault.assets = 400; // a loss was drawn: the request is worth what it is now
    EXPECT_TRUE(*unstaked(vault, request, 110, 100).value() == 80);
    vault.assets = 4'000; // gains since it was asked are the others'
    EXPECT_TRUE(*unstaked(vault, request, 110, 100).value() == 200);
    EXPECT_TRUE(shares_for({0, 5}, 1).error().is(Errc::division_by_zero));
}

// ---- events ----

using testing_aid::Sample;

/// alice, long 2 against bob, has lost 1,500 at 99; the fund has 500, the pool nothing.
struct Ruin {
    Sample sample = testing_aid::market();
    std::vector<LossLayer> layers{layer(Layer::account), layer(Layer::shared_fund, one_units * 100), layer(Layer::auto_deleveraging),
                                  layer(Layer::socialised)};
    Loss loss{11, testing_aid::alice, testing_aid::usdc, testing_aid::perp, 0, one_units * 1'500};

    Ruin() { layers.back().sharing = ShareRule::index; }

    void submit(std::vector<Event> const& events) {
        for (Event const& event : events) {
            auto const done = sample.try_event(event);
            ASSERT_TRUE(done) << done.error().message();
            auto const balance = book::check_balance(sample.book());
            ASSERT_TRUE(balance) << balance.error().message();
        }
    }
};

TEST(WaterfallEvents, GoThroughTheBookAndKeepItsLaws) {
    Ruin ruin;
    using namespace testing_aid;
    std::vector<Int128> const balances{one_units * 1'000, one_units * 500, one_units * 30, one_units * 1'000'000};
    LossPayment const paid = pay(ruin.loss.amount, ruin.layers, balances);
    EXPECT_EQ(narrow({paid.draws[0] / one_units, paid.draws[1] / one_units, paid.draws[2] / one_units, paid.draws[3] / one_units}),
              (Amounts{1'000, 400, 30, 70}));
    LossRecord record{ruin.loss, ruin.layers, paid, {{}, {{fund, paid.draws[1]}}, {{bob, paid.draws[2]}}, {{house, paid.draws[3]}}}, {}, {}};
    record.deleveraged.push_back({bob, perp, true, one_units, one_units * 99, one_units * 99, one_units * 129, 5, 1, "queue", {}});
    record.shared = SharedLoss{socialise_by_index(paid.draws[3], one_units * 3'000, SharedRounding::down).value(), {}};
    Origin origin;
    origin.cause_sequence = ruin.sample.book().sequence();
    std::uint64_t const first = ruin.sample.book().sequence() + 1;
    auto const events = events_of(record, first, origin).value();
    ASSERT_EQ(events.size(), 8u);
    EXPECT_EQ(events[0].origin.cause_sequence, first - 1);
    EXPECT_EQ(events[7].origin.cause_sequence, first);
    EXPECT_EQ(events[3].origin.cause, Cause::auto_deleveraging);
    ruin.submit(events);
    auto const& book = ruin.sample.book();
    book::LossRow const* row = book.find_loss(11);
    ASSERT_NE(row, nullptr);
    EXPECT_TRUE(row->recognised.units() == one_units * 500) << "what the account's own collateral left";
    EXPECT_TRUE(row->paid[static_cast<std::size_t>(Layer::shared_fund)].units() == one_units * 400);
    EXPECT_TRUE(row->paid[static_cast<std::size_t>(Layer::auto_deleveraging)].units() == one_units * 30);
    EXPECT_TRUE(row->paid[static_cast<std::size_t>(Layer::socialised)].units() == one_units * 70);
    EXPECT_EQ(ruin.sample.balance("fund", "USDC"), "100") << "its floor";
    EXPECT_EQ(ruin.sample.balance("alice", "USDC"), "1500");
    EXPECT_EQ(ruin.sample.position("alice", "BTC-PERP"), "1 -101 0");
    EXPECT_EQ(ruin.sample.position("bob", "BTC-PERP"), "-1 101 0");
    EXPECT_EQ(format_decimal(book.asset(usdc).loss_index), "0.023333333333333333");
}

TEST(WaterfallEvents, LeaveTheResidualAsOpenBadDebt) {
    Ruin ruin;
    ruin.layers.resize(2);
    std::vector<Int128> const balances{0, one_units * 500};
    LossPayment const paid = pay(ruin.loss.amount, ruin.layers, balances);
    LossRecord const record{ruin.loss, ruin.layers, paid, {{}, {{testing_aid::fund, paid.draws[1]}}}, {}, {}};
    Amount const before = ruin.sample.book().asset(testing_aid::usdc).bad_debt;
    ruin.submit(events_of(record, 1, {}).value());
    Amount after = ruin.sample.book().asset(testing_aid::usdc).bad_debt;
    ASSERT_TRUE(after.add(-before));
    EXPECT_EQ(format_decimal(after), "1100");
    EXPECT_TRUE(paid.residual == after.units());
}

TEST(WaterfallEvents, AreNoneWhereTheAccountPaysAll) {
    Ruin ruin;
    std::vector<Int128> const balances{one_units * 1'500, 0, 0, 0};
    LossPayment const paid = pay(ruin.loss.amount, ruin.layers, balances);
    EXPECT_TRUE(events_of({ruin.loss, ruin.layers, paid, {{}, {}, {}, {}}, {}, {}}, 1, {}).value().empty());
}

TEST(WaterfallEvents, RefuseAnIndexThatLeavesItsBits) {
    Ruin ruin;
    ruin.layers = {ruin.layers.back()};
    LossPayment const paid = pay(ruin.loss.amount, ruin.layers, std::vector<Int128>{ruin.loss.amount});
    LossRecord record{ruin.loss, ruin.layers, paid, {{{testing_aid::house, ruin.loss.amount}}}, {}, {}};
    record.shared = SharedLoss{{row_limit_units, 0}, Index{row_limit_units}};
    EXPECT_TRUE(events_of(record, 1, {}).error().is(Errc::arithmetic_overflow));
}

/// Random layers over the accounts of a book, and loss after loss until they are bare. After every event the book's
/// own rows say: the loss is what was paid and what is open, and whoever pays, all layers before it have nothing
/// more to give.
RC_GTEST_PROP(WaterfallEvents, KeepOrderAndIdentityInTheBook, ()) {
    using namespace testing_aid;
    struct Payer {
        Layer layer;
        AccountId account;
    };
    std::vector<Payer> const payers{{Layer::liquidation_penalty, fees}, {Layer::market_fund, fund}, {Layer::operator_tranche, dave},
                                    {Layer::pool, pool}, {Layer::shared_fund, bob}};
    Sample sample = testing_aid::market();
    std::vector<LossLayer> layers;
    for (Payer const& payer : payers) {
        if (*rc::gen::inRange(0, 3) != 0) sample.deposit(sample.book().account(payer.account).name.view(), "USDC", std::to_string(*rc::gen::inRange(1, 900)));
        layers.push_back(layer(payer.layer, one_units * *rc::gen::inRange(0, 200)));
        if (*rc::gen::inRange(0, 2) == 0) layers.back().cap_per_loss = one_units * *rc::gen::inRange(1, 300);
        layers.back().claim_share = one_units / *rc::gen::inRange(1, 4);
    }
    auto const balance_of = [&](Payer const& payer) {
        auto const* row = sample.book().balance(payer.account, usdc);
        return row == nullptr ? Int128{0} : row->amount.units();
    };
    for (std::uint64_t number = 100; number < 106; ++number) {
        Loss const loss{number, alice, usdc, perp, 0, Int128{*rc::gen::inRange<std::int64_t>(1, 700'000'007)} * 1'000'000'000'007};
        std::vector<Int128> before;
        for (Payer const& payer : payers) before.push_back(balance_of(payer));
        LossPayment const paid = pay(loss.amount, layers, before);
        LossRecord record{loss, layers, paid, {}, {}, {}};
        for (std::size_t i = 0; i < payers.size(); ++i) record.parts.push_back({{payers[i].account, paid.draws[i]}});
        auto const events = events_of(record, sample.book().sequence() + 1, {}).value();
        for (Event const& event : events) {
            RC_ASSERT(sample.try_event(event).has_value());
            RC_ASSERT(book::check_balance(sample.book()).has_value());
            book::LossRow const& row = *sample.book().find_loss(number);
            bool earlier_are_bare = true;
            for (std::size_t i = 0; i < payers.size(); ++i) {
                Int128 const draw = row.paid[static_cast<std::size_t>(payers[i].layer)].units();
                RC_ASSERT(draw == 0 || earlier_are_bare);
                RC_ASSERT(balance_of(payers[i]) == before[i] - draw);
                earlier_are_bare = earlier_are_bare && draw == capacity_of(layers[i], before[i]);
            }
        }
        book::LossRow const& row = *sample.book().find_loss(number);
        Int128 sum = paid.residual;
        for (Amount const& each : row.paid) sum += each.units();
        RC_ASSERT(sum == loss.amount && row.recognised.units() == loss.amount);
    }
}

/// Three who share a loss of 100 equally: 33 each, and the named account pays the unit that is over.
TEST(WaterfallEvents, ProRataNamesWhoPaysTheRemainder) {
    using namespace testing_aid;
    Ruin ruin;
    ruin.loss.amount = 100;
    ruin.layers = {layer(Layer::socialised)};
    ruin.layers[0].sharing = ShareRule::pro_rata;
    LossPayment const paid = pay(100, ruin.layers, wide({100}));
    std::vector<Claimant> const claimants{{bob, 7}, {carol, 7}, {dave, 0}, {pool, 7}};
    LossRecord record{ruin.loss, ruin.layers, paid, {share_pro_rata(paid.draws[0], claimants, fund).value()}, {}, {}};
    ruin.submit(events_of(record, 1, {}).value());
    EXPECT_EQ(ruin.sample.balance("fund", "USDC"), "499.999999999999999999");
    EXPECT_TRUE(ruin.sample.book().find_loss(11)->paid[static_cast<std::size_t>(Layer::socialised)].units() == 100);
}

TEST(LossSplit, WithoutANameTheLastWhoSharesPaysTheRemainder) {
    using namespace testing_aid;
    std::vector<Claimant> const claimants{{bob, 2}, {carol, 2}, {pool, 2}, {dave, 0}};
    auto const parts = share_pro_rata(100, claimants, std::nullopt).value();
    ASSERT_EQ(parts.size(), 3u) << "dave has no claim";
    EXPECT_TRUE(parts[0].amount == 33 && parts[1].amount == 33 && parts[2].amount == 34);
    EXPECT_EQ(parts[2].payer, pool);
    EXPECT_EQ(share_pro_rata(99, claimants, fund).value().size(), 3u) << "nothing is left for the fund";
    EXPECT_TRUE(share_pro_rata(100, {}, std::nullopt).error().is(Errc::division_by_zero));
    EXPECT_EQ(share_pro_rata(100, {}, fund).value().front().payer, fund);
}

} // namespace
} // namespace plimsoll::risk
