/// The book: every table of rows, and the look-ups beside them. Changed by apply alone.
#pragma once

#include "ledger/book/dense_index.hpp"
#include "ledger/book/errc.hpp"
#include "ledger/book/rows.hpp"
#include "ledger/book/table.hpp"

#include <optional>
#include <string_view>

namespace plimsoll::book {

/// State after some number of events. Copyable: a copy is a moment kept.
struct Book {
    Table<HeadRow> head; ///< one row
    Table<SourceRow> sources;
    Table<FeedRow> feeds;
    Table<ChainRow> chains;
    Table<AssetRow> assets;
    Table<InstrumentRow> instruments;
    Table<AccountRow> accounts;
    Table<BalanceRow> balances;
    Table<PositionRow> positions;
    Table<LiquidationRow> liquidations;
    Table<LossRow> losses;
    Table<BreakerRow> breakers;
    Table<ParameterRow> parameters;
    Table<PresetRow> presets;
    Table<CreditRow> credits;

    // Look-ups: derived from the rows, rebuilt on load.
    DenseIndex accounts_by_name;
    DenseIndex instruments_by_name;
    DenseIndex balances_by_key;
    DenseIndex positions_by_key;
    DenseIndex liquidations_by_number;
    DenseIndex losses_by_number;

    Book() { head.add(HeadRow{}); }

    [[nodiscard]] std::uint64_t sequence() const { return head[1].sequence; }
    [[nodiscard]] TimeNs time() const { return head[1].time; }

    // By outside name; nothing where unknown.
    [[nodiscard]] std::optional<AccountId> find_account(std::string_view name) const;
    [[nodiscard]] std::optional<InstrumentId> find_instrument(std::string_view name) const;
    [[nodiscard]] std::optional<AssetId> find_asset(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint16_t> find_source(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint16_t> find_feed(std::string_view name) const;

    /// By the number that its events give it; nothing where there is none.
    [[nodiscard]] LiquidationRow const* find_liquidation(std::uint64_t number) const;
    [[nodiscard]] LossRow const* find_loss(std::uint64_t number) const;

    // Rows of an account; nothing where it never had one.
    [[nodiscard]] BalanceRow const* balance(AccountId account, AssetId asset) const;
    [[nodiscard]] PositionRow const* position(AccountId account, InstrumentId instrument) const;

    [[nodiscard]] AccountRow const& account(AccountId id) const { return accounts[id.number()]; }
    [[nodiscard]] AssetRow const& asset(AssetId id) const { return assets[id.number()]; }
    [[nodiscard]] InstrumentRow const& instrument(InstrumentId id) const { return instruments[id.number()]; }
    [[nodiscard]] bool has(AccountId id) const { return accounts.has(id.number()); }
    [[nodiscard]] bool has(AssetId id) const { return assets.has(id.number()); }
    [[nodiscard]] bool has(InstrumentId id) const { return instruments.has(id.number()); }

    /// Calls f(row) for each balance (position) of an account, newest first.
    template <class F> void for_balances(AccountId account, F&& f) const {
        for (auto row = accounts[account.number()].first_balance; row != 0; row = balances[row].next) f(balances[row]);
    }
    template <class F> void for_positions(AccountId account, F&& f) const {
        for (auto row = accounts[account.number()].first_position; row != 0; row = positions[row].next) {
            f(positions[row]);
        }
    }

    /// Calls f(id, table) for every table in the order of TableId.
    template <class F> void for_tables(F&& f) const { each_table(*this, f); }
    template <class F> void for_tables(F&& f) { each_table(*this, f); }

    /// Rebuilds the look-ups from the rows. False where the rows contradict each other (damage).
    [[nodiscard]] bool rebuild_indexes();
    /// The same in two halves that share nothing and may run side by side, once all rows are there.
    void index_positions();
    void index_all_but_positions();
    [[nodiscard]] bool rows_are_sound() const;

    [[nodiscard]] static std::uint64_t key(AccountId account, std::uint32_t subject) {
        return (std::uint64_t{account.number()} << 32) | subject;
    }
    [[nodiscard]] static std::uint64_t name_key(std::string_view name);

private:
    template <class Self, class F> static void each_table(Self& self, F&& f) {
        f(TableId::head, self.head);
        f(TableId::sources, self.sources);
        f(TableId::feeds, self.feeds);
        f(TableId::chains, self.chains);
        f(TableId::assets, self.assets);
        f(TableId::instruments, self.instruments);
        f(TableId::accounts, self.accounts);
        f(TableId::balances, self.balances);
        f(TableId::positions, self.positions);
        f(TableId::liquidations, self.liquidations);
        f(TableId::losses, self.losses);
        f(TableId::breakers, self.breakers);
        f(TableId::parameters, self.parameters);
        f(TableId::presets, self.presets);
        f(TableId::credits, self.credits);
    }
};

[[nodiscard]] inline Int128 multiplier(std::array<std::uint64_t, 2> const& halves) {
    return static_cast<Int128>((static_cast<Uint128>(halves[1]) << 64) | halves[0]);
}

} // namespace plimsoll::book
