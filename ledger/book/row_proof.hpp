/// A few rows of the book against its state root: nothing of any other row but its hash.
#pragma once

#include "ledger/book/root.hpp"
#include "ledger/event/merkle.hpp"

#include <utility>
#include <vector>

namespace plimsoll::book {

/// A row by its table and id.
using RowId = std::pair<TableId, std::uint32_t>;

/// A row in plain.
struct ShownRow {
    RowId id;
    std::vector<std::byte> bytes;
};

/// The page that shown rows lie in: the hash of each of its rows, and the way from the page to its table's root.
struct PageProof {
    TableId table{};
    std::uint32_t page = 0; ///< from 0
    std::vector<Hash> leaves;
    merkle::Path path;
};

struct RowsProof {
    struct TableRoot {
        std::uint64_t rows = 0;
        Hash root{};
    };
    std::array<TableRoot, table_count> tables; ///< by number, from 1
    std::vector<PageProof> pages;
    std::vector<ShownRow> rows;
};

/// Rows that exist. `hashes` are those of the whole book.
[[nodiscard]] RowsProof prove_rows(Book const& book, PageHashes const& hashes, std::vector<RowId> const& rows);

/// That every shown row is the row of its id in the state with that root.
/// Errors: Errc::row_proof_incomplete, row_proof_differs; event::Errc::path_length_wrong, path_leads_elsewhere.
[[nodiscard]] result<void> check_rows(RowsProof const& proof, Hash const& state_root);

/// The row that a proof shows, nothing where it shows none of that id. `Row` is the table's.
template <class Row> [[nodiscard]] Row const* shown(RowsProof const& proof, TableId table, std::uint32_t id) {
    for (ShownRow const& row : proof.rows) {
        if (row.id == RowId(table, id) && row.bytes.size() == sizeof(Row)) return reinterpret_cast<Row const*>(row.bytes.data());
    }
    return nullptr;
}

} // namespace plimsoll::book
