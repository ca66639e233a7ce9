#include "tests/risk/margin_book.hpp"
#include "tests/risk/plain_black.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

constexpr TimeNs month = 30 * MarginBook::day;
constexpr double month_years = 30.0 / 365;

/// What the three kernels on fast prices have in common.
class EveryFastModel : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] static Preset preset() { return *shipped_preset(GetParam()); }
    [[nodiscard]] static bool takes_perpetuals() { return GetParam() != "lyra-v1-amm"; }

    MarginBook book;
    AssetId btc = book.coin("BTC", "20000");
    AccountId alice = book.account("alice");
};
INSTANTIATE_TEST_SUITE_P(EveryKernel, EveryFastModel, testing::Values("span-like", "greeks", "lyra-v1-amm"), [](auto const& row) {
    std::string name = row.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST_P(EveryFastModel, AsksNothingOfCash) {
    book.cash(alice, "100");
    auto const levels = book.evaluate(preset(), alice).value();
    EXPECT_EQ(levels, (Levels{number("100"), number("100"), number("100")}));
}

TEST_P(EveryFastModel, MarksOptionsByBlack76AgainstTheHolder) {
    InstrumentId const call = book.call(btc, month, "21000", "20100", "0.6");
    AccountId const bob = book.account("bob");
    book.row(call).rate = book.reading("0.04");
    book.hold(alice, call, "2");
    book.hold(bob, call, "-2");
    double const want = 2 * plain::black(true, 20100, 21000, 0.6, month_years, 0.04);
    Int128 const above = book.evaluate(preset(), alice).value().mark_to_market;
    Int128 const below = book.evaluate(preset(), bob).value().mark_to_market;
    EXPECT_NEAR(plain::ones(above), want, 1e-8);
    EXPECT_LE(above + below, 0);
    EXPECT_GE(above + below, -1);
}

TEST_P(EveryFastModel, RoundsALongDownAndAShortUp) {
    InstrumentId const call = book.call(btc, month, "20000", "20000", "0.6");
    AccountId const bob = book.account("bob");
    book.hold(alice, call, Int128{1'000'000'000'000'001});
    book.hold(bob, call, Int128{-1'000'000'000'000'001});
    EXPECT_EQ(book.evaluate(preset(), alice).value().mark_to_market + book.evaluate(preset(), bob).value().mark_to_market, -1);
}

TEST_P(EveryFastModel, SumsItsLinesToWhatItAsks) {
    std::mt19937_64 random(7);
    std::vector<InstrumentId> options;
    AssetId const eth = book.coin("ETH", "1200");
    AssetId const doge = book.coin("DOGE", "0.1");
    for (auto const& [coin, spot] : {std::pair{btc, 20000}, std::pair{eth, 1200}}) {
        for (int const weeks : {1, 9}) {
            for (int const percent : {70, 95, 100, 120}) {
                std::string const strike = std::to_string(spot * percent / 100);
                options.push_back(book.call(coin, weeks * 7 * MarginBook::day, strike, std::to_string(spot + 3), "0.7"));
                options.push_back(book.put(coin, weeks * 7 * MarginBook::day, strike, std::to_string(spot + 3), "0.7"));
            }
        }
    }
    InstrumentId const perpetual = book.perpetual(btc, "20010");
    InstrumentId const other = book.perpetual(eth, "1201");
    auto below = [&](int limit) { return static_cast<int>(random() % static_cast<std::uint64_t>(limit)); };
    for (int round = 0; round < 60; ++round) {
        AccountId const account = book.account("account " + std::to_string(round));
        book.cash(account, std::to_string(below(100'000) - 50'000));
        book.hold(account, btc, std::to_string(below(5) - 2));
        book.hold(account, doge, "1000.5");
        for (InstrumentId const option : options) {
            if (below(3) == 0) book.hold(account, option, (below(2'000'001) - 1'000'000) * Int128{1'234'567'890'123});
        }
        if (takes_perpetuals()) {
            book.hold(account, perpetual, (below(2'000'001) - 1'000'000) * Int128{1'234'567'890'123});
            book.hold(account, other, (below(2'000'001) - 1'000'000) * Int128{12'345'678'901'237});
        }
        MarginDetail detail;
        auto const levels = book.evaluate(preset(), account, &detail);
        ASSERT_TRUE(levels) << levels.error().message();
        EXPECT_EQ(sums_of(detail), (LineSums{levels.value().initial_margin(), levels.value().maintenance_margin()}));
        EXPECT_GE(levels.value().initial_margin(), levels.value().maintenance_margin());
        EXPECT_EQ(levels.value(), book.evaluate(preset(), account).value()); // with and without words
        EXPECT_EQ(detail.not_counted.empty(), false);
    }
}

TEST_P(EveryFastModel, CountsADebtInFullAndAnUnlistedAssetAtTheMarkOnly) {
    AssetId const doge = book.coin("DOGE", "0.1");
    AssetId const unknown = book.coin("UNKNOWN", "");
    book.cash(alice, "1000");
    book.hold(alice, doge, "500");
    book.hold(alice, unknown, "7");
    AccountId const debtor = book.account("debtor");
    book.hold(debtor, doge, "-500");
    MarginDetail detail;
    auto const levels = book.evaluate(preset(), alice, &detail).value();
    EXPECT_EQ(levels, (Levels{number("1050"), number("1000"), number("1000")}));
    EXPECT_EQ(detail.not_counted, (std::vector<std::string>{"DOGE", "UNKNOWN"}));
    EXPECT_EQ(book.evaluate(preset(), debtor).value(), (Levels{number("-50"), number("-50"), number("-50")}));
    AccountId const lost = book.account("lost");
    book.hold(lost, unknown, "-1");
    EXPECT_TRUE(book.evaluate(preset(), lost).error().is(Errc::price_missing));
}

TEST(ListedCollateral, CountsByItsWeight) {
    for (std::string_view const name : {"span-like", "greeks"}) {
        MarginBook book;
        AssetId const btc = book.coin("BTC", "20000");
        AccountId const alice = book.account("alice");
        book.hold(alice, btc, "2");
        MarginDetail detail;
        auto const levels = book.evaluate(*shipped_preset(name), alice, &detail).value();
        EXPECT_EQ(levels, (Levels{number("40000"), number("34000"), number("34000")})) << name;
        EXPECT_EQ(line_of(detail, "haircut", "BTC"), number("6000")) << name;
    }
}

/// What a perpetual is not told, its holder learns.
TEST(PerpetualsOnFastModels, NeedAMark) {
    for (std::string_view const name : {"span-like", "greeks"}) {
        MarginBook book;
        AssetId const btc = book.coin("BTC", "20000");
        AccountId const alice = book.account("alice");
        InstrumentId const perpetual = book.perpetual(btc, "20000", {"1", 61 * MarginBook::second});
        book.hold(alice, perpetual, "1");
        auto const strict = changed_preset(
            name, {{"[parameters]\n", "[parameters]\nmark_stale_after = { value = \"60\", unit = \"s\", source = \"test\" }\n"}});
        EXPECT_TRUE(book.evaluate(strict, alice).error().is(Errc::reading_stale));
        book.row(perpetual).mark = book.reading("20000", {"1", 60 * MarginBook::second});
        EXPECT_TRUE(book.evaluate(strict, alice));
        book.row(perpetual).mark = {};
        EXPECT_TRUE(book.evaluate(strict, alice).error().is(Errc::mark_missing));
    }
}

struct PresetRow {
    std::string name;
    std::string preset;
    std::string from;
    std::string to;
    Errc want;
    friend void PrintTo(PresetRow const& row, std::ostream* out) { *out << row.name; }
};
class FastPresetRefusal : public testing::TestWithParam<PresetRow> {};
TEST_P(FastPresetRefusal, NamesTheRule) {
    std::string body = shipped_preset(GetParam().preset)->body();
    auto const at = body.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    body.replace(at, GetParam().from.size(), GetParam().to);
    auto const preset = Preset::parse(body, "test");
    ASSERT_FALSE(preset);
    EXPECT_TRUE(preset.error().is(GetParam().want)) << preset.error().message();
}
INSTANTIATE_TEST_SUITE_P(
    EveryReason, FastPresetRefusal,
    testing::Values(
        PresetRow{"DeltasOfASpreadAreNeverZero", "span-like", "first_deltas = \"1\"", "first_deltas = \"0\"",
                  Errc::preset_value_out_of_bounds},
        PresetRow{"APairIsWhole", "span-like", "credit = \"0.5\"", "", Errc::preset_contradicts_itself},
        PresetRow{"ACollateralHasAWeight", "greeks", "weight = \"0.85\"", "", Errc::preset_contradicts_itself},
        PresetRow{"ShockVolatilitiesAreWhole", "lyra-v1-amm", "unit = \"volatility\"", "unit = \"of volatility\"",
                  Errc::preset_unit_wrong},
        PresetRow{"TermsAreInOrder", "lyra-v1-amm", "value = \"1209600\"", "value = \"4838401\"", Errc::preset_contradicts_itself}),
    [](auto const& row) { return row.param.name; });

TEST(CollateralOfAnyAsset, CountsByTheRowOfAStar) {
    MarginBook book;
    AssetId const doge = book.coin("DOGE", "0.1");
    AccountId const alice = book.account("alice");
    book.hold(alice, doge, "500");
    auto const any = changed_preset("greeks", {{"asset = \"ETH\"\nweight = \"0.85\"", "asset = \"*\"\nweight = \"0.5\""}});
    EXPECT_EQ(book.evaluate(any, alice).value(), (Levels{number("50"), number("25"), number("25")}));
}

struct Fault {
    std::string name;
    Errc want;
    void (*spoil)(MarginBook& book, InstrumentId option, AssetId btc);
    std::string limit; ///< a common parameter, where the fault needs one
    friend void PrintTo(Fault const& row, std::ostream* out) { *out << row.name; }
};
class FastModelFault : public testing::TestWithParam<std::tuple<Fault, std::string>> {};
/// It is the holder's failure, told by name, and nobody else's.
TEST_P(FastModelFault, IsOfWhoeverHoldsIt) {
    auto const& [fault, name] = GetParam();
    MarginBook book;
    AssetId const btc = book.coin("BTC", "20000");
    InstrumentId const good = book.call(btc, month, "20000", "20000", "0.6");
    InstrumentId const bad = book.call(btc, 2 * month, "20000", "20000", "0.6");
    AccountId const alice = book.account("alice");
    AccountId const bob = book.account("bob");
    book.hold(alice, bad, "-1");
    book.hold(bob, good, "-1");
    fault.spoil(book, bad, btc);
    Preset preset = *shipped_preset(name);
    if (!fault.limit.empty()) {
        preset = changed_preset(name, {{"[parameters]\n", "[parameters]\n" + fault.limit + " = { value = \"60\", unit = \"s\", source = \"test\" }\n"}});
    }
    auto const levels = book.evaluate(preset, alice);
    ASSERT_FALSE(levels);
    EXPECT_TRUE(levels.error().is(fault.want)) << levels.error().message();
    if (fault.name != "SpotMissing") {
        EXPECT_TRUE(levels.error().detail().starts_with(book.name(bad))) << levels.error().detail();
        EXPECT_TRUE(book.evaluate(preset, bob));
    }
}
INSTANTIATE_TEST_SUITE_P(
    EveryReason, FastModelFault,
    testing::Combine(
        testing::Values(
            Fault{"Expired", Errc::option_expired, [](auto& book, auto option, auto) { book.row(option).expiry = book.now; }, ""},
            Fault{"ForwardMissing", Errc::forward_missing, [](auto& book, auto option, auto) { book.row(option).forward = {}; }, ""},
            Fault{"VolatilityMissing", Errc::volatility_missing, [](auto& book, auto option, auto) { book.row(option).volatility = {}; }, ""},
            Fault{"VolatilityOfNoConfidence", Errc::confidence_is_zero,
                  [](auto& book, auto option, auto) { book.row(option).volatility = book.reading("0.6", {"0", 0}); }, ""},
            Fault{"VolatilityStale", Errc::reading_stale,
                  [](auto& book, auto option, auto) { book.row(option).volatility = book.reading("0.6", {"1", 61 * MarginBook::second}); },
                  "volatility_stale_after"},
            Fault{"RateStale", Errc::reading_stale,
                  [](auto& book, auto option, auto) { book.row(option).rate = book.reading("0.05", {"1", 61 * MarginBook::second}); },
                  "rate_stale_after"},
            Fault{"NumbersTooLarge", Errc::arithmetic_overflow,
                  [](auto& book, auto option, auto) { book.row(option).strike = Price{row_limit_units}; }, ""},
            Fault{"SpotMissing", Errc::spot_missing,
                  [](auto& book, auto, auto btc) { book.maker.book.assets.write(btc.number()).price = {}; }, ""}),
        testing::Values("span-like", "greeks", "lyra-v1-amm")),
    [](auto const& row) {
        std::string name = std::get<0>(row.param).name + "_" + std::get<1>(row.param);
        std::ranges::replace(name, '-', '_');
        return name;
    });

TEST_P(EveryFastModel, TakesAReadingThatIsJustFreshEnough) {
    InstrumentId const call = book.call(btc, month, "20000", "20000", "0.6");
    book.row(call).volatility = book.reading("0.6", {"1", 60 * MarginBook::second});
    book.hold(alice, call, "-1");
    auto const strict = changed_preset(
        GetParam(), {{"[parameters]\n", "[parameters]\nvolatility_stale_after = { value = \"60\", unit = \"s\", source = \"test\" }\n"}});
    EXPECT_TRUE(book.evaluate(strict, alice));
}

/// Where nothing asked is of a position whatever its size: rounding once asks for no more than twice.
TEST(PortfolioModels, DoubleWithTheAccount) {
    for (std::string_view const name : {"span-like", "greeks"}) {
        MarginBook book;
        AssetId const btc = book.coin("BTC", "20000");
        AccountId const alice = book.account("alice");
        AccountId const bob = book.account("bob");
        InstrumentId const call = book.call(btc, month, "21000", "20100", "0.6");
        InstrumentId const put = book.put(btc, 2 * month, "18000", "20200", "0.7");
        InstrumentId const perpetual = book.perpetual(btc, "20050");
        for (auto const& [account, times] : {std::pair{alice, 1}, std::pair{bob, 2}}) {
            book.hold(account, call, number("-1.234567") * times);
            book.hold(account, put, number("0.7654321") * times);
            book.hold(account, perpetual, number("0.3333333") * times);
        }
        Preset const preset = *shipped_preset(name);
        Int128 const once = book.evaluate(preset, alice).value().maintenance_margin();
        Int128 const twice = book.evaluate(preset, bob).value().maintenance_margin();
        EXPECT_LE(twice, 2 * once + 10) << name; // Greeks are rounded before they are multiplied
        EXPECT_GE(twice, 2 * once - 100) << name;
    }
}

} // namespace
} // namespace plimsoll::risk
