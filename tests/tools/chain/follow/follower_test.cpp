#include "tests/tools/chain/made_chain.hpp"
#include "tools/chain/follow/follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace plimsoll::tools::chain::follow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Address vault = {0xaa, 1};
constexpr Address other = {0xbb, 2};

class Follower : public testing::Test {
protected:
    [[nodiscard]] ChainFollower from(std::uint64_t number, FollowRule rule) {
        return {source_, std::move(rule), {number, chain_[number].header.hash}};
    }
    [[nodiscard]] static FollowRule confirmations(std::uint64_t count) {
        FollowRule rule;
        rule.confirmations = count;
        return rule;
    }
    [[nodiscard]] static Look looked(ChainFollower& follower) {
        auto const look = follower.look();
        EXPECT_TRUE(look) << look.error().message();
        return look ? look.value() : Look{};
    }
    [[nodiscard]] static std::vector<std::uint64_t> numbers(auto const& blocks) {
        std::vector<std::uint64_t> out;
        for (ProvedBlock const& block : blocks) out.push_back(block.header.number);
        return out;
    }
    /// What the follower holds is the chain as it is now, from its anchor up to the head.
    void expect_in_line(ChainFollower const& follower) const {
        ASSERT_EQ(chain_[follower.anchor().number].header.hash, follower.anchor().hash);
        std::uint64_t number = follower.anchor().number;
        for (ProvedBlock const& block : follower.pending()) ASSERT_EQ(block.header.hash, chain_[++number].header.hash);
        ASSERT_EQ(number, chain_.head());
    }

    MadeChain chain_;
    ScriptedSource source_{chain_};
};

TEST_F(Follower, ABlockIsFinalOnceSoManyFollowIt) {
    chain_.mine_marked(3, vault);
    ChainFollower follower = from(0, confirmations(2));
    Look look = looked(follower);
    EXPECT_EQ(look.head, 3U);
    EXPECT_EQ(look.final_number, 1U);
    EXPECT_THAT(numbers(look.became_final), ElementsAre(1));
    EXPECT_THAT(numbers(follower.pending()), ElementsAre(2, 3));
    chain_.mine_marked(1, vault);
    look = looked(follower);
    EXPECT_THAT(numbers(look.became_final), ElementsAre(2));
    EXPECT_EQ(look.added, 1U);
    EXPECT_EQ(look.dropped, 0U);
}

TEST_F(Follower, WithoutConfirmationsTheNodeSaysWhatIsFinal) {
    chain_.mine_marked(5, vault);
    ChainFollower follower = from(0, {});
    source_.finalized = 3;
    EXPECT_THAT(numbers(looked(follower).became_final), ElementsAre(1, 2, 3));
    source_.finalized = 2; // another node behind the same address, further behind
    EXPECT_THAT(numbers(looked(follower).became_final), IsEmpty());
    EXPECT_THAT(numbers(follower.pending()), ElementsAre(4, 5));
    source_.finalized = 99; // none that it has
    EXPECT_THAT(looked(follower).became_final, IsEmpty());
}

TEST_F(Follower, AChainThatStandsStillCostsOneQuestion) {
    chain_.mine_marked(5, vault);
    ChainFollower follower = from(0, confirmations(2));
    std::ignore = looked(follower);
    source_.headers_asked = source_.receipts_asked = 0;
    EXPECT_EQ(looked(follower).added, 0U);
    EXPECT_EQ(source_.headers_asked + source_.receipts_asked, 0U); // besides the latest
}

