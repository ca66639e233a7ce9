#include "risk/clearing/cash.hpp"

#include "risk/number/elementary.hpp"

namespace plimsoll::risk::derive {
namespace {

[[nodiscard]] Int256 positive_part(Int256 const& value) { return std::max(value, Int256{}); }

} // namespace

Int256 CashOperation::token_scale() const {
    Int128 scale = 1;
    for (int i = token_decimals_; i < fixed_decimals; ++i) scale *= 10;
    return scale;
}

/// Burnt cash still backs loans.
Int256 CashOperation::utilisation() {
    Int256 const burnt = positive_part(on_.negate(ledger_.net_settled_cash));
    Int256 const supply = on_.add(ledger_.total_supply, burnt);
    return std::min(one_wei, on_.over(ledger_.total_borrow, supply));
}

InterestRate CashOperation::rate() {
    if (ledger_.total_borrow.is_zero()) return {};
    Int256 const used = utilisation();
    Int256 rate = on_.add(on_.times(std::min(used, model_.kink), model_.slope), model_.base_rate);
    if (used > model_.kink) {
        rate = on_.add(rate, on_.times(on_.subtract(used, model_.kink), model_.high_slope));
    }
    return {used, rate};
}

void CashOperation::accrue() {
    if (now_seconds_ == ledger_.last_accrual_seconds) return;
    std::int64_t const seconds = now_seconds_ - ledger_.last_accrual_seconds;
    ledger_.last_accrual_seconds = now_seconds_;
    if (ledger_.total_borrow.is_zero()) return;

    Int256 const exponent = on_.unsigned_fraction(Int128{seconds}, rate().a_year, seconds_per_year);
    Int256 const factor = on_.subtract(exponential(on_, exponent), one_wei);
    if (factor.is_negative()) on_.refuse(Errc::arithmetic_overflow); // exp(0) is less than 1
    Int256 const interest = on_.times(ledger_.total_borrow, factor);
    Int256 const cut = on_.times(interest, ledger_.security_fee_rate);
    if (on_.broken()) return;

    Int256 const supply_before = ledger_.total_supply;
    Int256 const borrow_before = ledger_.total_borrow;
    ledger_.accrued_security_fees = on_.add(ledger_.accrued_security_fees, cut);
    ledger_.total_borrow = on_.add(borrow_before, interest);
    ledger_.total_supply = on_.add(supply_before, on_.subtract(interest, cut));
    ledger_.borrow_index =
        on_.times(on_.over(ledger_.total_borrow, borrow_before), ledger_.borrow_index);
    ledger_.supply_index =
        on_.times(on_.over(ledger_.total_supply, supply_before), ledger_.supply_index);
}

void CashOperation::adjust(CashAccount& account, Int256 const& change) {
    accrue();
    Int256 balance = account.balance;
    if (!balance.is_zero()) {
        Int256 const& index = balance.is_negative() ? ledger_.borrow_index : ledger_.supply_index;
        balance = on_.times(on_.over(index, account.index), balance);
    }
    Int256 const after = on_.add(balance, change);
    ledger_.total_supply =
        on_.add(ledger_.total_supply, on_.subtract(positive_part(after), positive_part(balance)));
    ledger_.total_borrow =
        on_.add(ledger_.total_borrow,
                on_.subtract(positive_part(on_.negate(after)), positive_part(on_.negate(balance))));
    for (Int256 const* total : {&ledger_.total_supply, &ledger_.total_borrow}) {
        if (total->is_negative()) on_.refuse(Errc::arithmetic_overflow); // a count without a sign
    }
    account.balance = after;
    account.index = after.is_zero()       ? Int256{}
                    : after.is_negative() ? ledger_.borrow_index
                                          : ledger_.supply_index;
}

void CashOperation::transfer(CashAccount& from, CashAccount& to, Int256 const& amount) {
    if (&from == &to) on_.refuse(Errc::account_must_differ);
    adjust(from, on_.negate(amount));
    adjust(to, amount);
}

void CashOperation::deposit(CashAccount& account, Int256 const& token_amount) {
    ledger_.token_balance = on_.add(ledger_.token_balance, token_amount);
    adjust(account, on_.multiply(token_amount, token_scale()));
}

void CashOperation::withdraw(CashAccount& account, Int256 const& token_amount) {
    accrue();
    Int256 amount = on_.multiply(token_amount, token_scale());
    if (ledger_.withdraw_fee_enabled) amount = on_.over(amount, cash_to_token_rate());
    adjust(account, on_.negate(amount));
    if (ledger_.token_balance < token_amount) on_.refuse(Errc::tokens_insufficient);
    ledger_.token_balance = on_.subtract(ledger_.token_balance, token_amount);
}

void CashOperation::settle(CashAccount& account, Int256 const& amount) {
    adjust(account, amount);
    ledger_.net_settled_cash = on_.add(ledger_.net_settled_cash, amount);
}

/// The manager books first, so that the interest of the time until now sees what is settled now.
void CashOperation::settle_perpetual(CashAccount& account, Int256 const& amount) {
    if (amount.is_zero()) return;
    ledger_.net_settled_cash = on_.add(ledger_.net_settled_cash, amount);
    adjust(account, amount);
}

Int256 CashOperation::total_cash() {
    Int256 const credit = on_.add(ledger_.total_supply, ledger_.accrued_security_fees);
    Int256 const total =
        on_.subtract(on_.subtract(credit, ledger_.total_borrow), ledger_.net_settled_cash);
    if (total.is_negative()) on_.refuse(Errc::arithmetic_overflow); // a count without a sign
    return total;
}

Int256 CashOperation::covered() { return on_.multiply(ledger_.token_balance, token_scale()); }

Int256 CashOperation::cash_to_token_rate() {
    Int256 const total = total_cash();
    Int256 const tokens = covered();
    if (on_.broken() || tokens >= total) return one_wei;
    return on_.over(tokens, total);
}

void CashOperation::socialize_loss(CashAccount& account, Int256 const& loss) {
    ledger_.accrued_security_fees = // those of the last accrual only
        on_.subtract(ledger_.accrued_security_fees, std::min(ledger_.accrued_security_fees, loss));
    adjust(account, loss);
    if (ledger_.withdraw_fee_enabled || cash_to_token_rate() >= one_wei) return;
    ledger_.withdraw_fee_enabled = true;
    ledger_.security_fee_rate_before = ledger_.security_fee_rate;
    ledger_.security_fee_rate = one_wei;
}

void CashOperation::transfer_security_fees(CashAccount& receiver) {
    Int256 const fees = ledger_.accrued_security_fees; // what this accrual adds waits, as there
    ledger_.accrued_security_fees = Int256{};
    adjust(receiver, fees);
}

void CashOperation::disable_withdraw_fee() {
    if (cash_to_token_rate() < one_wei || !ledger_.withdraw_fee_enabled) return;
    ledger_.withdraw_fee_enabled = false;
    ledger_.security_fee_rate = ledger_.security_fee_rate_before;
}

void CashOperation::donate(CashAccount& account, Int256 const& amount) {
    accrue();
    Int256 const uncovered = on_.subtract(total_cash(), covered());
    if (uncovered.is_negative()) on_.refuse(Errc::arithmetic_overflow); // a count without a sign
    adjust(account, on_.negate(std::min(amount, uncovered)));
}

} // namespace plimsoll::risk::derive
