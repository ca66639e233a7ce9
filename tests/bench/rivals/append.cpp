/// Appending beside raw RocksDB that writes the same bytes with the same sync, and beside the disk.
#include "tests/bench/rivals/ledgers.hpp"

#include "ledger/store/database.hpp"
#include "ledger/store/store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <deque>

namespace plimsoll::bench {
namespace {

constexpr std::size_t batch_facts = 1'000;

/// The same keys and values, put one batch at a time and synced, by a database that does nothing else.
[[nodiscard]] double raw_append(std::filesystem::path const& directory, std::vector<std::string> const& batches) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    auto database = std::move(need(store::Database::open(directory, store::Access::write, true)).value());
    rocksdb::WriteOptions options;
    options.sync = true;
    std::uint64_t sequence = 1;
    return seconds([&] {
        for (std::string const& batch : batches) {
            auto const status = database->db().Put(options, database->family(store::Family::log),
                                                   store::sequence_key(sequence), batch);
            if (!status.ok()) die(status.ToString());
            sequence += batch_facts;
        }
    });
}

/// The batches that a ledger's log holds from a sequence on.
[[nodiscard]] std::vector<std::string> batches_after(std::filesystem::path const& directory, std::uint64_t sequence) {
    auto const store = std::move(need(store::Store::open_reader(directory)).value());
    std::vector<std::string> batches;
    for (auto scan = store->scan(sequence + 1); !scan->done(); scan->next()) {
        Bytes const bytes = scan->bytes();
        batches.emplace_back(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    }
    return batches;
}

[[nodiscard]] std::vector<double> sync_times(std::filesystem::path const& directory, int count) {
    std::string const path = (directory / "sync").string();
    int const file = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (file < 0) die("cannot write " + path);
    std::vector<char> const block(4096, 'x');
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        times.push_back(seconds([&] {
            if (write(file, block.data(), block.size()) != 4096 || fdatasync(file) != 0) die("the disk refused");
        }));
    }
    close(file);
    return times;
}

} // namespace

namespace {

/// Appends the workload and puts the same batches raw. The caller goes on deciding while a batch is
/// being synced; no batch counts before its fsync. With group_batches 1 there is a sync a batch on both
/// sides; with more, batches that wait for the disk share one.
void append(Setting const& setting, char const* name, std::size_t group_batches) {
    std::uint64_t const facts = std::min<std::uint64_t>(setting.events, 1'000'000);
    std::vector<double> ours;
    std::vector<double> raw;
    std::uint64_t events = 0;
    for (int round = 0; round < setting.rounds; ++round) {
        Workload workload(setting.accounts);
        replay::EngineOptions options;
        options.group_batches = group_batches;
        auto engine = open_defined(setting.directory / "append", workload, setting, options);
        // Past the first checkpoint of the definitions, so that both sides write events alone.
        need(engine->checkpoint());
        std::uint64_t const before = engine->book().sequence();
        std::vector<Event> all;
        for (std::uint64_t i = 0; i < facts; ++i) all.push_back(workload.next());
        ours.push_back(seconds([&] {
            need(engine->submit_each(all));
            need(engine->commit());
        }));
        events = engine->book().sequence() - before;
        need(engine->close());
        engine.reset();
        raw.push_back(raw_append(setting.directory / "raw", batches_after(setting.directory / "append", before)));
    }
    double const rate = static_cast<double>(events) / median(ours);
    double const rival = static_cast<double>(events) / median(raw);
    print({name, "events/s", rate, "raw RocksDB, the same bytes, a sync a batch", rival, rate / rival},
          {{"events", static_cast<double>(events)}});
    std::filesystem::remove_all(setting.directory / "append");
    std::filesystem::remove_all(setting.directory / "raw");
}

} // namespace

void bench_append(Setting const& setting) {
    append(setting, "append_durable_1000", 1);
    append(setting, "append_durable_1000_group_commit", replay::EngineOptions{}.group_batches);
}

void bench_append_one(Setting const& setting) {
    int const count = setting.events < 10'000'000 ? 500 : 2'000;
    Workload workload(std::min(setting.accounts, 10'000U));
    auto engine = open_defined(setting.directory / "one", workload, setting);
    std::vector<double> ours;
    std::vector<double> syncs;
    for (int round = 0; round < setting.rounds; ++round) {
        for (double const time : sync_times(setting.directory, count / setting.rounds)) syncs.push_back(time);
        for (int i = 0; i < count / setting.rounds; ++i) {
            Event const event = workload.next();
            ours.push_back(seconds([&] {
                need(engine->submit(event));
                need(engine->commit());
            }));
        }
    }
    double const p50 = median(ours) * 1e6;
    double const sync = median(syncs) * 1e6;
    print({"append_one_durable_p50", "us", p50, "write of 4 KiB and fdatasync, p50", sync, p50 / sync},
          {{"p99_us", quantile(ours, 0.99) * 1e6}, {"sync_p99_us", quantile(syncs, 0.99) * 1e6}});
    need(engine->close());
    engine.reset();
    std::filesystem::remove_all(setting.directory / "one");
}

} // namespace plimsoll::bench
