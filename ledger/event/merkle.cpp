#include "ledger/event/merkle.hpp"

#include "ledger/event/errc.hpp"

#include <algorithm>
#include <bit>

namespace plimsoll::merkle {
namespace {

using event::Errc;

constexpr std::byte leaf_tag{0x00};
constexpr std::byte node_tag{0x01};

/// Leaves of the left subtree of a tree of `size` > 1 leaves: the largest power of two below it.
[[nodiscard]] std::uint64_t left_size(std::uint64_t size) { return std::bit_floor(size - 1); }

/// Leaves [begin, begin + size), where the tree has a subtree there.
[[nodiscard]] result<Hash> subtree(std::uint64_t begin, std::uint64_t size, HashSource const& source) {
    if (std::has_single_bit(size)) {
        auto const level = static_cast<unsigned>(std::countr_zero(size));
        return source(level, begin >> level);
    }
    std::uint64_t const split = left_size(size);
    PLIMSOLL_TRY(left, subtree(begin, split, source));
    PLIMSOLL_TRY(right, subtree(begin + split, size - split, source));
    return node_hash(left, right);
}

[[nodiscard]] std::string of(std::uint64_t a, std::uint64_t b) { return std::to_string(a) + " in a tree of " + std::to_string(b); }

[[nodiscard]] auto wrong_length(std::size_t has) {
    return fail(Errc::path_length_wrong, "it has " + std::to_string(has) + " hashes");
}

} // namespace

Hash leaf_hash(Bytes entry) { return sha256(Bytes(&leaf_tag, 1), entry); }
Hash node_hash(Hash const& left, Hash const& right) { return sha256(Bytes(&node_tag, 1), bytes_of(left), bytes_of(right)); }
Hash empty_root() { return sha256(Bytes{}); }

result<Hash> root_of(std::uint64_t size, HashSource const& source) {
    if (size == 0) return empty_root();
    return subtree(0, size, source);
}

result<Path> inclusion_path(std::uint64_t index, std::uint64_t size, HashSource const& source) {
    if (index >= size) return fail(Errc::leaf_outside_tree, of(index, size));
    Path path;
    std::uint64_t begin = 0;
    while (size > 1) {
        std::uint64_t const split = left_size(size);
        bool const goes_left = index - begin < split;
        std::uint64_t const other = goes_left ? begin + split : begin;
        PLIMSOLL_TRY(hash, subtree(other, goes_left ? size - split : split, source));
        path.push_back(hash);
        if (!goes_left) begin += split;
        size = goes_left ? split : size - split;
    }
    std::ranges::reverse(path);
    return path;
}

result<Path> consistency_path(std::uint64_t old_size, std::uint64_t size, HashSource const& source) {
    if (old_size == 0) return fail(Errc::old_tree_empty);
    if (old_size > size) return fail(Errc::tree_shrinks, of(old_size, size));
    Path path;
    if (old_size == size) return path;
    std::uint64_t begin = 0;
    std::uint64_t rest = old_size;
    while (rest != size) {
        std::uint64_t const split = left_size(size);
        bool const goes_left = rest <= split;
        std::uint64_t const other = goes_left ? begin + split : begin;
        PLIMSOLL_TRY(hash, subtree(other, goes_left ? size - split : split, source));
        path.push_back(hash);
        if (!goes_left) {
            begin += split;
            rest -= split;
        }
        size = goes_left ? split : size - split;
    }
    // The old tree's last subtree; where it is the whole old tree, the checker has its root already.
    if (begin != 0) {
        PLIMSOLL_TRY(hash, subtree(begin, rest, source));
        path.push_back(hash);
    }
    std::ranges::reverse(path);
    return path;
}

result<void> check_inclusion(std::uint64_t index, std::uint64_t size, Hash const& leaf, std::span<Hash const> path,
                             Hash const& root) {
    if (index >= size) return fail(Errc::leaf_outside_tree, of(index, size));
    std::uint64_t node = index;
    std::uint64_t last = size - 1;
    Hash hash = leaf;
    for (Hash const& other : path) {
        if (last == 0) return wrong_length(path.size());
        if ((node & 1) != 0 || node == last) {
            hash = node_hash(other, hash);
            while ((node & 1) == 0 && node != 0) { // no subtree to the right at these levels
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, other);
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0) return wrong_length(path.size());
    if (hash != root) return fail(Errc::path_leads_elsewhere);
    return outcome::success();
}

result<void> check_consistency(std::uint64_t old_size, std::uint64_t size, Hash const& old_root, Hash const& root,
                               std::span<Hash const> path) {
    if (old_size == 0) return fail(Errc::old_tree_empty);
    if (old_size > size) return fail(Errc::tree_shrinks, of(old_size, size));
    if (old_size == size) {
        if (!path.empty()) return wrong_length(path.size());
        if (old_root != root) return fail(Errc::path_leads_elsewhere);
        return outcome::success();
    }
    std::uint64_t node = old_size - 1;
    std::uint64_t last = size - 1;
    while ((node & 1) != 0) {
        node >>= 1;
        last >>= 1;
    }
    // The old tree is a perfect subtree of the new one: the path starts from its root.
    bool const starts_at_old_root = std::has_single_bit(old_size);
    if (!starts_at_old_root && path.empty()) return wrong_length(0);
    Hash old_hash = starts_at_old_root ? old_root : path.front();
    Hash hash = old_hash;
    for (Hash const& other : path.subspan(starts_at_old_root ? 0 : 1)) {
        if (last == 0) return wrong_length(path.size());
        if ((node & 1) != 0 || node == last) {
            old_hash = node_hash(other, old_hash);
            hash = node_hash(other, hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(hash, other);
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0) return wrong_length(path.size());
    if (old_hash != old_root || hash != root) return fail(Errc::path_leads_elsewhere);
    return outcome::success();
}

result<Frontier> Frontier::at(std::uint64_t size, HashSource const& source) {
    Frontier frontier;
    frontier.size_ = size;
    std::uint64_t begin = 0;
    while (begin != size) {
        std::uint64_t const part = std::bit_floor(size - begin);
        PLIMSOLL_TRY(hash, subtree(begin, part, source));
        frontier.edge_.push_back(hash);
        begin += part;
    }
    return frontier;
}

Hash Frontier::root() const {
    if (edge_.empty()) return empty_root();
    Hash hash = edge_.back();
    for (std::size_t i = edge_.size() - 1; i-- > 0;) hash = node_hash(edge_[i], hash);
    return hash;
}

} // namespace plimsoll::merkle
