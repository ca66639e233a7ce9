/// plimsoll_quantlib: our Black-76 beside QuantLib's blackFormula in one run, a line of JSON a figure.
#include "risk/pricing/implied.hpp"
#include "tests/bench/option_workload.hpp"
#include "tests/bench/quantlib/sweep.hpp"
#include "tests/bench/rivals/report.hpp"

#include <CLI/CLI.hpp>
#include <ql/pricingengines/blackformula.hpp>

#include <cmath>

namespace {

using namespace plimsoll;
using namespace plimsoll::bench;
namespace fast = risk::fast;

/// An option as QuantLib takes it.
struct Plain {
    QuantLib::Option::Type type{};
    double forward = 0;
    double strike = 0;
    double volatility = 0;
    double years = 0;
    double deviation = 0;
    double price = 0;

    [[nodiscard]] static double of(Int128 units) { return static_cast<double>(units) * 1e-18; }
    explicit Plain(fast::Terms const& terms)
        : type(terms.side == wire::OptionSide::call ? QuantLib::Option::Call : QuantLib::Option::Put),
          forward(of(terms.forward.units())), strike(of(terms.strike.units())),
          volatility(of(terms.volatility.units())), years(of(terms.years.units())),
          deviation(volatility * std::sqrt(years)),
          price(QuantLib::blackFormula(type, strike, forward, deviation)) {}
};

double volatile sink = 0;

/// Nanoseconds an option: of every element f is asked once, in `passes` passes.
template <class Options, class F> [[nodiscard]] double nanoseconds(Options const& options, int passes, F const& f) {
    double sum = 0;
    double const time = seconds([&] {
        for (int pass = 0; pass < passes; ++pass) {
            for (auto const& option : options) sum += static_cast<double>(f(option));
        }
    });
    sink = sum;
    return time * 1e9 / (static_cast<double>(options.size()) * passes);
}

/// Ours and theirs by turns, so that a busy moment of the machine meets both.
template <class Ours, class Theirs>
void compare(std::string const& name, std::string const& rival, int rounds, Ours const& ours, Theirs const& theirs,
             std::vector<std::pair<std::string, double>> const& more = {}) {
    std::vector<double> our_times;
    std::vector<double> their_times;
    for (int round = 0; round < rounds; ++round) {
        our_times.push_back(ours());
        their_times.push_back(theirs());
    }
    double const mine = median(our_times);
    double const other = median(their_times);
    print({name, "ns", mine, rival, other, other / mine}, more);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Our Black-76 beside QuantLib's blackFormula; one JSON object a line.");
    int rounds = 9;
    int passes = 50;
    app.add_option("--rounds", rounds, "medians of so many");
    app.add_option("--passes", passes, "passes over the 4096 options a round");
    std::size_t accounts = 100'000;
    std::vector<std::string> names;
    app.add_option("--accounts", accounts, "of the sweep");
    app.add_option("NAME", names, "pricing, sweep; both where none is named");
    CLI11_PARSE(app, argc, argv);
    auto is_wanted = [&](std::string const& name) { return names.empty() || std::ranges::find(names, name) != names.end(); };
    if (is_wanted("sweep")) sweep_beside_quantlib(accounts, rounds);
    if (!is_wanted("pricing")) return 0;

    std::vector<fast::Terms> const options = option_workload();
    std::vector<CachedOption> cached;
    std::vector<Plain> plain;
    std::vector<std::pair<fast::Terms, Price>> priced;
    double worst = 0;
    for (fast::Terms const& terms : options) {
        cached.push_back(CachedOption::of(terms));
        plain.emplace_back(terms);
        priced.emplace_back(terms, fast::price(terms).value());
        double const ours = Plain::of(priced.back().second.units());
        worst = std::max(worst, std::fabs(ours - plain.back().price) / plain.back().forward);
    }
    std::vector<std::pair<std::string, double>> const apart{{"largest_difference_of_forward", worst}};

    auto theirs = [&] {
        return nanoseconds(plain, passes, [](Plain const& option) {
            return QuantLib::blackFormula(option.type, option.strike, option.forward,
                                          option.volatility * std::sqrt(option.years));
        });
    };
    compare("black_76", "QuantLib blackFormula, double", rounds,
            [&] {
                return nanoseconds(options, passes, [](fast::Terms const& terms) {
                    return static_cast<std::int64_t>(fast::price(terms).value().units());
                });
            },
            theirs, apart);
    compare("black_76_cached", "QuantLib blackFormula, double, its deviation given", rounds,
            [&] {
                return nanoseconds(cached, passes, [](CachedOption const& option) {
                    return static_cast<std::int64_t>(option.price());
                });
            },
            [&] {
                return nanoseconds(plain, passes, [](Plain const& option) {
                    return QuantLib::blackFormula(option.type, option.strike, option.forward, option.deviation);
                });
            });
    int const few = std::max(1, passes / 10);
    compare("implied_volatility", "QuantLib blackFormulaImpliedStdDev to 1e-12, double", rounds,
            [&] {
                return nanoseconds(priced, few, [](auto const& each) {
                    auto const implied = fast::implied_volatility(each.first, each.second);
                    return implied ? static_cast<std::int64_t>(implied.value().units()) : 0;
                });
            },
            [&] {
                return nanoseconds(plain, few, [](Plain const& option) {
                    try {
                        return QuantLib::blackFormulaImpliedStdDev(option.type, option.strike, option.forward,
                                                                   option.price, 1.0, 0.0,
                                                                   QuantLib::Null<QuantLib::Real>(), 1e-12, 200);
                    } catch (QuantLib::Error const&) {
                        return 0.0; // it finds none for some prices that are mostly intrinsic
                    }
                });
            });
    return 0;
}
