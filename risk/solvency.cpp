#include "risk/solvency.hpp"

#include "ledger/book/interest.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::risk {
namespace {

using book::Book;

/// False where the sum leaves 126 bits; it is then left as it was.
bool add(Amount& sum, Amount amount) {
    Amount total = sum;
    if (!total.add(amount) || !within(total.units(), row_limit_units)) return false;
    sum = total;
    return true;
}

[[nodiscard]] bool is_customer(Book const& book, AccountId account) {
    return group_of(book.account(account).kind) == Group::customers;
}

/// The claims on one asset, of every account that has one.
class Claims {
public:
    explicit Claims(std::size_t accounts) : claims_(accounts + 1), is_touched_(accounts + 1) {}

    /// Nobody's where the account is none.
    void add(AccountId account, Amount amount) {
        std::uint32_t const id = account.number();
        if (id == 0 || amount.is_zero()) return;
        if (is_touched_[id] == 0) touched_.push_back(id);
        is_touched_[id] = 1;
        static_cast<void>(risk::add(claims_[id], amount));
    }
    /// Calls f(account, claim) for each, and forgets them.
    template <class F> void take(F&& f) {
        for (std::uint32_t const id : touched_) {
            f(AccountId{id}, claims_[id]);
            claims_[id] = {};
            is_touched_[id] = 0;
        }
        touched_.clear();
    }

private:
    std::vector<Amount> claims_;
    std::vector<std::uint8_t> is_touched_;
    std::vector<std::uint32_t> touched_;
};

/// Rows in order of their asset, each asset's from first[asset] on.
struct RowsByAsset {
    std::vector<std::size_t> first;
    std::vector<std::uint32_t> rows;

    template <class Table, class AssetOf>
    RowsByAsset(std::size_t assets, Table const& table, AssetOf&& asset_of)
        : first(assets + 2), rows(table.size()) {
        for (auto const& row : table.rows()) ++first[asset_of(row).number() + 1];
        for (std::size_t id = 1; id < first.size(); ++id) first[id] += first[id - 1];
        std::vector<std::size_t> next(first);
        for (std::uint32_t id = 1; id <= table.size(); ++id) {
            rows[next[asset_of(table[id]).number()]++] = id;
        }
    }
    template <class F> void for_rows(AssetId asset, F&& f) const {
        for (std::size_t i = first[asset.number()]; i < first[asset.number() + 1]; ++i) f(rows[i]);
    }
};

void add_claim(AssetSolvency& sheet, Group group, Amount claim) {
    switch (group) {
    case Group::customers:
        add(claim.is_negative() ? sheet.negative : sheet.liabilities, claim);
        if (claim.is_negative()) ++sheet.customers_negative;
        return;
    case Group::fund: add(sheet.fund, claim); return;
    case Group::backstop: add(sheet.backstop, claim); return;
    case Group::fees: add(sheet.fees, claim); return;
    case Group::markets: add(sheet.markets, claim); return;
    case Group::bridges: add(sheet.bridges, claim); return;
    case Group::outside: add(sheet.outside_held, -claim); return;
    }
}

} // namespace

Group group_of(wire::AccountKind kind) {
    switch (kind) {
    case wire::AccountKind::customer:
    case wire::AccountKind::subaccount:
    case wire::AccountKind::pool:
    case wire::AccountKind::vault:
    case wire::AccountKind::liquidator: return Group::customers;
    case wire::AccountKind::insurance: return Group::fund;
    case wire::AccountKind::operator_tranche:
    case wire::AccountKind::staked_module: return Group::backstop;
    case wire::AccountKind::fees:
    case wire::AccountKind::treasury: return Group::fees;
    case wire::AccountKind::market: return Group::markets;
    case wire::AccountKind::bridge: return Group::bridges;
    case wire::AccountKind::outside: return Group::outside;
    }
    return Group::outside;
}

Totals totals_of(Valuation const& valuation, std::vector<Equity> const& equities) {
    Totals totals;
    Book const& book = valuation.book();
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        Equity const& equity = equities[id];
        Group const group = group_of(book.accounts[id].kind);
        bool ok = add(totals.equity_by_group[static_cast<std::size_t>(group)], equity.amount);
        totals.unpriced_rows += equity.unpriced_rows;
        if (group == Group::customers) {
            ++totals.customers;
            if (equity.amount.is_negative()) {
                ++totals.accounts_negative;
                ok = add(totals.equity_negative_total, equity.amount) && ok;
            }
        }
        totals.is_exact = totals.is_exact && ok;
    }
    totals.equity_total = totals.equity_by_group[static_cast<std::size_t>(Group::customers)];
    for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
        BalanceValue const debt = valuation.balance(AssetId{id}, book.assets[id].bad_debt);
        if (debt.unpriced != Unpriced::none) ++totals.unpriced_rows;
        totals.is_exact = add(totals.bad_debt, debt.worth) && totals.is_exact;
    }
    return totals;
}

