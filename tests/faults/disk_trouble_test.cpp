// R11: a full disk, at every 4 KiB of its last 64 MiB. R12: operations that fail, one in a thousand to one in a million.
//
//   PLIMSOLL_FULL_DISK_STEPS=16384    all of the last 64 MiB
//   PLIMSOLL_TROUBLE_OPERATIONS=...   operations at each rate; PLIMSOLL_TROUBLE_SEED

#include "tests/faults/load.hpp"

#include <cstdio>

namespace plimsoll::faults {
namespace {

[[nodiscard]] unsigned long long wide(std::uint64_t number) { return number; }

[[nodiscard]] bool is_damage(Error const& error) { return error.rule().room != "store" || error.rule().name == "damaged"; }

TEST(FullDisk, AcknowledgesNothingAndGoesOnWhenThereIsRoom) {
    constexpr std::uint64_t step_bytes = 4096;
    constexpr std::uint64_t steps_between_looks = 16;
    std::uint64_t const steps = number_in("PLIMSOLL_FULL_DISK_STEPS", 64);
    std::uint64_t const seed = number_in("PLIMSOLL_TROUBLE_SEED", 2'026);
    Random random(seed);
    MarketLedger const ledger;
    Faulty faulty(ledger.path());
    Load load;
    std::uint64_t capacity = faulty->used_bytes() + 64 * 1024;
    std::uint64_t not_opened = 0;
    std::uint64_t walls = 0;
    for (std::uint64_t step = 1; step <= steps; ++step, capacity += step_bytes) {
        // Every other time the wall is met by whoever opens, else by whoever appends.
        bool const is_full_later = step % 2 == 0;
        faulty->limit(is_full_later ? std::nullopt : std::optional(capacity));
        if (auto const engine = replay::Engine::open(ledger.path(), in_batches_of(20, 16'000))) {
            load.check(*engine.value(), ledger.path());
            if (is_full_later) {
                capacity = std::max(capacity, faulty->used_bytes() + step_bytes * (step / 2 % 8));
                faulty->limit(capacity);
            }
            walls += load.run(*engine.value(), random, 200, 100) ? 0U : 1U;
        } else {
            ++not_opened; // there is no room for what opening writes: said, and nothing is harmed
            EXPECT_FALSE(is_damage(engine.error())) << engine.error().message();
        }
        ASSERT_FALSE(HasFailure()) << "step " << step << ", seed " << seed;
        if (step % steps_between_looks != 0 && step != steps) continue;
        faulty->limit(std::nullopt); // somebody has made room
        auto const engine = ledger.open(in_batches_of(20));
        load.check(*engine, ledger.path());
        EXPECT_TRUE(load.run(*engine, random, 1));
        capacity = std::max(capacity, faulty->used_bytes());
    }
    EXPECT_GE(walls, steps / 3);
    verify_whole(ledger.path());
    std::printf("a disk full at %llu steps of 4 KiB (seed %llu): %llu times while appending, %llu times too full to open; "
                "%llu acknowledgements, none lost, and it went on each time there was room\n",
                wide(steps), wide(seed), wide(walls), wide(not_opened), wide(load.acknowledgements()));
}

struct Trouble {
    char const* name;
    std::vector<Operation> operations;
    Fault fault;
};

void PrintTo(Trouble const& trouble, std::ostream* out) { *out << trouble.name; }

class Troubles : public testing::TestWithParam<Trouble> {};

/// Rates from one in three (so that the short form meets faults) to one in a million.
TEST_P(Troubles, StopsAndLosesNothing) {
    Trouble const& trouble = GetParam();
    std::uint64_t const most = number_in("PLIMSOLL_TROUBLE_OPERATIONS", 600);
    std::uint64_t const seed = number_in("PLIMSOLL_TROUBLE_SEED", 2'026);
    std::uint64_t faults_in_all = 0;
    for (std::uint64_t const one_in : {3ULL, 10ULL, 100ULL, 1'000ULL, 10'000ULL, 100'000ULL, 1'000'000ULL}) {
        if (one_in > most) continue; // hardly one fault: what the short form leaves out
        Random random(seed + one_in);
        Random dice(seed * one_in);
        MarketLedger const ledger;
        Faulty faulty(ledger.path());
        Load load;
        std::uint64_t operations = 0;
        std::uint64_t faults = 0;
        std::uint64_t stops = 0;
        std::uint64_t not_opened = 0;
        while (operations < most) {
            faulty->follow([&](Step const& step) {
                bool const is_meant = std::ranges::find(trouble.operations, step.operation) != trouble.operations.end();
                return is_meant && dice.chance(one_in) ? trouble.fault : Fault::none;
            });
            if (auto const engine = replay::Engine::open(ledger.path(), in_batches_of(1 + random.below(20), 4'000))) {
                stops += load.run(*engine.value(), random, 40) ? 0U : 1U;
            } else {
                ++not_opened;
                EXPECT_FALSE(engine.error().rule().name == "not_a_ledger") << engine.error().message();
            }
            operations += faulty->operations();
            faults += faulty->faults();
            // The bytes that a failed sync has dropped are gone for good once the power is.
            faulty->power_off();
            faulty->restart_after_cut(Loss::everything, random);
            auto const engine = ledger.open(in_batches_of(10));
            load.check(*engine, ledger.path());
            ASSERT_FALSE(HasFailure()) << "one in " << one_in << ", seed " << seed;
        }
        faults_in_all += faults;
        std::printf("%s, one in %llu: %llu operations, %llu failed; stopped %llu times, not opened %llu times, lost nothing\n",
                    trouble.name, wide(one_in), wide(operations), wide(faults), wide(stops), wide(not_opened));
    }
    EXPECT_GT(faults_in_all, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, Troubles,
    testing::Values(Trouble{"read", {Operation::read, Operation::open}, Fault::io_error},
                    Trouble{"write", {Operation::write}, Fault::io_error}, Trouble{"torn_write", {Operation::write}, Fault::torn},
                    Trouble{"sync", {Operation::sync, Operation::sync_directory}, Fault::io_error},
                    Trouble{"rename", {Operation::rename, Operation::link, Operation::remove}, Fault::io_error},
                    Trouble{"list", {Operation::list, Operation::look}, Fault::io_error},
                    Trouble{"make", {Operation::make, Operation::open_directory, Operation::close}, Fault::io_error}),
    [](auto const& row) { return row.param.name; });

/// The one that databases got wrong: an fsync fails, the next one succeeds, and the bytes of the first are gone.
TEST(FailedSync, IsNeverTakenBack) {
    for (std::uint64_t nth = 1; nth <= 6; ++nth) {
        Random random(nth);
        MarketLedger const ledger;
        Faulty faulty(ledger.path());
        Load load;
        {
            auto const engine = ledger.open(in_batches_of(4));
            std::uint64_t syncs = 0;
            faulty->follow([&](Step const& step) {
                return step.operation == Operation::sync && step.path.ends_with(".log") && ++syncs == nth ? Fault::io_error
                                                                                                         : Fault::none;
            });
            EXPECT_FALSE(load.run(*engine, random, 100));
            EXPECT_EQ(faulty->faults(), 1U);
            EXPECT_NE(load.last_failure().message().find("Input/output error"), std::string::npos)
                << load.last_failure().message();
            faulty->power_off();
        }
        faulty->restart_after_cut(Loss::everything, random);
        auto const engine = ledger.open(in_batches_of(4));
        load.check(*engine, ledger.path());
        EXPECT_TRUE(load.run(*engine, random, 3));
    }
}

} // namespace
} // namespace plimsoll::faults
