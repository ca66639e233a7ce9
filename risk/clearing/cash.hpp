/// Derive's cash ledger: balances with interest, its indices, and the loss that all holders share.
#pragma once

#include "risk/number/wei.hpp"

namespace plimsoll::risk::derive {

/// Interest a year by utilisation: a line up to the kink, a steeper one above.
struct InterestModel {
    Int256 base_rate;
    Int256 slope;
    Int256 high_slope;
    Int256 kink; ///< utilisation
};

struct InterestRate {
    Int256 utilisation;
    Int256 a_year; ///< what those who owe pay
};

/// Amounts count 10^-18 of cash, tokens their own decimals (at most 18), times are Unix seconds.
struct CashLedger {
    Int256 total_supply;
    Int256 total_borrow;
    Int256 borrow_index = one_wei;
    Int256 supply_index = one_wei;
    Int256 accrued_security_fees;
    Int256 net_settled_cash; ///< printed for profits less burnt for losses
    Int256 security_fee_rate;
    Int256 security_fee_rate_before; ///< what it was before the withdraw fee
    bool withdraw_fee_enabled = false;
    std::int64_t last_accrual_seconds = 0;
    Int256 token_balance;
};

struct CashAccount {
    Int256 balance; ///< as of the last touch
    Int256 index;   ///< of interest at that touch; 0 where there is no balance
};

/// One operation at one time on copies of the ledger; whoever keeps it takes them back where `on` is
/// not broken, and none of them otherwise.
/// Source: Derive v2, CashAsset and its interest rate model.
class CashOperation {
public:
    CashOperation(Checked& on, CashLedger& ledger, InterestModel const& model, int token_decimals,
                  std::int64_t now_seconds)
        : on_(on), ledger_(ledger), model_(model), token_decimals_(token_decimals),
          now_seconds_(now_seconds) {}

    /// What is paid as the ledger stands; 0 of both while nobody owes.
    [[nodiscard]] InterestRate rate();
    /// Brings totals and indices up to date: once a second at most. Every other operation begins so.
    void accrue();
    /// Interest of the account first, then the change, positive or negative.
    void adjust(CashAccount& account, Int256 const& change);
    /// `amount` may be negative. Errors: account_must_differ.
    void transfer(CashAccount& from, CashAccount& to, Int256 const& amount);
    void deposit(CashAccount& account, Int256 const& token_amount);
    /// Errors: tokens_insufficient.
    void withdraw(CashAccount& account, Int256 const& token_amount);
    /// Prints or burns what a settlement owes.
    void settle(CashAccount& account, Int256 const& amount);
    /// The same for what a perpetual owes, in the other order; 0 touches nothing.
    void settle_perpetual(CashAccount& account, Int256 const& amount);
    /// Credits the whole loss; fees not paid out yet bear it first. Turns the withdraw fee on where
    /// the ledger is not covered any more: then all interest goes to the security module.
    void socialize_loss(CashAccount& account, Int256 const& loss);
    void transfer_security_fees(CashAccount& receiver);
    /// Does nothing while cash is not covered.
    void disable_withdraw_fee();
    /// Burns at most what is not covered. Errors: arithmetic_overflow where all of it is.
    void donate(CashAccount& account, Int256 const& amount);

    /// Tokens for one cash, at most 1. Errors: arithmetic_overflow where the ledger owes less than 0.
    [[nodiscard]] Int256 cash_to_token_rate();

private:
    [[nodiscard]] Int256 utilisation();
    [[nodiscard]] Int256 total_cash();
    [[nodiscard]] Int256 covered();
    [[nodiscard]] Int256 token_scale() const;

    Checked& on_;
    CashLedger& ledger_;
    InterestModel const& model_;
    int token_decimals_;
    std::int64_t now_seconds_;
};

} // namespace plimsoll::risk::derive
