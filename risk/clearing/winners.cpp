#include "risk/clearing/winners.hpp"

#include "risk/solvency.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] bool add(Int128& sum, Int128 amount) { return !__builtin_add_overflow(sum, amount, &sum) && within(sum, row_limit_units); }

} // namespace

result<Holders> holders_of(Valuation const& valuation, InstrumentId instrument) {
    book::Book const& book = valuation.book();
    PLIMSOLL_ASSERT(valuation.in() == book.instrument(instrument).settle);
    std::string const name(book.instrument(instrument).name.view());
    Holders holders;
    for (book::PositionRow const& row : book.positions.rows()) {
        if (row.instrument != instrument || row.size.is_zero()) continue;
        book::AccountRow const& account = book.account(row.account);
        if (group_of(account.kind) != Group::customers) continue;
        PositionValue const value = valuation.settled(row);
        if (value.unpriced == Unpriced::no_mark) return fail(Errc::mark_missing, name);
        if (value.unpriced != Unpriced::none) return fail(Errc::arithmetic_overflow, name);
        bool const is_long = row.size.units() > 0;
        Int128 const contracts = is_long ? row.size.units() : -row.size.units();
        Equity const equity = valuation.account(row.account);
        if (equity.amount.is_negative()) {
            if (!add(is_long ? holders.long_insolvent : holders.short_insolvent, contracts)) return fail(Errc::arithmetic_overflow, name);
            continue;
        }
        Int128 const profit = value.total.units();
        if (profit <= 0 || equity.amount.is_zero() || !equity.complete() || account.in_liquidation != 0) continue;
        Int128 const worth = value.value.units();
        if (!within(worth, row_limit_units - 1)) return fail(Errc::arithmetic_overflow, name);
        Winner const winner{row.account, is_long, contracts, profit, equity.amount.units(), worth < 0 ? -worth : worth};
        (is_long ? holders.long_winners : holders.short_winners).push_back(winner);
        if (!add(is_long ? holders.long_profit : holders.short_profit, profit)) return fail(Errc::arithmetic_overflow, name);
    }
    std::ranges::sort(holders.long_winners, {}, &Winner::account);
    std::ranges::sort(holders.short_winners, {}, &Winner::account);
    return holders;
}

} // namespace plimsoll::risk
