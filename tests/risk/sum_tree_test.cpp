#include "risk/sum_tree.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/errc.hpp"
#include "tests/ledger/event/random.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace plimsoll::risk {
namespace {

using testing_aid::Random;

[[nodiscard]] SumNode leaf_of(std::uint64_t number) {
    return sum_leaf("USD", "user-" + std::to_string(number), sha256(bytes_of(number)), Amount{static_cast<Int128>(number + 1) * one_units / 7}).value();
}
[[nodiscard]] std::vector<SumNode> leaves_of(std::uint64_t count) {
    std::vector<SumNode> leaves;
    for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_of(i));
    return leaves;
}

TEST(SumTree, ShowsEveryLeafOfEverySmallTree) {
    for (std::uint64_t size = 1; size <= 70; ++size) {
        auto const leaves = leaves_of(size);
        SumTree const tree = SumTree::over(leaves).value();
        Int128 sum = 0;
        for (SumNode const& each : leaves) sum += each.sum.units();
        EXPECT_EQ(tree.root().sum.units(), sum);
        for (std::uint64_t i = 0; i < size; ++i) {
            ASSERT_TRUE(check_sum_path(leaves[i], i, size, tree.path(i), tree.root())) << i << " of " << size;
        }
    }
}

TEST(SumTree, OfNobodyIsNothing) {
    SumTree const tree = SumTree::over({}).value();
    EXPECT_EQ(tree.size(), 0U);
    EXPECT_TRUE(tree.root().sum.is_zero());
    auto const verdict = check_sum_path(leaf_of(0), 0, 0, {}, tree.root());
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(event::Errc::leaf_outside_tree));
}

TEST(SumTree, OfOneIsItsLeaf) {
    SumTree const tree = SumTree::over(leaves_of(1)).value();
    EXPECT_EQ(tree.root(), leaf_of(0));
    EXPECT_TRUE(tree.path(0).empty());
}

TEST(SumTree, RefusesNegativeClaimsAndClaimsOfNothing) {
    for (Int128 const units : {Int128{-1}, Int128{0}, -row_limit_units - 1}) {
        auto const leaf = sum_leaf("USD", "alice", Hash{}, Amount{units});
        ASSERT_FALSE(leaf);
        EXPECT_TRUE(leaf.error().is(book::Errc::amount_must_be_positive)) << leaf.error().message();
    }
    SumNode const owing{Hash{}, Amount{-1}};
    auto const node = sum_node(leaf_of(3), owing);
    ASSERT_FALSE(node);
    EXPECT_TRUE(node.error().is(book::Errc::amount_must_be_positive));
}

TEST(SumTree, RefusesSumsPastTheLimit) {
    SumNode const most = sum_leaf("USD", "alice", Hash{}, Amount{row_limit_units}).value();
    SumNode const least = sum_leaf("USD", "bob", Hash{}, Amount{1}).value();
    auto const node = sum_node(most, least);
    ASSERT_FALSE(node);
    EXPECT_TRUE(node.error().is(book::Errc::amount_overflow)) << node.error().message();
    EXPECT_FALSE(SumTree::over({most, least}));
    EXPECT_FALSE(sum_leaf("USD", "alice", Hash{}, Amount{row_limit_units + 1}));
}

/// A keeper who owes 100 cannot show the customer a sibling of -90 and publish 10.
TEST(SumTree, RefusesANegativeSiblingOnTheWay) {
    SumNode const mine = sum_leaf("USD", "alice", Hash{}, Amount::whole(100)).value();
    std::vector<SumNode> const path{{Hash{}, Amount::whole(-90)}};
    auto const verdict = check_sum_path(mine, 0, 2, path, {Hash{}, Amount::whole(10)});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(book::Errc::amount_must_be_positive));
}

