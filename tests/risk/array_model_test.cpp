#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

constexpr TimeNs month = 30 * MarginBook::day;

[[nodiscard]] Preset span() { return *shipped_preset("span-like"); }

/// By hand: a coin at 20000 scans 3000; initial is 1.1 of it.
TEST(ArrayModel, ScansAPerpetual) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.cash(alice, "5000");
    book.hold(alice, book.perpetual(btc, "20000"), "-1", "20010"); // sold at 20010: 10 of profit
    MarginDetail detail;
    auto const levels = book.evaluate(span(), alice, &detail).value();
    EXPECT_EQ(levels, (Levels{number("5010"), number("1710"), number("2010")}));
    EXPECT_EQ(line_of(detail, "worst row", "BTC"), number("3000"));
    ASSERT_EQ(detail.scenarios.size(), 16U);
    for (ScenarioLine const& line : detail.scenarios) {
        EXPECT_EQ(line.binds_maintenance, line.name == "row 11") << line.name; // the range up, volatility up
    }
    EXPECT_EQ(detail.scenarios[10].profit_and_loss, number("-3000"));
    EXPECT_EQ(detail.scenarios[14].profit_and_loss, number("-2970")); // 45 %, a third covered
}

/// By hand: 1 BTC long (3000) and 16 ETH short (16 * 180): 0.64 spreads earn half of both.
TEST(ArrayModel, CreditsUnderlyingsThatOffset) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AssetId const eth = book.coin("ETH", "1200");
    AccountId const alice = book.account("alice");
    book.hold(alice, book.perpetual(btc, "20000"), "1", "-20000");
    book.hold(alice, book.perpetual(eth, "1200"), "-16", "19200");
    MarginDetail detail;
    auto const levels = book.evaluate(span(), alice, &detail).value();
    EXPECT_EQ(line_of(detail, "credit between underlyings", "BTC"), number("-960"));
    EXPECT_EQ(line_of(detail, "credit between underlyings", "ETH"), number("-1440"));
    EXPECT_EQ(levels.maintenance_margin(), number("3480")); // 3000 + 2880 - 2400
    EXPECT_EQ(levels.initial_margin(), number("3828"));
}

/// A dated future against the perpetual: nothing to scan, one pair at 0.5 % of 20000.
TEST(ArrayModel, ChargesSpreadsBetweenExpiries) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.hold(alice, book.perpetual(btc, "20000"), "1", "-20000");
    book.hold(alice, book.future(btc, month, "20000"), "-1", "20000");
    auto const levels = book.evaluate(span(), alice).value();
    EXPECT_EQ(levels.maintenance_margin(), number("100"));
}

/// What a long option is worth offsets risk, and no more.
TEST(ArrayModel, CountsNothingOfALongOptionAlone) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.cash(alice, "100");
    book.hold(alice, book.call(btc, month, "20000", "20000", "0.6"), "3");
    MarginDetail detail;
    auto const levels = book.evaluate(span(), alice, &detail).value();
    EXPECT_EQ(levels.maintenance_excess, number("100"));
    EXPECT_EQ(levels.initial_excess, number("100"));
    EXPECT_GT(line_of(detail, "option value past the risk"), 0);
}

/// A short at the money: the worst of sixteen rows, priced by the textbook; its own value on top.
TEST(ArrayModel, AsksOfAShortOptionItsWorstRowAndItsValue) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.hold(alice, book.call(btc, month, "20000", "20000", "0.6"), "-1", "1400");
    double const now = plain::black(true, 20000, 20000, 0.6, 30.0 / 365);
    double const up = plain::black(true, 23000, 20000, 0.75, 29.0 / 365);
    double const extreme = 0.33 * (plain::black(true, 29000, 20000, 0.6, 29.0 / 365) - now);
    auto const levels = book.evaluate(span(), alice).value();
    double const scan = std::max(up - now, extreme);
    EXPECT_NEAR(plain::ones(levels.maintenance_excess), 1400 - now - scan, 1e-7);
    EXPECT_NEAR(plain::ones(levels.initial_excess), 1400 - now - 1.1 * scan, 1e-7);
}

TEST(ArrayModel, AsksTheShortMinimumWhereNothingCanBeLost) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    AccountId const alice = book.account("alice");
    book.hold(alice, book.call(btc, MarginBook::day, "90000", "20000", "0.1"), "-2");
    MarginDetail detail;
    auto const levels = book.evaluate(span(), alice, &detail).value();
    EXPECT_EQ(levels.maintenance_margin(), number("200")); // 2 * 20000 * 0.005
    EXPECT_EQ(line_of(detail, "short-option minimum", "BTC"), number("200"));
}

/// Options of one underlying and expiry, calls and puts at seven strikes, and random amounts of them.
struct OneExpiry {
    MarginBook book;
    AssetId btc = book.coin("BTC", "20000");
    std::vector<InstrumentId> options;

