#include "risk/credit/credit_desk.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/rows_after.hpp"
#include "risk/valuation.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// "vouched:alice"; by number where that would be too long a name, or is another account's.
[[nodiscard]] std::string module_name(book::Book const& book, AccountId borrower) {
    std::string const name = "vouched:" + std::string(book.account(borrower).name.view());
    bool const is_free = name.size() <= Name::capacity_bytes && !book.find_account(name);
    return is_free ? name : "vouched:#" + std::to_string(borrower.number());
}

/// As a transfer that somebody asks for must be.
[[nodiscard]] result<void> need_decimals(Amount amount, AssetId asset, book::Book const& book) {
    if (amount.units() % credit_lot(book, asset) == 0) return outcome::success();
    book::AssetRow const& row = book.asset(asset);
    return fail(event::Errc::too_many_decimals, format_decimal(amount) + ": " + std::string(row.name.view()) + " has " + std::to_string(row.decimals));
}

[[nodiscard]] result<void> need_pool(CreditLine const& line, book::Book const& book) {
    if (line.pool.is_some()) return outcome::success();
    return fail(Errc::no_credit_pool, credit_pool_name(book.asset(line.asset).name.view()));
}

} // namespace

result<AccountId> CreditDesk::holder_of(AccountId account) const {
    if (!book_->has(account)) return fail(book::Errc::unknown_account);
    AccountId const holder = history_->owners().holder(account);
    if (!holder.is_some()) return fail(Errc::account_without_credit, name(account));
    return holder;
}

void CreditDesk::say(CreditLine const& line, Decision& decision) const {
    decision.say("score", line.holder, line.score.score);
    decision.say("default_probability", line.holder, line.score.default_probability);
    decision.say("limit", line.holder, line.limit.limit);
    decision.say("limit_tier", line.holder, line.limit.tier);
    decision.say("limit_equity", line.holder, line.limit.equity);
    decision.say("limit_pool", line.holder, line.limit.pool);
    decision.say("limit_vouched", line.holder, line.limit.vouched);
    decision.say("drawn", line.holder, line.drawn);
    decision.say("overdue", line.holder, line.overdue);
    decision.say("collateral", line.holder, line.collateral);
    decision.say("ratio_asked", line.holder, line.ratio_asked);
}

