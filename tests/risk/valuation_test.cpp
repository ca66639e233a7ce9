#include "risk/valuation.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "risk/number/fraction.hpp"
#include "tests/risk/book_maker.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <random>

namespace plimsoll::risk {
namespace {

namespace mp = boost::multiprecision;

[[nodiscard]] std::string text(Amount amount) { return format_decimal(amount); }

// ---- positions, each worked by hand ----

struct PositionCase {
    std::string name;
    MakeInstrument instrument;
    std::string size;
    std::string quote;
    std::string index; ///< that the position has met
    std::string value;
    std::string funding;
    std::string total;
    friend void PrintTo(PositionCase const& row, std::ostream* out) { *out << row.name; }
};

class PositionIsWorth : public testing::TestWithParam<PositionCase> {};

TEST_P(PositionIsWorth, ItsSizeAtMarkAndWhatItHolds) {
    PositionCase const& row = GetParam();
    BookMaker maker;
    AssetId const settle = maker.asset("SETTLE", 8);
    MakeInstrument instrument = row.instrument;
    instrument.settle = settle;
    InstrumentId const id = maker.instrument(instrument);
    AccountId const account = maker.account("alice");
    maker.position(account, id, row.size, row.quote, row.index);
    auto const valuation = Valuation::of(maker.book, settle);
    ASSERT_TRUE(valuation);
    PositionValue const value = valuation.value().position(*maker.book.position(account, id));
    EXPECT_EQ(value.unpriced, Unpriced::none);
    EXPECT_EQ(text(value.value), row.value);
    EXPECT_EQ(text(value.funding), row.funding);
    EXPECT_EQ(text(value.total), row.total);
    EXPECT_EQ(text(value.worth), row.total);
    EXPECT_EQ(text(valuation.value().account(account).amount), row.total);
}

[[nodiscard]] MakeInstrument linear(std::string mark) { return {.mark = std::move(mark)}; }
[[nodiscard]] MakeInstrument inverse(std::string mark, std::int64_t numerator = 1, std::int64_t denominator = 1) {
    return {.payoff = wire::Payoff::inverse, .numerator = numerator, .denominator = denominator, .mark = std::move(mark)};
}
[[nodiscard]] MakeInstrument option(std::string mark, wire::Payoff payoff) {
    return {.kind = wire::InstrumentKind::option, .payoff = payoff, .mark = std::move(mark)};
}
[[nodiscard]] MakeInstrument funded(std::string index) { return {.mark = "100", .funding_index = std::move(index)}; }

// Worked on paper; the two inverse rows with a quote are a BitMEX XBTUSD long and short of 100 dollars
// opened at 10,000 and marked at 12,500: +-(100/10000 - 100/12500) = +-0.002.
INSTANTIATE_TEST_SUITE_P(
    ByHand, PositionIsWorth,
    testing::Values(
        //            name                  instrument                 size     quote    index  value    funding  total
        PositionCase{"LinearLong",         linear("105"),             "2",     "-200",  "0",   "210",   "0",     "10"},
        PositionCase{"LinearShort",        linear("105"),             "-2",    "200",   "0",   "-210",  "0",     "-10"},
        PositionCase{"MarkedAtNothing",    {.mark = "0", .is_marked = true}, "2", "-1", "0",   "0",     "0",     "-1"},
        PositionCase{"ClosedWithAQuote",   linear("105"),             "0",     "7.5",   "0",   "0",     "0",     "7.5"},
        PositionCase{"ClosedNeedsNoMark",  {},                        "0",     "-3",    "0",   "0",     "0",     "-3"},
        PositionCase{"TenthContracts",     {.numerator = 1, .denominator = 10, .mark = "30"}, "5", "0", "0", "15", "0", "15"},
        PositionCase{"Quanto",             {.payoff = wire::Payoff::quanto, .numerator = 1, .denominator = 1'000'000, .mark = "2000"},
                                                                     "50",    "-0.09", "0",   "0.1",   "0",     "0.01"},
        PositionCase{"InverseLong",        inverse("12500"),          "100",   "0.01",  "0",   "-0.008", "0",    "0.002"},
        PositionCase{"InverseShort",       inverse("12500"),          "-100",  "-0.01", "0",   "0.008", "0",     "-0.002"},
        PositionCase{"InverseBy100",       inverse("50", 100),        "3",     "7",     "0",   "-6",    "0",     "1"},
        PositionCase{"InverseLongFloors",  inverse("3"),              "1",     "0",     "0",   "-0.333333333333333334", "0", "-0.333333333333333334"},
        PositionCase{"InverseShortFloors", inverse("3"),              "-1",    "0",     "0",   "0.333333333333333333", "0", "0.333333333333333333"},
        PositionCase{"LinearLongFloors",   {.denominator = 3, .mark = "1"}, "1", "0",   "0",   "0.333333333333333333", "0", "0.333333333333333333"},
        PositionCase{"LinearShortFloors",  {.denominator = 3, .mark = "1"}, "-1", "0",  "0",   "-0.333333333333333334", "0", "-0.333333333333333334"},
        PositionCase{"OptionAtItsMark",    option("12.5", wire::Payoff::linear), "-4", "48", "0", "-50", "0",   "-2"},
        PositionCase{"InverseOptionToo",   option("0.05", wire::Payoff::inverse), "2", "0", "0", "0.1", "0",    "0.1"},
        PositionCase{"LongPaysFunding",    funded("0.75"),            "2",     "-200",  "0.5", "200",   "-0.5",  "-0.5"},
        PositionCase{"ShortGetsFunding",   funded("0.75"),            "-2",    "200",   "0.5", "-200",  "0.5",   "0.5"},
        PositionCase{"MetAlready",         funded("0.75"),            "2",     "-200",  "0.75", "200",  "0",     "0"}),
    [](auto const& row) { return row.param.name; });

// ---- what has no value is told, not counted as nothing ----

struct UnpricedCase {
    std::string name;
    MakeInstrument instrument;
    std::string size;
    Unpriced want;
    friend void PrintTo(UnpricedCase const& row, std::ostream* out) { *out << row.name; }
};

class PositionHasNoValue : public testing::TestWithParam<UnpricedCase> {};

TEST_P(PositionHasNoValue, AndTheSumSaysSo) {
    UnpricedCase const& row = GetParam();
    BookMaker maker;
    AssetId const settle = maker.asset("SETTLE", 8);
    MakeInstrument instrument = row.instrument;
    instrument.settle = settle;
    InstrumentId const id = maker.instrument(instrument);
    AccountId const account = maker.account("alice");
    maker.balance(account, settle, "5");
    maker.position(account, id, row.size, "-200", "0");
    auto const valuation = Valuation::of(maker.book, settle);
    ASSERT_TRUE(valuation);
    EXPECT_EQ(valuation.value().position(*maker.book.position(account, id)).unpriced, row.want);
    Equity const equity = valuation.value().account(account);
    EXPECT_EQ(text(equity.amount), "5") << "the quote of an unpriced position is not counted alone";
    EXPECT_FALSE(equity.complete());
}

constexpr char const* largest_price = "1329227995784915872"; // whole part of 2^120 units, an event's limit
INSTANTIATE_TEST_SUITE_P(
    EveryReason, PositionHasNoValue,
    testing::Values(UnpricedCase{"NeverMarked", {}, "1", Unpriced::no_mark},
                    UnpricedCase{"InverseMarkedAtNothing",
                                 {.payoff = wire::Payoff::inverse, .mark = "0", .is_marked = true},
                                 "1",
                                 Unpriced::no_mark},
                    UnpricedCase{"ValueTooLarge", {.mark = largest_price}, "1000000", Unpriced::too_large},
                    UnpricedCase{"PriceTimesMultiplierTooLarge",
                                 {.numerator = 1'000'000'000'000'000'000, .denominator = 7, .mark = largest_price},
                                 "0.000001",
                                 Unpriced::too_large}),
    [](auto const& row) { return row.param.name; });

// ---- cash of other assets ----

struct RateCase {
    std::string name;
    std::string coin_price;   ///< observed; empty: none
    std::string dollar_price; ///< observed price of the valuation asset
    std::string spot_mark;    ///< of COIN/USD
    std::string inverted_mark; ///< of USD/COIN
    RateSource source;
    std::string worth; ///< of 3 COIN in USD; empty: unpriced
    friend void PrintTo(RateCase const& row, std::ostream* out) { *out << row.name; }
};

class CashIsWorth : public testing::TestWithParam<RateCase> {};

TEST_P(CashIsWorth, ItsPrice) {
    RateCase const& row = GetParam();
    BookMaker maker;
    AssetId const usd = maker.asset("USD", 2);
    AssetId const coin = maker.asset("COIN", 8);
    maker.price(coin, row.coin_price);
    maker.price(usd, row.dollar_price);
    maker.instrument({.kind = wire::InstrumentKind::spot, .base = coin, .quote = usd, .settle = usd, .mark = row.spot_mark});
    maker.instrument({.kind = wire::InstrumentKind::spot, .base = usd, .quote = coin, .settle = coin, .mark = row.inverted_mark});
    AccountId const account = maker.account("alice");
    maker.balance(account, usd, "10");
    maker.balance(account, coin, "3");
    auto const valuation = Valuation::of(maker.book, usd);
    ASSERT_TRUE(valuation);
    EXPECT_EQ(valuation.value().rate_source(coin), row.source);
    Equity const equity = valuation.value().account(account);
    EXPECT_EQ(equity.complete(), !row.worth.empty());
    EXPECT_EQ(text(equity.amount), row.worth.empty() ? "10" : row.worth);
}

INSTANTIATE_TEST_SUITE_P(
    EverySource, CashIsWorth,
    testing::Values(
        //        name                    coin  usd   spot  inverted  source                          worth
        RateCase{"ObservedPrice",        "20", "",   "",   "",       RateSource::observed_price,     "70"},
        RateCase{"OverTheDollarsPrice",  "20", "4",  "",   "",       RateSource::observed_price,     "25"},
        RateCase{"ObservedBeforeSpot",   "20", "",   "7",  "",       RateSource::observed_price,     "70"},
        RateCase{"SpotMark",             "",   "",   "7",  "",       RateSource::spot_mark,          "31"},
        RateCase{"SpotBeforeInverted",   "",   "",   "7",  "0.5",    RateSource::spot_mark,          "31"},
        RateCase{"InvertedSpot",         "",   "",   "",   "0.5",    RateSource::spot_mark_inverted, "16"},
        RateCase{"NoPriceAtAll",         "",   "",   "",   "",       RateSource::none,               ""}),
    [](auto const& row) { return row.param.name; });

TEST(Valuation, RoundsADebtAwayFromZero) {
    BookMaker maker;
    AssetId const usd = maker.asset("USD", 2);
    AssetId const coin = maker.asset("COIN", 8);
    maker.price(coin, "1");
    maker.price(usd, "3");
    AccountId const owes = maker.account("owes");
    AccountId const owns = maker.account("owns");
    maker.balance(owes, coin, "-1");
    maker.balance(owns, coin, "1");
    auto const valuation = Valuation::of(maker.book, usd);
    ASSERT_TRUE(valuation);
    EXPECT_EQ(text(valuation.value().account(owes).amount), "-0.333333333333333334");
    EXPECT_EQ(text(valuation.value().account(owns).amount), "0.333333333333333333");
}

TEST(Valuation, AMarketAccountDoesNotFundItself) {
    BookMaker maker;
    AssetId const usd = maker.asset("USD", 2);
    AccountId const market = maker.account("market", wire::AccountKind::market);
    InstrumentId const id = maker.instrument({.settle = usd, .market = market, .mark = "100", .funding_index = "2"});
    maker.position(market, id, "1", "-90", "0");
    auto const valuation = Valuation::of(maker.book, usd);
    ASSERT_TRUE(valuation);
    EXPECT_EQ(text(valuation.value().account(market).amount), "10");
}

TEST(Valuation, RefusesAnAssetThatIsNotThere) {
    BookMaker maker;
    auto const valuation = Valuation::of(maker.book, AssetId{7});
    ASSERT_FALSE(valuation);
    EXPECT_TRUE(valuation.error().is(book::Errc::unknown_asset));
}

TEST(Valuation, DefaultsToWhatMostInstrumentsSettleIn) {
    BookMaker maker;
    EXPECT_FALSE(default_valuation_asset(maker.book));
    AssetId const first = maker.asset("FIRST", 8);
    AssetId const second = maker.asset("SECOND", 8);
    EXPECT_EQ(default_valuation_asset(maker.book), first) << "no instruments: the first defined";
    maker.instrument({.settle = second});
    EXPECT_EQ(default_valuation_asset(maker.book), second);
    maker.instrument({.settle = first});
    EXPECT_EQ(default_valuation_asset(maker.book), first) << "of equals, the first defined";
}

// ---- a second, slow implementation: rationals, one row at a time ----

using Rational = mp::cpp_rational;

[[nodiscard]] Rational rational(Int128 units) { return {mp::cpp_int(units), mp::cpp_int(one_units)}; }

[[nodiscard]] mp::cpp_int floor_units(Rational const& value) {
    Rational const scaled = value * mp::cpp_int(one_units);
    mp::cpp_int quotient = mp::numerator(scaled) / mp::denominator(scaled);
    if (mp::cpp_int(quotient * mp::denominator(scaled)) > mp::numerator(scaled)) --quotient;
    return quotient;
}

[[nodiscard]] Rational rounded(Rational const& value) { return {floor_units(value), mp::cpp_int(one_units)}; }

/// Every asset of these books has an observed price, and the valuation asset has none: the price is the rate.
[[nodiscard]] Rational slow_equity(book::Book const& book, AssetId in, AccountId account) {
    auto convert = [&](AssetId asset, Rational const& value) {
        return asset == in ? value : rounded(value * rational(book.asset(asset).price.value.units()));
    };
    Rational sum = 0;
    book.for_balances(account, [&](book::BalanceRow const& row) {
        sum += convert(row.asset, rational(row.amount.units()));
    });
    book.for_positions(account, [&](book::PositionRow const& row) {
        book::InstrumentRow const& instrument = book.instrument(row.instrument);
        Rational const size = rational(row.size.units());
        Rational const mark = rational(instrument.mark.value.units());
        Rational const multiplier(mp::cpp_int(book::multiplier(instrument.multiplier_numerator)),
                                  mp::cpp_int(book::multiplier(instrument.multiplier_denominator)));
        Rational const step = rational(instrument.funding_index.units()) - rational(row.index.units());
        bool const is_inverse = instrument.payoff == wire::Payoff::inverse;
        Rational value = rounded(is_inverse ? Rational(-size * multiplier / mark) : Rational(size * mark * multiplier));
        value += rational(row.quote.units()) + rounded(-size * step * multiplier);
        sum += convert(instrument.settle, value);
    });
    return sum;
}

TEST(Valuation, AgreesWithRationalsOnRandomBooks) {
    std::uint64_t const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 40; ++round) {
        RandomBook const made = random_book(random, 30, 6);
        auto const valuation = Valuation::of(made.book, made.in);
        ASSERT_TRUE(valuation);
        std::vector<Equity> const sweep = valuation.value().sweep();
        for (std::uint32_t id = 1; id <= made.book.accounts.size(); ++id) {
            Equity const equity = valuation.value().account(AccountId{id});
            ASSERT_TRUE(equity.complete());
            EXPECT_EQ(mp::cpp_int(equity.amount.units()), floor_units(slow_equity(made.book, made.in, AccountId{id})))
                << "account " << id;
            EXPECT_EQ(sweep[id].amount, equity.amount);
        }
    }
}

TEST(Valuation, CountsPendingFundingAsDecideWould) {
    std::uint64_t const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    RandomBook const made = random_book(random, 200, 6);
    auto const valuation = Valuation::of(made.book, made.in);
    ASSERT_TRUE(valuation);
    for (book::PositionRow const& row : made.book.positions.rows()) {
        auto const decided = book::pending_funding(made.book.instrument(row.instrument), row);
        ASSERT_TRUE(decided);
        EXPECT_EQ(valuation.value().settled(row).funding, decided.value());
    }
}

TEST(Valuation, SweepsHalfAMillionAccountsQuickly) {
    std::mt19937_64 random(1);
    RandomBook const made = random_book(random, 500'000, 2);
    auto const valuation = Valuation::of(made.book, made.in);
    ASSERT_TRUE(valuation);
    auto const start = std::chrono::steady_clock::now();
    std::vector<Equity> const sweep = valuation.value().sweep();
    auto const spent = std::chrono::steady_clock::now() - start;
    auto const milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(spent).count();
    std::cout << "note: " << made.book.balances.size() << " balances and " << made.book.positions.size()
              << " positions of 500,000 accounts in " << milliseconds << " ms\n";
    EXPECT_EQ(sweep.size(), 500'001U);
    EXPECT_LT(milliseconds, 5'000) << "ten times slower than any machine we know at -O0";
}

} // namespace
} // namespace plimsoll::risk
