/// Pending interest: what a balance has earned or owes since it last met its asset's index.
#pragma once

#include "ledger/book/book.hpp"

#include <string>
#include <vector>

namespace plimsoll::book {

/// The account that borrowers pay their interest to and lenders have theirs from: `interest:ASSET`. It keeps what
/// rounding leaves. Where there is none, an asset's indices are only noted: nobody meets them by rule.
[[nodiscard]] std::string interest_account_name(std::string_view asset);
[[nodiscard]] std::optional<AccountId> interest_account(Book const& book, AssetId asset);

/// Who holds cash on its own account; funds, fees, markets and the outside world neither earn nor owe.
[[nodiscard]] bool bears_interest(wire::AccountKind kind);

[[nodiscard]] inline bool is_interest(IndexKind kind) { return kind == IndexKind::supply_interest || kind == IndexKind::borrow_interest; }

/// The index that a balance of this sign stands at once it has met it.
[[nodiscard]] inline Index interest_index(AssetRow const& asset, bool owes) {
    return owes ? asset.borrow_index : asset.supply_index;
}

/// Whether an asset's indices have ever moved: a quick no for the many that never do.
[[nodiscard]] inline bool has_interest(AssetRow const& asset) {
    return !asset.supply_index.is_zero() || !asset.borrow_index.is_zero();
}

/// What a row keeps of which index of interest it stands at.
[[nodiscard]] inline std::uint32_t interest_kind(bool owes) { return owes ? 2 : 1; }

/// A balance meets an index of its asset.
inline void stand_at(BalanceRow& row, IndexKind kind, Index index) {
    if (kind == IndexKind::socialised_loss) {
        row.loss_index = index;
        return;
    }
    row.interest_index = index;
    row.interest_kind = interest_kind(kind == IndexKind::borrow_interest);
}

/// What a balance grows by when it meets its index now (negative: what more it owes):
/// balance * (index / index met) - balance, both steps rounded toward zero. Nothing where it never met one, or stands at the
/// index of the other sign already, for a fact that comes next.
/// Source: Derive v2, CashAsset. Errors: Errc::amount_overflow.
[[nodiscard]] result<Amount> pending_interest(Book const& book, BalanceRow const& row);

/// An account's balance, that owes or does not, meets the index it stands at from now on, with `amount` from `payer`.
[[nodiscard]] IndexMet interest_met(Book const& book, AccountId account, AssetId asset, bool owes, AccountId payer, Amount amount);

/// A sink of legs (postings.hpp): what they do, all together, to each balance that bears interest.
class InterestChanges {
public:
    struct Change {
        AccountId account;
        AssetId asset;
        Int128 units = 0;
    };

    explicit InterestChanges(Book const& book) : book_(&book) {}
    void cash(AccountId account, AssetId asset, Amount amount) {
        if (!has_interest(book_->asset(asset)) || !bears_interest(book_->account(account).kind)) return;
        for (Change& each : changes_) { // an event has few legs
            if (each.account != account || each.asset != asset) continue;
            each.units += amount.units();
            return;
        }
        changes_.push_back({account, asset, amount.units()});
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) {}
    void size(AccountId, InstrumentId, Quantity) {}
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}

    /// In the order of their first leg.
    [[nodiscard]] std::vector<Change> const& all() const { return changes_; }

private:
    Book const* book_;
    std::vector<Change> changes_;
};

/// `decided` ends, from `first` on, with a fact and what comes before it; what lies from `foreseen` to `first` is decided and
/// not applied. Puts before each of the former an IndexMet for every balance that it changes and that stands at another
/// index than that of the sign it will have, with what the balance has earned so far. So each event can be decided again by
/// itself. Errors: Errc::amount_overflow.
[[nodiscard]] result<void> meet_interest(Book const& book, Origin const& origin, std::size_t foreseen, std::size_t first,
                                         std::vector<Event>& decided);

} // namespace plimsoll::book
