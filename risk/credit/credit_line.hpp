/// One owner's credit at a moment: its score, its limit and why, what it has drawn, what it holds against it.
#pragma once

#include "risk/credit/credit_history.hpp"
#include "risk/credit/score.hpp"

namespace plimsoll::risk {

/// "credit:USDC": the account of kind pool that lends the asset.
[[nodiscard]] std::string credit_pool_name(std::string_view asset);

/// The smallest part of an asset: what is drawn, repaid, staked and lost is whole ones.
[[nodiscard]] Int128 credit_lot(book::Book const& book, AssetId asset);

/// Amounts are of the credit asset, the ledger's valuation asset. A line is the owner's: its first account stands for it, and all
/// of its accounts answer for what any of them drew.
struct CreditLine {
    AccountId holder;
    std::vector<AccountId> accounts;
    AssetId asset;
    AccountId pool; ///< none: nobody lends
    TimeNs now = 0;

    Score score;
    LimitValues limit_values;
    CreditLimit limit; ///< in whole lots, rounded down

    Int128 drawn = 0;
    Int128 overdue = 0;
    TimeNs first_due = 0;     ///< of what is drawn, 0: nothing is
    Int128 collateral = 0;    ///< what the accounts are worth at the book's own prices, what was drawn included
    bool is_complete = true;  ///< all that they hold has a price
    Int128 ratio_asked = 0;   ///< of collateral to what is drawn
    Int128 pool_cash = 0;

    /// What must be held once so much is drawn; rounded up. Errors: Errc::arithmetic_overflow.
    [[nodiscard]] result<Int128> asked_for(Int128 drawn_then) const;
    /// The most that could be drawn now: within the limit, the ratio (what is drawn is held, so it backs itself) and the pool's
    /// cash; 0 where something is overdue or has no price. Rounded down.
    [[nodiscard]] Int128 drawable() const;
    /// Collateral over what is drawn, rounded down; nothing where nothing is drawn.
    [[nodiscard]] std::optional<Int128> ratio() const;
};

/// The largest exposure over all of them, by underlying, rounded up; 0 where there are none. An instrument's positions of one
/// owner are netted first, at their mark; cash counts, but for the credit asset.
[[nodiscard]] Int128 concentration_of(book::Book const& book, std::span<AccountId const> accounts, AssetId in);

/// Of the holder, whose accounts the history tracks, under the preset in force there.
/// Errors: Errc::no_credit_rule (with what could not be read of an adopted preset), arithmetic_overflow.
[[nodiscard]] result<CreditLine> credit_line(CreditHistory const& history, book::Book const& book, AccountId holder, TimeNs now);

/// Score and limit with every figure behind them, where the limit differs from what the book has of the holder, or the book
/// has none; `is_asked`: also where only the score does, which age alone moves.
[[nodiscard]] std::optional<CreditChanged> credit_change(CreditLine const& line, book::Book const& book, bool is_asked);

/// What the book last heard of an account's credit; null where it never did.
[[nodiscard]] book::CreditRow const* credit_row(book::Book const& book, AccountId account, AssetId asset);

} // namespace plimsoll::risk