    OneExpiry() {
        for (std::string const strike : {"14000", "17000", "19000", "20000", "21000", "24000", "30000"}) {
            options.push_back(book.call(btc, month, strike, "20100", "0.65"));
            options.push_back(book.put(btc, month, strike, "20100", "0.65"));
        }
    }
    /// Amounts at random, about half of them zero.
    [[nodiscard]] std::vector<Int128> amounts(std::mt19937_64& random) const {
        std::vector<Int128> some;
        for (std::size_t i = 0; i < options.size(); ++i) {
            auto const roll = static_cast<Int128>(random() % 4'000'001) - 2'000'000;
            some.push_back(random() % 2 == 0 ? Int128{0} : roll * 1'234'567'890'123);
        }
        return some;
    }
    [[nodiscard]] Levels levels_of(std::vector<Int128> const& held) {
        AccountId const account = book.account("account " + std::to_string(book.book().accounts.size()));
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (held[i] != 0) book.hold(account, options[i], held[i]);
        }
        return book.evaluate(span(), account).value();
    }
};

/// What an account must have besides its options.
[[nodiscard]] Int128 asked(Levels const& levels) { return -levels.maintenance_excess; }

RC_GTEST_PROP(ArrayModelRisk, NeverRisesWithMoreLongOptions, (std::uint64_t seed)) {
    std::mt19937_64 random(seed);
    OneExpiry chain;
    auto held = chain.amounts(random);
    Int128& one = held[random() % held.size()];
    if (one < 0) one = 0; // buying back a short is another matter
    Int128 const before = asked(chain.levels_of(held));
    one += static_cast<Int128>(random() % 3'000'000) * 1'000'000'000'007;
    RC_ASSERT(asked(chain.levels_of(held)) <= before + 1); // what is held is worth a sum, rounded once
}

RC_GTEST_PROP(ArrayModelRisk, OfASpreadIsAtMostItsLegs, (std::uint64_t seed)) {
    std::mt19937_64 random(seed);
    OneExpiry chain;
    auto const first = chain.amounts(random);
    auto second = chain.amounts(random);
    for (std::size_t i = 0; i < second.size(); ++i) {
        if (first[i] != 0) second[i] = 0; // legs share no option
    }
    auto both = first;
    for (std::size_t i = 0; i < both.size(); ++i) both[i] += second[i];
    Int128 const legs = asked(chain.levels_of(first)) + asked(chain.levels_of(second));
    RC_ASSERT(asked(chain.levels_of(both)) <= legs);
}

RC_GTEST_PROP(ArrayModelRisk, OfACalendarIsAtMostItsLegs, (std::uint64_t seed)) {
    std::mt19937_64 random(seed);
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    std::string const strike = std::to_string(16'000 + random() % 8'000);
    auto days = [&] { return static_cast<TimeNs>(5 + random() % 200) * MarginBook::day; };
    auto const side = random() % 2 == 0 ? wire::OptionSide::call : wire::OptionSide::put;
    InstrumentId const near = book.option(btc, side, days(), strike, "20100", "0.65");
    InstrumentId const far = book.option(btc, side, days(), strike, "20200", "0.6");
    AccountId const shorter = book.account("short");
    AccountId const holder = book.account("long");
    AccountId const both = book.account("both");
    for (AccountId const each : {shorter, both}) book.hold(each, near, "-1");
    for (AccountId const each : {holder, both}) book.hold(each, far, "1");
    auto ask = [&](AccountId account) { return asked(book.evaluate(span(), account).value()); };
    RC_ASSERT(ask(both) <= ask(shorter) + ask(holder));
}

RC_GTEST_PROP(ArrayModelRisk, DoublesToRounding, (std::uint64_t seed)) {
    std::mt19937_64 random(seed);
    OneExpiry chain;
    auto held = chain.amounts(random);
    Int128 const once = asked(chain.levels_of(held));
    for (Int128& each : held) each *= 2;
    Int128 const twice = asked(chain.levels_of(held));
    RC_ASSERT(twice <= 2 * once);
    RC_ASSERT(twice >= 2 * once - 100); // a unit an option, row and charge
}

/// One more unit of a short never asks for less, and the last digit goes against the account.
TEST(ArrayModelRounding, IsAgainstTheAccount) {
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    InstrumentId const perpetual = book.perpetual(btc, "20000");
    AccountId const alice = book.account("alice");
    AccountId const bob = book.account("bob");
    book.hold(alice, perpetual, Int128{-1});
    book.hold(bob, perpetual, Int128{1});
    // 20000 units at 15 %: exact for maintenance, 3300 for initial; the size itself is worth 20000 units.
    auto const levels = book.evaluate(span(), alice).value();
    EXPECT_EQ(levels.maintenance_margin(), 3000);
    EXPECT_EQ(levels.initial_margin(), 3300);
    auto const odd = preset_with("span-like", {{"price_scan_range", "0.00001"}, {"initial_of_maintenance", "1.000001"}});
    EXPECT_EQ(book.evaluate(odd, bob).value().maintenance_margin(), 1); // 0.2 of a unit
    EXPECT_EQ(book.evaluate(odd, bob).value().initial_margin(), 2);     // 1.000001 units
}

} // namespace
} // namespace plimsoll::risk
