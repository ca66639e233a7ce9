#include "risk/margin/derive_portfolio.hpp"
#include "tests/risk/margin_book.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <functional>

namespace plimsoll::risk {
namespace {

using testing::HasSubstr;

[[nodiscard]] std::string text(Int128 units) { return format_decimal(Amount{units}); }

// ---- perpetuals by a rate of the notional ----

struct LinearCase {
    std::string name;
    std::string preset;
    std::string coin;
    std::string mark;
    std::string size;
    std::string initial;
    std::string maintenance;
    std::string origin;
};
void PrintTo(LinearCase const& row, std::ostream* out) { *out << row.name; }

class LinearMargin : public testing::TestWithParam<LinearCase> {};

TEST_P(LinearMargin, IsWhatTheRuleAsks) {
    LinearCase const& row = GetParam();
    MarginBook book;
    AssetId const coin = book.coin(row.coin, row.mark);
    InstrumentId const perp = book.perpetual(coin, row.mark);
    AccountId const alice = book.account("alice");
    book.cash(alice, "100000000");
    book.hold(alice, perp, row.size);
    MarginDetail detail;
    Levels const levels = book.evaluate(*shipped_preset(row.preset), alice, &detail).value();
    EXPECT_EQ(text(levels.initial_margin()), row.initial) << row.origin;
    EXPECT_EQ(text(levels.maintenance_margin()), row.maintenance) << row.origin;
    EXPECT_EQ(sums_of(detail), (LineSums{levels.initial_margin(), levels.maintenance_margin()}));
}

std::string const hyperliquid_docs = "Hyperliquid tiers, MM = N m - d, m = 1 / (2 Lmax); by hand";
INSTANTIATE_TEST_SUITE_P(
    Tables, LinearMargin,
    testing::Values(
        LinearCase{"LargeMarketTwoPercent", "dydx-v4-perp", "BTC", "50000", "1", "1000", "600", "dYdX large tier: 2 %, 60 % of it; by hand"},
        LinearCase{"ShortAsksTheSame", "dydx-v4-perp", "BTC", "50000", "-1", "1000", "600", "dYdX: absolute notional"},
        LinearCase{"LongTailTenPercent", "dydx-v4-perp", "XYZ", "2", "100", "20", "10", "dYdX small tier: 10 %, half of it; by hand"},
        // N = 0.000033, 2 % is 0.66 quantums: up to 1; 60 % of that: up to 1
        LinearCase{"RoundsUpTwice", "dydx-v4-perp", "BTC", "33", "0.000001", "0.000001", "0.000001", "dYdX: ceil(ceil(N base) fraction)"},
        LinearCase{"CutsTheNotional", "dydx-v4-perp", "BTC", "0.9", "0.000001", "0", "0", "dYdX: notional truncated to quote quantums"},
        LinearCase{"BelowTheBound", "hyperliquid-perp", "BTC", "50000", "2000", "2500000", "1250000", hyperliquid_docs},
        LinearCase{"AtTheBound", "hyperliquid-perp", "BTC", "50000", "3000", "3750000", "1875000", hyperliquid_docs},
        LinearCase{"AboveTheBound", "hyperliquid-perp", "BTC", "50000", "4000", "6250000", "3125000", hyperliquid_docs},
        LinearCase{"EtherAtTheBound", "hyperliquid-perp", "ETH", "2500", "40000", "4000000", "2000000", hyperliquid_docs},
        LinearCase{"EtherFarAbove", "hyperliquid-perp", "ETH", "2500", "100000", "14000000", "7000000", hyperliquid_docs},
        LinearCase{"AnythingElse", "hyperliquid-perp", "XYZ", "1", "4000000", "500000", "250000", hyperliquid_docs}),
    [](auto const& row) { return row.param.name; });

TEST(LinearMarginTest, OpenInterestRaisesInitialAlone) {
    // small tier: 10 % to 100 % between 20 and 50 million; at 35 million half way: 55 %
    MarginBook book;
    AssetId const coin = book.coin("XYZ", "1");
    InstrumentId const perp = book.perpetual(coin, "1");
    AccountId const alice = book.account("alice");
    book.cash(alice, "1000");
    book.hold(alice, perp, "100");
    for (auto const& [open, initial] : std::vector<std::pair<std::string, std::string>>{
             {"20000000", "10"}, {"35000000", "55"}, {"50000000", "100"}, {"90000000", "100"}}) {
        book.row(perp).open_interest = Quantity{number(open)};
        Levels const levels = book.evaluate(*shipped_preset("dydx-v4-perp"), alice).value();
        EXPECT_EQ(text(levels.initial_margin()), initial) << open;
        EXPECT_EQ(text(levels.maintenance_margin()), "5") << open;
    }
}

RC_GTEST_PROP(LinearMarginProperty, IsContinuousAtEveryTierBoundAndNeverFalls, ()) {
    Preset const preset = *shipped_preset("hyperliquid-perp");
    auto const tiers = preset.list("tiers");
    ParameterRow const& tier = tiers[*rc::gen::inRange<std::size_t>(0, tiers.size())];
    Int128 const bound = tier.number("from_notional");
    MarginBook book;
    std::string const market = tier.text("market") == "*" ? "XYZ" : tier.text("market");
    InstrumentId const perp = book.perpetual(book.coin(market, "1"), "1");
    auto asked = [&](Int128 notional) {
        AccountId const account = book.account("account " + text(notional));
        book.hold(account, perp, notional);
        return book.evaluate(preset, account).value();
    };
    Int128 const step = 1'000'000'000'000; // the smallest unit of the quote
    Levels const at = asked(bound);
    Levels const above = asked(bound + step);
    // one unit of notional costs at most one unit of margin, and never less than nothing
    RC_ASSERT(above.initial_margin() >= at.initial_margin());
    RC_ASSERT(above.initial_margin() - at.initial_margin() <= step);
    RC_ASSERT(above.maintenance_margin() >= at.maintenance_margin());
    RC_ASSERT(above.maintenance_margin() - at.maintenance_margin() <= step);
    Int128 const some = Int128{*rc::gen::inRange<std::int64_t>(1, 1'000'000'000)} * one_units;
    Int128 const other = Int128{*rc::gen::inRange<std::int64_t>(1, 1'000'000'000)} * one_units;
    RC_ASSERT(asked(some + other).maintenance_margin() >= asked(some).maintenance_margin());
}

// ---- debt against coins ----

TEST(RatioMargin, AVaultIsSafeUpToItsRatio) {
    // 10 ETH at 150 back 1000 of debt at 150 %: risk-models 2.1.1, the seed's ratio
    MarginBook book;
    AssetId const ether = book.coin("ETH", "150");
    struct Row {
        std::string debt;
        std::string excess;
        std::string asked; ///< beyond the debt
    };
    for (Row const& row : {Row{"1000", "0", "500"}, Row{"1000.000000000000000001", "-0.000000000000000002", "500.000000000000000001"}, Row{"600", "600", "300"}}) {
        AccountId const vault = book.account(row.debt);
        book.hold(vault, ether, "10");
        book.cash(vault, "-" + row.debt);
        MarginDetail detail;
        Levels const levels = book.evaluate(*shipped_preset("maker-cdp"), vault, &detail).value();
        EXPECT_EQ(text(levels.initial_excess), row.excess) << row.debt;
        EXPECT_EQ(levels.initial_excess, levels.maintenance_excess);
        EXPECT_EQ(text(levels.initial_margin()), row.asked) << row.debt;
        EXPECT_EQ(sums_of(detail).initial, levels.initial_margin());
    }
}

TEST(RatioMargin, DebtIsLaidOnTheCheapestCoinFirst) {
    MarginBook book;
    AssetId const other = book.coin("XYZ", "1"); // 175 %
    AssetId const ether = book.coin("ETH", "150");
    AccountId const vault = book.account("vault");
    book.hold(vault, other, "700");
    book.hold(vault, ether, "10");
    book.cash(vault, "-1200"); // 1000 on ETH, 200 on XYZ: 350 of its 700
    EXPECT_EQ(text(book.evaluate(*shipped_preset("maker-cdp"), vault).value().maintenance_excess), "350");
}

// ---- options by a bound ----

struct NakedCase {
    std::string name;
    bool is_call = false;
    TimeNs days = 0;
    std::string strike;
    std::string spot;
    std::string collateral_that_just_does; ///< in the quote for puts, in coins for calls
};
void PrintTo(NakedCase const& row, std::ostream* out) { *out << row.name; }

class NakedMargin : public testing::TestWithParam<NakedCase> {};

TEST_P(NakedMargin, IsWhatTheRuleAsks) {
    NakedCase const& row = GetParam();
    MarginBook book;
    AssetId const coin = book.coin("XYZ", row.spot);
    auto const side = row.is_call ? wire::OptionSide::call : wire::OptionSide::put;
    InstrumentId const option = book.option(coin, side, row.days * MarginBook::day, row.strike, row.spot, "0.5");
    AccountId const writer = book.account("writer");
    book.hold(writer, option, "-1");
    if (row.is_call) {
        book.hold(writer, coin, row.collateral_that_just_does);
    } else {
        book.cash(writer, row.collateral_that_just_does);
    }
    MarginDetail detail;
    Preset const preset = preset_with("opyn-gamma", {{"debt_floor_quote", "0"}, {"debt_floor_base", "0"}});
    Levels const levels = book.evaluate(preset, writer, &detail).value();
    EXPECT_EQ(text(levels.maintenance_excess), "0");
    EXPECT_EQ(sums_of(detail).maintenance, levels.maintenance_margin());
}

INSTANTIATE_TEST_SUITE_P(
    UnitTestsOfOpyn, NakedMargin, // risk-models 2.1.2
    testing::Values(NakedCase{"PutOfAWeek", false, 7, "100", "150", "16.78"}, NakedCase{"CallOfAWeek", true, 7, "2500", "1800", "0.1678"},
                    NakedCase{"PutOfTwoWeeks", false, 14, "100", "150", "23.7"},
                    // a put in the money: 0.75 * 100 = 75: 0.1678 * 75 + 25
                    NakedCase{"PutThatWouldPay", false, 7, "100", "100", "37.585"},
                    NakedCase{"PutOfThreeDays", false, 3, "100", "150", "16.78"}),
    [](auto const& row) { return row.param.name; });

TEST(NakedMarginTest, ASpreadAsksItsLargestLossAtMost) {
    MarginBook book;
    AssetId const coin = book.coin("XYZ", "150");
    InstrumentId const sold = book.put(coin, 7 * MarginBook::day, "100", "150", "0.5");
    InstrumentId const bought = book.put(coin, 7 * MarginBook::day, "95", "150", "0.5");
    AccountId const writer = book.account("writer");
    book.hold(writer, sold, "-1");
    book.hold(writer, bought, "1");
    book.cash(writer, "5");
    Preset const offset = preset_with("opyn-gamma", {{"debt_floor_quote", "0"}});
    EXPECT_EQ(text(book.evaluate(offset, writer).value().maintenance_excess), "0"); // 100 - 95, against 16.78 naked
    Preset const alone = preset_with("opyn-gamma", {{"debt_floor_quote", "0"}, {"spreads_offset", "no"}});
    EXPECT_EQ(text(book.evaluate(alone, writer).value().maintenance_excess), "-11.78");
    Preset const floored = preset_with("opyn-gamma", {});
    EXPECT_EQ(text(book.evaluate(floored, writer).value().maintenance_excess), "-5"); // at least 10
}

// ---- what an account cannot be margined for ----

struct NoMargin {
    std::string name;
    std::string preset;
    std::function<void(MarginBook&, AccountId)> fill;
    Errc want;
    std::string subject;
};
void PrintTo(NoMargin const& row, std::ostream* out) { *out << row.name; }

class WithoutMargin : public testing::TestWithParam<NoMargin> {};

TEST_P(WithoutMargin, TheFailureIsNamed) {
    MarginBook book;
    AccountId const alice = book.account("alice");
    GetParam().fill(book, alice);
    auto const levels = book.evaluate(preset_with(GetParam().preset, {}), alice);
    ASSERT_FALSE(levels.has_value());
    EXPECT_TRUE(levels.error().is(GetParam().want)) << levels.error().message();
    EXPECT_THAT(levels.error().message(), HasSubstr(GetParam().subject));
}

[[nodiscard]] auto option_held(std::function<void(MarginBook&, InstrumentId, AssetId)> change, TimeNs after = MarginBook::day) {
    return [=](MarginBook& book, AccountId alice) {
        AssetId const coin = book.coin("BTC", "50000");
        InstrumentId const call = book.call(coin, after, "50000", "50000", "0.5");
        book.hold(alice, call, "-1");
        change(book, call, coin);
    };
}
[[nodiscard]] auto perpetual_held(std::function<void(MarginBook&, InstrumentId, AssetId)> change) {
    return [=](MarginBook& book, AccountId alice) {
        AssetId const coin = book.coin("BTC", "50000");
        InstrumentId const perp = book.perpetual(coin, "50000");
        book.hold(alice, perp, "1");
        change(book, perp, coin);
    };
}

auto const no_forward = option_held([](MarginBook& book, InstrumentId id, AssetId) { book.row(id).forward = {}; });
auto const no_volatility = option_held([](MarginBook& book, InstrumentId id, AssetId) { book.row(id).volatility = {}; });
auto const doubted_volatility = option_held([](MarginBook& book, InstrumentId id, AssetId) { book.row(id).volatility = book.reading("0.5", {"0"}); });
auto const doubted_rate = option_held([](MarginBook& book, InstrumentId id, AssetId) { book.row(id).rate = book.reading("0.05", {"0"}); });
auto const no_spot = option_held([](MarginBook& book, InstrumentId, AssetId coin) { book.maker.book.assets.write(coin.number()).price = {}; });
auto const expired = option_held([](MarginBook&, InstrumentId, AssetId) {}, 0);
auto const no_mark = perpetual_held([](MarginBook& book, InstrumentId id, AssetId) { book.row(id).mark = {}; });
auto const doubted_mark = perpetual_held([](MarginBook& book, InstrumentId id, AssetId) { book.row(id).mark = book.reading("50000", {"0"}); });
auto const quoted_in_coin = perpetual_held([](MarginBook& book, InstrumentId id, AssetId coin) { book.row(id).quote = coin; });
auto const option_in_coin = option_held([](MarginBook& book, InstrumentId id, AssetId coin) { book.row(id).quote = coin; });
auto const absurd_size = [](MarginBook& book, AccountId alice) {
    InstrumentId const perp = book.perpetual(book.coin("BTC", "50000"), "50000");
    book.hold(alice, perp, event_limit_units);
};
auto const absurd_option = [](MarginBook& book, AccountId alice) {
    InstrumentId const call = book.call(book.coin("BTC", "50000"), MarginBook::day, "50000", "50000", "0.5");
    book.hold(alice, call, event_limit_units);
};
auto const owes_coin_without_price = [](MarginBook& book, AccountId alice) { book.hold(alice, book.coin("XYZ", ""), "-1"); };

INSTANTIATE_TEST_SUITE_P(
    EveryReason, WithoutMargin,
    testing::Values(NoMargin{"NoForwardGrid", "derive-pmrm2", no_forward, Errc::forward_missing, "I1"},
                    NoMargin{"NoForwardStandard", "derive-srm", no_forward, Errc::forward_missing, "I1"},
                    NoMargin{"NoVolatilityGrid", "derive-pmrm2", no_volatility, Errc::volatility_missing, "I1"},
                    NoMargin{"NoVolatilityStandard", "derive-srm", no_volatility, Errc::volatility_missing, "I1"},
                    NoMargin{"NoVolatilityNaked", "opyn-gamma", no_volatility, Errc::volatility_missing, "I1"},
                    NoMargin{"DoubtedVolatility", "derive-pmrm2", doubted_volatility, Errc::confidence_is_zero, "I1"},
                    NoMargin{"DoubtedRate", "derive-pmrm2", doubted_rate, Errc::confidence_is_zero, "I1"},
                    NoMargin{"NoSpotGrid", "derive-pmrm2", no_spot, Errc::spot_missing, "BTC"},
                    NoMargin{"NoSpotStandard", "derive-srm", no_spot, Errc::spot_missing, "BTC"},
                    NoMargin{"ExpiredGrid", "derive-pmrm2", expired, Errc::option_expired, "I1"},
                    NoMargin{"ExpiredStandard", "derive-srm", expired, Errc::option_expired, "I1"},
                    NoMargin{"ExpiredNaked", "opyn-gamma", expired, Errc::option_expired, "I1"},
                    NoMargin{"NoMark", "dydx-v4-perp", no_mark, Errc::mark_missing, "I1"},
                    NoMargin{"DoubtedMarkLinear", "dydx-v4-perp", doubted_mark, Errc::confidence_is_zero, "I1"},
                    NoMargin{"DoubtedMarkGrid", "derive-pmrm2", doubted_mark, Errc::confidence_is_zero, "I1"},
                    NoMargin{"OptionUnderPerpetualRule", "dydx-v4-perp", option_held([](auto&&...) {}), Errc::instrument_not_in_preset, "I1"},
                    NoMargin{"PerpetualUnderVaultRule", "maker-cdp", perpetual_held([](auto&&...) {}), Errc::instrument_not_in_preset, "I1"},
                    NoMargin{"PerpetualUnderNakedRule", "opyn-gamma", perpetual_held([](auto&&...) {}), Errc::instrument_not_in_preset, "I1"},
                    NoMargin{"QuotedInAnother", "dydx-v4-perp", quoted_in_coin, Errc::quoted_in_another_asset, "I1 in BTC"},
                    NoMargin{"OptionQuotedInAnother", "derive-srm", option_in_coin, Errc::quoted_in_another_asset, "I1 in BTC"},
                    NoMargin{"TooLongForTheTable", "opyn-gamma", option_held([](auto&&...) {}, 57 * MarginBook::day), Errc::tenor_beyond_table, "I1"},
                    NoMargin{"DebtWithoutCoins", "maker-cdp", [](MarginBook& book, AccountId alice) { book.cash(alice, "-1"); }, Errc::debt_without_collateral, "USD"},
                    NoMargin{"OwesWhatHasNoPrice", "derive-pmrm2", owes_coin_without_price, Errc::price_missing, "XYZ"},
                    NoMargin{"AbsurdSizeGrid", "derive-pmrm2", absurd_size, Errc::arithmetic_overflow, ""},
                    NoMargin{"AbsurdSizeStandard", "derive-srm", absurd_size, Errc::arithmetic_overflow, ""},
                    NoMargin{"AbsurdSizeLinear", "dydx-v4-perp", absurd_size, Errc::arithmetic_overflow, ""},
                    NoMargin{"AbsurdOption", "derive-pmrm2", absurd_option, Errc::arithmetic_overflow, ""}),
    [](auto const& row) { return row.param.name; });

TEST(WithoutMarginTest, StaleOnlyPastTheLimit) {
    MarginBook book;
    AssetId const coin = book.coin("BTC", "50000");
    InstrumentId const perp = book.perpetual(coin, "50000", {"1", 60 * MarginBook::second});
    AccountId const alice = book.account("alice");
    book.cash(alice, "10000");
    book.hold(alice, perp, "1");
    auto with = [](std::string const& seconds) {
        return changed_preset("dydx-v4-perp", {{"[parameters]", "[parameters]\nmark_stale_after = { value = \"" + seconds + "\", unit = \"s\", source = \"test\" }"}});
    };
    EXPECT_TRUE(book.evaluate(with("60"), alice).has_value());
    auto const stale = book.evaluate(with("59"), alice);
    ASSERT_FALSE(stale.has_value());
    EXPECT_TRUE(stale.error().is(Errc::reading_stale));
    EXPECT_THAT(stale.error().message(), HasSubstr("may be 59 s old"));
}

TEST(WithoutMarginTest, CashBelowZeroOnlyWhereBorrowingIsAllowed) {
    MarginBook book;
    AccountId const alice = book.account("alice");
    book.cash(alice, "-1");
    EXPECT_TRUE(book.evaluate(preset_with("derive-srm", {{"borrowing", "yes"}}), alice).has_value());
    for (std::string const preset : {"derive-srm", "derive-pmrm2"}) {
        auto const levels = book.evaluate(preset_with(preset, {{"borrowing", "no"}}), alice);
        ASSERT_FALSE(levels.has_value());
        EXPECT_TRUE(levels.error().is(Errc::borrowing_not_allowed));
    }
}

// ---- Derive on a book is Derive ----

TEST(GridMargin, EqualsTheRuleOnItsOwnInputs) {
    MarginBook book;
    AssetId const coin = book.coin("BTC", "60000", {"0.9"});
    InstrumentId const call = book.call(coin, 30 * MarginBook::day, "65000", "60500", "0.6");
    InstrumentId const put = book.put(coin, 30 * MarginBook::day, "55000", "60500", "0.65");
    InstrumentId const perp = book.perpetual(coin, "60100", {"0.8"});
    book.row(call).rate = book.reading("0.04", {"0.5"});
    AccountId const alice = book.account("alice");
    book.cash(alice, "-2500.5");
    book.hold(alice, call, "-1.5");
    book.hold(alice, put, "2");
    book.hold(alice, perp, "0.75", "-44000");
    book.hold(alice, coin, "0.25");
    MarginDetail detail;
    Levels const levels = book.evaluate(*shipped_preset("derive-pmrm2"), alice, &detail).value();

    Preset const preset = *shipped_preset("derive-pmrm2");
    Market const market = book.market();
    auto wei = [](std::string const& value) { return Int256{number(value)}; };
    // The rule on inputs written down once more, so that the way from rows to inputs is what is tested.
    derive::PortfolioParameters set;
    set.vol_shock = {wei("0.5"), wei("0.275"), wei("0.3"), wei("0.13"), wei("0.45"), Int256{86'400}};
    set.margin = {wei("1"), wei("0.8"), wei("0.5"), wei("1"), wei("0.08"), wei("0.08"), wei("1.04"), wei("0.95")};
    set.basis_contingency = {wei("1.045"), wei("0.955"), wei("0.5"), wei("2")};
    set.other_contingency = {wei("0.98"), wei("2"), wei("0.55"), wei("1"), wei("0.015"), wei("0.005"), wei("0.003"), wei("0.002")};
    set.skew_shock = {wei("0.15"), wei("0.15"), wei("-0.05"), wei("-0.05"), wei("0.01"), wei("4"), wei("0.6"), wei("-0.1")};
    for (ParameterRow const& row : preset.list("scenarios")) {
        auto const shock = row.text("volatility") == "up"       ? derive::VolShock::up
                           : row.text("volatility") == "down"   ? derive::VolShock::down
                           : row.text("volatility") == "linear" ? derive::VolShock::linear
                           : row.text("volatility") == "none"   ? derive::VolShock::none
                                                                : derive::VolShock::abs;
        set.scenarios.push_back({Int256{row.number("spot")}, shock, Int256{row.number("dampening")}});
    }
    derive::PortfolioMarket feeds{market.time() / 1'000'000'000, wei("60000"), wei("0.9"), wei("1"), wei("60100"), wei("0.8"), {}};
    feeds.expiries.push_back({(market.time() + 30 * MarginBook::day) / 1'000'000'000, wei("0"), wei("60500"), wei("1"), wei("0.04"), wei("0.5"), wei("1")});
    auto const grid = derive::ScenarioGrid::build(set, feeds, {{0, wei("65000"), true, wei("0.6")}, {0, wei("55000"), false, wei("0.65")}}).value();
    derive::PortfolioAccount account;
    account.cash = wei("-2500.5");
    account.perp_position = wei("0.75");
    account.perp_unsettled_cash = wei("1075"); // 0.75 * 60100 - 44000
    account.collaterals.push_back({wei("0.25"), wei("60000"), wei("0.9"), true, {wei("0.03"), wei("0.015")}});
    account.options = {{0, wei("-1.5")}, {1, wei("2")}};
    derive::PortfolioMargin const exact = derive::margin_of(account, grid).value();
    EXPECT_EQ(Int256{levels.mark_to_market}, exact.mark_to_market);
    EXPECT_EQ(Int256{levels.initial_excess}, exact.initial_margin);
    EXPECT_EQ(Int256{levels.maintenance_excess}, exact.maintenance_margin);

    EXPECT_EQ(sums_of(detail), (LineSums{levels.initial_margin(), levels.maintenance_margin()}));
    ASSERT_EQ(detail.scenarios.size(), 32U); // and the basis contingency
    EXPECT_EQ(std::ranges::count_if(detail.scenarios, &ScenarioLine::binds_initial), 1);
    auto const binding = std::ranges::find_if(detail.scenarios, &ScenarioLine::binds_initial);
    for (ScenarioLine const& line : detail.scenarios) EXPECT_GE(line.profit_and_loss, binding->profit_and_loss) << line.name;
}

TEST(GridMargin, UnderlyingsStandApartAndCashCountsOnce) {
    MarginBook book;
    Preset const preset = *shipped_preset("derive-pmrm2");
    InstrumentId const bitcoin = book.perpetual(book.coin("BTC", "60000"), "60000");
    InstrumentId const ether = book.perpetual(book.coin("ETH", "3000"), "3000");
    AccountId const both = book.account("both");
    AccountId const one = book.account("one");
    AccountId const other = book.account("other");
    book.cash(both, "1000");
    book.cash(one, "1000");
    for (AccountId const account : {both, one}) book.hold(account, bitcoin, "1");
    for (AccountId const account : {both, other}) book.hold(account, ether, "-20");
    Levels const a = book.evaluate(preset, both).value();
    Levels const b = book.evaluate(preset, one).value();
    Levels const c = book.evaluate(preset, other).value();
    EXPECT_EQ(a.initial_margin(), b.initial_margin() + c.initial_margin());
    EXPECT_EQ(a.initial_excess, b.initial_excess + c.initial_excess);
}

TEST(StandardMargin, LinesSumToWhatIsAsked) {
    MarginBook book;
    AssetId const coin = book.coin("BTC", "60000", {"0.5"}); // below the threshold
    InstrumentId const call = book.call(coin, 30 * MarginBook::day, "65000", "60500", "0.6");
    InstrumentId const perp = book.perpetual(coin, "60100");
    AccountId const alice = book.account("alice");
    book.cash(alice, "25000");
    book.hold(alice, call, "-1.5");
    book.hold(alice, perp, "-0.5", "30000");
    book.hold(alice, coin, "0.25");
    book.maker.price(book.usd, "0.97"); // depegged
    MarginDetail detail;
    Levels const levels = book.evaluate(*shipped_preset("derive-srm"), alice, &detail).value();
    EXPECT_EQ(sums_of(detail), (LineSums{levels.initial_margin(), levels.maintenance_margin()}));
    EXPECT_GT(levels.initial_margin(), levels.maintenance_margin());
    EXPECT_NE(line_of(detail, "options"), 0);
    EXPECT_EQ(line_of(detail, "depegged quote"), 0) << "asked of the initial level alone";
}

} // namespace
} // namespace plimsoll::risk
