/// Pricing, each part alone. Beside QuantLib: tools/bench pricing.
#include "risk/pricing/implied.hpp"
#include "risk/pricing/inverse.hpp"
#include "tests/bench/option_workload.hpp"

#include <benchmark/benchmark.h>

namespace plimsoll::bench {
namespace {

namespace fast = risk::fast;

[[nodiscard]] std::vector<fast::Terms> const& options() {
    static std::vector<fast::Terms> const only = option_workload();
    return only;
}

template <class F> void each_option(benchmark::State& state, F const& f) {
    for (auto _ : state) {
        for (fast::Terms const& terms : options()) benchmark::DoNotOptimize(f(terms));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(options().size()));
}

void price_from_scratch(benchmark::State& state) {
    each_option(state, [](fast::Terms const& terms) { return fast::price(terms).value().units(); });
}
BENCHMARK(price_from_scratch);

void price_of_cached(benchmark::State& state) {
    std::vector<CachedOption> cached;
    for (fast::Terms const& terms : options()) cached.push_back(CachedOption::of(terms));
    for (auto _ : state) {
        for (CachedOption const& option : cached) benchmark::DoNotOptimize(option.price());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(cached.size()));
}
BENCHMARK(price_of_cached);

void price_with_greeks(benchmark::State& state) {
    each_option(state, [](fast::Terms const& terms) { return fast::greeks(terms).value().vega.units(); });
}
BENCHMARK(price_with_greeks);

void price_in_coin(benchmark::State& state) {
    each_option(state, [](fast::Terms const& terms) { return fast::inverse_price(terms).value().units(); });
}
BENCHMARK(price_in_coin);

void implied_volatility(benchmark::State& state) {
    std::vector<Price> prices;
    for (fast::Terms const& terms : options()) prices.push_back(fast::price(terms).value());
    for (auto _ : state) {
        for (std::size_t i = 0; i < prices.size(); ++i) {
            auto const implied = fast::implied_volatility(options()[i], prices[i]);
            benchmark::DoNotOptimize(implied.has_value());
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(prices.size()));
}
BENCHMARK(implied_volatility);

void logarithm(benchmark::State& state) {
    each_option(state, [](fast::Terms const& terms) {
        return fast::ln_of_whole(static_cast<Uint128>(terms.forward.units()));
    });
}
BENCHMARK(logarithm);

void deviation(benchmark::State& state) {
    each_option(state, [](fast::Terms const& terms) {
        return fast::Deviation::of(terms.volatility.units(), terms.years.units()).reciprocal;
    });
}
BENCHMARK(deviation);

} // namespace
} // namespace plimsoll::bench
