#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

constexpr TimeNs month = 30 * MarginBook::day;
constexpr double years = 30.0 / 365;

[[nodiscard]] Preset lyra() { return *shipped_preset("lyra-v1-amm"); }

struct Lyra : testing::Test {
    MarginBook book;
    AssetId eth = book.coin("ETH", "1500");
    AccountId alice = book.account("alice");
    InstrumentId call = book.call(eth, month, "1600", "1510", "0.8");
    InstrumentId put = book.put(eth, month, "1400", "1510", "0.8");
};

/// Two weeks and 16 days of the six weeks between: 2.5 - 0.7 * 16 / 42.
TEST_F(Lyra, AsksOfEachShortAloneWhatTheShockCosts) {
    book.cash(alice, "3000");
    book.hold(alice, call, "-2");
    book.hold(alice, put, "-1");
    double const volatility = 2.5 - 0.7 * 16 / 42;
    double const a = 2 * plain::black(true, 1800 * std::exp(0.05 * years), 1600, volatility, years, 0.05);
    double const b = plain::black(false, 1200 * std::exp(0.05 * years), 1400, volatility, years, 0.05);
    auto const levels = book.evaluate(lyra(), alice).value();
    EXPECT_NEAR(plain::ones(levels.maintenance_excess), 3000 - a - b, 1e-7);
    EXPECT_EQ(levels.initial_excess, levels.maintenance_excess);
    double const mark = -2 * plain::black(true, 1510, 1600, 0.8, years) - plain::black(false, 1510, 1400, 0.8, years);
    EXPECT_NEAR(plain::ones(levels.mark_to_market), 3000 + mark, 1e-7);
}

TEST_F(Lyra, CountsNothingOfALongOption) {
    AccountId const bob = book.account("bob");
    book.hold(alice, call, "-1");
    book.hold(bob, call, "-1");
    book.hold(bob, put, "10");
    MarginDetail detail;
    EXPECT_EQ(book.evaluate(lyra(), alice).value().maintenance_excess, book.evaluate(lyra(), bob, &detail).value().maintenance_excess);
    EXPECT_GT(line_of(detail, "long option not counted", book.name(put)), 0);
}

TEST_F(Lyra, HoldsACoveredCallInCoins) {
    book.hold(alice, eth, "1");
    book.hold(alice, call, "-1");
    auto const covered = changed_preset("lyra-v1-amm", {{"value = \"quote\"", "value = \"base\""},
                                                        {"[parameters]\n", "[columns.collateral]\nasset = { unit = \"text\", source = \"test\" }\n"
                                                                           "weight = { unit = \"of value\", source = \"test\" }\n[parameters]\n"}});
    auto const with_coins = Preset::parse(covered.body() + "\n[[collateral]]\nasset = \"ETH\"\nweight = \"1\"\n", "covered").value();
    double const volatility = 2.5 - 0.7 * 16 / 42;
    double const coins = plain::black(true, 1800 * std::exp(0.05 * years), 1600, volatility, years, 0.05) / 1800;
    ASSERT_GT(coins, 0.2);
    ASSERT_LT(coins, 1);
    EXPECT_NEAR(plain::ones(book.evaluate(with_coins, alice).value().maintenance_excess), 1500 - 1500 * coins, 1e-7);
}

TEST_F(Lyra, NamesWhatBinds) {
    book.hold(alice, call, "-0.1"); // 200 of a position, however small
    MarginDetail detail;
    auto const levels = book.evaluate(lyra(), alice, &detail).value();
    EXPECT_EQ(levels.maintenance_excess, number("-200"));
    EXPECT_EQ(line_of(detail, "short option past its mark: floor", book.name(call)), number("200") + levels.mark_to_market);
    AccountId const bob = book.account("bob");
    book.hold(bob, put, "-0.1"); // full collateral is 140
    MarginDetail capped;
    EXPECT_EQ(book.evaluate(lyra(), bob, &capped).value().maintenance_excess, number("-140"));
    EXPECT_GT(line_of(capped, "short option past its mark: full collateral", book.name(put)), 0);
}

TEST_F(Lyra, HasNoRuleForAPerpetual) {
    InstrumentId const perpetual = book.perpetual(eth, "1500");
    book.hold(alice, perpetual, "1");
    auto const levels = book.evaluate(lyra(), alice);
    ASSERT_FALSE(levels);
    EXPECT_TRUE(levels.error().is(Errc::instrument_not_in_preset));
    EXPECT_EQ(levels.error().detail(), book.name(perpetual));
}

} // namespace
} // namespace plimsoll::risk
