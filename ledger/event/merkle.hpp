/// Merkle trees as RFC 6962 defines them: tree hashes, proofs that a leaf is in a tree, and that a tree extends another.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/event/result.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace plimsoll::merkle {

/// SHA-256(0x00 | entry).
[[nodiscard]] Hash leaf_hash(Bytes entry);
/// SHA-256(0x01 | left | right).
[[nodiscard]] Hash node_hash(Hash const& left, Hash const& right);
/// The tree of no leaves: SHA-256 of nothing.
[[nodiscard]] Hash empty_root();

/// The hash of the perfect subtree over leaves [index << level, (index + 1) << level). Level 0 is the leaves.
using HashSource = std::function<result<Hash>(unsigned level, std::uint64_t index)>;

using Path = std::vector<Hash>;

/// The root over the first `size` leaves. Errors: those of the source.
[[nodiscard]] result<Hash> root_of(std::uint64_t size, HashSource const& source);

/// Audit path of a leaf, from the leaf upwards (RFC 6962, 2.1.1).
/// Errors: event::Errc::leaf_outside_tree; those of the source.
[[nodiscard]] result<Path> inclusion_path(std::uint64_t index, std::uint64_t size, HashSource const& source);

/// That the tree of `old_size` leaves is the beginning of the one of `size` (RFC 6962, 2.1.2). Empty for equal sizes.
/// Errors: event::Errc::old_tree_empty, tree_shrinks; those of the source.
[[nodiscard]] result<Path> consistency_path(std::uint64_t old_size, std::uint64_t size, HashSource const& source);

/// RFC 9162, 2.1.3.2. Errors: event::Errc::leaf_outside_tree, path_length_wrong, path_leads_elsewhere.
[[nodiscard]] result<void> check_inclusion(std::uint64_t index, std::uint64_t size, Hash const& leaf,
                                           std::span<Hash const> path, Hash const& root);

/// RFC 9162, 2.1.4.2. Every tree extends the one of no leaves, so a proof of that shows nothing and is refused.
/// Errors: event::Errc::old_tree_empty, tree_shrinks, path_length_wrong, path_leads_elsewhere.
[[nodiscard]] result<void> check_consistency(std::uint64_t old_size, std::uint64_t size, Hash const& old_root,
                                             Hash const& root, std::span<Hash const> path);

/// The right edge of a growing tree: one hash for each bit of its size, largest subtree first.
class Frontier {
public:
    Frontier() = default;
    /// Errors: those of the source.
    [[nodiscard]] static result<Frontier> at(std::uint64_t size, HashSource const& source);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;

    void append(Hash const& leaf) {
        append(leaf, [](unsigned, std::uint64_t, Hash const&) {});
    }
    /// Calls f(level, index, hash) for the leaf and each subtree that it makes whole.
    template <class F> void append(Hash const& leaf, F&& f) {
        std::uint64_t index = size_;
        Hash hash = leaf;
        f(0U, index, hash);
        for (unsigned level = 1; (index & 1) != 0; ++level) {
            hash = node_hash(edge_.back(), hash);
            edge_.pop_back();
            index >>= 1;
            f(level, index, hash);
        }
        edge_.push_back(hash);
        ++size_;
    }

private:
    std::uint64_t size_ = 0;
    std::vector<Hash> edge_;
};

} // namespace plimsoll::merkle
