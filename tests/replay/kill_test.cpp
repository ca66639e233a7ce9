// kill -9 at random moments of an append load: what was acknowledged is there, what is there is whole.
//
// One ledger grows from round to round. A child process (this program again, with another filter) appends
// groups and says after each commit() how far the log is durable; the parent kills it, opens the ledger
// and compares it with what the child must have written. PLIMSOLL_KILL_ROUNDS=1000 for the full figure.

#include "tests/replay/expected_log.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <thread>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;

constexpr char const* directory_variable = "PLIMSOLL_KILL_DIRECTORY";
constexpr char const* seed_variable = "PLIMSOLL_KILL_SEED";
constexpr char const* rounds_variable = "PLIMSOLL_KILL_ROUNDS";
constexpr int acknowledged_pipe = 3; ///< descriptor in the child

// ---- the child ----

void append_until_killed(std::filesystem::path const& path, std::uint64_t seed) {
    Random random(seed);
    auto engine = must(Engine::open(path, in_batches_of(1 + random.below(40), 20'000)));
    std::uint64_t record = engine->book().sources[1].cursor.major;
    if (record != 0) {
        PLIMSOLL_ASSERT(must(engine->submit(group_of(record))).is_duplicate); // as an importer begins again
    }
    while (true) {
        if (random.chance(7)) engine->hold(random.below(100));
        for (std::uint64_t left = random.chance(4) ? 300 : 1 + random.below(8); left != 0; --left) {
            ++record;
            if (random.chance(20)) {
                auto group = group_of(record);
                group.push_back(bad_payment(record)); // refused whole: the good ones leave no trace
                PLIMSOLL_ASSERT(!engine->submit(group));
            }
            PLIMSOLL_ASSERT(!must(engine->submit(group_of(record))).is_duplicate);
        }
        must(random.chance(15) ? engine->checkpoint() : engine->commit());
        std::uint64_t const acknowledged = engine->durable_sequence();
        if (write(acknowledged_pipe, &acknowledged, sizeof(acknowledged)) != sizeof(acknowledged)) return;
    }
}

TEST(KillChild, DISABLED_AppendsUntilKilled) {
    char const* const directory = std::getenv(directory_variable);
    char const* const seed = std::getenv(seed_variable);
    if (directory == nullptr || seed == nullptr) GTEST_SKIP() << "runs only as the child of Kill.LosesNothingAcknowledged";
    append_until_killed(directory, std::strtoull(seed, nullptr, 10));
}

// ---- the parent ----

class Child {
public:
    Child(std::filesystem::path const& path, std::uint64_t seed) {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
        read_end_ = ends[0];
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], acknowledged_pipe);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        std::string program = "/proc/self/exe";
        std::string filter = "--gtest_filter=KillChild.DISABLED_AppendsUntilKilled";
        std::string all = "--gtest_also_run_disabled_tests";
        std::array<char*, 4> arguments{program.data(), filter.data(), all.data(), nullptr};
        std::string directory = std::string(directory_variable) + "=" + path.string();
        std::string seeded = std::string(seed_variable) + "=" + std::to_string(seed);
        std::array<char*, 3> environment{directory.data(), seeded.data(), nullptr};
        if (posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments.data(), environment.data()) != 0) {
            throw std::runtime_error("cannot start the child");
        }
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
    }
    ~Child() { close(read_end_); }
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    /// Returns once the child has said something, or is gone.
    void wait_for_first_word() const {
        pollfd waiting{read_end_, POLLIN, 0};
        static_cast<void>(poll(&waiting, 1, 30'000));
    }
    /// Whether it was this that ended the child.
    [[nodiscard]] bool kill_now() const {
        ::kill(process_, SIGKILL);
        int status = 0;
        waitpid(process_, &status, 0);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    /// The last sequence that was acknowledged; 0: none.
    [[nodiscard]] std::uint64_t acknowledged() const {
        std::uint64_t last = 0;
        for (std::uint64_t word = 0; read(read_end_, &word, sizeof(word)) == sizeof(word);) last = word;
        return last;
    }

private:
    pid_t process_ = 0;
    int read_end_ = -1;
};

TEST(Kill, LosesNothingAcknowledged) {
    std::uint64_t const rounds = number_in(rounds_variable, 12);
    std::uint64_t const seed = number_in(seed_variable, 2'026);
    Random random(seed);
    MarketLedger ledger;
    ExpectedLog expected(market().book());
    std::vector<std::int64_t> recoveries_us;
    std::uint64_t acknowledgements = 0;
    std::uint64_t beyond = 0; // rounds that found more than was acknowledged
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        Child const child(ledger.path(), seed + round);
        if (!random.chance(6)) child.wait_for_first_word(); // else it may be killed while it opens
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(120'000)));
        ASSERT_TRUE(child.kill_now()) << "the child ended by itself in round " << round << ", seed " << seed;
        std::uint64_t const acknowledged = child.acknowledged();

        auto const begin = std::chrono::steady_clock::now();
        auto const engine = ledger.open(in_batches_of(10));
        recoveries_us.push_back(
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count());
        std::uint64_t const durable = engine->durable_sequence();
        EXPECT_GE(durable, acknowledged) << "lost what was acknowledged";
        expected.check(*ledger.read(), engine->state_root());
        ASSERT_FALSE(HasFailure()) << "round " << round << ", seed " << seed;
        acknowledgements += acknowledged != 0 ? 1 : 0;
        beyond += durable > acknowledged ? 1 : 0;
        if (round % 40 == 0) verify_whole(ledger.path());
    }
    verify_whole(ledger.path());
    std::ranges::sort(recoveries_us);
    std::int64_t const p99_us = recoveries_us[(recoveries_us.size() * 99 + 99) / 100 - 1];
    EXPECT_LE(p99_us, 2'000'000) << "recovery is slow";
    std::printf("killed %llu times (seed %llu): %llu records, %llu events; %llu rounds acknowledged something, "
                "%llu found more than was acknowledged; none lost, none in part, none twice; opened again within %lld us (p99)\n",
                static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(expected.records()),
                static_cast<unsigned long long>(ledger.read()->log_size()), static_cast<unsigned long long>(acknowledgements),
                static_cast<unsigned long long>(beyond), static_cast<long long>(p99_us));
}

} // namespace
} // namespace plimsoll::replay
