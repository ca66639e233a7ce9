/// The state root: one hash over every row, made so that one row can be proved.
///
///     leaf(row)    = SHA-256(0x00 | row bytes)
///     page         = SHA-256(0x01 | leaf of each row)
///     table        = Merkle tree hash of RFC 6962 (2.1) with the page hashes as its leaf hashes
///     state root   = SHA-256("plimsoll state 1" | for each table: number, rows (LE 64), root)
#pragma once

#include "ledger/book/book.hpp"

#include <array>
#include <vector>

namespace plimsoll::book {

[[nodiscard]] Hash leaf_hash(Bytes row);
/// `bytes` holds whole rows of `row_size` bytes.
[[nodiscard]] Hash page_hash(Bytes bytes, std::size_t row_size);
/// The tree hash of RFC 6962 over leaf hashes; of none: SHA-256 of nothing.
[[nodiscard]] Hash merkle_root(std::span<Hash const> leaves);

/// The page hashes of a book, kept from one root to the next: only pages written since are hashed.
class PageHashes {
public:
    struct TableHashes {
        std::uint64_t rows = 0;
        std::vector<Hash> pages;
    };

    /// Hashes the dirty pages (and new ones), then says the root. Leaves the dirty marks alone.
    [[nodiscard]] Hash update(Book const& book);
    [[nodiscard]] Hash root() const;

    [[nodiscard]] TableHashes const& of(TableId id) const { return tables_.at(static_cast<std::size_t>(id)); }
    [[nodiscard]] TableHashes& of(TableId id) { return tables_.at(static_cast<std::size_t>(id)); }

private:
    std::array<TableHashes, table_count + 1> tables_;
};

/// The state root from nothing: every page hashed.
[[nodiscard]] Hash state_root(Book const& book);

} // namespace plimsoll::book
