/// The parts of the hot path, each alone: deciding, encoding, verifying, hashing, applying, rooting.
/// Whole jobs beside their rivals are in tests/bench/rivals, run by tools/bench.
#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "ledger/book/root.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "tests/bench/rivals/workload.hpp"

#include <benchmark/benchmark.h>

namespace plimsoll::bench {
namespace {

constexpr std::uint32_t accounts = 20'000;

/// A book with the workload's definitions, and a batch that follows.
struct Stage {
    Stage() {
        Workload workload(accounts);
        for (Event const& event : workload.definitions()) PLIMSOLL_ASSERT(book::apply(book, event));
        for (int i = 0; i < 1'000; ++i) asks.push_back(workload.next());
        BatchBuilder builder;
        book::Book after = book;
        for (Event const& ask : asks) {
            std::vector<Event> decided;
            PLIMSOLL_ASSERT(book::decide(after, ask, decided));
            for (Event const& event : decided) {
                PLIMSOLL_ASSERT(book::apply(after, event));
                builder.add(event.origin, event.body);
            }
        }
        bytes = builder.finish({book.sequence() + 1, 0, book.time(), {}});
        events = static_cast<std::int64_t>(builder.size());
    }
    book::Book book;
    std::vector<Event> asks;
    std::string bytes;
    std::int64_t events = 0;
};

[[nodiscard]] Stage const& stage() {
    static Stage const only;
    return only;
}

void decide_event(benchmark::State& state) {
    std::vector<Event> decided;
    for (auto _ : state) {
        for (Event const& ask : stage().asks) {
            decided.clear();
            benchmark::DoNotOptimize(book::decide(stage().book, ask, decided));
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stage().asks.size()));
}
BENCHMARK(decide_event);

void encode_batch(benchmark::State& state) {
    for (auto _ : state) {
        BatchBuilder builder;
        for (Event const& ask : stage().asks) builder.add(ask.origin, ask.body);
        benchmark::DoNotOptimize(builder.finish({1, 0, 0, {}}));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(stage().asks.size()));
}
BENCHMARK(encode_batch);

void verify_batch(benchmark::State& state) {
    AlignedBytes const bytes(bytes_of(std::string_view(stage().bytes)));
    for (auto _ : state) benchmark::DoNotOptimize(BatchView::open(bytes.view()));
    state.SetItemsProcessed(state.iterations() * stage().events);
}
BENCHMARK(verify_batch);

void hash_batch(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(sha256(bytes_of(std::string_view(stage().bytes))));
    state.SetItemsProcessed(state.iterations() * stage().events);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stage().bytes.size()));
}
BENCHMARK(hash_batch);

void apply_batch(benchmark::State& state) {
    AlignedBytes const bytes(bytes_of(std::string_view(stage().bytes)));
    auto const view = BatchView::open(bytes.view());
    book::Book book = stage().book;
    for (auto _ : state) benchmark::DoNotOptimize(book::apply(book, view.value()));
    state.SetItemsProcessed(state.iterations() * stage().events);
}
BENCHMARK(apply_batch);

void state_root_of_book(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(book::state_root(stage().book));
    state.SetItemsProcessed(state.iterations() * accounts);
}
BENCHMARK(state_root_of_book);

void decimal_text(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(parse_decimal("30.41393535", 8));
}
BENCHMARK(decimal_text);

void scaled_product_wide(benchmark::State& state) {
    Int128 const size = Int128{123'456} * one_units;
    Int128 const price = Int128{98'765'432} * one_units;
    for (auto _ : state) {
        benchmark::DoNotOptimize(scaled_product(size, price, Int128{625}, Int128{268'435'456}, Rounding::floor));
    }
}
BENCHMARK(scaled_product_wide);

} // namespace
} // namespace plimsoll::bench
