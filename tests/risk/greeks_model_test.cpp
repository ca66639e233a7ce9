#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

constexpr TimeNs month = 30 * MarginBook::day;

[[nodiscard]] Preset greeks() { return *shipped_preset("greeks"); }

/// By hand: 15 % of 20000 and 1.5 % of the notional at the mark 20010; initial is 1.25 of it.
TEST(GreeksModel, AsksOfAPerpetualItsMoveAndItsShareOfNotional) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.cash(alice, "5000");
    book.hold(alice, book.perpetual(btc, "20010"), "1", "-20000"); // 10 of profit
    MarginDetail detail;
    auto const levels = book.evaluate(greeks(), alice, &detail).value();
    EXPECT_EQ(line_of(detail, "worst of the rectangle", "BTC"), number("3000"));
    EXPECT_EQ(line_of(detail, "perpetual"), number("300.15"));
    EXPECT_EQ(levels.mark_to_market, number("5010"));
    EXPECT_EQ(levels.maintenance_margin(), number("3300.15"));
    EXPECT_EQ(levels.initial_margin(), number("4125.1875"));
    ASSERT_EQ(detail.scenarios.size(), 10U); // no vertex without gamma; six tails
    EXPECT_TRUE(detail.scenarios[0].binds_maintenance);
    EXPECT_EQ(detail.scenarios[4].profit_and_loss, number("-719.999999999999994")); // 66 % of it, dampened to 5.45 %
}

/// A short straddle at the money: a quadratic of the textbook's Greeks at its worse end.
TEST(GreeksModel, AsksOfAShortStraddleItsWorstCorner) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.hold(alice, book.call(btc, month, "20000", "20000", "0.6"), "-1");
    book.hold(alice, book.put(btc, month, "20000", "20000", "0.6"), "-1");
    double const years = 30.0 / 365;
    auto value = [&](double m, double s, double dt) {
        return -plain::black(true, 20000 * (1 + m), 20000, 0.6 * (1 + s), years - dt) -
               plain::black(false, 20000 * (1 + m), 20000, 0.6 * (1 + s), years - dt);
    };
    double const h = 1e-4;
    double const delta = (value(h, 0, 0) - value(-h, 0, 0)) / (2 * h);
    double const gamma = (value(h, 0, 0) - 2 * value(0, 0, 0) + value(-h, 0, 0)) / (h * h);
    double const vega = (value(0, h, 0) - value(0, -h, 0)) / (2 * h);
    double const theta = (value(0, 0, h) - value(0, 0, -h)) / (2 * h) / 365;
    double const loss = std::abs(delta) * 0.15 - gamma * 0.15 * 0.15 / 2 + std::abs(vega) * 0.5 - theta;
    MarginDetail detail;
    auto const levels = book.evaluate(greeks(), alice, &detail).value();
    EXPECT_NEAR(plain::ones(levels.maintenance_margin()), loss, 0.05);
    EXPECT_NEAR(plain::ones(levels.mark_to_market), value(0, 0, 0), 1e-7);
    EXPECT_EQ(detail.scenarios[2].name, "upper end");
}

/// Far out of the money there is no gamma to see: a tail asks, and where that is little the minimum.
TEST(GreeksModel, LeavesShortWingsToTailsAndMinimum) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    AccountId const bob = book.account("bob");
    book.hold(alice, book.call(btc, month, "38000", "20000", "0.5"), "-1");
    book.hold(bob, book.call(btc, month, "90000", "20000", "0.5"), "-1");
    MarginDetail tail;
    auto const levels = book.evaluate(greeks(), alice, &tail).value();
    double const want = 0.018 * (60000 - 38000); // three times the spot: nearly all intrinsic
    double const other = 0.012 * (80000 - 38000);
    EXPECT_NEAR(plain::ones(line_of(tail, "worst tail", "BTC")), std::max(want, other), 0.2);
    EXPECT_EQ(line_of(tail, "short-option minimum"), 0);
    EXPECT_EQ(levels.maintenance_margin(), line_of(tail, "worst tail", "BTC"));
    MarginDetail minimum;
    EXPECT_EQ(book.evaluate(greeks(), bob, &minimum).value().maintenance_margin(), number("100")); // 0.5 % of 20000
    EXPECT_GT(line_of(minimum, "short-option minimum", "BTC"), 0);
}

RC_GTEST_PROP(GreeksModelRisk, RisesWithSize, (std::uint64_t seed)) {
    std::mt19937_64 random(seed);
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    std::string const strike = std::to_string(12'000 + random() % 16'000);
    auto const side = random() % 2 == 0 ? wire::OptionSide::call : wire::OptionSide::put;
    InstrumentId const option = book.option(btc, side, month, strike, "20100", "0.65");
    AccountId const small = book.account("small");
    AccountId const large = book.account("large");
    Int128 const sign = random() % 2 == 0 ? -1 : 1;
    Int128 const size = static_cast<Int128>(1 + random() % 1'000'000'000) * 1'000'000'000;
    book.hold(small, option, sign * size);
    book.hold(large, option, sign * (size + static_cast<Int128>(random() % 1'000'000'000'000'000'000)));
    auto ask = [&](AccountId account) { return book.evaluate(greeks(), account).value().maintenance_margin(); };
    RC_ASSERT(ask(small) <= ask(large) + 2); // what rounding of three Greeks may differ by
}

TEST(GreeksModelRounding, IsAgainstTheAccount) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.hold(alice, book.perpetual(btc, "20000"), Int128{1});
    auto const odd = preset_with("greeks", {{"spot_shock", "0.00001"}, {"perp_fraction", "0.00001"}, {"initial_of_maintenance", "1.1"}});
    // 0.2 of a unit of notional, and a tail of 33 % of 20000 units * 0.109090909090909091, just above 720;
    // then 722 * 1.1 = 794.2
    auto const levels = book.evaluate(odd, alice).value();
    EXPECT_EQ(levels.maintenance_margin(), 722);
    EXPECT_EQ(levels.initial_margin(), 795);
}

} // namespace
} // namespace plimsoll::risk
