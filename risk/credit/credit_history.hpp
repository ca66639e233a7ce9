/// What the log says of each owner that credit is given to: a fold over events, the same whoever asks and when.
#pragma once

#include "risk/credit/credit_preset.hpp"
#include "risk/credit/owners.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace plimsoll::risk {

/// Adds numbers of rows; a sum beyond what a row may hold stays there.
inline void add_clamped(Int128& sum, Int128 amount) { sum = std::clamp(sum + amount, -row_limit_units, row_limit_units); }

/// One draw, as far as it is not repaid.
struct Loan {
    AccountId account; ///< that drew it
    AccountId pool;
    TimeNs drawn = 0;
    TimeNs due = 0;
    TimeNs term = 0;
    Int128 left = 0; ///< positive
};

/// Sums since the beginning. Amounts are of the credit asset.
struct OwnerRecord {
    TimeNs opened = 0; ///< ledger time of the first account; where the ledger had none yet, its first
    Int128 volume = 0;
    Int128 repaid = 0; ///< on time, each amount times the share of its term that it was out, rounded down
    Int128 late = 0;   ///< repaid after it was due, or collected
    Int128 collected = 0; ///< of late: by a default
    std::uint64_t liquidations = 0;
};

/// What is staked for a borrower, by voucher.
struct Stake {
    AccountId module;
    AccountId voucher;
    Int128 amount = 0; ///< positive
};

/// An account at the end of a day of UTC.
struct DayEquity {
    std::int64_t day = 0; ///< since 1970
    Int128 equity = 0;    ///< at the book's own prices
    Int128 drawn = 0;     ///< by it, and not repaid
};

/// Follows a log from its first event on. The credit asset is the ledger's valuation asset, and stays what it was when something
/// was first drawn or staked; what is drawn, repaid or staked in another does not count.
///
/// A trade counts for each side whose owner is not the other's; those of liquidations, deleveraging and settlements do not, nor
/// those with a vault, which may be its own.
/// A loan is a transfer of type credit_drawn from an account of kind pool; credit_repaid repays the owner's oldest first. Stakes
/// are transfers of type stake, unstake and slash between a voucher and a staked module whose parent is the borrower's.
class CreditHistory {
public:
    /// `preset`: takes the place of what the log adopts.
    explicit CreditHistory(std::optional<CreditPreset> preset = {}) : preset_(std::move(preset)), is_asked_(preset_.has_value()) {}

    /// Keeps these accounts' equity of each day from now on. Who would know a whole history asks before its first event.
    void track(std::span<AccountId const> accounts);
    /// Before an event is applied to `before`: where it is the first of a new day, the day before has ended so.
    void precede(Event const& event, book::Book const& before);
    /// After it was applied.
    void follow(Event const& event, book::Book const& after);

    /// In force; nothing where none was adopted.
    [[nodiscard]] std::optional<CreditPreset> const& preset() const { return preset_; }
    [[nodiscard]] std::optional<CreditPreset> const& asked_preset() const { return is_asked_ ? preset_ : none_; }
    /// Not empty: an adopted preset could not be read, and why.
    [[nodiscard]] std::string const& unreadable() const { return unreadable_; }

    /// What is lent; nothing before an asset is defined.
    [[nodiscard]] std::optional<AssetId> asset() const { return asset_; }
    [[nodiscard]] Owners const& owners() const { return owners_; }
    /// Of a holder.
    [[nodiscard]] OwnerRecord const& record(AccountId holder) const { return records_[holder.number()]; }
    [[nodiscard]] std::deque<Loan> const& loans(AccountId holder) const;
    [[nodiscard]] Int128 drawn(AccountId holder) const;
    /// Past its term at a moment.
    [[nodiscard]] Int128 overdue(AccountId holder, TimeNs now) const;
    /// Stakes of other owners, by module and voucher.
    [[nodiscard]] std::vector<Stake> stakes(AccountId holder) const;
    /// Where stakes for the account's owner lie; none yet.
    [[nodiscard]] AccountId module_of(AccountId holder) const;
    [[nodiscard]] Int128 lent(AccountId pool) const;
    [[nodiscard]] bool has_loans() const { return !loans_.empty(); }
    /// Holders with loans or stakes, ascending.
    [[nodiscard]] std::vector<AccountId> with_credit() const;

    [[nodiscard]] std::vector<AccountId> tracked() const;
    [[nodiscard]] bool is_tracked(AccountId holder) const;
    /// The lower median of the owner's equity less what it had drawn, at the ends of the last `days` days before that of `now`. A day
    /// without events ended as the one before; before its first account it had nothing. `standing`: the same at the log's last
    /// event, whose day may have ended since. All its accounts must be tracked.
    [[nodiscard]] Int128 median_equity(AccountId holder, std::uint32_t days, TimeNs now, Int128 standing, TimeNs last_event) const;

private:
    void take(AccountOpened const& fact, book::Book const& after);
    void take(Traded const& fact, book::Book const& after);
    void take(LiquidationStarted const& fact);
    void take(PresetAdopted const& fact);
    void take_definition(book::Book const& after);
    void take_transfer(Transferred const& fact, Origin const& origin, book::Book const& after);
    void take_stake(Transferred const& fact, book::Book const& after);
    void repay(AccountId holder, Int128 amount, bool is_collected, TimeNs now);
    void join(Owners::Joined const& joined);

    std::optional<CreditPreset> preset_;
    std::optional<CreditPreset> none_;
    bool is_asked_ = false;
    std::string unreadable_;
    Owners owners_;
    std::vector<OwnerRecord> records_; ///< by holder's number
    std::vector<AccountId> unborn_;    ///< opened before the ledger had a time
    std::map<AccountId, std::deque<Loan>> loans_; ///< by holder, oldest first; none is empty
    std::map<AccountId, AccountId> modules_;      ///< by borrower; the first
    std::map<std::pair<AccountId, AccountId>, Int128> stakes_; ///< by module and voucher; none is zero
    std::map<AccountId, Int128> lent_;                         ///< by pool
    std::map<AccountId, std::deque<DayEquity>> days_;          ///< of tracked accounts
    std::optional<AssetId> asset_;
    bool is_asset_fixed_ = false;
};

} // namespace plimsoll::risk
