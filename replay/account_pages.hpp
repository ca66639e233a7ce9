/// An account's rows out of a checkpoint, page by page: nobody else's page is read.
#pragma once

#include "ledger/book/book.hpp"
#include "ledger/store/checkpoint.hpp"

#include <cstring>
#include <map>
#include <string>
#include <utility>

namespace plimsoll::replay {

/// The account asked for is number 1 in its small book.
inline constexpr AccountId alone{1};

/// Rows of a checkpoint, each page read when it is first asked for.
class PageReader {
public:
    PageReader(store::Store const& store, store::Manifest const& manifest) : store_(store), manifest_(manifest) {}

    [[nodiscard]] std::uint64_t rows(book::TableId table) const {
        return manifest_.tables[static_cast<std::size_t>(table)].rows;
    }
    /// Errors: store::Errc::damaged where the checkpoint has no such row.
    template <class Row> [[nodiscard]] result<Row> row(book::TableId table, std::uint32_t id) {
        constexpr std::size_t per_page = book::Table<Row>::rows_per_page;
        if (id == 0 || id > rows(table)) return fail(store::Errc::damaged, "a checkpoint lacks row " + std::to_string(id));
        auto const page = static_cast<std::uint32_t>((id - 1) / per_page);
        auto const key = std::pair(static_cast<std::uint8_t>(table), page);
        auto found = pages_.find(key);
        if (found == pages_.end()) {
            PLIMSOLL_TRY(bytes, store::load_page(store_, manifest_, table, page));
            found = pages_.emplace(key, std::move(bytes)).first;
        }
        std::size_t const at = (id - 1) % per_page * sizeof(Row);
        if (at + sizeof(Row) > found->second.size()) return fail(store::Errc::damaged, "a page is too short");
        Row row;
        std::memcpy(static_cast<void*>(&row), found->second.data() + at, sizeof(Row));
        return row;
    }

private:
    store::Store const& store_;
    store::Manifest const& manifest_;
    std::map<std::pair<std::uint8_t, std::uint32_t>, std::string> pages_;
};

/// The account's own rows, and all assets and instruments, into an empty book. The account may be
/// younger than the checkpoint: its table then stays empty.
/// Errors: store::Errc::damaged.
[[nodiscard]] result<void> load_account(PageReader& pages, AccountId real, book::Book& small);

} // namespace plimsoll::replay
