/// What proves a block's records: its header's hash, its receipts' root, its logs' blooms.
#pragma once

#include "tools/chain/source.hpp"
#include "tools/chain/trie.hpp"

namespace plimsoll::tools::chain {

/// keccak256 of the header's RLP: what a block is named by.
[[nodiscard]] Bytes32 header_hash(Header const& header);
/// Errors: Errc::block_hash_differs.
[[nodiscard]] result<void> verify_header(Header const& header);
/// Whether `header` is the block after one. Errors: Errc::parent_differs.
[[nodiscard]] result<void> verify_parent(Header const& header, std::uint64_t number,
                                         Bytes32 const& hash);

/// As it lies in the receipts' trie: the type in front where it is not 0.
void append_receipt(Receipt const& receipt, Bytes& out);
/// Proves the receipts, and so every log of theirs, against a header that is proved itself.
class ReceiptsCheck {
public:
    /// Errors: Errc::receipts_root_differs.
    [[nodiscard]] result<void> verify(Header const& header, std::vector<Receipt> const& receipts);
    [[nodiscard]] Bytes32 root(std::vector<Receipt> const& receipts);

private:
    OrderedTrie trie_;
};

inline constexpr std::size_t bloom_bytes = 256;
/// Sets the three bits of an address or a topic.
void add_to_bloom(Bytes& bloom, ByteView item);
[[nodiscard]] Bytes bloom_of(std::vector<Log> const& logs);
/// False where no log of the bloom can be of that address; true where one may be.
[[nodiscard]] bool may_hold(Bytes const& bloom, ByteView item);
/// Errors: Errc::logs_bloom_differs.
[[nodiscard]] result<void> verify_bloom(Receipt const& receipt);

/// "block 21925176 (0x92da...)".
[[nodiscard]] std::string block_text(Header const& header);

} // namespace plimsoll::tools::chain
