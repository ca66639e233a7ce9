/// The credit rules: a command, the book and what the log says of owners give events to append, or a refusal.
#pragma once

#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/commands.hpp"
#include "risk/credit/credit_line.hpp"

#include <algorithm>

namespace plimsoll::risk {

/// Whether a command is one of credit.
template <class Ask>
inline constexpr bool is_credit_ask = std::is_same_v<Ask, DrawCredit> || std::is_same_v<Ask, RepayCredit> || std::is_same_v<Ask, Vouch> ||
                                      std::is_same_v<Ask, Unvouch> || std::is_same_v<Ask, AssessCredit> || std::is_same_v<Ask, DeclareDefault>;
[[nodiscard]] inline bool is_credit_command(Command const& command) {
    return std::visit([]<class Ask>(Ask const&) { return is_credit_ask<Ask>; }, command);
}

/// Decides on a book as it stands; reads it and the history, changes neither. An accepted command's figures are said too.
/// Whose accounts a command names must be tracked by the history.
class CreditDesk {
public:
    /// `margin`: the margin rule in force, which whoever pays out must keep; null where there is none.
    CreditDesk(book::Book const& book, CreditHistory const& history, MarginDesk* margin) : book_(&book), history_(&history) {
        if (margin != nullptr) acceptance_.emplace(book, *margin);
    }

    /// Errors: Errc::account_without_credit, book::Errc::unknown_account.
    [[nodiscard]] result<AccountId> holder_of(AccountId account) const;

    /// Errors, in this order: book::Errc::amount_must_be_positive; Errc::account_without_credit, account_in_liquidation, no_credit_rule;
    /// event::Errc::too_many_decimals; Errc::no_credit_pool, price_missing, credit_overdue, credit_limit_exceeded,
    /// credit_pool_insufficient, collateral_ratio_insufficient.
    [[nodiscard]] result<void> draw(DrawCredit const& ask, Origin const& origin, Decision& decision) const;
    /// Errors: Errc::repayment_exceeds_debt, balance_insufficient, withdrawal_exceeds_margin.
    [[nodiscard]] result<void> repay(RepayCredit const& ask, Origin const& origin, Decision& decision);
    /// Opens the borrower's module, where it has none. Errors: Errc::vouch_for_oneself, balance_insufficient,
    /// withdrawal_exceeds_margin, collateral_ratio_insufficient; book::Errc::name_taken.
    [[nodiscard]] result<void> vouch(Vouch const& ask, Origin const& origin, Decision& decision);
    /// Errors: Errc::stake_insufficient, stake_in_use.
    [[nodiscard]] result<void> unvouch(Unvouch const& ask, Origin const& origin, Decision& decision) const;
    /// The holder's score and limit, where they have changed (credit_change).
    [[nodiscard]] result<void> assess(AccountId holder, bool is_asked, Origin const& origin, Decision& decision) const;

    /// Whatever leaves `account` by facts that are decided and not booked: its owner, where it owes, is left no less than its score asks,
    /// or no less than it had where that was less. Errors: Errc::collateral_ratio_insufficient.
    [[nodiscard]] result<void> keep_collateral(AccountId account, std::span<Event const> facts, TimeNs now, Decision& decision) const;

    /// Said of every decision: "score", "limit", "drawn", "collateral", ...
    void say(CreditLine const& line, Decision& decision) const;

private:
    /// A record that comes late takes effect when it is booked.
    [[nodiscard]] TimeNs now(Origin const& origin) const { return std::max(origin.source_time, book_->time()); }
    [[nodiscard]] result<void> pay(AccountId payer, CreditLine const& line, Amount amount, Origin const& origin, Decision& decision);
    [[nodiscard]] std::string name(AccountId account) const { return std::string(book_->account(account).name.view()); }

    book::Book const* book_;
    CreditHistory const* history_;
    std::optional<Acceptance> acceptance_;
};

} // namespace plimsoll::risk