std::vector<AccountEquity> insolvent(Valuation const& valuation,
                                     std::vector<Equity> const& equities) {
    std::vector<AccountEquity> below;
    for (std::uint32_t id = 1; id < equities.size(); ++id) {
        if (equities[id].amount.is_negative() && is_customer(valuation.book(), AccountId{id})) {
            below.push_back({AccountId{id}, equities[id]});
        }
    }
    std::ranges::sort(below, {}, [](AccountEquity const& each) { return std::pair(each.equity.amount, each.account); });
    return below;
}

std::vector<AssetSolvency> asset_solvency(Valuation const& valuation) {
    Book const& book = valuation.book();
    RowsByAsset const balances(book.assets.size(), book.balances,
                               [](book::BalanceRow const& row) { return row.asset; });
    RowsByAsset const positions(
        book.assets.size(), book.positions,
        [&](book::PositionRow const& row) { return book.instrument(row.instrument).settle; });
    Claims claims(book.accounts.size());
    std::vector<AssetSolvency> sheets;
    for (std::uint32_t id = 1; id <= book.assets.size(); ++id) {
        AssetSolvency sheet;
        sheet.asset = AssetId{id};
        sheet.bad_debt = book.assets[id].bad_debt;
        auto const payer = book::interest_account(book, sheet.asset);
        balances.for_rows(sheet.asset, [&](std::uint32_t row) {
            book::BalanceRow const& balance = book.balances[row];
            claims.add(balance.account, balance.amount);
            if (payer && book::has_interest(book.assets[id])) {
                auto const interest = book::pending_interest(book, balance);
                claims.add(balance.account, interest ? interest.value() : Amount{});
                claims.add(*payer, interest ? -interest.value() : Amount{});
            }
            add(sheet.booked_sum, balance.amount);
        });
        positions.for_rows(sheet.asset, [&](std::uint32_t row) {
            book::PositionRow const& position = book.positions[row];
            PositionValue const value = valuation.settled(position);
            claims.add(position.account, value.total);
            claims.add(book.instrument(position.instrument).market_account, -value.funding);
            add(sheet.booked_sum, position.quote);
            if (value.unpriced != Unpriced::none) ++sheet.unpriced_positions;
        });
        bool is_used = !sheet.bad_debt.is_zero() || sheet.unpriced_positions != 0;
        claims.take([&](AccountId account, Amount claim) {
            is_used = is_used || !claim.is_zero();
            add_claim(sheet, group_of(book.account(account).kind), claim);
        });
        sheet.rounding = sheet.outside_held;
        for (Amount const part : {sheet.liabilities, sheet.negative, sheet.fund, sheet.backstop,
                                  sheet.fees, sheet.markets, sheet.bridges}) {
            add(sheet.rounding, -part);
        }
        if (is_used) sheets.push_back(sheet);
    }
    return sheets;
}

std::vector<UnpricedSubject> unpriced_subjects(Valuation const& valuation) {
    Book const& book = valuation.book();
    std::vector<UnpricedSubject> assets(book.assets.size() + 1);
    std::vector<UnpricedSubject> instruments(book.instruments.size() + 1);
    auto count = [](UnpricedSubject& subject, Unpriced reason) {
        if (reason == Unpriced::none) return;
        subject.reason = reason;
        ++subject.rows;
    };
    for (book::BalanceRow const& row : book.balances.rows()) {
        count(assets[row.asset.number()], valuation.balance(row).unpriced);
    }
    for (book::PositionRow const& row : book.positions.rows()) {
        count(instruments[row.instrument.number()], valuation.position(row).unpriced);
    }
    std::vector<UnpricedSubject> found;
    auto collect = [&](std::vector<UnpricedSubject>& subjects, bool is_instrument) {
        for (std::uint32_t id = 1; id < subjects.size(); ++id) {
            if (subjects[id].rows == 0) continue;
            subjects[id].id = id;
            subjects[id].is_instrument = is_instrument;
            found.push_back(subjects[id]);
        }
    };
    collect(assets, false);
    collect(instruments, true);
    return found;
}

} // namespace plimsoll::risk
