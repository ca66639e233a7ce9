#include "tests/tools/chain/rpc/made_node.hpp"
#include "tools/chain/follow/follower.hpp"
#include "tools/chain/rpc/node_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::tools::chain::rpc {
namespace {

using testing::HasSubstr;

constexpr Address vault = {0xaa, 1};
constexpr Address other = {0xbb, 2};

class Node : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<NodeSource> source(std::uint64_t read_ahead_blocks = 4, std::uint64_t log_range_blocks = 1000) const {
        NodeOptions options;
        options.client.attempts = 1;
        options.client.limits.timeout = std::chrono::milliseconds(200);
        options.read_ahead_blocks = read_ahead_blocks;
        options.log_range_blocks = log_range_blocks;
        return std::move(NodeSource::open(node_.url(), options).value());
    }
    void expect_block(NodeSource& from, std::uint64_t number) const {
        auto const header = from.header(number);
        ASSERT_TRUE(header) << header.error().message();
        EXPECT_EQ(header.value().hash, chain_[number].header.hash);
        EXPECT_EQ(header_hash(header.value()), chain_[number].header.hash);
        auto const receipts = from.receipts(header.value());
        ASSERT_TRUE(receipts) << receipts.error().message();
        EXPECT_TRUE(ReceiptsCheck().verify(header.value(), receipts.value()));
    }

    MadeChain chain_;
    MadeNode node_{chain_};
};

TEST_F(Node, GivesWholeBlocksThatProve) {
    chain_.mine_marked(3, vault);
    chain_.mine({});
    auto const from = source();
    EXPECT_EQ(from->chain_id().value(), 31337U);
    EXPECT_EQ(from->header(BlockTag::latest).value().number, 4U);
    for (std::uint64_t number = 0; number <= 4; ++number) expect_block(*from, number);
    Bytes answer(32);
    answer[31] = 42;
    EXPECT_EQ(from->call(vault, Bytes{1, 2}, 3).value(), answer);
}

TEST_F(Node, CallsAheadInOneRequestAndHandsEachAnswerOutOnce) {
    chain_.mine_marked(3, vault);
    auto const from = source();
    std::vector<ContractCall> const calls{{vault, {1}}, {vault, {2}}, {other, {1}}};
    from->will_call(calls, 2);
    for (ContractCall const& each : calls) EXPECT_EQ(from->call(each.to, each.data, 2).value().size(), 32U);
    EXPECT_EQ(node_.requests(), 1);
    EXPECT_TRUE(from->call(vault, Bytes{1}, 2)); // again
    EXPECT_TRUE(from->call(vault, Bytes{2}, 3)); // at another block
    EXPECT_EQ(node_.requests(), 3);
    node_.lacks = {"eth_call"};
    from->will_call(calls, 2);
    EXPECT_TRUE(from->call(vault, Bytes{1}, 2).error().is(Errc::method_absent));
}

TEST_F(Node, ReadsAheadInFewRequestsAndOnlyTheReceiptsThatAreWanted) {
    chain_.mine_marked(4, other);
    chain_.mine_marked(4, vault);
    auto const from = source(8);
    from->will_read(1, 8, std::span(&vault, 1));
    for (std::uint64_t number = 1; number <= 8; ++number) EXPECT_EQ(from->header(number).value().hash, chain_[number].header.hash);
    EXPECT_EQ(node_.requests(), 2);
    EXPECT_EQ(node_.asked["eth_getBlockReceipts"], 4);
    expect_block(*from, 8);
    EXPECT_EQ(node_.requests(), 2);
    expect_block(*from, 2); // before what is held: asked for anew
    EXPECT_EQ(chain_.head(), 8U);
}

TEST_F(Node, NothingReadAheadOutlivesTheNextHint) {
    chain_.mine_marked(6, vault);
    auto const from = source(8);
    from->will_read(1, 6, {});
    EXPECT_EQ(from->header(3).value().hash, chain_[3].header.hash);
    chain_.drop(4);
    chain_.mine_marked(5, other, 1);
    from->will_read(3, 6, {});
    expect_block(*from, 3);
}

TEST_F(Node, WithoutBlockReceiptsGivesThemOneByOne) {
    chain_.mine({{}, {}, {}});
    chain_.mine_marked(2, vault);
    node_.lacks = {"eth_getBlockReceipts"};
    auto const from = source();
    from->will_read(1, 3, {});
    for (std::uint64_t number = 0; number <= 3; ++number) expect_block(*from, number);
    EXPECT_EQ(node_.asked["eth_getTransactionReceipt"], 5);
}

TEST_F(Node, AskedForABlockThatItLacksSaysSo) {
    auto const from = source();
    from->will_read(0, 5, {});
    expect_block(*from, 0);
    auto const header = from->header(5);
    EXPECT_TRUE(header.error().is(Errc::block_absent)) << header.error().message();
    EXPECT_THAT(header.error().message(), HasSubstr("block 5; it is not mined yet"));
    EXPECT_TRUE(from->header(BlockTag::finalized).error().is(Errc::block_absent));
    Header gone = chain_[0].header;
    gone.number = 7;
    EXPECT_TRUE(from->receipts(gone).error().is(Errc::block_absent));
}

