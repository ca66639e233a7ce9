#include "risk/claims.hpp"

#include "ledger/book/interest.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::risk {
namespace {

[[nodiscard]] result<void> add_to_claim(Amount& sum, Amount amount) {
    if (!sum.add(amount) || !within(sum.units(), row_limit_units)) return fail(book::Errc::amount_overflow, "claims on one asset");
    return outcome::success();
}

} // namespace

result<CustomerClaims> claims_on(Valuation const& valuation, AssetId asset) {
    book::Book const& book = valuation.book();
    std::vector<Amount> by_account(book.accounts.size() + 1);
    CustomerClaims claims;
    for (book::BalanceRow const& row : book.balances.rows()) {
        if (row.asset != asset) continue;
        PLIMSOLL_TRY(interest, book::pending_interest(book, row));
        PLIMSOLL_TRYV(add_to_claim(by_account[row.account.number()], Amount{row.amount.units() + interest.units()}));
    }
    for (book::PositionRow const& row : book.positions.rows()) {
        if (book.instrument(row.instrument).settle != asset) continue;
        PositionValue const value = valuation.settled(row);
        PLIMSOLL_TRYV(add_to_claim(by_account[row.account.number()], value.total));
        if (value.unpriced != Unpriced::none && group_of(book.account(row.account).kind) == Group::customers) ++claims.unpriced_positions;
    }
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        Amount const amount = by_account[id];
        if (amount.is_zero() || group_of(book.accounts[id].kind) != Group::customers) continue;
        (amount.is_negative() ? claims.negative : claims.positive).push_back({AccountId{id}, amount});
        PLIMSOLL_TRYV(add_to_claim(amount.is_negative() ? claims.owing : claims.owed, amount));
    }
    std::ranges::sort(claims.negative, {}, [](Claim const& each) { return std::pair(each.amount, each.account); });
    return claims;
}

} // namespace plimsoll::risk
