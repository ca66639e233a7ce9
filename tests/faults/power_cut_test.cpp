// R2: the power goes at a random instant, and with it what was written and not synced: bytes, and names.
//
//   PLIMSOLL_CUT_ROUNDS=2000   the full figure
//   PLIMSOLL_CUT_SEED=7        another run

#include "ledger/store/errc.hpp"
#include "tests/faults/load.hpp"

#include <cstdio>

namespace plimsoll::faults {
namespace {

constexpr std::uint64_t rounds_otherwise = 60;

[[nodiscard]] unsigned long long wide(std::uint64_t number) { return number; }

/// Off at the k-th operation from now on, k of every magnitude.
[[nodiscard]] Plan cut_somewhere(Random& random) {
    std::uint64_t const at = 1 + random.below(std::uint64_t{1} << (1 + random.below(10)));
    return [at](Step const& step) { return step.number == at ? Fault::power_off : Fault::none; };
}

[[nodiscard]] replay::EngineOptions small_batches(Random& random) {
    return in_batches_of(1 + random.below(30), random.chance(3) ? 4'000 : 0);
}

TEST(PowerCut, LosesNothingAcknowledged) {
    std::uint64_t const rounds = number_in("PLIMSOLL_CUT_ROUNDS", rounds_otherwise);
    std::uint64_t const seed = number_in("PLIMSOLL_CUT_SEED", 2'026);
    Random random(seed);
    MarketLedger const ledger;
    Faulty faulty(ledger.path());
    Load load;
    std::uint64_t while_opening = 0;
    std::uint64_t beyond = 0;
    constexpr std::array losses{Loss::everything, Loss::some};
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        if (random.chance(3)) faulty->follow(cut_somewhere(random));
        if (auto engine = replay::Engine::open(ledger.path(), small_batches(random))) {
            faulty->follow(cut_somewhere(random));
            load.run(*engine.value(), random, 1 + random.below(20), random.chance(10) ? 200 : 8);
            faulty->power_off();
        } else {
            ++while_opening;
            faulty->power_off();
        }
        faulty->restart_after_cut(random.any_of(losses), random);

        std::uint64_t const acknowledged = load.acknowledged();
        {
            auto const engine = ledger.open(in_batches_of(10));
            load.check(*engine, ledger.path());
            beyond += engine->durable_sequence() > acknowledged ? 1U : 0U;
            faulty->power_off();
        }
        faulty->restart_after_cut(Loss::everything, random); // what it opened with is on disk
        ASSERT_FALSE(HasFailure()) << "round " << round << ", seed " << seed;
    }
    verify_whole(ledger.path());
    EXPECT_GT(load.acknowledgements(), rounds);
    std::printf("%llu power cuts (seed %llu), %llu of them while it opened: %llu acknowledgements, %llu events; %llu cuts "
                "kept more than was acknowledged; none lost, none in part\n",
                wide(rounds), wide(seed), wide(while_opening), wide(load.acknowledgements()),
                wide(load.expected().events()), wide(beyond));
}

/// Sectors of a file's end that reached the disk out of order, or as zeros, may look like damage: the witness says that
/// nobody was told of what lies there, so the ledger opens without it.
TEST(PowerCut, OpensWhereSectorsWereReordered) {
    std::uint64_t const rounds = number_in("PLIMSOLL_CUT_ROUNDS", rounds_otherwise) / 2;
    std::uint64_t const seed = number_in("PLIMSOLL_CUT_SEED", 2'026) + 1'000'000;
    Random random(seed);
    std::uint64_t opened = 0;
    std::uint64_t cut = 0;
    while (opened < rounds) {
        MarketLedger const ledger;
        Faulty faulty(ledger.path());
        Load load;
        for (std::uint64_t round = 0; round < 50 && opened < rounds; ++round) {
            auto writer = ledger.open(small_batches(random));
            faulty->follow(cut_somewhere(random));
            load.run(*writer, random, 1 + random.below(20), random.chance(3) ? 300 : 8);
            faulty->power_off();
            writer.reset();
            faulty->restart_after_cut(random.chance(2) ? Loss::shuffled : Loss::zeros, random);
            auto const engine = replay::Engine::open(ledger.path(), in_batches_of(10));
            ASSERT_TRUE(engine) << engine.error().message() << "\nafter " << opened << " rounds, seed " << seed;
            ++opened;
            cut += engine.value()->opening_notes().empty() ? 0U : 1U;
            load.check(*engine.value(), ledger.path());
            ASSERT_FALSE(HasFailure()) << "after " << opened << " rounds, seed " << seed;
        }
    }
    std::printf("%llu power cuts with sectors out of order (seed %llu): all opened with all that was acknowledged, %llu of them "
                "without a damaged end\n",
                wide(rounds), wide(seed), wide(cut));
}

/// R13: a disk whose fsync lies loses what was acknowledged; the witness, on another, tells.
TEST(PowerCut, SeesADiskThatLies) {
    std::uint64_t const rounds = number_in("PLIMSOLL_LIE_ROUNDS", 10);
    std::uint64_t const seed = number_in("PLIMSOLL_CUT_SEED", 2'026) + 2'000'000;
    Random random(seed);
    std::uint64_t lost = 0;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        MarketLedger const ledger;
        Faulty faulty(ledger.path());
        Load load;
        {
            auto const engine = ledger.open(small_batches(random));
            std::uint64_t const from = random.below(40);
            faulty->follow([from](Step const& step) {
                return step.operation == Operation::sync && step.number > from ? Fault::lie : Fault::none;
            });
            EXPECT_TRUE(load.run(*engine, random, 5 + random.below(10)));
            faulty->power_off();
        }
        faulty->restart_after_cut(random.chance(2) ? Loss::everything : Loss::some, random);
        auto const engine = replay::Engine::open(ledger.path(), in_batches_of(10));
        if (engine) { // what was written was on disk by chance
            load.check(*engine.value(), ledger.path());
        } else {
            ++lost;
            EXPECT_TRUE(engine.error().is(store::Errc::history_missing) || engine.error().is(store::Errc::damaged))
                << engine.error().message();
            EXPECT_NE(engine.error().message().find("promised #" + std::to_string(load.acknowledged())), std::string::npos)
                << engine.error().message();
        }
        ASSERT_FALSE(HasFailure()) << "round " << round << ", seed " << seed;
    }
    EXPECT_GT(lost, 0U);
    std::printf("%llu ledgers on a disk that lies (seed %llu): %llu had lost something and were refused with both numbers, the "
                "others had all\n",
                wide(rounds), wide(seed), wide(lost));
}

} // namespace
} // namespace plimsoll::faults
