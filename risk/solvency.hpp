/// Who was under water, by how much, and what stood behind it: one book as a balance sheet.
#pragma once

#include "risk/valuation.hpp"

namespace plimsoll::risk {

/// What an account's kind means on the balance sheet.
enum class Group : std::uint8_t {
    customers, ///< customer, subaccount, pool, vault, liquidator
    fund,      ///< insurance
    backstop,  ///< operator tranche, staked module: layers behind the fund
    fees,      ///< fees, treasury
    markets,   ///< the other side of funding and settlement
    bridges,   ///< on its way between chains
    outside,   ///< the world: chains, banks
};
inline constexpr std::size_t group_count = 7;

[[nodiscard]] Group group_of(wire::AccountKind kind);

/// One asset, in its own units. An account's claim on an asset is its cash plus the total of its
/// positions that settle in it; a market account's, less the funding that positions have not met yet
/// (they have it in theirs, and meeting it will take it from there).
///
///     liabilities + negative + fund + backstop + fees + markets + bridges + rounding = outside_held
struct AssetSolvency {
    AssetId asset;
    Amount liabilities; ///< positive claims of customers
    Amount negative;    ///< negative claims of customers, as a negative number
    Amount fund;        ///< insurance accounts
    Amount backstop;    ///< layers behind the fund
    Amount fees;        ///< fee and treasury accounts
    Amount markets;     ///< market accounts, less the funding that positions have not met yet
    Amount bridges;
    Amount outside_held; ///< what the outside world holds for the ledger: less its balance
    Amount rounding;     ///< what rounding down and unpriced positions leave over
    Amount bad_debt;     ///< recognised and not covered yet
    Amount booked_sum;   ///< of all balances and quotes, prices aside; law 4: zero
    std::uint64_t customers_negative = 0;
    std::uint64_t unpriced_positions = 0;
};

/// What could not be valued.
struct UnpricedSubject {
    bool is_instrument = false;
    std::uint32_t id = 0; ///< of the instrument, or asset
    Unpriced reason = Unpriced::none;
    std::uint64_t rows = 0;
};

struct AccountEquity {
    AccountId account;
    Equity equity;
};

/// Sums over accounts, in the valuation asset.
struct Totals {
    std::uint64_t customers = 0;
    std::uint64_t accounts_negative = 0; ///< customers whose equity is below zero
    Amount equity_total;                 ///< of customers
    Amount equity_negative_total;        ///< of those below zero: a negative number
    std::array<Amount, group_count> equity_by_group;
    Amount bad_debt;                 ///< all assets
    std::uint64_t unpriced_rows = 0; ///< of everybody, the outside world included
    bool is_exact = true;            ///< false: a sum left 126 bits

    [[nodiscard]] Amount fund() const {
        return equity_by_group[static_cast<std::size_t>(Group::fund)];
    }
    [[nodiscard]] bool complete() const { return unpriced_rows == 0 && is_exact; }
};

[[nodiscard]] Totals totals_of(Valuation const& valuation, std::vector<Equity> const& equities);

/// Customers below zero, the deepest first; of equals, the older account.
[[nodiscard]] std::vector<AccountEquity> insolvent(Valuation const& valuation,
                                                   std::vector<Equity> const& equities);

/// Every asset that any account or loss has something of, in order of definition.
[[nodiscard]] std::vector<AssetSolvency> asset_solvency(Valuation const& valuation);

[[nodiscard]] std::vector<UnpricedSubject> unpriced_subjects(Valuation const& valuation);

} // namespace plimsoll::risk