TEST_F(Follower, OnlyBlocksThatMayHoldALogOfTheVaultAreAskedForReceipts) {
    chain_.mine_marked(2, other);
    chain_.mine_marked(1, vault);
    chain_.mine({});
    FollowRule rule = confirmations(0);
    rule.addresses = {vault};
    ChainFollower follower = from(0, std::move(rule));
    Look const look = looked(follower);
    EXPECT_THAT(numbers(look.became_final), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(source_.receipts_asked, 1U);
    EXPECT_TRUE(look.became_final[2].has_receipts);
    EXPECT_FALSE(look.became_final[3].has_receipts);
}

TEST_F(Follower, ALongChainIsReadAWindowAtATime) {
    chain_.mine_marked(10, vault);
    FollowRule rule = confirmations(1);
    rule.window_blocks = 4;
    ChainFollower follower = from(0, std::move(rule));
    Look look = looked(follower);
    EXPECT_TRUE(look.has_more);
    EXPECT_THAT(numbers(look.became_final), ElementsAre(1, 2, 3, 4));
    look = looked(follower);
    EXPECT_TRUE(look.has_more);
    look = looked(follower);
    EXPECT_FALSE(look.has_more);
    EXPECT_THAT(numbers(look.became_final), ElementsAre(9));
    EXPECT_THAT(numbers(follower.pending()), ElementsAre(10));
}

TEST_F(Follower, NothingAboveTheLastBlockIsRead) {
    chain_.mine_marked(10, vault);
    FollowRule rule = confirmations(2);
    rule.last_block = 5;
    ChainFollower follower = from(0, std::move(rule));
    EXPECT_THAT(numbers(looked(follower).became_final), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(looked(follower).became_final, IsEmpty());
}

class Reorg : public Follower, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(Reorg, OfAnyDepthAboveWhatIsFinalDropsAndRebuilds) {
    std::uint64_t const depth = GetParam();
    chain_.mine_marked(70, vault);
    ChainFollower follower = from(0, confirmations(64));
    std::ignore = looked(follower);
    expect_in_line(follower);
    for (std::uint64_t const grown : {depth + 1, depth, depth - 1}) { // a longer branch, one as long, a shorter one
        std::uint8_t const salt = static_cast<std::uint8_t>(1 + grown % 200);
        std::uint64_t const head = chain_.head();
        std::uint64_t const reachable = std::min<std::uint64_t>(depth, follower.pending().size());
        chain_.drop(reachable);
        chain_.mine_marked(grown, other, salt);
        Look const look = looked(follower);
        EXPECT_EQ(look.dropped, reachable);
        EXPECT_EQ(look.gone.front().number, head);
        expect_in_line(follower);
    }
}

INSTANTIATE_TEST_SUITE_P(Depths, Reorg, testing::Range<std::uint64_t>(1, 65));

TEST_F(Follower, AReorgBelowWhatIsFinalStopsWithTheEvidence) {
    chain_.mine_marked(6, vault);
    ChainFollower follower = from(0, confirmations(2));
    std::ignore = looked(follower);
    ASSERT_EQ(follower.anchor().number, 4U);
    std::string const was = hex_of(follower.anchor().hash);
    chain_.drop(3);
    chain_.mine_marked(8, vault, 1);
    auto const look = follower.look();
    ASSERT_FALSE(look);
    EXPECT_TRUE(look.error().is(Errc::final_block_replaced)) << look.error().message();
    EXPECT_THAT(look.error().message(), HasSubstr(was));
    EXPECT_THAT(look.error().message(), HasSubstr(hex_of(chain_[4].header.hash)));
    EXPECT_EQ(look.error().status(), Status::finding);
    EXPECT_EQ(follower.anchor().number, 4U); // and again, until somebody decides
    EXPECT_FALSE(follower.look());
}

TEST_F(Follower, AnotherChainAtTheSameAddressIsSeenAtOnce) {
    chain_.mine_marked(6, vault);
    ChainFollower follower{source_, confirmations(2), {3, Bytes32{0xee}}};
    EXPECT_TRUE(follower.look().error().is(Errc::final_block_replaced));
}

TEST_F(Follower, ANodeThatIsBehindIsWaitedFor) {
    chain_.mine_marked(6, vault);
    ChainFollower follower = from(5, confirmations(0));
    std::ignore = looked(follower);
    MadeChain const whole = chain_;
    chain_.drop(3);
    Look look = looked(follower);
    EXPECT_TRUE(look.is_behind);
    EXPECT_EQ(look.head, 3U);
    chain_ = whole;
    chain_.mine_marked(1, vault);
    look = looked(follower);
    EXPECT_FALSE(look.is_behind);
    EXPECT_THAT(numbers(look.became_final), ElementsAre(7));
}

TEST_F(Follower, AChainThatMovesBetweenTwoAnswersIsLookedAtAgain) {
    std::mt19937 random(64);
    for (int round = 0; round < 300; ++round) {
        chain_ = MadeChain();
        chain_.mine_marked(12, vault);
        ChainFollower follower = from(0, confirmations(8));
        std::ignore = looked(follower);
        chain_.mine_marked(3, vault);
        int until = static_cast<int>(random() % 9);
        source_.before_answer = [&] {
            if (until-- != 0) return;
            chain_.drop(1 + random() % 6);
            chain_.mine_marked(1 + random() % 8, other, static_cast<std::uint8_t>(1 + random() % 200));
        };
        auto look = follower.look();
        source_.before_answer = [] {};
        ASSERT_TRUE(look) << round << ": " << look.error().message();
        look = follower.look(); // the head may have been asked for before it moved
        ASSERT_TRUE(look);
        ASSERT_NO_FATAL_FAILURE(expect_in_line(follower)) << round;
    }
}

struct Lie {
    char const* name;
    std::function<void(ScriptedSource&)> tell;
    std::function<bool(Error const&)> want;
    char const* words;
    friend void PrintTo(Lie const& row, std::ostream* out) { *out << row.name; }
};

class Lies : public Follower, public testing::WithParamInterface<Lie> {};

TEST_P(Lies, AreNeverBooked) {
    chain_.mine_marked(6, vault);
    ChainFollower follower = from(0, confirmations(1));
    GetParam().tell(source_);
    auto const look = follower.look();
    ASSERT_FALSE(look);
    EXPECT_TRUE(GetParam().want(look.error())) << look.error().message();
    EXPECT_THAT(look.error().message(), HasSubstr(GetParam().words));
    EXPECT_EQ(follower.anchor().number, 0U);
    source_.bend_header = [](auto&) {};
    source_.bend_receipts = [](auto&) {};
    EXPECT_THAT(numbers(looked(follower).became_final), ElementsAre(1, 2, 3, 4, 5)); // the truth, once it is told
    expect_in_line(follower);
}

[[nodiscard]] std::function<void(ScriptedSource&)> header(std::function<void(Header&)> bend) {
    return [bend = std::move(bend)](ScriptedSource& source) { source.bend_header = bend; };
}
[[nodiscard]] std::function<void(ScriptedSource&)> receipts(std::function<void(std::vector<Receipt>&)> bend) {
    return [bend = std::move(bend)](ScriptedSource& source) { source.bend_receipts = bend; };
}
template <class Code> [[nodiscard]] std::function<bool(Error const&)> is(Code code) {
    return [code](Error const& error) { return error.is(code); };
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, Lies,
    testing::Values(
        Lie{"AFieldOfTheHeader", header([](Header& h) { h.timestamp += h.number == 3 ? 1 : 0; }), is(chain::Errc::block_hash_differs), "3"},
        Lie{"TheHashOfTheHeader", header([](Header& h) { h.hash[31] ^= h.number == 6 ? 1 : 0; }), is(chain::Errc::block_hash_differs), "6"},
        Lie{"AParentOfItsOwnMaking",
            header([](Header& h) {
                if (h.number != 4) return;
                h.parent_hash[0] ^= 1;
                h.hash = header_hash(h);
            }),
            is(Errc::chain_keeps_moving), "parent"},
        Lie{"AnotherNumber", header([](Header& h) { if (h.number == 2) { h.number = 3; h.hash = header_hash(h); } }),
            is(Errc::chain_keeps_moving), "nothing of it was booked"},
        Lie{"ALogIsMissing", receipts([](auto& all) { all[0].logs.clear(); }), is(Errc::chain_keeps_moving), "block 1"},
        Lie{"AnAmount", receipts([](auto& all) { all[0].logs[0].data[0] ^= 1; }), is(Errc::chain_keeps_moving), "receipts give"},
        Lie{"AReceiptIsMissing", receipts([](auto& all) { all.pop_back(); }), is(Errc::chain_keeps_moving), "0 receipts"},
        Lie{"AReceiptTooMany", receipts([](auto& all) { all.push_back(all[0]); }), is(Errc::chain_keeps_moving), "2 receipts"}),
    [](auto const& row) { return row.param.name; });

TEST(FollowRules, EachHasItsWords) {
    for (Errc const code : {Errc::final_block_replaced, Errc::chain_keeps_moving}) EXPECT_NE(describe(code).name, "unknown");
}

} // namespace
} // namespace plimsoll::tools::chain::follow
