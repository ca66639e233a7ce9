/// Importing JSON lines beside raw RocksDB that writes the resulting batches with the same sync.
#include "tests/bench/rivals/ledgers.hpp"

#include "ledger/store/database.hpp"
#include "ledger/store/store.hpp"
#include "replay/moment.hpp"
#include "tools/export/exporter.hpp"
#include "tools/import/importer.hpp"

#include <fstream>

namespace plimsoll::bench {

void bench_import(Setting const& setting) {
    std::uint64_t const facts = std::min<std::uint64_t>(setting.events, 300'000);
    std::filesystem::path const source = setting.directory / "import_source";
    std::filesystem::path const file = setting.directory / "import.jsonl";
    std::uint64_t events = 0;
    {
        Workload workload(std::min(setting.accounts, 20'000U));
        auto engine = open_defined(source, workload, setting);
        for (std::uint64_t i = 0; i < facts; ++i) need(engine->submit(workload.next()));
        need(engine->close());
        events = engine->book().sequence();
    }
    {
        auto const reader = std::move(need(replay::Reader::open(source)).value());
        std::ofstream out(file);
        need(tools::export_events(*reader, out, {}));
    }
    std::vector<double> ours;
    std::vector<double> raw;
    for (int round = 0; round < setting.rounds; ++round) {
        std::filesystem::path const target = setting.directory / "import_target";
        std::filesystem::remove_all(target);
        need(replay::Engine::create(target));
        auto engine = std::move(need(replay::Engine::open(target)).value());
        ours.push_back(seconds([&] {
            need(tools::find_importer("events")(*engine, file, {}));
            need(engine->commit());
        }));
        need(engine->close());
        engine.reset();

        auto const store = std::move(need(store::Store::open_reader(target)).value());
        std::filesystem::path const plain = setting.directory / "import_raw";
        std::filesystem::remove_all(plain);
        std::filesystem::create_directories(plain);
        auto database = std::move(need(store::Database::open(plain, store::Access::write, true)).value());
        rocksdb::WriteOptions options;
        options.sync = true;
        raw.push_back(seconds([&] {
            for (auto scan = store->scan(1); !scan->done(); scan->next()) {
                auto const status = database->db().Put(options, database->family(store::Family::log),
                                                       store::sequence_key(scan->first_sequence()),
                                                       store::slice(scan->bytes()));
                if (!status.ok()) die(status.ToString());
            }
        }));
    }
    double const rate = static_cast<double>(events) / median(ours);
    double const rival = static_cast<double>(events) / median(raw);
    print({"import_json_lines", "events/s", rate, "raw RocksDB, the resulting batches, the same sync", rival, rate / rival},
          {{"events", static_cast<double>(events)},
           {"megabytes_per_second", static_cast<double>(std::filesystem::file_size(file)) / 1e6 / median(ours)}});
}

} // namespace plimsoll::bench
