#include "ledger/book/row_proof.hpp"

#include <algorithm>
#include <string>

namespace plimsoll::book {
namespace {

struct Layout {
    std::size_t row_bytes;
    std::size_t page_rows;
};
template <class... Rows> [[nodiscard]] consteval std::array<Layout, sizeof...(Rows)> layouts() {
    return {Layout{sizeof(Rows), Table<Rows>::rows_per_page}...};
}
/// By the number of the table, from 1.
constexpr std::array<Layout, table_count> table_layouts =
    layouts<HeadRow, SourceRow, FeedRow, ChainRow, AssetRow, InstrumentRow, AccountRow, BalanceRow, PositionRow,
            LiquidationRow, LossRow, BreakerRow, ParameterRow, PresetRow, CreditRow>();

[[nodiscard]] std::size_t place_of(TableId table) { return static_cast<std::size_t>(table) - 1; }
[[nodiscard]] bool exists(TableId table) { return place_of(table) < table_count; }

[[nodiscard]] std::string name_of(RowId const& id) {
    return "row " + std::to_string(id.second) + " of table " + std::to_string(static_cast<unsigned>(id.first));
}

[[nodiscard]] std::uint32_t page_of(RowId const& id) {
    return static_cast<std::uint32_t>((id.second - 1) / table_layouts[place_of(id.first)].page_rows);
}

[[nodiscard]] PageProof prove_page(Book const& book, PageHashes const& hashes, TableId wanted, std::uint32_t page) {
    PageProof proof{wanted, page, {}, {}};
    book.for_tables([&](TableId id, auto const& table) {
        if (id != wanted) return;
        std::size_t const row_bytes = table_layouts[place_of(id)].row_bytes;
        Bytes const bytes = table.page(page);
        for (std::size_t at = 0; at < bytes.size(); at += row_bytes) {
            proof.leaves.push_back(leaf_hash(bytes.subspan(at, row_bytes)));
        }
    });
    auto const& pages = hashes.of(wanted).pages;
    auto const path = merkle::inclusion_path(page, pages.size(), [&](unsigned level, std::uint64_t index) -> result<Hash> {
        return merkle_root(std::span(pages).subspan(index << level, std::size_t{1} << level));
    });
    PLIMSOLL_ASSERT(path.has_value());
    proof.path = path.value();
    return proof;
}

[[nodiscard]] Hash root_of_tables(RowsProof const& proof) {
    std::vector<std::byte> text;
    auto append = [&](Bytes bytes) { text.insert(text.end(), bytes.begin(), bytes.end()); };
    append(bytes_of(std::string_view("plimsoll state 1")));
    for (std::size_t i = 0; i < table_count; ++i) {
        auto const number = static_cast<std::uint8_t>(i + 1);
        append(bytes_of(number));
        append(bytes_of(proof.tables[i].rows));
        append(bytes_of(proof.tables[i].root));
    }
    return sha256(text);
}

[[nodiscard]] std::uint64_t pages_in(RowsProof const& proof, TableId table) {
    std::size_t const page_rows = table_layouts[place_of(table)].page_rows;
    std::uint64_t const rows = proof.tables[place_of(table)].rows;
    return rows / page_rows + (rows % page_rows == 0 ? 0 : 1);
}

[[nodiscard]] result<void> check_page(RowsProof const& proof, PageProof const& page) {
    std::string const name = "page " + std::to_string(page.page) + " of table " + std::to_string(static_cast<unsigned>(page.table));
    if (!exists(page.table)) return fail(Errc::row_proof_incomplete, name + " does not exist");
    std::uint64_t const pages = pages_in(proof, page.table);
    if (page.page >= pages) return fail(Errc::row_proof_incomplete, name + " does not exist");
    std::size_t const page_rows = table_layouts[place_of(page.table)].page_rows;
    std::uint64_t const first = std::uint64_t{page.page} * page_rows;
    std::uint64_t const count = std::min<std::uint64_t>(page_rows, proof.tables[place_of(page.table)].rows - first);
    if (page.leaves.size() != count) {
        return fail(Errc::row_proof_incomplete, name + " has " + std::to_string(count) + " rows, " +
                                                    std::to_string(page.leaves.size()) + " hashes are here");
    }
    constexpr std::byte node_tag{0x01};
    Hash const hash = sha256(Bytes(&node_tag, 1), std::as_bytes(std::span<Hash const>(page.leaves)));
    auto const verdict =
        merkle::check_inclusion(page.page, pages, hash, page.path, proof.tables[place_of(page.table)].root);
    if (!verdict) return outcome::failure(verdict.error().at(name));
    return outcome::success();
}

[[nodiscard]] result<void> check_row(RowsProof const& proof, ShownRow const& row) {
    auto const [table, id] = row.id;
    if (!exists(table) || id == 0 || id > proof.tables[place_of(table)].rows) {
        return fail(Errc::row_proof_incomplete, name_of(row.id) + " does not exist");
    }
    if (row.bytes.size() != table_layouts[place_of(table)].row_bytes) {
        return fail(Errc::row_proof_incomplete, name_of(row.id) + " has " + std::to_string(row.bytes.size()) + " bytes");
    }
    auto const page = std::ranges::find_if(
        proof.pages, [&](PageProof const& each) { return each.table == row.id.first && each.page == page_of(row.id); });
    if (page == proof.pages.end()) return fail(Errc::row_proof_incomplete, "the page of " + name_of(row.id) + " is not here");
    if (page->leaves[(id - 1) % table_layouts[place_of(table)].page_rows] != leaf_hash(row.bytes)) {
        return fail(Errc::row_proof_differs, name_of(row.id));
    }
    return outcome::success();
}

} // namespace

RowsProof prove_rows(Book const& book, PageHashes const& hashes, std::vector<RowId> const& rows) {
    RowsProof proof;
    std::vector<std::pair<TableId, std::uint32_t>> pages;
    book.for_tables([&](TableId id, auto const& table) {
        auto const& known = hashes.of(id);
        proof.tables[place_of(id)] = {known.rows, merkle_root(known.pages)};
        for (RowId const& row : rows) {
            if (row.first != id) continue;
            PLIMSOLL_ASSERT(table.has(row.second));
            Bytes const bytes = bytes_of(table[row.second]);
            proof.rows.push_back({row, {bytes.begin(), bytes.end()}});
            pages.emplace_back(id, page_of(row));
        }
    });
    std::ranges::sort(pages);
    pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
    for (auto const& [table, page] : pages) proof.pages.push_back(prove_page(book, hashes, table, page));
    return proof;
}

result<void> check_rows(RowsProof const& proof, Hash const& state_root) {
    if (root_of_tables(proof) != state_root) return fail(Errc::row_proof_differs, "the tables give another state root");
    for (PageProof const& page : proof.pages) {
        PLIMSOLL_TRYV(check_page(proof, page));
    }
    for (ShownRow const& row : proof.rows) {
        PLIMSOLL_TRYV(check_row(proof, row));
    }
    return outcome::success();
}

} // namespace plimsoll::book
