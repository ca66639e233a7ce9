#include "risk/clearing/acceptance.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/clearing/rows_after.hpp"
#include "risk/solvency.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] std::string name_of(book::Book const& book, AccountId account) {
    return std::string(book.account(account).name.view());
}

[[nodiscard]] Int128 size_in(AccountRows const& rows, InstrumentId instrument) {
    auto const found = std::ranges::find(rows.positions, instrument, &book::PositionRow::instrument);
    return found == rows.positions.end() ? 0 : found->size.units();
}

[[nodiscard]] Int128 amount_in(AccountRows const& rows, AssetId asset) {
    auto const found = std::ranges::find(rows.balances, asset, &book::BalanceRow::asset);
    return found == rows.balances.end() ? 0 : found->amount.units();
}

[[nodiscard]] bool has_positions(AccountRows const& rows) {
    return std::ranges::any_of(rows.positions, [](auto const& row) { return !row.size.is_zero() || !row.quote.is_zero(); });
}

void say(Decision& decision, AccountId account, Levels const& levels, bool is_after) {
    decision.say(is_after ? "initial_excess_after" : "initial_excess_before", account, levels.initial_excess);
    decision.say(is_after ? "maintenance_excess_after" : "maintenance_excess_before", account, levels.maintenance_excess);
}

} // namespace

Standpoint standpoint(Levels const& before, Levels const& after, SizeChange const& size) {
    if (after.initial_excess >= 0) return Standpoint::enough;
    bool const is_kept = after.maintenance_excess >= std::min<Int128>(0, before.maintenance_excess);
    if (size.only_reduces() && is_kept) return Standpoint::reduces;
    if (before.initial_excess >= 0) return Standpoint::insufficient;
    return after.maintenance_excess >= before.maintenance_excess ? Standpoint::improves : Standpoint::worsens;
}

bool is_margined(book::Book const& book, AccountId account) {
    return group_of(book.account(account).kind) == Group::customers;
}

/// Of spot: what is given was there.
result<void> Acceptance::owes_nothing_new(AccountId account) const {
    for (book::BalanceRow const& row : rows_.balances) {
        bool const may_be_owed = row.asset == desk_->quote() && has_positions(rows_);
        if (may_be_owed || row.amount.units() >= 0) continue;
        book::BalanceRow const* before = book_->balance(account, row.asset);
        if (before != nullptr && before->amount <= row.amount) continue;
        return fail(Errc::balance_insufficient, name_of(*book_, account) + " by " + format_decimal(-row.amount.units()));
    }
    return outcome::success();
}

result<void> Acceptance::trade(AccountId account, InstrumentId instrument, std::span<Event const> decided,
                               Decision& decision) {
    if (!is_margined(*book_, account)) return outcome::success();
    rows_after(*book_, account, decided, rows_);
    book::PositionRow const* held = book_->position(account, instrument);
    SizeChange const size{held == nullptr ? 0 : held->size.units(), size_in(rows_, instrument)};
    if (book_->account(account).in_liquidation != 0 && !size.only_reduces()) {
        return fail(Errc::account_in_liquidation, name_of(*book_, account));
    }
    if (book_->instrument(instrument).kind == wire::InstrumentKind::spot) {
        PLIMSOLL_TRYV(owes_nothing_new(account));
    }
    PLIMSOLL_TRY(after, desk_->levels(rows_));
    say(decision, account, after, true);
    if (after.initial_excess >= 0) return outcome::success();
    PLIMSOLL_TRY(before, desk_->levels(account));
    say(decision, account, before, false);
    switch (standpoint(before, after, size)) {
    case Standpoint::insufficient:
        return fail(Errc::initial_margin_insufficient,
                    name_of(*book_, account) + " by " + format_decimal(-after.initial_excess));
    case Standpoint::worsens: return fail(Errc::margin_not_improved, name_of(*book_, account));
    default: return outcome::success();
    }
}

result<void> Acceptance::payment(AccountId account, AssetId asset, std::span<Event const> decided, Decision& decision) {
    if (!is_margined(*book_, account)) return outcome::success();
    if (book_->account(account).in_liquidation != 0) return fail(Errc::account_in_liquidation, name_of(*book_, account));
    rows_after(*book_, account, decided, rows_);
    // A vault borrows on its coins; under other rules only positions are borrowed on.
    bool const is_vault = desk_->preset().kernel() == Kernel::ratio && amount_in(rows_, desk_->quote()) < 0;
    bool const is_margin_account = is_vault || has_positions(rows_);
    Int128 const left = amount_in(rows_, asset);
    decision.say("balance_after", account, left);
    // Only the quote asset may be owed, and only by margin.
    if (left < 0 && !(is_margin_account && asset == desk_->quote())) {
        return fail(Errc::balance_insufficient, name_of(*book_, account) + " by " + format_decimal(-left));
    }
    if (!is_margin_account) return outcome::success();
    PLIMSOLL_TRY(after, desk_->levels(rows_));
    say(decision, account, after, true);
    if (after.initial_excess >= 0) return outcome::success();
    return fail(Errc::withdrawal_exceeds_margin, name_of(*book_, account) + " by " + format_decimal(-after.initial_excess));
}

} // namespace plimsoll::risk
