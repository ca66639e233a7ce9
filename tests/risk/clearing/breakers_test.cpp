#include "risk/clearing/breaker_watch.hpp"

#include "ledger/book/invariants.hpp"
#include "ledger/event/decimal.hpp"
#include "risk/clearing/clearing_preset.hpp"
#include "tests/ledger/book/market.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second = 1'000'000'000;
[[nodiscard]] Int128 number(std::string const& text) { return parse_decimal(text).value(); }

/// A rule at its threshold and one unit beyond; where it releases, and one unit before.
struct Threshold {
    std::string preset;
    std::string breaker;
};

class Thresholds : public testing::TestWithParam<Threshold> {};

TEST_P(Thresholds, HaveTwoSides) {
    auto const preset = *shipped_clearing_preset(GetParam().preset);
    auto const rule = *std::ranges::find(preset.breakers, GetParam().breaker, &BreakerRule::name);
    Int128 const worse = trips_below(rule.metric) ? -1 : 1;
    BreakerState state;
    EXPECT_EQ(move_of(rule, state, rule.trip_at, 0), BreakerMove::none);
    EXPECT_EQ(move_of(rule, state, rule.trip_at + worse, 0), BreakerMove::trip);
    state = {true, 1'000, {}};
    TimeNs const due = 1'000 + rule.minimum_duration;
    EXPECT_EQ(move_of(rule, state, rule.release_at, due), BreakerMove::release);
    EXPECT_EQ(move_of(rule, state, rule.release_at + worse, due), BreakerMove::none);
    if (rule.minimum_duration > 0) { EXPECT_EQ(move_of(rule, state, rule.release_at, due - 1), BreakerMove::none); }
}

INSTANTIATE_TEST_SUITE_P(EveryRule, Thresholds,
                         testing::Values(Threshold{"dydx-v4", "outage"}, Threshold{"derive-v2", "confidence"},
                                         Threshold{"hyperliquid", "stale-oracle"}, Threshold{"ccp-like", "band-10m"},
                                         Threshold{"ccp-like", "volatility-jump"}, Threshold{"ccp-like", "free-liquidity"},
                                         Threshold{"ccp-like", "fund-drawdown"}));

[[nodiscard]] BreakerRule rule_of(Metric metric, std::string const& trip, std::string const& release, TimeNs window = 0) {
    return {std::string(word(metric)), metric, window, number(trip), number(release), 0, 0, bit(Operation::deposit) | bit(Operation::reduce)};
}

TEST(BreakerBoard, AllowsWhatEveryTrippedRuleAllows) {
    BreakerRule one = rule_of(Metric::outage, "10", "10");
    one.allowed = bit(Operation::deposit) | bit(Operation::reduce) | bit(Operation::liquidate);
    BreakerRule other = rule_of(Metric::oracle_age, "10", "5");
    other.allowed = bit(Operation::reduce) | bit(Operation::settle) | bit(Operation::liquidate);
    other.grace = 60;
    BreakerBoard board({one, other});
    EXPECT_EQ(board.allowed(0), all_operations);
    EXPECT_EQ(board.observe(Metric::outage, "", number("11"), 100).size(), 1u);
    EXPECT_EQ(board.observe(Metric::oracle_age, "ETH", number("11"), 100).size(), 1u);
    EXPECT_EQ(board.observe(Metric::oracle_age, "BTC", number("10"), 100).size(), 0u) << "each scope stands alone";
    EXPECT_EQ(board.allowed(100), bit(Operation::reduce) | bit(Operation::liquidate));
    EXPECT_EQ(board.observe(Metric::outage, "", number("0"), 200).size(), 1u);
    EXPECT_EQ(board.observe(Metric::oracle_age, "ETH", number("6"), 200).size(), 0u) << "not well yet";
    EXPECT_EQ(board.observe(Metric::oracle_age, "ETH", number("5"), 300).size(), 1u);
    EXPECT_FALSE(board.allows(Operation::liquidate, 359)) << "grace";
    EXPECT_TRUE(board.allows(Operation::withdraw, 359));
    EXPECT_TRUE(board.allows(Operation::liquidate, 360));
    EXPECT_TRUE(board.state("oracle_age", "ETH")->released.has_value());
    EXPECT_EQ(board.state("oracle_age", "DOGE"), nullptr);
}

TEST(BreakerBoard, IsTheSameFromItsRecordedEvents) {
    BreakerRule const rule = rule_of(Metric::price_move, "0.1", "0.02", 600 * second);
    BreakerBoard board({rule});
    auto const events = board.observe(Metric::price_move, "ETH", number("0.2"), 7);
    ASSERT_EQ(events.size(), 1u);
    BreakerTripped const& tripped = *std::get<RareFact>(events[0])->AsBreakerTripped();
    EXPECT_EQ(format_decimal(units(tripped.value)), "0.2");
    EXPECT_EQ(format_decimal(units(tripped.threshold)), "0.1");
    EXPECT_EQ(tripped.metric, "price_move");
    EXPECT_EQ(tripped.allowed, rule.allowed);
    BreakerBoard other({rule});
    EXPECT_TRUE(other.take(tripped, 7));
    EXPECT_EQ(other.allowed(8), board.allowed(8));
    BreakerReleased released;
    released.breaker = "price_move";
    released.scope = "ETH";
    EXPECT_TRUE(other.take(released, 9));
    EXPECT_EQ(other.allowed(9), all_operations);
    released.breaker = "unknown";
    EXPECT_FALSE(other.take(released, 9));
}

TEST(MetricWindow, ForgetsWhatIsOlder) {
    MetricWindow window(10);
    window.add(0, 5);
    window.add(4, 9);
    window.add(10, 2);
    EXPECT_TRUE(window.oldest() == 5 && window.newest() == 2 && window.largest() == 9 && window.sum() == 16);
    window.forget(11);
    EXPECT_TRUE(window.oldest() == 9 && window.sum() == 11);
    EXPECT_EQ(format_decimal(*relative_move(number("100"), number("70"))), "0.3");
    EXPECT_EQ(format_decimal(*relative_move(number("100"), number("130"))), "0.3");
    EXPECT_FALSE(relative_move(0, 5));
    EXPECT_TRUE(share_of_whole(1, 3) == one_units / 3 + 1);
    EXPECT_TRUE(share_of_whole(1, 0) == one_units && share_of_whole(0, 0) == 0);
}

using testing_aid::Sample;

/// A market under a watch: each event is followed, and what the board says is decided and applied.
struct Watched {
    Sample sample = testing_aid::market();
    BreakerBoard board;
    BreakerWatch watch;
    std::vector<std::string> moves; ///< "+price_move BTC-PERP 0.3", "-..."

    explicit Watched(BreakerRule const& rule) : board({rule}), watch(board, testing_aid::fund, testing_aid::usdc) {}

    void tell(std::vector<Body> const& bodies, TimeNs now) {
        for (Body const& body : bodies) {
            auto const& fact = *std::get<RareFact>(body);
            if (fact.type == wire::Rare::BreakerTripped) {
                moves.push_back("+" + fact.AsBreakerTripped()->scope + " " + format_decimal(units(fact.AsBreakerTripped()->value)));
            } else {
                moves.push_back("-" + fact.AsBreakerReleased()->scope + " " + format_decimal(units(fact.AsBreakerReleased()->value)));
            }
            Origin origin;
            origin.source_time = now;
            origin.cause = Cause::breaker;
            sample.happens(Event{origin, body});
        }
        EXPECT_TRUE(book::check_balance(sample.book()));
    }
    void at(TimeNs now, Body body) {
        Origin origin;
        origin.source_time = now;
        Event const event{origin, std::move(body)};
        sample.happens(event);
        tell(watch.follow(event, sample.book()), now);
    }
    void look(TimeNs now) {
        auto const valuation = Valuation::of(sample.book(), testing_aid::usdc).value();
        tell(watch.look(valuation, now), now);
    }
    void mark(TimeNs now, std::string const& value, Observation kind = Observation::mark_price) {
        Observed fact;
        testing_aid::make(fact);
        fact.kind = kind;
        fact.value = testing_aid::price(value);
        at(now, fact);
    }
    void move(TimeNs now, AccountId account, std::string const& amount, TransferType type) {
        Transferred fact;
        fact.account = account;
        fact.counter = testing_aid::world;
        fact.asset = testing_aid::usdc;
        fact.type = type;
        fact.amount = testing_aid::amount(amount);
        at(now, fact);
    }
};

using Moves = std::vector<std::string>;

TEST(BreakerWatch, SeesAPriceLeaveItsBandAndComeBack) {
    Watched watched(rule_of(Metric::price_move, "0.1", "0.02", 100 * second));
    watched.mark(10 * second, "100");
    watched.mark(20 * second, "90"); // 0.1 is not beyond
    EXPECT_EQ(watched.moves, Moves{});
    watched.mark(30 * second, "89");
    watched.mark(131 * second, "88"); // the oldest in the window is now 88 itself
    EXPECT_EQ(watched.moves, (Moves{"+BTC-PERP 0.11", "-BTC-PERP 0"}));
    EXPECT_EQ(watched.sample.book().breakers.rows().back().tripped, 0u);
}

TEST(BreakerWatch, AnOptionsMarkHasNoBand) {
    Watched watched(rule_of(Metric::price_move, "0.1", "0.02", 100 * second));
    Observed fact;
    testing_aid::make(fact);
    fact.subject = testing_aid::call.number();
    for (auto const* value : {"10", "1"}) {
        fact.value = testing_aid::price(value);
        watched.at(second, fact);
    }
    EXPECT_EQ(watched.moves, Moves{});
}

TEST(BreakerWatch, SeesVolatilityJump) {
    Watched watched(rule_of(Metric::volatility_move, "0.1", "0.1", 100 * second));
    watched.mark(10 * second, "0.5", Observation::volatility);
    watched.mark(11 * second, "0.6", Observation::volatility);
    EXPECT_EQ(watched.moves, Moves{});
    watched.mark(12 * second, "0.600000000000000001", Observation::volatility);
    EXPECT_EQ(watched.moves, (Moves{"+BTC-PERP 0.100000000000000001"}));
}

TEST(BreakerWatch, SeesWithdrawalsAddUp) {
    // 2,510 USDC are held outside: alice's and bob's thousands, carol's 10, the fund's 500
    Watched watched(rule_of(Metric::withdrawal_share, "0.2", "0.2", 100 * second));
    watched.move(10 * second, testing_aid::alice, "-502", TransferType::withdrawal); // 0.2 is not beyond
    EXPECT_EQ(watched.moves, Moves{});
    watched.move(20 * second, testing_aid::bob, "-251", TransferType::withdrawal);
    watched.move(115 * second, testing_aid::bob, "-1", TransferType::withdrawal); // the first is forgotten
    EXPECT_EQ(watched.moves, (Moves{"+USDC 0.3", "-USDC 0.125498007968127491"}));
}

TEST(BreakerWatch, SeesTheFundFall) {
    Watched watched(rule_of(Metric::fund_drawdown, "0.5", "0.25", 100 * second));
    watched.mark(5 * second, "100"); // the first sight of the fund
    watched.move(10 * second, testing_aid::fund, "-250", TransferType::withdrawal); // 0.5 is not beyond
    EXPECT_EQ(watched.moves, Moves{});
    watched.move(20 * second, testing_aid::fund, "-1", TransferType::withdrawal);
    watched.move(30 * second, testing_aid::fund, "126", TransferType::deposit); // 375 of 500
    EXPECT_EQ(watched.moves, (Moves{"+fund 0.502", "-fund 0.25"}));
}

TEST(BreakerWatch, SeesAnOutage) {
    Watched watched(rule_of(Metric::outage, "10", "10"));
    watched.mark(10 * second, "100");
    watched.mark(20 * second, "100");
    EXPECT_EQ(watched.moves, Moves{}) << "ten seconds are not beyond";
    watched.mark(30 * second + 1, "100");
    watched.mark(31 * second, "100");
    EXPECT_EQ(watched.moves, (Moves{"+ 10.000000001", "- 0.999999999"}));
}

TEST(BreakerWatch, LooksAtAgeAndConfidence) {
    Watched watched(rule_of(Metric::oracle_age, "60", "10"));
    watched.mark(10 * second, "100");
    watched.look(70 * second);
    EXPECT_EQ(watched.moves, Moves{});
    watched.look(70 * second + 1);
    watched.mark(72 * second, "100");
    watched.look(82 * second);
    EXPECT_EQ(watched.moves, (Moves{"+BTC-PERP 60.000000001", "-BTC-PERP 10"}));

    Watched doubted(rule_of(Metric::oracle_confidence, "0.55", "0.55"));
    Observed fact;
    testing_aid::make(fact);
    fact.confidence = Ratio{number("0.549999999999999999")};
    doubted.at(second, fact);
    doubted.look(second);
    fact.confidence = Ratio{number("0.55")};
    doubted.at(2 * second, fact);
    doubted.look(2 * second);
    EXPECT_EQ(doubted.moves, (Moves{"+BTC-PERP 0.549999999999999999", "-BTC-PERP 0.55"}));
}

TEST(BreakerWatch, LooksAtWhatAPoolHasFree) {
    BreakerRule rule = rule_of(Metric::free_liquidity, "0.25", "0.5");
    Watched watched(rule);
    watched.move(second, testing_aid::pool, "300", TransferType::deposit);
    watched.sample.trade("pool", "bob", "BTC-CALL", "9", "25"); // 75 in cash
    watched.mark(2 * second, "25"); // of the perpetual
    Observed fact;
    testing_aid::make(fact);
    fact.subject = testing_aid::call.number();
    fact.value = testing_aid::price("25");
    watched.at(3 * second, fact);
    watched.look(3 * second); // 75 of 300 is not below a quarter
    EXPECT_EQ(watched.moves, Moves{});
    fact.value = testing_aid::price("26");
    watched.at(4 * second, fact);
    watched.look(4 * second); // 75 of 309
    watched.move(5 * second, testing_aid::pool, "159", TransferType::deposit);
    watched.look(5 * second); // 234 of 468
    EXPECT_EQ(watched.moves, (Moves{"+pool 0.242718446601941747", "-pool 0.5"}));
}

TEST(BreakerWords, AreRead) {
    for (std::size_t i = 0; i < metric_count; ++i) EXPECT_EQ(find_metric(word(static_cast<Metric>(i))), static_cast<Metric>(i));
    for (std::size_t i = 0; i < operation_count; ++i) {
        EXPECT_EQ(find_operation(word(static_cast<Operation>(i))), static_cast<Operation>(i));
    }
    EXPECT_FALSE(find_metric("mood"));
    EXPECT_FALSE(find_operation("dance"));
}

} // namespace
} // namespace plimsoll::risk
