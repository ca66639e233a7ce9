/// A round of a cascade over many accounts: prices shocked, margins swept, accounts closed, the loss paid.
#include "risk/clearing/stress.hpp"
#include "tests/risk/margin_book.hpp"

#include <benchmark/benchmark.h>

#include <random>
#include <thread>

namespace plimsoll::bench {
namespace {

/// Accounts with cash and three of sixteen perpetuals each, one in eight of them near the line.
[[nodiscard]] risk::MarginBook crowd(std::int64_t accounts) {
    risk::MarginBook margin;
    std::vector<InstrumentId> perpetuals;
    for (int i = 0; i < 16; ++i) {
        AssetId const coin = margin.coin("COIN" + std::to_string(i), "100");
        perpetuals.push_back(margin.perpetual(coin, "100"));
    }
    AccountId const fund = margin.maker.account("fund", wire::AccountKind::insurance);
    margin.cash(fund, "1000000");
    std::mt19937_64 random(7);
    for (std::int64_t i = 0; i < accounts; ++i) {
        AccountId const account = margin.account("a" + std::to_string(i));
        bool const is_thin = i % 8 == 0;
        margin.maker.balance(account, margin.usd, one_units * (is_thin ? 1'000 : 100'000));
        std::size_t const first = random() % 16;
        for (std::size_t k = 0; k < 3; ++k) {
            Int128 const size = one_units * static_cast<std::int64_t>(1 + random() % 20) * (random() % 2 == 0 ? 1 : -1);
            margin.maker.position(account, perpetuals[(first + k * 5) % 16], size, -size * 100, 0);
        }
    }
    return margin;
}

[[nodiscard]] std::vector<risk::SweepRow> on_two_cores(risk::MarginModel const& model, risk::PortfolioView const& view,
                                                       std::span<AccountId const> accounts) {
    auto const half = accounts.size() / 2;
    std::vector<risk::SweepRow> later;
    std::thread other([&] { later = risk::sweep(model, view, accounts.subspan(half), risk::SweepMode::screened); });
    auto rows = risk::sweep(model, view, accounts.first(half), risk::SweepMode::screened);
    other.join();
    std::move(later.begin(), later.end(), std::back_inserter(rows));
    return rows;
}

void stress_round(benchmark::State& state) {
    risk::MarginBook margin = crowd(state.range(0));
    risk::Preset const preset = *risk::shipped_preset("hyperliquid-perp");
    risk::ClearingPreset const clearing = *risk::shipped_clearing_preset("ccp-like");
    risk::StressAsk const ask{{{{}, one_units * 4 / 5}}, margin.usd, one_units / 1'000'000, 1, false};
    std::int64_t closed = 0;
    for (auto _ : state) {
        auto const outcome = risk::stress(margin.maker.book, preset, clearing, ask, on_two_cores);
        PLIMSOLL_ASSERT(outcome.has_value() && !outcome.value().closed.empty());
        closed = static_cast<std::int64_t>(outcome.value().closed.size());
    }
    state.counters["closed"] = static_cast<double>(closed);
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(stress_round)->Arg(2'000)->Arg(500'000)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
} // namespace plimsoll::bench
