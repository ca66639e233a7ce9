#include "replay/account_pages.hpp"

#include <algorithm>
#include <vector>

namespace plimsoll::replay {
namespace {

using book::TableId;

/// A table as the checkpoint has it, whole.
template <class Row> [[nodiscard]] result<void> load_table(PageReader& pages, TableId id, book::Table<Row>& table) {
    auto const rows = static_cast<std::uint32_t>(pages.rows(id));
    table.reset(0);
    for (std::uint32_t row = 1; row <= rows; ++row) {
        PLIMSOLL_TRY(loaded, pages.row<Row>(id, row));
        table.add(loaded);
    }
    return outcome::success();
}

/// The account's chain of rows from `first` on, newest first, appended to `table` oldest first and
/// linked anew. `first` becomes the newest row's number there.
template <class Row>
[[nodiscard]] result<void> load_chain(PageReader& pages, TableId id, book::Table<Row>& table, std::uint32_t& first) {
    std::vector<Row> rows;
    for (std::uint32_t next = first; next != 0;) {
        PLIMSOLL_TRY(row, pages.row<Row>(id, next));
        if (row.next >= next) return fail(store::Errc::damaged, "a chain of rows does not end");
        next = row.next;
        rows.push_back(row);
    }
    std::reverse(rows.begin(), rows.end());
    first = 0;
    for (Row& row : rows) {
        row.account = alone;
        row.next = first;
        first = table.add(row);
    }
    return outcome::success();
}

} // namespace

result<void> load_account(PageReader& pages, AccountId real, book::Book& small) {
    PLIMSOLL_TRYV(load_table(pages, TableId::assets, small.assets));
    PLIMSOLL_TRYV(load_table(pages, TableId::instruments, small.instruments));
    if (real.number() <= pages.rows(TableId::accounts)) {
        PLIMSOLL_TRY(account, pages.row<book::AccountRow>(TableId::accounts, real.number()));
        PLIMSOLL_TRYV(load_chain(pages, TableId::balances, small.balances, account.first_balance));
        PLIMSOLL_TRYV(load_chain(pages, TableId::positions, small.positions, account.first_position));
        small.accounts.add(account);
    }
    if (!small.rebuild_indexes()) return fail(store::Errc::damaged, "an account's rows contradict each other");
    return outcome::success();
}

} // namespace plimsoll::replay
