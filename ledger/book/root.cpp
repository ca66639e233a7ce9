#include "ledger/book/root.hpp"

#include <bit>

namespace plimsoll::book {
namespace {

constexpr std::byte leaf_tag{0x00};
constexpr std::byte node_tag{0x01};

[[nodiscard]] Bytes tag(std::byte const& byte) { return {&byte, 1}; }

} // namespace

Hash leaf_hash(Bytes row) { return sha256(tag(leaf_tag), row); }

Hash page_hash(Bytes bytes, std::size_t row_size) {
    std::vector<Hash> leaves;
    leaves.reserve(bytes.size() / row_size);
    for (std::size_t at = 0; at < bytes.size(); at += row_size) leaves.push_back(leaf_hash(bytes.subspan(at, row_size)));
    return sha256(tag(node_tag), std::as_bytes(std::span<Hash const>(leaves)));
}

Hash merkle_root(std::span<Hash const> leaves) {
    if (leaves.empty()) return sha256(Bytes{});
    if (leaves.size() == 1) return leaves[0];
    std::size_t const split = std::bit_floor(leaves.size() - 1);
    Hash const left = merkle_root(leaves.first(split));
    Hash const right = merkle_root(leaves.subspan(split));
    return sha256(tag(node_tag), bytes_of(left), bytes_of(right));
}

Hash PageHashes::update(Book const& book) {
    book.for_tables([&](TableId id, auto const& table) {
        using Row = std::decay_t<decltype(table.rows().front())>;
        TableHashes& hashes = of(id);
        std::size_t const known = hashes.pages.size();
        hashes.rows = table.size();
        hashes.pages.resize(table.page_count());
        for (std::size_t page = 0; page < table.page_count(); ++page) {
            if (page >= known || table.is_dirty(page)) hashes.pages[page] = page_hash(table.page(page), sizeof(Row));
        }
    });
    return root();
}

Hash PageHashes::root() const {
    std::vector<std::byte> text;
    auto append = [&](Bytes bytes) { text.insert(text.end(), bytes.begin(), bytes.end()); };
    append(bytes_of(std::string_view("plimsoll state 1")));
    for (std::size_t id = 1; id <= table_count; ++id) {
        TableHashes const& table = tables_[id];
        auto const number = static_cast<std::uint8_t>(id);
        append(bytes_of(number));
        append(bytes_of(table.rows));
        Hash const root = merkle_root(table.pages);
        append(bytes_of(root));
    }
    return sha256(text);
}

Hash state_root(Book const& book) {
    PageHashes hashes;
    return hashes.update(book);
}

} // namespace plimsoll::book
