/// The exact Derive rules: one option, a grid, one account against it.

#include "tests/risk/derive_sample.hpp"

#include <benchmark/benchmark.h>

namespace plimsoll::risk::derive {
namespace {

/// 33 scenarios in 31 kinds of price, as many as the protocol's deployment has.
[[nodiscard]] PortfolioParameters full_parameters() {
    PortfolioParameters set = sample_parameters();
    set.scenarios.clear();
    for (auto const* spot : {"1.135", "1.09", "1.045", "1", "0.955", "0.91", "0.865"}) {
        for (auto const shock : {VolShock::down, VolShock::none, VolShock::up}) {
            set.scenarios.push_back({wei(spot), shock, wei("1")});
        }
    }
    for (auto const* spot : {"1.18", "0.82"})
        set.scenarios.push_back({wei(spot), VolShock::up, wei("1")});
    for (auto const* spot : {"0.34", "0.67", "1.5", "2", "3", "4", "5", "6"}) {
        set.scenarios.push_back({wei(spot), VolShock::up, wei("0.05")});
    }
    set.scenarios.push_back({wei("1"), VolShock::linear, wei("1")});
    set.scenarios.push_back({wei("1"), VolShock::abs, wei("1")});
    return set;
}

[[nodiscard]] std::vector<Option> chain() {
    std::vector<Option> options;
    for (std::uint32_t expiry = 0; expiry < 2; ++expiry) {
        for (std::int64_t strike = 1'000; strike < 3'000; strike += 40) {
            for (bool const is_call : {false, true}) {
                options.push_back({expiry, wei(std::to_string(strike)), is_call, wei("0.8")});
            }
        }
    }
    return options;
}

void exact_black76(benchmark::State& state) {
    Checked on;
    auto const time = TimeToExpiry::of(on, Int256{864'000}, wei("0.99"));
    Int256 const volatility = wei("0.8");
    Int256 const forward = wei("2000");
    std::int64_t strike = 1'000;
    for (auto _ : state) {
        strike = strike == 3'000 ? 1'000 : strike + 1;
        benchmark::DoNotOptimize(
            black76(on, time, volatility, forward, Int256{strike * one_units}));
    }
}
BENCHMARK(exact_black76);

/// 200 options under 33 scenarios.
void derive_grid(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(ScenarioGrid::build(full_parameters(), sample_market(), chain()));
    }
}
BENCHMARK(derive_grid)->Unit(benchmark::kMillisecond);

[[nodiscard]] PortfolioAccount holder_of_thirty() {
    PortfolioAccount account;
    account.cash = wei("100000");
    account.perp_position = wei("-1.5");
    account.collaterals.push_back(
        {wei("3"), wei("2000"), wei("1"), true, {wei("0.1"), wei("0.1")}});
    for (std::uint32_t i = 0; i < 30; ++i) {
        account.options.push_back(
            {i * 6 + i % 3, wei(i % 2 == 0 ? "2.3456789012" : "-1.2345678901")});
    }
    return account;
}

void derive_margin_of_30_options(benchmark::State& state) {
    auto const grid = ScenarioGrid::build(full_parameters(), sample_market(), chain()).value();
    auto const account = holder_of_thirty();
    for (auto _ : state) {
        auto const margin = margin_of(account, grid);
        if (!margin) state.SkipWithError("refused");
        benchmark::DoNotOptimize(margin);
    }
}
BENCHMARK(derive_margin_of_30_options)->Unit(benchmark::kMicrosecond);

void derive_margin_in_one_scenario(benchmark::State& state) {
    auto const grid = ScenarioGrid::build(full_parameters(), sample_market(), chain()).value();
    auto const account = holder_of_thirty();
    for (auto _ : state) {
        benchmark::DoNotOptimize(margin_in_scenario(account, grid, MarginKind::maintenance, 3));
    }
}
BENCHMARK(derive_margin_in_one_scenario)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace plimsoll::risk::derive
