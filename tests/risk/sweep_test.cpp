#include "risk/margin/grid_screen.hpp"
#include "risk/margin/quick_screen.hpp"
#include "tests/risk/margin_book.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

/// Thousandths.
[[nodiscard]] Int256 wei(std::int64_t thousandths) { return Int256{Int128{thousandths} * (one_units / 1'000)}; }

/// Books of two underlyings with options of three expiries and accounts of every shape, near the line on purpose.
struct Crowd {
    MarginBook book;
    std::vector<InstrumentId> options;
    std::vector<InstrumentId> perpetuals;
    std::vector<AssetId> coins;

    Crowd() {
        Told const told{text(*rc::gen::element(550'000, 549'999, 900'000, 1'000'000), 6), 0}; // both sides of the threshold
        for (auto const& [name, spot] : {std::pair{"BTC", std::int64_t{60'000}}, std::pair{"ETH", std::int64_t{3'000}}}) {
            AssetId const coin = book.coin(name, std::to_string(spot), told);
            coins.push_back(coin);
            perpetuals.push_back(book.perpetual(coin, std::to_string(spot + 7)));
            for (TimeNs const days : {1, 29, 200}) {
                std::string const forward = std::to_string(spot + spot * days / 3'000);
                for (std::int64_t const percent : {40, 80, 95, 100, 105, 130, 300}) {
                    std::string const strike = std::to_string(spot * percent / 100);
                    std::string const volatility = text(*rc::gen::inRange(50'000, 3'000'000), 6);
                    options.push_back(book.call(coin, days * MarginBook::day, strike, forward, volatility));
                    options.push_back(book.put(coin, days * MarginBook::day, strike, forward, volatility));
                }
            }
        }
    }

    [[nodiscard]] static std::string text(std::int64_t units, int decimals) {
        Int128 scaled = units;
        for (int i = decimals; i < fixed_decimals; ++i) scaled *= 10;
        return format_decimal(Amount{scaled});
    }

    AccountId account() {
        AccountId const made = book.account("account " + std::to_string(book.book().accounts.size()));
        auto const held = *rc::gen::inRange(0, 12);
        for (int i = 0; i < held; ++i) {
            InstrumentId const option = options[*rc::gen::inRange<std::size_t>(0, options.size())];
            if (book.book().position(made, option) != nullptr) continue;
            book.hold(made, option, Int128{*rc::gen::inRange<std::int64_t>(-2'000'000, 2'000'000)} * 1'234'567'890'123);
        }
        for (InstrumentId const perpetual : perpetuals) {
            if (*rc::gen::inRange(0, 2) == 0) continue;
            book.hold(made, perpetual, Int128{*rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000)} * 1'234'567'890'123);
        }
        for (AssetId const coin : coins) {
            if (*rc::gen::inRange(0, 3) == 0) book.hold(made, coin, text(*rc::gen::inRange(0, 2'000'000), 6));
        }
        return made;
    }
};

RC_GTEST_PROP(Screen, IsNeverAboveTheExactLevelsAndSeldomFarBelow, ()) {
    Crowd crowd;
    AccountId const account = crowd.account();
    Market const market = crowd.book.market();
    Valuation const valuation = Valuation::of(crowd.book.book(), crowd.book.usd).value();
    Preset const preset = *shipped_preset("derive-pmrm2");
    Portfolio portfolio;
    ASSERT_TRUE(PortfolioView(market, valuation).read(account, portfolio).has_value());
    auto const model = make_model(preset, market, held_options(market, std::span(&account, 1))).value();
    Levels const exact = model->evaluate(portfolio, nullptr).value();
    auto const bounds = model->screen(portfolio);
    if (!bounds) return; // left to the exact rule
    RC_ASSERT(bounds->initial_excess_at_least <= exact.initial_excess);
    RC_ASSERT(bounds->maintenance_excess_at_least <= exact.maintenance_excess);
    RC_ASSERT(bounds->mark_to_market_at_least <= exact.mark_to_market);
    if (bounds->initial_excess_at_least >= 0 && bounds->maintenance_excess_at_least >= 0) return; // the first look was enough
    // amounts of a few coins at 10^5 each: a hundredth of a dollar is ten times what the cutting loses
    Int128 const cent = one_units / 100;
    RC_ASSERT(exact.initial_excess - bounds->initial_excess_at_least < cent);
    RC_ASSERT(exact.maintenance_excess - bounds->maintenance_excess_at_least < cent);
}

RC_GTEST_PROP(Screen, FastPricesAreAHundredTimesNearerThanTheSlack, ()) {
    auto logarithmic = [](std::int64_t low, std::int64_t high) { // spread over magnitudes
        std::int64_t value = *rc::gen::inRange(low, high);
        int const shift = *rc::gen::inRange(0, 30);
        return std::max(low, value >> shift);
    };
    Int128 const forward = Int128{logarithmic(1, 1'000'000'000'000)} * 1'000'000'000'000;
    Int128 const strike = Int128{logarithmic(1, 1'000'000'000'000)} * 1'000'000'000'000;
    Int128 const volatility = Int128{logarithmic(0, 10'000'000'000)} * 1'000'000'001;
    auto const seconds = logarithmic(0, 300'000'000);
    Checked on;
    derive::PortfolioParameters set;
    set.vol_shock.dte_floor_seconds = 86'400;
    set.basis_contingency = {Int256{one_units + one_units / 20}, Int256{one_units - one_units / 20}, {}, {}};
    set.margin = {one_wei, one_wei, {}, {}, {}, {}, one_wei, one_wei};
    set.scenarios = {{Int256{4 * one_units}, derive::VolShock::none, one_wei}};
    derive::PortfolioMarket market;
    market.now_seconds = 1'700'000'000;
    market.spot_price = market.perp_price = Int256{forward};
    market.stable_price = one_wei;
    market.expiries.push_back({market.now_seconds + seconds, {}, Int256{forward}, one_wei, Int256{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000'000)}, one_wei, one_wei});
    std::vector<derive::Option> const options{{0, Int256{strike}, true, Int256{volatility}}, {0, Int256{strike}, false, Int256{volatility}}};
    auto const exact = derive::ScenarioGrid::build(set, market, options).value();
    auto const fast = derive::ScenarioGrid::build(set, market, options, derive::Fidelity::fast).value();
    for (std::size_t option = 0; option < 2; ++option) {
        for (std::size_t column = 0; column < exact.columns().size(); ++column) {
            Int128 const off = exact.prices(option)[column].to_128() - fast.prices(option)[column].to_128();
            Int128 const shocked = forward * 4;
            Int128 const near = (shocked + strike) / derive::price_slack_divisor / 100 + 2 * (strike / (forward * 19 / 20) + 1);
            RC_ASSERT((off < 0 ? -off : off) <= near);
        }
    }
}

RC_GTEST_PROP(Screen, TheFirstLookIsNeverAboveTheExactLevels, ()) {
    derive::PortfolioParameters set;
    set.vol_shock = {wei(500), wei(275), wei(300), wei(130), wei(450), Int256{86'400}};
    set.margin = {wei(1000), wei(800), wei(500), wei(1000), wei(80), wei(80), wei(1040), wei(950)};
    set.basis_contingency = {wei(1045), wei(955), wei(500), wei(2000)};
    set.other_contingency = {wei(980), wei(2000), wei(550), wei(1000), wei(15), wei(5), wei(3), wei(2)};
    set.skew_shock = {wei(150), wei(150), wei(-50), wei(-50), wei(10), wei(4000), wei(600), wei(-100)};
    for (std::int64_t const spot : {820, 1'000, 1'180, 3'000}) {
        for (auto const shock : {derive::VolShock::up, derive::VolShock::none, derive::VolShock::down}) {
            set.scenarios.push_back({wei(spot), shock, spot == 3'000 ? wei(18) : one_wei});
        }
    }
    set.scenarios.push_back({one_wei, derive::VolShock::linear, one_wei});
    set.scenarios.push_back({one_wei, derive::VolShock::abs, wei(700)});
    derive::PortfolioMarket market;
    market.now_seconds = 1'700'000'000;
    market.spot_price = market.perp_price = wei(60'000'000);
    market.spot_confidence = market.perp_confidence = one_wei;
    market.stable_price = *rc::gen::element(wei(1'000), wei(970));
    std::vector<derive::Option> options;
    for (std::uint32_t expiry = 0; expiry < 3; ++expiry) {
        std::int64_t const seconds = *rc::gen::inRange<std::int64_t>(60, 40'000'000);
        market.expiries.push_back({market.now_seconds + seconds, {}, wei(60'000'000), one_wei, wei(*rc::gen::inRange(0, 200)), one_wei, one_wei});
        for (std::int64_t const strike : {30, 55, 60, 66, 200}) {
            for (bool const is_call : {false, true}) options.push_back({expiry, wei(strike * 1'000'000), is_call, wei(*rc::gen::inRange(1, 3'000))});
        }
    }
    auto const fidelity = *rc::gen::element(derive::Fidelity::exact, derive::Fidelity::fast);
    QuickScreen const quick(derive::ScenarioGrid::build(set, market, options, fidelity).value());
    auto const grid = derive::ScenarioGrid::build(set, market, options).value();
    derive::PortfolioAccount account;
    account.cash = wei(*rc::gen::inRange<std::int64_t>(-1'000'000'000, 1'000'000'000));
    std::vector<QuickScreen::Held> held;
    for (std::uint32_t option = 0; option < options.size(); ++option) {
        if (*rc::gen::inRange(0, 3) != 0) continue;
        Int128 const amount = Int128{*rc::gen::inRange<std::int64_t>(-5'000'000, 5'000'000)} * 1'234'567'890'123;
        held.push_back({option, amount});
        account.options.push_back({option, Int256{amount}});
    }
    auto const exact = derive::margin_of(account, grid).value();
    auto const bounds = quick.bounds(held, account.cash.to_128());
    RC_ASSERT(bounds.has_value());
    RC_ASSERT(Int256{bounds->initial_excess_at_least} <= exact.initial_margin);
    RC_ASSERT(Int256{bounds->maintenance_excess_at_least} <= exact.maintenance_margin);
    RC_ASSERT(Int256{bounds->mark_to_market_at_least} <= exact.mark_to_market);
    if (held.size() == 1) { // alone there is nothing to net: near, not only below
        RC_ASSERT(exact.mark_to_market.to_128() - bounds->mark_to_market_at_least < one_units);
        RC_ASSERT(exact.initial_margin.to_128() - bounds->initial_excess_at_least < one_units);
    }
}

RC_GTEST_PROP(Sweep, NobodyNearTheLineIsMissed, ()) {
    // Each account gets cash that puts it within a few units of 10^-18, or of 10^-9, of its initial line.
    Crowd crowd;
    Preset const preset = *shipped_preset("derive-pmrm2");
    std::vector<AccountId> accounts;
    for (int i = 0; i < 6; ++i) {
        AccountId const account = crowd.account();
        Int128 const off = Int128{*rc::gen::inRange(-3, 4)} * *rc::gen::element<std::int64_t>(1, 1'000'000'000, 10'000'000'000'000);
        Int128 const cash = -crowd.book.evaluate(preset, account).value().initial_excess + off;
        crowd.book.maker.balance(account, crowd.book.usd, cash);
        accounts.push_back(account);
    }
    Market const market = crowd.book.market();
    Valuation const valuation = Valuation::of(crowd.book.book(), crowd.book.usd).value();
    PortfolioView const view(market, valuation);
    auto const model = make_model(preset, market, held_options(market, accounts)).value();
    auto const screened = sweep(*model, view, accounts, SweepMode::screened);
    auto const everybody = sweep(*model, view, accounts, SweepMode::everybody);
    auto const screen = make_screen(preset, market, held_options(market, accounts)).value();
    auto const found = suspects(*screen, view, accounts);
    for (SweepRow const& row : everybody) {
        RC_ASSERT(row.standing == Standing::clear || std::ranges::count(found, row.account) == 1);
    }
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        RC_ASSERT(everybody[i].is_exact);
        RC_ASSERT(screened[i].standing == everybody[i].standing);
        if (screened[i].is_exact) RC_ASSERT(screened[i].levels == everybody[i].levels);
    }
}

TEST(Sweep, GoesOnPastAccountsWithoutAMargin) {
    MarginBook book;
    InstrumentId const perp = book.perpetual(book.coin("BTC", "50000"), "50000");
    InstrumentId const call = book.call(book.coin("ETH", "3000"), MarginBook::day, "3000", "3000", "");
    AccountId const rich = book.account("rich");
    AccountId const broken = book.account("broken");
    AccountId const poor = book.account("poor");
    book.cash(rich, "50000");
    book.hold(rich, perp, "1", "-50000");
    book.hold(broken, call, "1");
    book.cash(poor, "1");
    book.hold(poor, perp, "1", "-50000");
    Market const market = book.market();
    Valuation const valuation = Valuation::of(book.book(), book.usd).value();
    auto const accounts = margined_accounts(book.book());
    Preset const preset = *shipped_preset("derive-pmrm2");
    auto const model = make_model(preset, market, held_options(market, accounts)).value();
    for (SweepMode const mode : {SweepMode::screened, SweepMode::everybody}) {
        auto const rows = sweep(*model, PortfolioView(market, valuation), accounts, mode);
        std::vector<std::string> told;
        for (SweepRow const& row : rows) told.emplace_back(std::string(book.book().account(row.account).name.view()) + ": " + std::string(word(row.standing)));
        EXPECT_THAT(told, testing::ElementsAre("rich: clear", "broken: failed", "poor: below maintenance"));
        EXPECT_TRUE(rows[1].failure->is(Errc::volatility_missing));
        EXPECT_EQ(rows[0].is_exact, mode == SweepMode::everybody) << "the screen clears who is surely well";
        EXPECT_TRUE(rows[2].is_exact);
    }
}

struct StandingCase {
    std::int64_t mark;
    std::int64_t initial;
    std::int64_t maintenance;
    Standing want;
};
TEST(Sweep, StandingsAreStrict) {
    for (StandingCase const& row : {StandingCase{5, 0, 0, Standing::clear}, StandingCase{5, -1, 0, Standing::below_initial},
                                    StandingCase{0, -2, -1, Standing::below_maintenance}, StandingCase{-1, -2, -1, Standing::insolvent},
                                    StandingCase{-1, 0, 0, Standing::clear}}) {
        EXPECT_EQ(standing_of({row.mark, row.initial, row.maintenance}), row.want);
    }
}

} // namespace
} // namespace plimsoll::risk
