/// A Merkle sum tree: a root that binds a total, and paths that show one leaf to be counted in it.
///
///     leaf  = SHA-256(0x02 | length of asset (8 bytes) | asset | length of user (8 bytes) | user | nonce | amount)
///     node  = SHA-256(0x03 | left hash | left sum | right hash | right sum), sum = left sum + right sum
///
/// Lengths and amounts are little-endian, amounts 16 bytes in 10^-18. Both children's sums are hashed, or else a total
/// could be made smaller than its parts. Shape as RFC 6962; the tree of none has the hash of nothing and the sum 0. A nonce
/// that only the user and the keeper know keeps a neighbour's leaf from being guessed.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/event/number.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace plimsoll::risk {

struct SumNode {
    Hash hash{};
    Amount sum;
    friend bool operator==(SumNode const&, SumNode const&) = default;
};

/// Errors: book::Errc::amount_must_be_positive; amount_overflow past 126 bits.
[[nodiscard]] result<SumNode> sum_leaf(std::string_view asset, std::string_view user, Hash const& nonce, Amount amount);
/// Errors: book::Errc::amount_must_be_positive where a child is negative; amount_overflow.
[[nodiscard]] result<SumNode> sum_node(SumNode const& left, SumNode const& right);

class SumTree {
public:
    /// Errors: as sum_node.
    [[nodiscard]] static result<SumTree> over(std::vector<SumNode> leaves);

    [[nodiscard]] std::uint64_t size() const { return levels_.front().size(); }
    [[nodiscard]] SumNode root() const;
    /// The siblings from the leaf upwards. `index` must exist.
    [[nodiscard]] std::vector<SumNode> path(std::uint64_t index) const;

private:
    SumTree() = default;
    std::vector<std::vector<SumNode>> levels_;
};

/// That the leaf is number `index` of the `size` under that root. Every sum on the way is checked to lie in range.
/// Errors: event::Errc::leaf_outside_tree, path_length_wrong, path_leads_elsewhere; as sum_node.
[[nodiscard]] result<void> check_sum_path(SumNode const& leaf, std::uint64_t index, std::uint64_t size, std::span<SumNode const> path,
                                          SumNode const& root);

} // namespace plimsoll::risk