TEST_F(Node, TwoAnswersForOneBlockAreShownBoth) {
    chain_.mine_marked(2, vault);
    auto const from = source();
    auto const header = from->header(2);
    std::string const was = hex_of(chain_[2].header.hash);
    chain_.drop(1);
    chain_.mine_marked(1, vault, 9);
    auto const receipts = from->receipts(header.value());
    EXPECT_TRUE(receipts.error().is(Errc::answers_differ)) << receipts.error().message();
    EXPECT_THAT(receipts.error().message(), HasSubstr(was));
    EXPECT_THAT(receipts.error().message(), HasSubstr(hex_of(chain_[2].header.hash)));
    node_.lacks = {"eth_getBlockReceipts"};
    EXPECT_TRUE(source()->receipts(header.value()).error().is(Errc::answers_differ));
}

TEST_F(Node, AnotherBlockThanAskedForIsRefused) {
    chain_.mine_marked(2, vault);
    node_.bend = [&](std::string const& method, std::string& result) {
        if (method == "eth_getBlockByNumber") result = MadeNode::json_of(chain_[1].header, chain_[1].receipts);
    };
    EXPECT_TRUE(source()->header(2).error().is(Errc::answers_differ));
}

TEST_F(Node, LogsComeInOrderHoweverTheRangeIsCut) {
    chain_.mine_marked(20, vault);
    chain_.mine_marked(5, other);
    auto const want = source()->logs(std::span(&vault, 1), 0, 25);
    ASSERT_TRUE(want) << want.error().message();
    EXPECT_EQ(want.value().size(), 20U);
    node_.most_log_blocks = 3;
    node_.asked.clear();
    auto const got = source(4, 16)->logs(std::span(&vault, 1), 0, 25);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(got.value().size(), 20U);
    EXPECT_EQ(got.value().back().block_number, 20U);
    EXPECT_EQ(node_.asked["eth_getLogs"], 3 + 13); // 16, 8, 4 too large; then 2 at a time
    node_.most_log_blocks = 0;
    EXPECT_TRUE(source()->logs(std::span(&vault, 1), 0, 3).error().is(Errc::range_too_large));
}

struct Bent {
    char const* name;
    std::function<void(std::string&)> bend;
    Errc want;
    friend void PrintTo(Bent const& row, std::ostream* out) { *out << row.name; }
};

class BentLogs : public Node, public testing::WithParamInterface<Bent> {};

TEST_P(BentLogs, AreRefused) {
    chain_.mine_marked(3, vault);
    node_.bend = [](std::string const& method, std::string& result) {
        if (method == "eth_getLogs") GetParam().bend(result);
    };
    auto const got = source()->logs(std::span(&vault, 1), 1, 3);
    ASSERT_FALSE(got);
    EXPECT_TRUE(got.error().is(GetParam().want)) << got.error().message();
    EXPECT_THAT(got.error().message(), HasSubstr("127.0.0.1"));
}

