/// Ledgers to measure, made from the workload.
#pragma once

#include "replay/engine.hpp"
#include "tests/bench/rivals/report.hpp"
#include "tests/bench/rivals/workload.hpp"

namespace plimsoll::bench {

/// Opens a new ledger at `directory` with the workload's definitions in it, committed.
[[nodiscard]] std::unique_ptr<replay::Engine> open_defined(std::filesystem::path const& directory, Workload const& workload,
                                                           Setting const& setting, replay::EngineOptions const& options = {});

/// The ledger of setting.events events over setting.accounts accounts that reading benchmarks share:
/// made once, at setting.directory / "day".
[[nodiscard]] std::filesystem::path shared_ledger(Setting const& setting);

// The benchmarks, by name (main.cpp).
void bench_replay(Setting const& setting);
void bench_verify(Setting const& setting);
void bench_memory(Setting const& setting);
void bench_disk(Setting const& setting);
void bench_append(Setting const& setting);
void bench_append_one(Setting const& setting);
void bench_as_of_account(Setting const& setting);
void bench_as_of_book(Setting const& setting);
void bench_history(Setting const& setting);
void bench_import(Setting const& setting);
void bench_clearing(Setting const& setting);
void bench_chain(Setting const& setting);
/// Prints the workload as PostgreSQL transactions of 1,000 facts each, and times our own append of the
/// same facts.
void print_sql(Setting const& setting);

} // namespace plimsoll::bench
