/// A writer under faults: groups, refused groups, commits and checkpoints, and what was acknowledged.
#pragma once

#include "tests/faults/fault_file_system.hpp"
#include "tests/replay/expected_log.hpp"

#include <algorithm>

namespace plimsoll::faults {

using namespace testing_aid;

/// What a writer was told, over all of a ledger's openings.
class Load {
public:
    /// Submits and commits until `commits` were acknowledged or the ledger fails; whether it did not fail.
    /// After a failure nothing is acknowledged any more, however often it is asked.
    bool run(replay::Engine& engine, Random& random, std::uint64_t commits, std::uint64_t most_records = 8) {
        std::uint64_t record = engine.book().sources[1].cursor.major;
        for (; commits != 0; --commits) {
            if (record != 0 && random.chance(8)) { // a client asks again
                auto const again = engine.submit(group_of(record));
                if (!again) return stopped(engine, again.error());
                EXPECT_TRUE(again.value().is_duplicate);
            }
            for (std::uint64_t left = 1 + random.below(most_records); left != 0; --left) {
                auto const receipt = engine.submit(group_of(record + 1));
                if (!receipt) return stopped(engine, receipt.error());
                EXPECT_FALSE(receipt.value().is_duplicate) << "record " << record + 1;
                ++record;
            }
            auto const verdict = random.chance(6) ? engine.checkpoint() : engine.commit();
            if (!verdict) return stopped(engine, verdict.error());
            EXPECT_EQ(engine.durable_sequence(), engine.book().sequence());
            acknowledged_ = engine.durable_sequence();
            ++acknowledgements_;
        }
        return true;
    }
    /// What an opened ledger holds: nothing acknowledged is missing, and what is there is whole.
    void check(replay::Engine& engine, std::filesystem::path const& path) {
        EXPECT_GE(engine.durable_sequence(), acknowledged_) << "lost what was acknowledged";
        expected_.check(*must(replay::Reader::open(path)), engine.state_root());
        acknowledged_ = engine.durable_sequence(); // what opens is on disk
    }
    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
    [[nodiscard]] std::uint64_t acknowledgements() const { return acknowledgements_; }
    [[nodiscard]] ExpectedLog const& expected() const { return expected_; }
    [[nodiscard]] Error const& last_failure() const { return *failure_; }

private:
    bool stopped(replay::Engine& engine, Error const& error) {
        failure_ = error;
        std::uint64_t const durable = engine.durable_sequence();
        if (durable == engine.book().sequence()) {
            acknowledged_ = std::max(acknowledged_, durable); // a checkpoint failed, or a read: the events are there
            return false;
        }
        for (int again = 0; again < 2; ++again) {
            EXPECT_FALSE(engine.commit()) << "acknowledged after: " << error.message();
        }
        EXPECT_FALSE(engine.checkpoint());
        EXPECT_FALSE(engine.close());
        EXPECT_GE(engine.durable_sequence(), durable) << "what was on its way when the rest failed may still arrive";
        return false;
    }

    ExpectedLog expected_{market().book()};
    std::uint64_t acknowledged_ = 0;
    std::uint64_t acknowledgements_ = 0;
    std::optional<Error> failure_;
};

} // namespace plimsoll::faults
