/// RLP, the one encoding of blocks, receipts and trie nodes: written, and read where it is canonical.
#pragma once

#include "tools/chain/bytes.hpp"

namespace plimsoll::tools::chain {

/// Appends items to bytes that the caller owns. A list's length is put in front when it ends.
class RlpWriter {
public:
    explicit RlpWriter(Bytes& out) : out_(&out) {}

    void bytes(ByteView item);
    /// A number without zeros in front; zero is the empty string.
    void number(std::uint64_t value);
    void number(ByteView big_endian) { bytes(minimal(big_endian)); }
    /// What is RLP already.
    void raw(ByteView item) { out_->insert(out_->end(), item.begin(), item.end()); }

    [[nodiscard]] std::size_t begin_list() const { return out_->size(); }
    void end_list(std::size_t begin);

private:
    Bytes* out_;
};

/// An item as it lies in its bytes.
struct RlpItem {
    bool is_list = false;
    ByteView content; ///< a string's bytes, or a list's items
    ByteView whole;   ///< with what is before the content
};

/// The one item that the bytes are. Errors: Errc::rlp_malformed: also where the same could be said
/// in fewer bytes, or bytes are left over.
[[nodiscard]] result<RlpItem> read_rlp(ByteView bytes);
/// The items of a list's content.
[[nodiscard]] result<std::vector<RlpItem>> read_rlp_items(ByteView content);
/// The items of the one list that the bytes are.
[[nodiscard]] result<std::vector<RlpItem>> read_rlp_list(ByteView bytes);

} // namespace plimsoll::tools::chain
