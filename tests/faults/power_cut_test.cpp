// R2: the power goes at a random instant, and with it what was written and not synced: bytes, and names.
//
//   PLIMSOLL_CUT_ROUNDS=2000   the full figure
//   PLIMSOLL_CUT_SEED=7        another run

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

/// Sectors of a file's end that reached the disk out of order, or as zeros, may look like damage: then the ledger is
/// refused as damaged. It is never shortened below what was acknowledged.
TEST(PowerCut, NeverShortensWhereSectorsWereReordered) {
    std::uint64_t const rounds = number_in("PLIMSOLL_CUT_ROUNDS", rounds_otherwise) / 2;
    std::uint64_t const seed = number_in("PLIMSOLL_CUT_SEED", 2'026) + 1'000'000;
    Random random(seed);
    std::uint64_t refused = 0;
    std::uint64_t opened = 0;
    while (opened + refused < rounds) {
        MarketLedger const ledger;
        Faulty faulty(ledger.path());
        Load load;
        for (bool is_sound = true; is_sound && opened + refused < rounds;) {
            auto writer = ledger.open(small_batches(random));
            faulty->follow(cut_somewhere(random));
            load.run(*writer, random, 1 + random.below(20), random.chance(3) ? 300 : 8);
            faulty->power_off();
            writer.reset();
            faulty->restart_after_cut(random.chance(2) ? Loss::shuffled : Loss::zeros, random);
            auto const engine = replay::Engine::open(ledger.path(), in_batches_of(10));
            if (engine) {
                ++opened;
                load.check(*engine.value(), ledger.path());
            } else {
                ++refused;
                is_sound = false;
                EXPECT_EQ(engine.error().rule().room, "store") << engine.error().message();
                EXPECT_EQ(engine.error().rule().name, "damaged") << engine.error().message();
            }
            ASSERT_FALSE(HasFailure()) << "after " << opened + refused << " rounds, seed " << seed;
        }
    }
    std::printf("%llu power cuts with sectors out of order (seed %llu): %llu opened with all that was acknowledged, %llu "
                "refused as damaged\n",
                wide(rounds), wide(seed), wide(opened), wide(refused));
}

/// A check that cannot fail would be none: a disk whose fsync lies loses what was acknowledged, and that is seen.
TEST(PowerCut, SeesADiskThatLies) {
    Random random(1);
    MarketLedger const ledger;
    Faulty faulty(ledger.path());
    std::uint64_t acknowledged = 0;
    {
        auto const engine = ledger.open(in_batches_of(10));
        faulty->follow([](Step const& step) { return step.operation == Operation::sync ? Fault::lie : Fault::none; });
        Load load;
        EXPECT_TRUE(load.run(*engine, random, 5));
        acknowledged = load.acknowledged();
        faulty->power_off();
    }
    faulty->restart_after_cut(Loss::everything, random);
    auto const engine = replay::Engine::open(ledger.path(), in_batches_of(10));
    EXPECT_TRUE(!engine || engine.value()->durable_sequence() < acknowledged);
}

} // namespace
} // namespace plimsoll::faults
