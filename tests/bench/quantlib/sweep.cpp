#include "tests/bench/quantlib/sweep.hpp"

#include "tests/bench/rivals/report.hpp"
#include "tests/risk/margin_book.hpp"

#include <fmt/core.h>
#include <ql/pricingengines/blackformula.hpp>

#include <cmath>
#include <random>

namespace plimsoll::bench {
namespace {

using namespace risk;

constexpr std::size_t expiries = 24;
constexpr std::size_t strikes = 80;

/// 3,840 options of one coin, and accounts that hold some of them, nearly all well above the line.
struct Crowd {
    MarginBook book;
    std::vector<AccountId> accounts;
    std::vector<std::vector<std::size_t>> held; ///< options of each account

    Crowd(std::size_t size, std::size_t options_each) {
        AssetId const coin = book.coin("BTC", "60000");
        std::vector<InstrumentId> options;
        for (std::size_t e = 0; e < expiries; ++e) {
            TimeNs const after = static_cast<TimeNs>(2 + 9 * e) * MarginBook::day;
            for (std::size_t k = 0; k < strikes; ++k) {
                std::string const strike = std::to_string(20'000 + 1'000 * k);
                for (auto const side : {wire::OptionSide::call, wire::OptionSide::put}) {
                    options.push_back(book.option(coin, side, after, strike, std::to_string(60'000 + 50 * e), "0.6"));
                }
            }
        }
        std::mt19937_64 random(1);
        for (std::size_t i = 0; i < size; ++i) {
            AccountId const account = book.account("account " + std::to_string(i));
            accounts.push_back(account);
            held.emplace_back();
            while (held.back().size() < options_each) {
                std::size_t const option = random() % options.size();
                if (std::ranges::find(held.back(), option) != held.back().end()) continue;
                held.back().push_back(option);
                book.hold(account, options[option], (Int128{static_cast<std::int64_t>(random() % 2'000'001)} - 1'000'000) * 1'000'000'000'000);
            }
            bool const is_poor = i % 100 == 0;
            book.cash(account, is_poor ? "0" : "10000000");
        }
    }
};

/// derive-pmrm2 with `count` of its scenarios: the dampened tails go first, then one more tail is repeated.
[[nodiscard]] Preset with_scenarios(std::size_t count) {
    std::string body = shipped_preset("derive-pmrm2")->body();
    auto scenarios = [&] { return Preset::parse(body, "bench").value().list("scenarios").size(); };
    while (scenarios() > count) {
        auto const dampening = body.find("dampening = \"0.");
        auto const begin = body.rfind("[[scenarios]]", dampening);
        body.erase(begin, body.find("\n\n", begin) + 2 - begin);
    }
    for (int spot = 5; scenarios() < count; ++spot) {
        body += fmt::format("\n[[scenarios]]\nspot = \"{}\"\nvolatility = \"up\"\ndampening = \"0.01\"\n", spot);
    }
    return Preset::parse(body, "bench").value();
}

/// Who is not clear, exactly: held options, screening grid, screen, and the exact rule for the suspects.
[[nodiscard]] std::size_t not_clear(Preset const& preset, Market const& market, PortfolioView const& view, std::span<AccountId const> accounts) {
    auto const screen = make_screen(preset, market, held_options(market, accounts)).value();
    auto const left = suspects(*screen, view, accounts);
    auto const model = make_model(preset, market, held_options(market, left)).value();
    std::size_t found = 0;
    for (SweepRow const& row : sweep(*model, view, left, SweepMode::everybody)) found += row.standing == Standing::clear ? 0U : 1U;
    return found;
}

double volatile sink = 0;

void sweep_of_eight(std::size_t size, int rounds) {
    Crowd const crowd(size, 8);
    Market const market = crowd.book.market();
    Valuation const valuation = Valuation::of(crowd.book.book(), crowd.book.usd).value();
    PortfolioView const view(market, valuation);
    Preset const preset = with_scenarios(25);
    struct Plain {
        QuantLib::Option::Type type;
        double strike;
        double forward;
        double deviation;
    };
    std::vector<Plain> plain;
    for (OptionMarket const& option : market.options()) {
        ExpiryMarket const& expiry = market.expiries()[option.expiry];
        auto of = [](Int128 units) { return static_cast<double>(units) * 1e-18; };
        double const years = static_cast<double>(expiry.expiry - market.time()) / 1e9 / 31'536'000;
        plain.push_back({option.is_call ? QuantLib::Option::Call : QuantLib::Option::Put, of(option.strike), of(expiry.forward.value.units()),
                         of(option.volatility.value.units()) * std::sqrt(years)});
    }
    std::vector<double> spots;
    for (ParameterRow const& row : preset.list("scenarios")) spots.push_back(static_cast<double>(row.number("spot")) * 1e-18);
    // As the rival has them: holdings side by side, read from rows beforehand.
    std::vector<Portfolio> portfolios(crowd.accounts.size());
    for (std::size_t i = 0; i < portfolios.size(); ++i) static_cast<void>(view.read(crowd.accounts[i], portfolios[i]));
    auto const options = held_options(market, crowd.accounts);
    std::vector<double> ours;
    std::vector<double> from_rows;
    std::vector<double> theirs;
    std::size_t cleared = 0;
    std::size_t found = 0;
    for (int round = 0; round < rounds; ++round) {
        ours.push_back(seconds([&] {
            auto const screen = make_screen(preset, market, options).value();
            cleared = 0;
            for (Portfolio const& portfolio : portfolios) {
                auto const bounds = screen->screen(portfolio);
                cleared += bounds && bounds->initial_excess_at_least >= 0 && bounds->maintenance_excess_at_least >= 0 ? 1U : 0U;
            }
        }) * 1e3);
        from_rows.push_back(seconds([&] { found = not_clear(preset, market, view, crowd.accounts); }) * 1e3);
        theirs.push_back(seconds([&] {
            double sum = 0;
            for (auto const& held : crowd.held) {
                for (std::size_t const option : held) {
                    Plain const& each = plain[option];
                    for (double const spot : spots) sum += QuantLib::blackFormula(each.type, each.strike, each.forward * spot, each.deviation);
                }
            }
            sink = sum;
        }) * 1e3);
    }
    print({fmt::format("sweep_{}_accounts_8_options_25_scenarios", size), "ms", median(ours), "QuantLib blackFormula for each account's options", median(theirs),
           median(theirs) / median(ours)},
          {{"cleared", static_cast<double>(cleared)}, {"options", static_cast<double>(market.options().size())}});
    print({fmt::format("sweep_{}_accounts_from_rows_and_the_suspects_exactly", size), "ms", median(from_rows), "QuantLib blackFormula for each account's options",
           median(theirs), median(theirs) / median(from_rows)},
          {{"not_clear", static_cast<double>(found)}});
}

void screen_of_thirty(std::size_t size, int rounds) {
    Crowd const crowd(size, 30);
    Market const market = crowd.book.market();
    Valuation const valuation = Valuation::of(crowd.book.book(), crowd.book.usd).value();
    PortfolioView const view(market, valuation);
    Preset const preset = with_scenarios(33);
    auto const options = held_options(market, crowd.accounts);
    auto const screen = make_screen(preset, market, options).value();
    auto const model = make_model(preset, market, options).value();
    Portfolio portfolio;
    static_cast<void>(view.read(crowd.accounts.front(), portfolio));
    std::vector<double> exact;
    std::vector<double> screened;
    constexpr int times = 2'000;
    for (int round = 0; round < rounds; ++round) {
        exact.push_back(seconds([&] {
            for (int i = 0; i < times; ++i) sink = static_cast<double>(model->evaluate(portfolio, nullptr).value().initial_excess);
        }) * 1e6 / times);
        screened.push_back(seconds([&] { sink = static_cast<double>(suspects(*screen, view, crowd.accounts).size()); }) * 1e3);
    }
    print({"margin_exact_30_options_33_scenarios", "us", median(exact), "the limit of the issue", 100, 100 / median(exact)}, {});
    print({fmt::format("screen_{}_accounts_30_options_33_scenarios", size), "ms", median(screened), "the limit of the issue", 1'000, 1'000 / median(screened)}, {});
}

} // namespace

void sweep_beside_quantlib(std::size_t accounts, int rounds) {
    sweep_of_eight(accounts, rounds);
    screen_of_thirty(accounts, rounds);
}

} // namespace plimsoll::bench