TEST(SumTree, BindsAssetUserNonceAndAmount) {
    SumNode const leaf = sum_leaf("USD", "alice", Hash{}, Amount::whole(1)).value();
    EXPECT_NE(leaf.hash, sum_leaf("USDa", "lice", Hash{}, Amount::whole(1)).value().hash);
    EXPECT_NE(leaf.hash, sum_leaf("USD", "alicf", Hash{}, Amount::whole(1)).value().hash);
    EXPECT_NE(leaf.hash, sum_leaf("USD", "alice", Hash{1}, Amount::whole(1)).value().hash);
    EXPECT_NE(leaf.hash, sum_leaf("USD", "alice", Hash{}, Amount{one_units + 1}).value().hash);
}

struct Shown {
    SumNode leaf;
    std::uint64_t index;
    std::uint64_t size;
    std::vector<SumNode> path;
    SumNode root;
    friend bool operator==(Shown const&, Shown const&) = default;
};

[[nodiscard]] Shown mutated_one(Shown shown, Random& random) {
    auto bit = [&](Hash& hash) { hash[random.below(hash.size())] ^= static_cast<std::uint8_t>(1U << random.below(8)); };
    auto shift = [&](Amount& sum) { sum = Amount{sum.units() ^ (Int128{1} << random.below(127))}; };
    switch (random.below(shown.path.empty() ? 6 : 11)) {
    case 0: bit(shown.leaf.hash); break;
    case 1: shift(shown.leaf.sum); break;
    case 2: bit(shown.root.hash); break;
    case 3: shift(shown.root.sum); break;
    case 4: shown.index ^= std::uint64_t{1} << random.below(10); break;
    case 5: shown.path.push_back(shown.leaf); break;
    case 6: bit(shown.path[random.below(shown.path.size())].hash); break;
    case 7: shift(shown.path[random.below(shown.path.size())].sum); break;
    case 8: shown.path.erase(shown.path.begin() + static_cast<std::ptrdiff_t>(random.below(shown.path.size()))); break;
    case 9: std::swap(shown.path.front(), shown.path.back()); break;
    default: {
        // Money moved between two sums, so that their total stays.
        Amount& one = shown.path[random.below(shown.path.size())].sum;
        one = Amount{one.units() - 1};
        shown.leaf.sum = Amount{shown.leaf.sum.units() + 1};
    }
    }
    return shown;
}

/// PLIMSOLL_MUTATED_PROOFS=100000 for the full size.
TEST(SumTree, NoMutatedProofIsAccepted) {
    char const* const asked = std::getenv("PLIMSOLL_MUTATED_PROOFS");
    std::uint64_t const wanted = asked == nullptr ? 2'000 : std::strtoull(asked, nullptr, 10);
    constexpr std::uint64_t seed = 1126;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<SumTree> trees;
    std::vector<std::vector<SumNode>> all;
    for (std::uint64_t const size : {1U, 2U, 3U, 64U, 97U, 700U}) {
        all.push_back(leaves_of(size));
        trees.push_back(SumTree::over(all.back()).value());
    }
    for (std::uint64_t tried = 0; tried < wanted;) {
        std::size_t const which = random.below(trees.size());
        SumTree const& tree = trees[which];
        std::uint64_t const index = random.below(tree.size());
        Shown const shown{all[which][index], index, tree.size(), tree.path(index), tree.root()};
        Shown const other = mutated_one(shown, random);
        if (other == shown) continue;
        ASSERT_FALSE(check_sum_path(other.leaf, other.index, other.size, other.path, other.root)) << "leaf " << index << " of " << tree.size();
        ++tried;
    }
}

/// PLIMSOLL_FULL=1 for half a million customers.
TEST(SumTree, HoldsManyCustomers) {
    std::uint64_t const count = std::getenv("PLIMSOLL_FULL") == nullptr ? 20'000 : 500'000;
    auto const leaves = leaves_of(count);
    auto const start = std::chrono::steady_clock::now();
    SumTree const tree = SumTree::over(leaves).value();
    auto const spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    std::cout << count << " leaves: tree in " << spent.count() << " ms\n";
    for (std::uint64_t const index : {std::uint64_t{0}, count / 3, count - 1}) {
        EXPECT_TRUE(check_sum_path(leaves[index], index, count, tree.path(index), tree.root()));
    }
}

} // namespace
} // namespace plimsoll::risk
