#include "tools/chain/keccak.hpp"
#include "tools/chain/rlp.hpp"
#include "tools/chain/trie.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

using Nibbles = std::vector<std::uint8_t>;

[[nodiscard]] auto broken(std::string_view why, std::size_t node) {
    return fail(Errc::state_proof_fails, "node " + std::to_string(node + 1) + " " + std::string(why));
}

[[nodiscard]] Nibbles nibbles_of(ByteView key) {
    Nibbles nibbles;
    nibbles.reserve(2 * key.size());
    for (std::uint8_t const byte : key) {
        nibbles.push_back(byte >> 4);
        nibbles.push_back(byte & 0x0f);
    }
    return nibbles;
}

struct Path {
    Nibbles nibbles;
    bool is_leaf = false;
};

/// Nothing where the flag or its padding is not as it must be.
[[nodiscard]] std::optional<Path> read_path(RlpItem const& item) {
    if (item.is_list || item.content.empty() || item.content[0] >= 0x40) return std::nullopt;
    Path path;
    path.nibbles = nibbles_of(item.content);
    std::uint8_t const flag = path.nibbles[0];
    bool const odd = flag % 2 != 0;
    if (!odd && path.nibbles[1] != 0) return std::nullopt;
    path.is_leaf = flag >= 2;
    path.nibbles.erase(path.nibbles.begin(), path.nibbles.begin() + (odd ? 1 : 2));
    if (!path.is_leaf && path.nibbles.empty()) return std::nullopt;
    return path;
}

/// Walks from the root towards the key.
class Walk {
public:
    Walk(ByteView key, std::vector<Bytes> const& nodes) : key_(nibbles_of(key)), nodes_(nodes) {}

    [[nodiscard]] result<std::optional<Bytes>> from(Bytes32 const& root) {
        if (root == empty_trie_root()) return of_empty();
        PLIMSOLL_TRY(node, named(root));
        while (true) {
            PLIMSOLL_TRY(items, read_rlp_items(node.content));
            PLIMSOLL_TRY(step, items.size() == 17 ? branch(items) : short_node(items));
            if (!step.next) return end(std::move(step.value));
            if (step.next->is_list) {
                node = *step.next; // it lies in its parent
            } else {
                Bytes32 name{};
                std::ranges::copy(step.next->content, name.begin());
                PLIMSOLL_TRY(child, named(name));
                node = child;
            }
        }
    }

private:
    struct Step {
        std::optional<RlpItem> next;
        std::optional<Bytes> value; ///< where there is no next
    };

    [[nodiscard]] result<std::optional<Bytes>> of_empty() {
        bool const is_shown = nodes_.size() == 1 && nodes_[0] == Bytes{0x80};
        if (!nodes_.empty() && !is_shown) return broken("of an empty trie", 0);
        return std::optional<Bytes>{};
    }

    /// The next node of the proof, which must hash to its name.
    [[nodiscard]] result<RlpItem> named(Bytes32 const& name) {
        if (used_ == nodes_.size()) return broken("is missing", used_);
        Bytes const& bytes = nodes_[used_];
        if (keccak256(ByteView(bytes)) != name) return broken("is not the one that leads on", used_);
        auto item = read_rlp(bytes);
        if (!item) return outcome::failure(item.error().at("node " + std::to_string(used_ + 1)));
        if (!item.value().is_list) return broken("is no list", used_);
        ++used_;
        return item;
    }

    [[nodiscard]] result<Step> branch(std::vector<RlpItem> const& items) {
        if (at_ == key_.size()) {
            if (items[16].is_list) return broken("has a list for its value", used_ - 1);
            return Step{{}, value_of(items[16])};
        }
        return towards(items[key_[at_++]]);
    }

    [[nodiscard]] result<Step> short_node(std::vector<RlpItem> const& items) {
        auto const path = items.size() == 2 ? read_path(items[0]) : std::nullopt;
        if (!path) return broken("is neither leaf, extension nor branch", used_ - 1);
        auto const rest = std::span(key_).subspan(at_);
        bool const agrees = rest.size() >= path->nibbles.size() &&
                            std::ranges::equal(rest.first(path->nibbles.size()), path->nibbles);
        if (path->is_leaf) {
            if (items[1].is_list) return broken("has a list for its value", used_ - 1);
            if (!agrees || rest.size() != path->nibbles.size()) return Step{};
            return Step{{}, value_of(items[1])};
        }
        if (!agrees) return Step{};
        at_ += path->nibbles.size();
        PLIMSOLL_TRY(step, towards(items[1]));
        if (!step.next) return broken("is an extension to nowhere", used_ - 1);
        return std::move(step);
    }

    [[nodiscard]] result<Step> towards(RlpItem const& child) const {
        if (child.is_list) {
            if (child.whole.size() >= 32) return broken("holds a child that is too long", used_ - 1);
            return Step{child, {}};
        }
        if (child.content.empty()) return Step{};
        if (child.content.size() != 32) return broken("names a child by no hash", used_ - 1);
        return Step{child, {}};
    }

    [[nodiscard]] static std::optional<Bytes> value_of(RlpItem const& item) {
        if (item.content.empty()) return std::nullopt;
        return Bytes(item.content.begin(), item.content.end());
    }

    [[nodiscard]] result<std::optional<Bytes>> end(std::optional<Bytes> value) const {
        if (used_ != nodes_.size()) return broken("is not needed", used_);
        return value;
    }

    Nibbles key_;
    std::vector<Bytes> const& nodes_;
    std::size_t at_ = 0;
    std::size_t used_ = 0;
};

} // namespace

result<std::optional<Bytes>> prove(Bytes32 const& root, ByteView key,
                                   std::vector<Bytes> const& nodes) {
    return Walk(key, nodes).from(root);
}

} // namespace plimsoll::tools::chain