result<void> CreditDesk::draw(DrawCredit const& ask, Origin const& origin, Decision& decision) const {
    if (ask.amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    PLIMSOLL_TRY(holder, holder_of(ask.account));
    if (book_->account(ask.account).in_liquidation != 0) return fail(Errc::account_in_liquidation, name(ask.account));
    PLIMSOLL_TRY(line, credit_line(*history_, *book_, holder, now(origin)));
    PLIMSOLL_TRYV(need_decimals(ask.amount, line.asset, *book_));
    say(line, decision);
    PLIMSOLL_TRYV(need_pool(line, *book_));
    if (!line.is_complete) return fail(Errc::price_missing, "of something that " + name(holder) + " or another account of its owner holds");
    if (line.overdue > 0) {
        return fail(Errc::credit_overdue, name(holder) + ": " + format_decimal(line.overdue) + " since " + format_time(line.first_due));
    }
    Int128 const drawn = line.drawn + std::min(ask.amount.units(), row_limit_units);
    decision.say("drawn_after", holder, drawn);
    if (drawn > line.limit.limit) {
        return fail(Errc::credit_limit_exceeded, name(holder) + ": " + format_decimal(drawn) + " of at most " + format_decimal(line.limit.limit) +
                                                     ", by " + std::string(word(line.limit.bound_by)));
    }
    if (ask.amount.units() > line.pool_cash) return fail(Errc::credit_pool_insufficient, name(line.pool) + " has " + format_decimal(line.pool_cash));
    PLIMSOLL_TRY(asked, line.asked_for(drawn));
    Int128 const held = line.collateral + ask.amount.units();
    decision.say("collateral_after", holder, held);
    decision.say("collateral_asked", holder, asked);
    if (held < asked) {
        return fail(Errc::collateral_ratio_insufficient, name(holder) + ": " + format_decimal(held) + " of " + format_decimal(asked) + ", at " +
                                                             format_decimal(line.ratio_asked) + " of " + format_decimal(drawn));
    }
    decision.add(origin, transferred(TransferType::credit_drawn, ask.account, line.pool, line.asset, ask.amount.units()));
    return outcome::success();
}

/// Whoever pays has it, and keeps its margin.
result<void> CreditDesk::pay(AccountId payer, CreditLine const& line, Amount amount, Origin const& origin, Decision& decision) {
    Foresight foresight(*book_);
    // to whom does not matter to who pays: the receiver may not have been opened yet
    PLIMSOLL_TRYV(foresight.add(Event{origin, transferred(TransferType::transfer, payer, line.pool, line.asset, -amount.units())}));
    AccountRows rows;
    rows_after(*book_, payer, foresight.decided(), rows);
    for (book::BalanceRow const& row : rows.balances) {
        if (row.asset != line.asset || !row.amount.is_negative()) continue;
        return fail(Errc::balance_insufficient, name(payer) + " by " + format_decimal(-row.amount.units()));
    }
    if (!acceptance_) return outcome::success();
    return acceptance_->payment(payer, line.asset, foresight.decided(), decision);
}

result<void> CreditDesk::repay(RepayCredit const& ask, Origin const& origin, Decision& decision) {
    if (ask.amount.is_negative()) return fail(book::Errc::amount_must_be_positive);
    PLIMSOLL_TRY(holder, holder_of(ask.account));
    PLIMSOLL_TRY(line, credit_line(*history_, *book_, holder, now(origin)));
    PLIMSOLL_TRYV(need_decimals(ask.amount, line.asset, *book_));
    PLIMSOLL_TRYV(need_pool(line, *book_));
    say(line, decision);
    Amount const amount = ask.amount.is_zero() ? Amount{line.drawn} : ask.amount;
    if (line.drawn == 0 || amount.units() > line.drawn) {
        return fail(Errc::repayment_exceeds_debt, name(holder) + " has drawn " + format_decimal(line.drawn));
    }
    PLIMSOLL_TRYV(pay(ask.account, line, amount, origin, decision));
    decision.say("drawn_after", holder, line.drawn - amount.units());
    decision.add(origin, transferred(TransferType::credit_repaid, ask.account, line.pool, line.asset, -amount.units()));
    return outcome::success();
}

result<void> CreditDesk::vouch(Vouch const& ask, Origin const& origin, Decision& decision) {
    if (ask.amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    PLIMSOLL_TRYV(holder_of(ask.account));
    PLIMSOLL_TRY(borrower, holder_of(ask.borrower));
    if (history_->owners().are_one(ask.account, borrower)) return fail(Errc::vouch_for_oneself, name(ask.account) + " for " + name(ask.borrower));
    PLIMSOLL_TRY(line, credit_line(*history_, *book_, borrower, now(origin)));
    PLIMSOLL_TRYV(need_decimals(ask.amount, line.asset, *book_));
    PLIMSOLL_TRYV(need_pool(line, *book_));
    PLIMSOLL_TRYV(pay(ask.account, line, ask.amount, origin, decision));
    std::vector<Event> const leaves{Event{origin, transferred(TransferType::transfer, ask.account, line.pool, line.asset, -ask.amount.units())}};
    PLIMSOLL_TRYV(keep_collateral(ask.account, leaves, now(origin), decision));
    AccountId module = history_->module_of(borrower);
    if (!module.is_some()) {
        AccountOpened fact;
        fact.name = module_name(*book_, borrower);
        fact.kind = wire::AccountKind::staked_module;
        fact.parent = borrower.number();
        module = AccountId{book_->accounts.size() + 1};
        decision.add(origin, rare(std::move(fact)));
    }
    decision.say("staked", borrower, line.limit_values.staked);
    decision.say("staked_after", borrower, line.limit_values.staked + ask.amount.units());
    decision.add(origin, transferred(TransferType::stake, ask.account, module, line.asset, -ask.amount.units()));
    return outcome::success();
}

result<void> CreditDesk::unvouch(Unvouch const& ask, Origin const& origin, Decision& decision) const {
    if (ask.amount.is_negative()) return fail(book::Errc::amount_must_be_positive);
    PLIMSOLL_TRYV(holder_of(ask.account));
    PLIMSOLL_TRY(borrower, holder_of(ask.borrower));
    PLIMSOLL_TRY(line, credit_line(*history_, *book_, borrower, now(origin)));
    PLIMSOLL_TRYV(need_decimals(ask.amount, line.asset, *book_));
    std::vector<Stake> const stakes = history_->stakes(borrower);
    Int128 mine = 0;
    for (Stake const& stake : stakes) mine += stake.voucher == ask.account ? stake.amount : 0;
    Int128 const amount = ask.amount.is_zero() ? mine : ask.amount.units();
    decision.say("at_stake", ask.account, mine);
    if (mine == 0 || amount > mine) return fail(Errc::stake_insufficient, name(ask.account) + " has " + format_decimal(mine) + " for " + name(borrower));
    auto const needed = multiply_divide(line.drawn, one_units, history_->preset()->vouched_multiple, Rounding::ceiling);
    if (!needed) return fail(Errc::arithmetic_overflow, "stake");
    Int128 const free = std::max<Int128>(0, line.limit_values.staked - *needed);
    decision.say("stake_in_use", borrower, *needed);
    if (amount > free) {
        return fail(Errc::stake_in_use, format_decimal(line.drawn) + " drawn by " + name(borrower) + " needs " + format_decimal(*needed) + " of " +
                                            format_decimal(line.limit_values.staked) + ": " + format_decimal(free) + " may leave");
    }
    Int128 left = amount;
    for (Stake const& stake : stakes) {
        Int128 const part = stake.voucher == ask.account ? std::min(left, stake.amount) : 0;
        if (part == 0) continue;
        left -= part;
        decision.add(origin, transferred(TransferType::unstake, ask.account, stake.module, line.asset, part));
    }
    return outcome::success();
}

result<void> CreditDesk::assess(AccountId holder, bool is_asked, Origin const& origin, Decision& decision) const {
    PLIMSOLL_TRY(line, credit_line(*history_, *book_, holder, now(origin)));
    if (is_asked) say(line, decision);
    auto change = credit_change(line, *book_, is_asked);
    if (change) decision.add(origin, rare(std::move(*change)));
    return outcome::success();
}

result<void> CreditDesk::keep_collateral(AccountId account, std::span<Event const> facts, TimeNs now, Decision& decision) const {
    AccountId const holder = history_->owners().holder(account);
    if (!holder.is_some() || history_->drawn(holder) == 0) return outcome::success();
    PLIMSOLL_TRY(line, credit_line(*history_, *book_, holder, now));
    PLIMSOLL_TRY(asked, line.asked_for(line.drawn));
    Foresight foresight(*book_);
    PLIMSOLL_TRYV(foresight.add(facts));
    PLIMSOLL_TRY(valuation, Valuation::of(*book_, line.asset));
    Equity after;
    AccountRows rows;
    for (AccountId const each : line.accounts) {
        rows_after(*book_, each, foresight.decided(), rows);
        for (book::BalanceRow const& row : rows.balances) after.add(valuation.balance(row).worth, Unpriced::none);
        for (book::PositionRow const& row : rows.positions) after.add(valuation.position(row).worth, Unpriced::none);
    }
    Int128 const held = after.amount.units();
    if (held >= asked || held >= line.collateral) return outcome::success();
    decision.say("drawn", holder, line.drawn);
    decision.say("collateral", holder, line.collateral);
    decision.say("collateral_after", holder, held);
    decision.say("collateral_asked", holder, asked);
    return fail(Errc::collateral_ratio_insufficient, name(holder) + ": " + format_decimal(held) + " of " + format_decimal(asked) + ", at " +
                                                         format_decimal(line.ratio_asked) + " of " + format_decimal(line.drawn));
}

} // namespace plimsoll::risk
