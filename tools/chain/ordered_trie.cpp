#include "tools/chain/keccak.hpp"
#include "tools/chain/rlp.hpp"
#include "tools/chain/trie.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

constexpr std::size_t embedded_limit_bytes = 32; ///< shorter nodes lie in their parent

/// Half bytes with the flag that tells a leaf's from an extension's, packed into bytes.
void write_path(RlpWriter& writer, std::span<std::uint8_t const> nibbles, bool is_leaf) {
    std::array<std::uint8_t, 6> packed{};
    std::size_t size = 0;
    bool const odd = nibbles.size() % 2 != 0;
    auto const flag = static_cast<std::uint8_t>((is_leaf ? 0x20 : 0) | (odd ? 0x10 | nibbles[0] : 0));
    packed[size++] = flag;
    for (std::size_t i = odd ? 1 : 0; i < nibbles.size(); i += 2) {
        packed[size++] = static_cast<std::uint8_t>(nibbles[i] << 4 | nibbles[i + 1]);
    }
    writer.bytes(ByteView(packed).first(size));
}

} // namespace

Bytes32 const& empty_trie_root() {
    static Bytes32 const root = keccak256(ByteView(std::array<std::uint8_t, 1>{0x80}));
    return root;
}

void OrderedTrie::clear() {
    values_.clear();
    ends_.clear();
    keys_.clear();
}

ByteView OrderedTrie::value(std::size_t item) const {
    std::size_t const begin = item == 0 ? 0 : ends_[item - 1];
    return ByteView(values_).subspan(begin, ends_[item] - begin);
}

Bytes32 OrderedTrie::root() {
    if (ends_.empty()) return empty_trie_root();
    keys_.clear();
    Bytes encoded;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        encoded.clear();
        RlpWriter(encoded).number(i);
        Key key;
        key.item = static_cast<std::uint32_t>(i);
        for (std::uint8_t const byte : encoded) {
            key.nibbles[key.size++] = byte >> 4;
            key.nibbles[key.size++] = byte & 0x0f;
        }
        keys_.push_back(key);
    }
    std::ranges::sort(keys_, {}, &Key::nibbles);
    hash_leaves();
    if (scratch_.size() < 16) scratch_.resize(16); // a path has at most ten half bytes
    scratch_used_ = 1;
    scratch_[0].clear();
    write_node(0, keys_.size(), 0, scratch_[0]);
    return keccak256(ByteView(scratch_[0]));
}

/// A leaf hangs where its key parts from its neighbours'; so all can be written, and hashed by fours, ahead.
void OrderedTrie::hash_leaves() {
    auto const shared = [&](std::size_t a, std::size_t b) {
        std::size_t length = 0;
        while (keys_[a].nibbles[length] == keys_[b].nibbles[length]) ++length;
        return length + 1;
    };
    leaves_.clear();
    leaf_ends_.clear();
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        std::size_t depth = i == 0 ? 0 : shared(i - 1, i);
        if (i + 1 < keys_.size()) depth = std::max(depth, shared(i, i + 1));
        write_leaf(keys_[i], depth, leaves_);
        leaf_ends_.push_back(leaves_.size());
    }
    leaf_hashes_.resize((keys_.size() + 3) / 4 * 4);
    for (std::size_t i = 0; i < keys_.size(); i += 4) {
        std::array<ByteView, 4> four;
        for (std::size_t j = 0; j < 4 && i + j < keys_.size(); ++j) four[j] = leaf(i + j);
        std::ranges::copy(keccak256(four), leaf_hashes_.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

ByteView OrderedTrie::leaf(std::size_t key) const {
    std::size_t const begin = key == 0 ? 0 : leaf_ends_[key - 1];
    return ByteView(leaves_).subspan(begin, leaf_ends_[key] - begin);
}

void OrderedTrie::write_leaf(Key const& key, std::size_t depth, Bytes& out) const {
    RlpWriter writer(out);
    std::size_t const list = writer.begin_list();
    write_path(writer, std::span(key.nibbles).subspan(depth, key.size - depth), true);
    writer.bytes(value(key.item));
    writer.end_list(list);
}

/// Writes the node over keys [begin, end), which agree up to `depth`.
void OrderedTrie::write_node(std::size_t begin, std::size_t end, std::size_t depth, Bytes& out) {
    Key const& first = keys_[begin];
    if (end - begin == 1) return write_leaf(first, depth, out);
    auto const rest = std::span(first.nibbles).subspan(depth, first.size - depth);
    RlpWriter writer(out);
    std::size_t const list = writer.begin_list();
    Key const& last = keys_[end - 1];
    std::size_t shared = 0;
    while (first.nibbles[depth + shared] == last.nibbles[depth + shared]) ++shared;
    if (shared != 0) {
        write_path(writer, rest.first(shared), false);
        write_child(begin, end, depth + shared, out);
    } else {
        for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
            std::size_t next = begin;
            while (next < end && keys_[next].nibbles[depth] == nibble) ++next;
            if (next == begin) {
                writer.bytes({});
            } else {
                write_child(begin, next, depth + 1, out);
            }
            begin = next;
        }
        writer.bytes({}); // no key of these begins another
    }
    writer.end_list(list);
}

void OrderedTrie::write_child(std::size_t begin, std::size_t end, std::size_t depth, Bytes& out) {
    if (end - begin == 1) {
        ByteView const node = leaf(begin);
        if (node.size() < embedded_limit_bytes) return RlpWriter(out).raw(node);
        return RlpWriter(out).bytes(leaf_hashes_[begin]);
    }
    Bytes& node = scratch_[scratch_used_++];
    node.clear();
    write_node(begin, end, depth, node);
    if (node.size() < embedded_limit_bytes) {
        RlpWriter(out).raw(node);
    } else {
        RlpWriter(out).bytes(keccak256(ByteView(node)));
    }
    --scratch_used_;
}

} // namespace plimsoll::tools::chain