void replace(std::string& text, std::string_view from, std::string_view to) {
    std::size_t const at = text.find(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
}

INSTANTIATE_TEST_SUITE_P(
    EveryKind, BentLogs,
    testing::Values(Bent{"Removed", [](std::string& r) { replace(r, "\"removed\":false", "\"removed\":true"); }, Errc::answers_differ},
                    Bent{"OutOfOrder", [](std::string& r) { replace(r, "\"blockNumber\":\"0x1\"", "\"blockNumber\":\"0x3\""); },
                         Errc::node_answers_garbage},
                    Bent{"OutOfRange", [](std::string& r) { replace(r, "\"blockNumber\":\"0x3\"", "\"blockNumber\":\"0x4\""); },
                         Errc::node_answers_garbage},
                    Bent{"Twice", [](std::string& r) { replace(r, "\"blockNumber\":\"0x2\"", "\"blockNumber\":\"0x1\""); },
                         Errc::node_answers_garbage},
                    Bent{"NoList", [](std::string& r) { r = "\"0x\""; }, Errc::node_answers_garbage}),
    [](auto const& row) { return row.param.name; });

// A follower on such a node, through all that can happen to one: the list.

class FollowedNode : public Node {
protected:
    FollowedNode() {
        chain_.mine_marked(8, vault);
        rule_.confirmations = 3;
        rule_.addresses = {vault};
    }
    void follow(std::unique_ptr<NodeSource>& from) {
        from = source();
        follower_.emplace(*from, rule_, follow::Anchor{0, chain_[0].header.hash});
    }
    /// The trouble is told as what it is and books nothing; once it is over all is read as if it had not been.
    void expect_survives(auto const& expected_error) {
        std::unique_ptr<NodeSource> from;
        follow(from);
        auto const look = follower_->look();
        ASSERT_FALSE(look);
        EXPECT_TRUE(look.error().is(expected_error)) << look.error().message();
        EXPECT_EQ(follower_->anchor().number, 0U);
        node_.misbehave = [](auto&) { return false; };
        node_.bend = [](auto const&, auto&) {};
        auto const again = follower_->look();
        ASSERT_TRUE(again) << again.error().message();
        EXPECT_EQ(again.value().became_final.size(), 5U);
        EXPECT_EQ(follower_->anchor().hash, chain_[5].header.hash);
    }

    follow::FollowRule rule_;
    std::optional<follow::ChainFollower> follower_;
};

TEST_F(FollowedNode, TimesOut) {
    node_.misbehave = [](auto&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        return true;
    };
    expect_survives(Errc::node_timed_out);
}

TEST_F(FollowedNode, AnswersGarbage) {
    node_.misbehave = [](auto& response) {
        response.set_content("<html>bad gateway</html>", "text/html");
        return true;
    };
    expect_survives(Errc::node_answers_garbage);
}

TEST_F(FollowedNode, TruncatesARange) {
    node_.bend = [](std::string const& method, std::string& result) { // every block's receipts but the last
        if (method == "eth_getBlockReceipts") result = "[]";
    };
    expect_survives(follow::Errc::chain_keeps_moving);
}

TEST_F(FollowedNode, LosesALogOfABlock) {
    node_.bend = [this](std::string const& method, std::string& result) {
        if (method != "eth_getBlockReceipts") return;
        Receipt receipt = chain_[4].receipts[0];
        receipt.logs.clear();
        if (result.find(hex_of(chain_[4].header.hash)) != std::string::npos) result = "[" + MadeNode::json_of(receipt, chain_[4].header) + "]";
    };
    expect_survives(follow::Errc::chain_keeps_moving);
}

TEST_F(FollowedNode, GivesTwoDifferentThingsForOneBlock) {
    MadeChain fork = chain_;
    fork.drop(4);
    fork.mine_marked(4, vault, 7);
    int count = 0;
    node_.bend = [&](std::string const& method, std::string& result) { // two machines behind one address
        if (method == "eth_getBlockByNumber" && ++count % 2 == 0 && result.find("\"number\":\"0x7\"") != std::string::npos) {
            result = MadeNode::json_of(fork[7].header, fork[7].receipts);
        }
        if (method == "eth_getBlockReceipts" && result.find("\"blockNumber\":\"0x7\"") != std::string::npos) {
            result = "[" + MadeNode::json_of(fork[7].receipts[0], fork[7].header) + "]";
        }
    };
    expect_survives(follow::Errc::chain_keeps_moving);
}

TEST_F(FollowedNode, MarksALogAsRemovedUntilItsBlockIsReplaced) {
    node_.bend = [](std::string const& method, std::string& result) {
        if (method == "eth_getBlockReceipts" && result.find("\"blockNumber\":\"0x8\"") != std::string::npos) {
            replace(result, "\"removed\":false", "\"removed\":true");
        }
    };
    std::unique_ptr<NodeSource> from;
    follow(from);
    auto const look = follower_->look();
    ASSERT_FALSE(look);
    EXPECT_THAT(look.error().message(), HasSubstr("marked as removed"));
    EXPECT_EQ(follower_->pending().size(), 7U); // all but that block
    node_.bend = [](auto const&, auto&) {};
    chain_.drop(1);
    chain_.mine_marked(2, vault, 1);
    auto const again = follower_->look();
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().final_number, 6U);
    EXPECT_EQ(follower_->pending().back().header.hash, chain_[9].header.hash);
}

TEST_F(FollowedNode, DiesAndComesBackAtAnotherAddress) {
    std::unique_ptr<NodeSource> from;
    follow(from);
    ASSERT_TRUE(follower_->look());
    node_.stop();
    auto const look = follower_->look();
    EXPECT_TRUE(look.error().is(Errc::node_unreachable)) << look.error().message();
    EXPECT_THAT(look.error().message(), HasSubstr("is the node"));
    chain_.mine_marked(2, vault);
    MadeNode reborn{chain_};
    NodeOptions options;
    auto const anew = NodeSource::open(reborn.url(), options);
    follow::ChainFollower resumed{*anew.value(), rule_, follower_->anchor()};
    auto const again = resumed.look();
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().became_final.size(), 2U);
}

TEST_F(FollowedNode, ReorganisesAtEveryDepth) {
    chain_.mine_marked(70, vault);
    rule_.confirmations = 64;
    std::unique_ptr<NodeSource> from;
    follow(from);
    for (std::uint64_t depth = 1; depth <= 64; ++depth) {
        ASSERT_TRUE(follower_->look());
        std::lock_guard const lock(node_.mutex);
        chain_.drop(depth);
        chain_.mine_marked(depth, vault, static_cast<std::uint8_t>(depth));
    }
    auto const look = follower_->look();
    ASSERT_TRUE(look) << look.error().message();
    EXPECT_EQ(look.value().dropped, 64U);
    ASSERT_EQ(follower_->pending().size(), 64U);
    for (follow::ProvedBlock const& block : follower_->pending()) {
        EXPECT_EQ(block.header.hash, chain_[block.header.number].header.hash);
        EXPECT_EQ(block.receipts.size(), 1U);
    }
}

} // namespace
} // namespace plimsoll::tools::chain::rpc
