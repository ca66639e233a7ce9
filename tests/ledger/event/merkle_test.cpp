#include "ledger/event/merkle.hpp"

#include "ledger/event/errc.hpp"
#include "tests/ledger/event/random.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

namespace plimsoll::merkle {
namespace {

using event::Errc;
using testing_aid::Random;
namespace fs = std::filesystem;

/// A tree kept whole: every perfect subtree by level and index.
class WholeTree {
public:
    explicit WholeTree(std::vector<std::string> const& entries) {
        Frontier frontier;
        for (std::string const& entry : entries) {
            frontier.append(leaf_hash(bytes_of(std::string_view(entry))),
                            [&](unsigned level, std::uint64_t index, Hash const& hash) {
                                if (levels_.size() <= level) levels_.resize(level + 1);
                                ASSERT_EQ(levels_[level].size(), index);
                                levels_[level].push_back(hash);
                            });
            roots_.push_back(frontier.root());
        }
    }
    [[nodiscard]] HashSource source() const {
        return [this](unsigned level, std::uint64_t index) -> result<Hash> { return levels_.at(level).at(index); };
    }
    [[nodiscard]] Hash root(std::uint64_t size) const { return size == 0 ? empty_root() : roots_.at(size - 1); }
    [[nodiscard]] Hash leaf(std::uint64_t index) const { return levels_.at(0).at(index); }

private:
    std::vector<std::vector<Hash>> levels_;
    std::vector<Hash> roots_;
};

[[nodiscard]] WholeTree numbered(std::size_t size) {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < size; ++i) entries.push_back("entry " + std::to_string(i));
    return WholeTree(entries);
}

/// The tree hash written as RFC 6962 says it, by recursion over all leaves.
[[nodiscard]] Hash plain_root(std::span<Hash const> leaves) {
    if (leaves.empty()) return sha256(Bytes{});
    if (leaves.size() == 1) return leaves[0];
    std::size_t split = 1;
    while (split * 2 < leaves.size()) split *= 2;
    return node_hash(plain_root(leaves.first(split)), plain_root(leaves.subspan(split)));
}

// Certificate Transparency's eight test leaves and their roots (google/certificate-transparency, merkle tree tests).
TEST(Merkle, AgreesWithThePublishedRoots) {
    using namespace std::string_literals;
    WholeTree const tree({"", "\0"s, "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"});
    EXPECT_EQ(to_hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(tree.root(1)), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    EXPECT_EQ(to_hex(tree.root(8)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, EveryProofOfEverySmallTreeHolds) {
    constexpr std::size_t sizes = 70;
    WholeTree const tree = numbered(sizes);
    std::vector<Hash> leaves;
    for (std::uint64_t size = 1; size <= sizes; ++size) {
        leaves.push_back(tree.leaf(size - 1));
        ASSERT_EQ(plain_root(leaves), tree.root(size));
        ASSERT_EQ(root_of(size, tree.source()).value(), tree.root(size));
        ASSERT_EQ(Frontier::at(size, tree.source()).value().root(), tree.root(size));
        for (std::uint64_t index = 0; index < size; ++index) {
            Path const path = inclusion_path(index, size, tree.source()).value();
            ASSERT_TRUE(check_inclusion(index, size, tree.leaf(index), path, tree.root(size))) << index << " of " << size;
        }
        for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
            Path const path = consistency_path(old_size, size, tree.source()).value();
            ASSERT_TRUE(check_consistency(old_size, size, tree.root(old_size), tree.root(size), path))
                << old_size << " of " << size;
        }
    }
}

struct Refusal {
    std::string name;
    std::uint64_t index; ///< or the old size
    std::uint64_t size;
    std::size_t drop; ///< hashes cut from the end of the path
    std::size_t add;  ///< hashes put there
    Errc want;
    friend void PrintTo(Refusal const& row, std::ostream* out) { *out << row.name; }
};
[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Refusal> const& row) { return row.param.name; }

class InclusionRefusal : public testing::TestWithParam<Refusal> {};
class ConsistencyRefusal : public testing::TestWithParam<Refusal> {};

[[nodiscard]] Path altered(Path path, Refusal const& row) {
    path.resize(path.size() - row.drop);
    path.insert(path.end(), row.add, leaf_hash({}));
    return path;
}

/// Leaf 4 of 7 has a path of three hashes.
TEST_P(InclusionRefusal, SaysWhy) {
    WholeTree const tree = numbered(7);
    Refusal const& row = GetParam();
    Path const path = altered(inclusion_path(4, 7, tree.source()).value(), row);
    auto const verdict = check_inclusion(row.index, row.size, tree.leaf(4), path, tree.root(7));
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(row.want)) << verdict.error().message();
}
INSTANTIATE_TEST_SUITE_P(EveryReason, InclusionRefusal,
                         testing::Values(Refusal{"PastTheEnd", 7, 7, 0, 0, Errc::leaf_outside_tree},
                                         Refusal{"EmptyTree", 0, 0, 0, 0, Errc::leaf_outside_tree},
                                         Refusal{"OneHashShort", 4, 7, 1, 0, Errc::path_length_wrong},
                                         Refusal{"OneHashMore", 4, 7, 0, 1, Errc::path_length_wrong},
                                         Refusal{"Neighbour", 5, 7, 0, 0, Errc::path_leads_elsewhere},
                                         Refusal{"AnotherHash", 4, 7, 1, 1, Errc::path_leads_elsewhere},
                                         Refusal{"AnotherSize", 4, 16, 0, 0, Errc::path_length_wrong}),
                         name_of);

/// From 3 to 7 takes four hashes.
TEST_P(ConsistencyRefusal, SaysWhy) {
    WholeTree const tree = numbered(7);
    Refusal const& row = GetParam();
    Path const path = altered(consistency_path(3, 7, tree.source()).value(), row);
    auto const verdict = check_consistency(row.index, row.size, tree.root(3), tree.root(7), path);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(row.want)) << verdict.error().message();
}
INSTANTIATE_TEST_SUITE_P(EveryReason, ConsistencyRefusal,
                         testing::Values(Refusal{"FromNothing", 0, 7, 0, 0, Errc::old_tree_empty},
                                         Refusal{"Backwards", 8, 7, 0, 0, Errc::tree_shrinks},
                                         Refusal{"OneHashShort", 3, 7, 1, 0, Errc::path_length_wrong},
                                         Refusal{"OneHashMore", 3, 7, 0, 1, Errc::path_length_wrong},
                                         Refusal{"NoHash", 3, 7, 4, 0, Errc::path_length_wrong},
                                         Refusal{"EqualSizesNeedNone", 7, 7, 0, 0, Errc::path_length_wrong},
                                         Refusal{"EqualSizesOtherRoots", 7, 7, 4, 0, Errc::path_leads_elsewhere},
                                         Refusal{"AnotherHash", 3, 7, 1, 1, Errc::path_leads_elsewhere}),
                         name_of);

TEST(Merkle, WhatCannotBeProvedIsNotMade) {
    WholeTree const tree = numbered(7);
    EXPECT_TRUE(inclusion_path(7, 7, tree.source()).error().is(Errc::leaf_outside_tree));
    EXPECT_TRUE(consistency_path(8, 7, tree.source()).error().is(Errc::tree_shrinks));
    EXPECT_TRUE(consistency_path(0, 7, tree.source()).error().is(Errc::old_tree_empty));
}

/// One thing of a true proof changed: a bit, a hash dropped, doubled or exchanged, an index or size.
struct Claim {
    std::uint64_t index;
    std::uint64_t size;
    Hash first; ///< the leaf, or the old root
    Hash root;
    Path path;
    friend bool operator==(Claim const&, Claim const&) = default;
};

void flip_a_bit(Hash& hash, Random& random) {
    hash[random.below(hash.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
}

[[nodiscard]] Claim mutated(Claim claim, Random& random) {
    bool const has_path = !claim.path.empty();
    switch (random.below(has_path ? 9 : 4)) {
    case 0: flip_a_bit(claim.first, random); break;
    case 1: flip_a_bit(claim.root, random); break;
    case 2: claim.index ^= std::uint64_t{1} << random.below(10); break;
    case 3: claim.path.push_back(claim.first); break;
    case 4: flip_a_bit(claim.path[random.below(claim.path.size())], random); break;
    case 5: claim.path.erase(claim.path.begin() + static_cast<std::ptrdiff_t>(random.below(claim.path.size()))); break;
    case 6: std::swap(claim.path.front(), claim.path.back()); break;
    case 7: claim.path.insert(claim.path.begin(), claim.path.front()); break;
    default: claim.index = random.below(claim.size); break;
    }
    return claim;
}

/// PLIMSOLL_MUTATED_PROOFS=100000 for the full size.
[[nodiscard]] std::size_t mutations() {
    char const* const asked = std::getenv("PLIMSOLL_MUTATED_PROOFS");
    return asked == nullptr ? 10'000 : static_cast<std::size_t>(std::strtoull(asked, nullptr, 10));
}

TEST(Merkle, NoMutatedProofIsAccepted) {
    constexpr std::uint64_t seed = 6962;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    WholeTree const tree = numbered(700);
    for (std::size_t tried = 0; tried < mutations();) {
        Claim claim{};
        claim.size = 1 + random.below(700);
        claim.root = tree.root(claim.size);
        bool const included = random.chance(2);
        claim.index = included ? random.below(claim.size) : 1 + random.below(claim.size);
        claim.first = included ? tree.leaf(claim.index) : tree.root(claim.index);
        claim.path = included ? inclusion_path(claim.index, claim.size, tree.source()).value()
                              : consistency_path(claim.index, claim.size, tree.source()).value();
        auto const holds = [&](Claim const& one) {
            return included ? check_inclusion(one.index, one.size, one.first, one.path, one.root).has_value()
                            : check_consistency(one.index, one.size, one.first, one.root, one.path).has_value();
        };
        ASSERT_TRUE(holds(claim));
        Claim const other = mutated(claim, random);
        if (other == claim) continue;
        ASSERT_FALSE(holds(other)) << "index " << claim.index << " size " << claim.size;
        ++tried;
    }
}

// ---- transparency-dev/merkle's vectors ----

[[nodiscard]] std::optional<Hash> hash_from(simdjson::dom::element const& text) {
    std::string_view const base64 = text.get_string().value();
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (char const digit : base64.substr(0, base64.find('='))) {
        bits = (bits << 6) | static_cast<std::uint32_t>(digits.find(digit));
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::uint8_t>(bits >> count));
    }
    Hash hash{};
    // "don't care 1" and "2" stand for any two roots.
    if (base64.starts_with("ZG9uJ3QgY2FyZS")) return sha256(bytes_of(base64));
    if (bytes.size() != hash.size()) return std::nullopt; // what is no SHA-256 cannot even be asked about
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

[[nodiscard]] bool accepted(simdjson::dom::element const& row, bool included) {
    Path path;
    if (row["proof"].is_array()) {
        for (simdjson::dom::element const each : row["proof"].get_array()) {
            auto const hash = hash_from(each);
            if (!hash) return false;
            path.push_back(*hash);
        }
    }
    auto const first = hash_from(row[included ? "leafHash" : "root1"].value());
    auto const root = hash_from(row[included ? "root" : "root2"].value());
    if (!first || !root) return false;
    std::uint64_t const index = row[included ? "leafIdx" : "size1"].get_uint64().value();
    std::uint64_t const size = row[included ? "treeSize" : "size2"].get_uint64().value();
    return included ? check_inclusion(index, size, *first, path, *root).has_value()
                    : check_consistency(index, size, *first, *root, path).has_value();
}

TEST(Merkle, AgreesWithTheVectorsOfTransparencyDev) {
    fs::path const folder = fs::path(PLIMSOLL_SHARED_DIR) / "data/merkle_vectors/rfc6962_transparency_dev/testdata";
    if (!fs::exists(folder)) GTEST_SKIP() << "vectors are absent: " << folder;
    simdjson::dom::parser parser;
    for (auto const* kind : {"inclusion", "consistency"}) {
        std::size_t rows = 0;
        for (auto const& entry : fs::recursive_directory_iterator(folder / kind)) {
            if (entry.path().extension() != ".json") continue;
            simdjson::dom::element const row = parser.load(entry.path().string());
            EXPECT_EQ(accepted(row, std::string_view(kind) == "inclusion"), !row["wantErr"].get_bool().value())
                << entry.path();
            ++rows;
        }
        EXPECT_EQ(rows, 98U) << kind; // README of the data
    }
}

} // namespace
} // namespace plimsoll::merkle
