/// Where two books part: the first row that differs, its field and both values.
#pragma once

#include "ledger/book/book.hpp"

#include <optional>
#include <string>

namespace plimsoll::tools {

struct RowDifference {
    std::string table; ///< "balances"
    std::uint32_t row = 0;
    std::string owner; ///< "alice of USD"; empty where the table's rows have no name
    std::string field; ///< "amount", or "byte 17" in tables that are not told by field
    std::string a;
    std::string b;
};

/// The first by table and row; nothing where they are equal.
[[nodiscard]] std::optional<RowDifference> first_row_difference(book::Book const& a, book::Book const& b);

/// Compares one page, of the table with that number, as bytes. `names` has the accounts and assets.
[[nodiscard]] std::optional<RowDifference> first_row_difference(book::Book const& names, book::TableId table, std::uint32_t page, Bytes a, Bytes b);

} // namespace plimsoll::tools
