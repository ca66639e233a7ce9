/// Interest on cash: what those who owe an asset pay to those who hold it, by how much of it is lent.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/cash.hpp"
#include "risk/clearing/decision.hpp"

#include <map>

namespace plimsoll::risk {

/// The curve by which an asset's interest is worked out. Rates are a year's, of 365 days.
struct InterestTerms {
    derive::InterestModel model;
    Int256 security_share; ///< of the interest, for whoever covers losses
};

/// The parameters `interest_...` of scope clearing; one with a point and the asset's name behind it is that asset's own.
/// Errors: Errc::clearing_term_out_of_bounds.
[[nodiscard]] result<InterestTerms> interest_terms_of(book::Book const& book, AssetId asset);

/// What the accounts that bear interest hold and owe of an asset, what they have earned and not met yet included. As the
/// protocol counts it: interest adds to both when it accrues, and what changes a balance adds the change.
struct InterestTotals {
    Int128 supply = 0;
    Int128 borrow = 0;
    TimeNs accrued = 0; ///< when interest was last worked out
};

/// Keeps those totals over a book that goes on. Whoever applies events shows them here.
class Interest {
public:
    explicit Interest(book::Book const& book) : book_(&book) {}

    /// After an event was applied to `after`. An accrual's own totals are those that its events carry.
    void follow(Event const& event, book::Book const& after);
    void forget() { totals_.clear(); }
    /// Whether any asset of the book has begun to bear interest.
    [[nodiscard]] bool has_begun() const;
    [[nodiscard]] bool has_begun(AssetId asset) const;
    /// Whether a second is over since the last accrual.
    [[nodiscard]] bool is_due(AssetId asset, TimeNs now) const;
    [[nodiscard]] InterestTotals totals(AssetId asset) const;

    /// The first time: interest begins, both indices are 1 and every balance stands there. Later: the indices rise by
    /// what the time since the last accrual costs, once a second at most; and who covers losses (the staked module, else
    /// the shared fund) has its share paid out of the asset's interest account. While nobody holds anything, nothing
    /// accrues. Figures: utilisation, borrow_rate, interest, security_share, total_supply, total_borrow.
    /// Source: Derive v2, CashAsset (risk/clearing/cash.hpp), which it calls.
    /// Errors: book::Errc::unknown_asset; Errc::no_interest_account, clearing_term_out_of_bounds, arithmetic_overflow.
    [[nodiscard]] result<void> accrue(AssetId asset, Origin const& origin, Decision& decision) const;

    /// Has an account meet what it has earned or owes: whoever is about to move all it has must see it first.
    /// Errors: book::Errc::amount_overflow.
    [[nodiscard]] result<void> meet(AccountId account, Origin const& origin, Decision& decision) const;

private:
    [[nodiscard]] result<void> begin(AssetId asset, AccountId payer, Origin const& origin, Decision& decision) const;

    book::Book const* book_;
    std::map<AssetId, InterestTotals> totals_;
};

/// How interest on an asset stands in a book, from its rows alone.
struct InterestStanding {
    AssetId asset;
    AccountId payer;     ///< `interest:ASSET`
    Int128 supply = 0;   ///< with what was earned and not met yet
    Int128 borrow = 0;
    Int128 unmet = 0;    ///< what the payer still owes lenders, less what borrowers still owe it
    Int128 utilisation = 0;
    Int128 borrow_rate = 0; ///< a year's
    Int128 supply_rate = 0; ///< a year's: what borrowers pay, less the share of who covers losses, over what lenders hold; rounded down
};

/// By asset, those that have begun. Errors: Errc::clearing_term_out_of_bounds, arithmetic_overflow.
[[nodiscard]] result<std::vector<InterestStanding>> interest_standings(book::Book const& book);

} // namespace plimsoll::risk
