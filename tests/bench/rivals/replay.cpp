/// Replay beside the raw scan of the same batches, its memory, and its bytes on disk.
#include "tests/bench/rivals/ledgers.hpp"

#include "ledger/store/store.hpp"
#include "replay/catch_up.hpp"
#include "replay/verify.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plimsoll::bench {
namespace {

[[nodiscard]] double raw_scan(store::Store const& store) {
    std::size_t bytes = 0;
    double const time = seconds([&] {
        for (auto scan = store.scan(1); !scan->done(); scan->next()) bytes += scan->bytes().size();
    });
    return bytes == 0 ? 0 : time;
}

} // namespace

void bench_replay(Setting const& setting) {
    auto const store = std::move(need(store::Store::open_reader(shared_ledger(setting))).value());
    std::uint64_t const events = need(store->head()).value().sequence;
    std::vector<double> raw;
    std::vector<double> one;
    std::vector<double> two;
    for (int round = 0; round < setting.rounds; ++round) {
        raw.push_back(raw_scan(*store));
        for (bool const second : {false, true}) {
            book::Book book;
            double const time = seconds([&] { need(replay::replay_log(*store, book, events, nullptr, {second})); });
            (second ? two : one).push_back(time);
        }
    }
    auto const rate = [&](std::vector<double> const& times) { return static_cast<double>(events) / median(times); };
    auto figure = [&](std::string name, std::vector<double> const& times) {
        print({std::move(name), "events/s", rate(times), "raw RocksDB scan of the same batches", rate(raw),
               rate(times) / rate(raw)},
              {{"events", static_cast<double>(events)}, {"ns_per_event", 1e9 / rate(times)}});
    };
    figure("replay_one_thread", one);
    figure("replay_two_threads", two);
}

/// Verify beside a plain replay of the same log, both on as many threads as they take.
void bench_verify(Setting const& setting) {
    std::filesystem::path const directory = shared_ledger(setting);
    auto const store = std::move(need(store::Store::open_reader(directory)).value());
    std::uint64_t const events = need(store->head()).value().sequence;
    std::vector<double> plain;
    std::vector<double> alone;
    std::vector<double> verified;
    for (int round = 0; round < setting.rounds; ++round) {
        book::Book book;
        book::Book again;
        alone.push_back(seconds([&] { need(replay::replay_log(*store, again, events, nullptr, {false})); }));
        plain.push_back(seconds([&] { need(replay::replay_log(*store, book, events, nullptr, {})); }));
        verified.push_back(seconds([&] {
            auto const report = std::move(need(replay::verify(directory, [](std::uint64_t, std::uint64_t) {})).value());
            if (!report.findings.empty()) die(report.findings.front().what + ": " + report.findings.front().where);
        }));
    }
    auto const rate = [&](std::vector<double> const& times) { return static_cast<double>(events) / median(times); };
    print({"verify", "events/s", rate(verified), "plain replay of the same log, two threads", rate(plain), rate(verified) / rate(plain)},
          {{"events", static_cast<double>(events)}, {"times_a_replay", rate(plain) / rate(verified)},
           {"times_a_replay_on_one_thread", rate(alone) / rate(verified)}});
}

/// In a child, so that its peak is of the replay alone.
void bench_memory(Setting const& setting) {
    std::filesystem::path const directory = shared_ledger(setting);
    pid_t const child = fork();
    if (child == 0) {
        auto const store = std::move(need(store::Store::open_reader(directory)).value());
        book::Book book;
        need(replay::replay_log(*store, book, need(store->head()).value().sequence, nullptr, {}));
        _exit(0);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    if (status != 0) die("the replay in a child failed");
    double const mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
    print({"replay_peak_memory", "MiB", mebibytes, "limit", 1024, mebibytes / 1024},
          {{"accounts", static_cast<double>(setting.accounts)}});
}

void bench_disk(Setting const& setting) {
    auto const store = std::move(need(store::Store::open_reader(shared_ledger(setting))).value());
    std::uint64_t const events = need(store->head()).value().sequence;
    double const ours = static_cast<double>(store->size_bytes()) / static_cast<double>(events);
    std::size_t raw = 0;
    for (auto scan = store->scan(1); !scan->done(); scan->next()) raw += scan->bytes().size();
    double const rival = static_cast<double>(raw) / static_cast<double>(events);
    print({"disk", "bytes/event, indexes and checkpoints included", ours, "the batches alone, uncompressed", rival,
           ours / rival},
          {{"events", static_cast<double>(events)}});
}

} // namespace plimsoll::bench
