// R17: lives of the whole node, each from one number.
//
//   PLIMSOLL_SIMULATION_SEED=17       that seed alone, step by step
//   PLIMSOLL_SIMULATION_SEEDS=10000   so many, from PLIMSOLL_SIMULATION_FIRST (1) on

#include "tests/faults/simulation.hpp"

#include "tests/replay/expected_log.hpp"

#include <cstdio>

namespace plimsoll::faults {
namespace {

using namespace testing_aid;

[[nodiscard]] unsigned long long wide(std::uint64_t number) { return number; }

TEST(Simulation, KeepsEveryPromise) {
    std::uint64_t const alone = number_in("PLIMSOLL_SIMULATION_SEED", 0);
    std::uint64_t const first = alone != 0 ? alone : number_in("PLIMSOLL_SIMULATION_FIRST", 1);
    std::uint64_t const seeds = alone != 0 ? 1 : number_in("PLIMSOLL_SIMULATION_SEEDS", 60);
    SimulationReport sum;
    std::uint64_t failures = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        TemporaryDirectory const folder;
        SimulationReport const report = simulate(seed, folder.path(), alone != 0);
        if (!report.failure.empty()) {
            ADD_FAILURE() << "seed " << seed << ": " << report.failure << "\nagain: PLIMSOLL_SIMULATION_SEED=" << seed
                          << " plimsoll_tests --gtest_filter=Simulation.KeepsEveryPromise";
            if (++failures == 10) break;
        }
        sum.commands += report.commands;
        sum.acknowledged += report.acknowledged;
        sum.refused += report.refused;
        sum.duplicates += report.duplicates;
        sum.lives += report.lives;
        sum.faults += report.faults;
        sum.trace = sum.trace * 31 + report.trace;
    }
    EXPECT_EQ(sum.acknowledged, sum.commands);
    std::printf("seeds %llu to %llu: %llu commands, all answered, %llu refused by rules, %llu asked again; %llu lives, %llu "
                "faults; trace %016llx\n",
                wide(first), wide(first + seeds - 1), wide(sum.commands), wide(sum.refused), wide(sum.duplicates),
                wide(sum.lives), wide(sum.faults), wide(sum.trace));
}

TEST(Simulation, SameSeedIsTheSameStory) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        TemporaryDirectory const one;
        TemporaryDirectory const other;
        SimulationReport const a = simulate(seed, one.path());
        SimulationReport const b = simulate(seed, other.path());
        EXPECT_EQ(a.trace, b.trace) << "seed " << seed;
        EXPECT_EQ(a.lives, b.lives) << "seed " << seed;
    }
}

} // namespace
} // namespace plimsoll::faults
