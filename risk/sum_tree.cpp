#include "risk/sum_tree.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/errc.hpp"

#include <array>
#include <string>

namespace plimsoll::risk {
namespace {

void put_length(std::string& out, std::uint64_t length) {
    for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(length >> shift));
}
void put_bytes(std::string& out, Bytes bytes) { out.append(reinterpret_cast<char const*>(bytes.data()), bytes.size()); }

[[nodiscard]] result<void> check_sum_range(Amount sum) {
    if (sum.is_negative()) return fail(book::Errc::amount_must_be_positive, "a sum in the tree is negative");
    if (!within(sum.units(), row_limit_units)) return fail(book::Errc::amount_overflow, "a sum in the tree");
    return outcome::success();
}

} // namespace

result<SumNode> sum_leaf(std::string_view asset, std::string_view user, Hash const& nonce, Amount amount) {
    PLIMSOLL_TRYV(check_sum_range(amount));
    if (amount.is_zero()) return fail(book::Errc::amount_must_be_positive, "a claim of nothing is no leaf");
    std::string text(1, '\x02');
    put_length(text, asset.size());
    text.append(asset);
    put_length(text, user.size());
    text.append(user);
    put_bytes(text, bytes_of(nonce));
    put_bytes(text, bytes_of(amount));
    return SumNode{sha256(bytes_of(std::string_view(text))), amount};
}

result<SumNode> sum_node(SumNode const& left, SumNode const& right) {
    PLIMSOLL_TRYV(check_sum_range(left.sum));
    PLIMSOLL_TRYV(check_sum_range(right.sum));
    SumNode node{{}, left.sum};
    if (!node.sum.add(right.sum)) return fail(book::Errc::amount_overflow, "a sum in the tree");
    PLIMSOLL_TRYV(check_sum_range(node.sum));
    std::string text(1, '\x03');
    for (SumNode const* child : {&left, &right}) {
        put_bytes(text, bytes_of(child->hash));
        put_bytes(text, bytes_of(child->sum));
    }
    node.hash = sha256(bytes_of(std::string_view(text)));
    return node;
}

result<SumTree> SumTree::over(std::vector<SumNode> leaves) {
    SumTree tree;
    tree.levels_.push_back(std::move(leaves));
    while (tree.levels_.back().size() > 1) {
        std::vector<SumNode> const& below = tree.levels_.back();
        std::vector<SumNode> level;
        level.reserve((below.size() + 1) / 2);
        for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
            PLIMSOLL_TRY(node, sum_node(below[i], below[i + 1]));
            level.push_back(node);
        }
        if (below.size() % 2 != 0) level.push_back(below.back()); // as it is: RFC 6962's shape
        tree.levels_.push_back(std::move(level));
    }
    return tree;
}

SumNode SumTree::root() const {
    if (levels_.front().empty()) return {sha256(Bytes{}), Amount{}};
    return levels_.back().front();
}

std::vector<SumNode> SumTree::path(std::uint64_t index) const {
    PLIMSOLL_ASSERT(index < size());
    std::vector<SumNode> path;
    for (std::vector<SumNode> const& level : levels_) {
        std::uint64_t const sibling = index ^ 1;
        if (sibling < level.size()) path.push_back(level[sibling]);
        index >>= 1;
    }
    return path;
}

result<void> check_sum_path(SumNode const& leaf, std::uint64_t index, std::uint64_t size, std::span<SumNode const> path, SumNode const& root) {
    if (index >= size) return fail(event::Errc::leaf_outside_tree);
    SumNode node = leaf;
    PLIMSOLL_TRYV(check_sum_range(node.sum));
    std::size_t used = 0;
    for (; size > 1; size = (size + 1) / 2, index >>= 1) {
        if ((index ^ 1) >= size) continue; // the last of an odd level goes up as it is
        if (used == path.size()) return fail(event::Errc::path_length_wrong);
        SumNode const& sibling = path[used++];
        PLIMSOLL_TRY(above, (index & 1) == 0 ? sum_node(node, sibling) : sum_node(sibling, node));
        node = above;
    }
    if (used != path.size()) return fail(event::Errc::path_length_wrong);
    if (node != root) return fail(event::Errc::path_leads_elsewhere);
    return outcome::success();
}

} // namespace plimsoll::risk
