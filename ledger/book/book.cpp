#include "ledger/book/book.hpp"

namespace plimsoll::book {
namespace {

/// Few enough to look through: assets, sources, feeds.
template <class Row> [[nodiscard]] std::uint32_t look_through(Table<Row> const& table, std::string_view name) {
    for (std::uint32_t id = 1; id <= table.size(); ++id) {
        if (table[id].name.view() == name) return id;
    }
    return 0;
}

template <class Row>
[[nodiscard]] std::uint32_t find_named(DenseIndex const& index, Table<Row> const& table, std::string_view name) {
    return index.find(Book::name_key(name), [&](std::uint32_t row) { return table[row].name.view() == name; });
}

/// An account's rows must form a chain that ends: each link points to an older row.
[[nodiscard]] bool chains_are_sound(Book const& book) {
    for (AccountRow const& account : book.accounts.rows()) {
        if (account.first_balance > book.balances.size() || account.first_position > book.positions.size()) return false;
    }
    for (std::uint32_t id = 1; id <= book.balances.size(); ++id) {
        BalanceRow const& row = book.balances[id];
        if (row.next >= id || !book.has(row.account) || !book.has(row.asset)) return false;
    }
    for (std::uint32_t id = 1; id <= book.positions.size(); ++id) {
        PositionRow const& row = book.positions[id];
        if (row.next >= id || !book.has(row.account) || !book.has(row.instrument)) return false;
    }
    return true;
}

} // namespace

/// FNV-1a, 64 bits: only spreads names; rows settle equality.
std::uint64_t Book::name_key(std::string_view name) {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
    for (char const c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3ULL;
    return hash;
}

std::optional<AccountId> Book::find_account(std::string_view name) const {
    auto const row = find_named(accounts_by_name, accounts, name);
    return row == 0 ? std::nullopt : std::optional(AccountId{row});
}

std::optional<InstrumentId> Book::find_instrument(std::string_view name) const {
    auto const row = find_named(instruments_by_name, instruments, name);
    return row == 0 ? std::nullopt : std::optional(InstrumentId{row});
}

std::optional<AssetId> Book::find_asset(std::string_view name) const {
    auto const row = look_through(assets, name);
    return row == 0 ? std::nullopt : std::optional(AssetId{row});
}

std::optional<std::uint16_t> Book::find_source(std::string_view name) const {
    auto const row = look_through(sources, name);
    return row == 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(row));
}

std::optional<std::uint16_t> Book::find_feed(std::string_view name) const {
    auto const row = look_through(feeds, name);
    return row == 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(row));
}

LiquidationRow const* Book::find_liquidation(std::uint64_t number) const {
    auto const row = liquidations_by_number.find(number);
    return row == 0 ? nullptr : &liquidations[row];
}

LossRow const* Book::find_loss(std::uint64_t number) const {
    auto const row = losses_by_number.find(number);
    return row == 0 ? nullptr : &losses[row];
}

BalanceRow const* Book::balance(AccountId account, AssetId asset) const {
    auto const row = balances_by_key.find(key(account, asset.number()));
    return row == 0 ? nullptr : &balances[row];
}

PositionRow const* Book::position(AccountId account, InstrumentId instrument) const {
    auto const row = positions_by_key.find(key(account, instrument.number()));
    return row == 0 ? nullptr : &positions[row];
}

bool Book::rows_are_sound() const { return head.size() == 1 && chains_are_sound(*this); }

bool Book::rebuild_indexes() {
    if (!rows_are_sound()) return false;
    index_positions();
    index_all_but_positions();
    return true;
}

void Book::index_positions() {
    positions_by_key = {};
    positions_by_key.fill(positions.size(), [&](std::uint32_t id) {
        return key(positions[id].account, positions[id].instrument.number());
    });
}

void Book::index_all_but_positions() {
    accounts_by_name = {};
    instruments_by_name = {};
    balances_by_key = {};
    liquidations_by_number = {};
    losses_by_number = {};
    accounts_by_name.fill(accounts.size(), [&](std::uint32_t id) { return name_key(accounts[id].name.view()); });
    instruments_by_name.fill(instruments.size(),
                             [&](std::uint32_t id) { return name_key(instruments[id].name.view()); });
    balances_by_key.fill(balances.size(), [&](std::uint32_t id) {
        return key(balances[id].account, balances[id].asset.number());
    });
    liquidations_by_number.fill(liquidations.size(), [&](std::uint32_t id) { return liquidations[id].id; });
    losses_by_number.fill(losses.size(), [&](std::uint32_t id) { return losses[id].id; });
}

} // namespace plimsoll::book
