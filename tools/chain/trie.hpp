/// The Merkle-Patricia trie: its root from all its entries, and proofs of one of them or of none.
#pragma once

#include "tools/chain/bytes.hpp"

#include <optional>

namespace plimsoll::tools::chain {

/// keccak256(0x80): of a trie without entries.
[[nodiscard]] Bytes32 const& empty_trie_root();

/// Root of the trie that holds item i at RLP(i): transactions and receipts of a block.
/// Keeps its memory from one block to the next.
class OrderedTrie {
public:
    void clear();
    /// What `bytes` will hold is the next item.
    [[nodiscard]] Bytes& bytes() { return values_; }
    void end_item() { ends_.push_back(values_.size()); }
    [[nodiscard]] std::size_t size() const { return ends_.size(); }

    [[nodiscard]] Bytes32 root();

private:
    /// An item's key in half bytes: RLP of a number below 2^32 has at most 5 bytes.
    struct Key {
        std::array<std::uint8_t, 10> nibbles{};
        std::uint8_t size = 0;
        std::uint32_t item = 0;
    };
    [[nodiscard]] ByteView value(std::size_t item) const;
    void hash_leaves();
    [[nodiscard]] ByteView leaf(std::size_t key) const;
    void write_leaf(Key const& key, std::size_t depth, Bytes& out) const;
    void write_node(std::size_t begin, std::size_t end, std::size_t depth, Bytes& out);
    void write_child(std::size_t begin, std::size_t end, std::size_t depth, Bytes& out);

    Bytes values_;                 ///< one after another
    std::vector<std::size_t> ends_; ///< of each in values_
    std::vector<Key> keys_;        ///< in their order
    Bytes leaves_;                 ///< nodes, in the order of the keys
    std::vector<std::size_t> leaf_ends_;
    std::vector<Bytes32> leaf_hashes_;
    std::vector<Bytes> scratch_;   ///< a node under way at each depth
    std::size_t scratch_used_ = 0;
};

/// What the trie of that root holds at the key, by the nodes that lead there from the root; nothing
/// where they show that it holds nothing. A node that is not needed is refused, as is one that is not
/// what its parent names. Of an empty trie both no node and the one node 0x80 will do.
/// Errors: Errc::state_proof_fails, rlp_malformed.
[[nodiscard]] result<std::optional<Bytes>> prove(Bytes32 const& root, ByteView key,
                                                 std::vector<Bytes> const& nodes);

} // namespace plimsoll::tools::chain
