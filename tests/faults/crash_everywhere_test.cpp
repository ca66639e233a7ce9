// R4: a crash at every single operation of one cycle: open, append, checkpoint, close; flush; compaction.
//
//   PLIMSOLL_CRASH_EVERY=1     every operation (else about one in forty)
//   PLIMSOLL_CRASH_SEED=7      other crashes

#include "ledger/store/database.hpp"
#include "ledger/store/store.hpp"
#include "tests/faults/load.hpp"

#include <cstdio>
#include <set>

namespace plimsoll::faults {
namespace {

namespace fs = std::filesystem;

/// Tables that lie in layers, so that a compaction has something to do.
void age(fs::path const& path, Random& random, Load& load) {
    for (int i = 0; i < 4; ++i) {
        auto const engine = must(replay::Engine::open(path, in_batches_of(3)));
        load.check(*engine, path);
        ASSERT_TRUE(load.run(*engine, random, 4));
    }
}

/// One cycle, as far as it comes.
void cycle(fs::path const& path, Random& random, Load& load) {
    if (auto engine = replay::Engine::open(path, in_batches_of(3))) {
        if (!load.run(*engine.value(), random, 40)) return;
        if (!engine.value()->checkpoint() || !load.run(*engine.value(), random, 20) || !engine.value()->close()) return;
    } else {
        return;
    }
    auto const store = store::Store::open_writer(path);
    if (!store) return;
    store::Database& database = store.value()->database();
    for (std::size_t i = 0; i < store::family_count; ++i) {
        auto* const family = database.family(static_cast<store::Family>(i));
        if (!database.db().Flush({}, family).ok()) return;
        if (!database.db().CompactRange({}, family, nullptr, nullptr).ok()) return;
    }
}

TEST(CrashEverywhere, IsBeforeOrAfterNeverBetween) {
    std::uint64_t const every = number_in("PLIMSOLL_CRASH_EVERY", 43);
    std::uint64_t const seed = number_in("PLIMSOLL_CRASH_SEED", 2'026);
    MarketLedger const ledger;
    Random random(seed);
    Load aged;
    age(ledger.path(), random, aged);
    ASSERT_FALSE(HasFailure());

    std::uint64_t crashes = 0;
    std::uint64_t operations = 0;
    std::set<std::uint64_t> ends; // of the log: how many different states were met
    for (std::uint64_t at = 1 + seed % every; operations == 0; at += every) {
        fs::path const path = ledger.elsewhere("crash-" + std::to_string(at));
        copy_ledger(ledger.path(), path);
        {
            Faulty faulty(path);
            faulty->follow([&](Step const& step) { return step.number == at ? Fault::power_off : Fault::none; });
            Load load = aged;
            Random same(seed);
            cycle(path, same, load);
            if (faulty->faults() == 0) operations = faulty->operations();
            faulty->power_off();
            if (at % 3 == 0) faulty->restart_after_kill();
            else faulty->restart_after_cut(at % 3 == 1 ? Loss::everything : Loss::some, same);
            auto const engine = must(replay::Engine::open(path, in_batches_of(3)));
            load.check(*engine, path);
            ends.insert(engine->durable_sequence());
            ++crashes;
        }
        verify_whole(path);
        ASSERT_FALSE(HasFailure()) << "a crash at operation " << at << ", seed " << seed;
        fs::remove_all(path);
    }
    EXPECT_GE(ends.size(), 3U);
    std::printf("%llu crashes (seed %llu), at every %llu of the %llu operations of a cycle: %zu different ends of the log, "
                "each whole\n",
                static_cast<unsigned long long>(crashes), static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(every), static_cast<unsigned long long>(operations), ends.size());
}

} // namespace
} // namespace plimsoll::faults
