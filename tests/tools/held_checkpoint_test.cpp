// What a watcher holds: logs that only grow are followed, forks and older heads never (R27).
#include "tools/proof/held_checkpoint.hpp"

#include "tests/ledger/event/random.hpp"
#include "tests/replay/expected_log.hpp"
#include "tests/tools/command_story.hpp"

#include <gmock/gmock.h>

#include <cstdio>

namespace plimsoll::tools {
namespace {

using namespace testing_aid;
using testing::HasSubstr;

/// A log of entries, whose tree is worked out anew each time.
class SmallLog {
public:
    void append(std::uint64_t entry) { leaves_.push_back(merkle::leaf_hash(bytes_of(entry))); }
    [[nodiscard]] std::uint64_t size() const { return leaves_.size(); }
    [[nodiscard]] CheckpointNote note(std::uint64_t size) const {
        return {"example.org/log", size, merkle::root_of(size, source()).value(), std::nullopt, std::nullopt};
    }
    [[nodiscard]] ConsistencyProof proof(std::uint64_t from, std::uint64_t to) const {
        return {from, merkle::root_of(from, source()).value(), merkle::consistency_path(from, to, source()).value()};
    }

private:
    [[nodiscard]] merkle::HashSource source() const {
        return [this](unsigned level, std::uint64_t index) { return result<Hash>(subtree(level, index)); };
    }
    [[nodiscard]] Hash subtree(unsigned level, std::uint64_t index) const {
        if (level == 0) return leaves_.at(index);
        return merkle::node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
    }
    std::vector<Hash> leaves_;
};

/// Two logs of one signer that part somewhere: a watcher of one takes nothing that only the other has had.
TEST(HeldCheckpoint, NeverFollowsAForkOrGoesBack) {
    std::uint64_t const rounds = number_in("PLIMSOLL_SPLIT_VIEWS", 1'000);
    std::uint64_t const seed = number_in("PLIMSOLL_SPLIT_SEED", 27);
    Random random(seed);
    std::uint64_t followed = 0;
    std::uint64_t forks = 0;
    std::uint64_t older = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        SmallLog one;
        SmallLog other;
        std::uint64_t const common = random.below(40);
        for (std::uint64_t i = 0; i < common; ++i) {
            one.append(i);
            other.append(i);
        }
        for (std::uint64_t i = 1 + random.below(40); i != 0; --i) one.append(1'000 + i);
        for (std::uint64_t i = 1 + random.below(40); i != 0; --i) other.append(2'000 + i);
        CheckpointNote const held = one.note(1 + random.below(one.size()));

        std::uint64_t const size = held.size + random.below(one.size() - held.size + 1);
        ConsistencyProof const grown = one.proof(held.size, size);
        auto const own = continuation_of(held, one.note(size), size == held.size ? nullptr : &grown);
        ASSERT_TRUE(own) << own.error().message() << ", seed " << seed << ", round " << round;
        EXPECT_EQ(own.value(), size == held.size ? Continuation::same : Continuation::grown);
        ++followed;

        std::uint64_t const its = 1 + random.below(other.size());
        CheckpointNote const offered = other.note(its);
        bool const is_common = its <= common; // of both logs
        std::uint64_t const small = std::min(its, held.size);
        std::uint64_t const large = std::max(its, held.size);
        std::optional<ConsistencyProof> proof;
        if (small != large) proof = its > held.size ? other.proof(small, large) : one.proof(small, large);
        auto const verdict = continuation_of(held, offered, proof ? &*proof : nullptr);
        bool const is_older = its < held.size && is_common;
        bool const may_follow = held.size <= common && its >= held.size; // the other log begins with what is held
        ASSERT_EQ(verdict.has_value(), may_follow) << "seed " << seed << ", round " << round;
        if (may_follow) continue;
        EXPECT_TRUE(verdict.error().is(is_older ? Errc::checkpoint_older : Errc::split_view)) << verdict.error().message();
        ++(is_older ? older : forks);
        if (small == large) continue;
        auto const bare = continuation_of(held, offered, nullptr);
        ASSERT_FALSE(bare);
        EXPECT_TRUE(bare.error().is(its < held.size ? Errc::checkpoint_older : Errc::continuation_unproved)) << bare.error().message();
        if (!proof->path.empty()) {
            proof->path[random.below(proof->path.size())][random.below(32)] ^= 1;
            EXPECT_FALSE(continuation_of(held, offered, &*proof));
        }
    }
    EXPECT_GT(forks, rounds / 4);
    EXPECT_GT(older, rounds / 100);
    std::printf("%llu heads of its own log followed, %llu forks and %llu older heads refused (seed %llu)\n",
                static_cast<unsigned long long>(followed), static_cast<unsigned long long>(forks),
                static_cast<unsigned long long>(older), static_cast<unsigned long long>(seed));
}

TEST(HeldCheckpoint, KnowsTheEmptyLogOtherLogsAndOtherStates) {
    SmallLog log;
    for (std::uint64_t i = 0; i < 5; ++i) log.append(i);
    CheckpointNote const empty{"example.org/log", 0, merkle::empty_root(), std::nullopt, std::nullopt};
    EXPECT_EQ(continuation_of(std::nullopt, log.note(3), nullptr).value(), Continuation::first);
    EXPECT_EQ(continuation_of(empty, log.note(3), nullptr).value(), Continuation::grown);
    CheckpointNote false_empty = empty;
    false_empty.root[0] ^= 1;
    EXPECT_TRUE(continuation_of(false_empty, log.note(3), nullptr).error().is(Errc::split_view));
    CheckpointNote strange = log.note(4);
    strange.origin = "example.org/other";
    EXPECT_TRUE(continuation_of(log.note(3), strange, nullptr).error().is(Errc::checkpoint_differs));
    ConsistencyProof const elsewhere = log.proof(2, 4);
    EXPECT_TRUE(continuation_of(log.note(3), log.note(4), &elsewhere).error().is(Errc::proof_fails));
    CheckpointNote one = log.note(3);
    CheckpointNote other = one;
    one.state_root = Hash{1};
    EXPECT_EQ(continuation_of(one, other, nullptr).value(), Continuation::same) << "one of them does not say";
    other.state_root = Hash{2};
    EXPECT_TRUE(continuation_of(one, other, nullptr).error().is(Errc::split_view));
    other.state_root = one.state_root;
    one.time = 1;
    other.time = 2;
    EXPECT_TRUE(continuation_of(one, other, nullptr).error().is(Errc::split_view));
}

TEST(AcceptCheckpoint, FollowsALogAndKeepsEvidenceOfASplit) {
    CommandSetting const setting;
    setting.tell_story();
    std::string other(crash_story);
    other.replace(other.find("\"50\""), 4, "\"51\"");
    setting.write("other.jsonl", other);
    for (auto const* words : {"key new books.key --name example.org/books > books.pub", "key new other.key --name example.org/books > other.pub",
                              "sign day --key books.key --at '#12' --output old.note", "sign day --key books.key --output new.note",
                              "prove day consistency --from 12 --output grown.proof", "prove day event '#14' --output event.proof", "init foreign",
                              "import foreign --format events other.jsonl", "sign foreign --key books.key --output foreign.note"}) {
        ASSERT_EQ(setting.run(words).status, 0) << words;
    }
    struct Row {
        std::string words;
        int status;
        std::string line;
    };
    for (Row const& row : {
             Row{"old.note", 0, "taken on trust: 12 events"},
             Row{"old.note", 0, "The same as is held"},
             Row{"new.note", 1, "nothing shows that the log only grew"},
             Row{"new.note --proof grown.proof --json", 0, "\"accepted\": \"grown\""},
             Row{"grown.proof", 0, "The same as is held"},
             Row{"old.note", 1, "the checkpoint is older than the one held: 15 events are held, 12 are offered"},
             Row{"foreign.note", 1, "two logs of 15 events"},
             Row{"event.proof", 2, "is no proof of consistency"},
             Row{"nowhere.note", 3, "nowhere.note"},
             Row{"books.pub", 3, "not a signed checkpoint"},
         }) {
        Outcome const outcome = setting.run("accept-checkpoint seen.note " + row.words + " --key books.pub");
        EXPECT_EQ(outcome.status, row.status) << row.words << "\n" << outcome.out << outcome.err;
        EXPECT_THAT(outcome.out + outcome.err, HasSubstr(row.line)) << row.words;
    }
    EXPECT_EQ(setting.read("seen.note"), setting.read("new.note")) << "what was refused leaves it as it was";
    EXPECT_EQ(setting.run("accept-checkpoint seen.note new.note --key other.pub").status, 1) << "another key's";

    // The evidence shows itself, by its own README.
    EXPECT_EQ(setting.read("seen.note.evidence-1/offered.note"), setting.read("foreign.note"));
    EXPECT_THAT(setting.read("seen.note.evidence-1/README"), HasSubstr("accept-checkpoint seen.note offered.note --key key.pub"));
    std::string const there = "accept-checkpoint again.note seen.note.evidence-1/";
    EXPECT_EQ(setting.run(there + "held.note --key seen.note.evidence-1/key.pub").status, 0);
    Outcome const split = setting.run(there + "offered.note --key seen.note.evidence-1/key.pub");
    EXPECT_EQ(split.status, 1);
    EXPECT_THAT(split.err, HasSubstr("both are kept in again.note.evidence-1"));

    setting.write("seen.note", "nonsense");
    EXPECT_EQ(setting.run("accept-checkpoint seen.note new.note --key books.pub").status, 3) << "what is held was damaged";
}

} // namespace
} // namespace plimsoll::tools
