#include "ledger/book/interest.hpp"

#include "ledger/book/limits.hpp"
#include "ledger/event/wide.hpp"

namespace plimsoll::book {
namespace {

/// Facts that say themselves where their rows stand.
[[nodiscard]] bool says_its_index(Body const& body) {
    if (auto const* met = std::get_if<IndexMet>(&body)) return is_interest(met->kind);
    auto const* const fact = std::get_if<RareFact>(&body);
    if (fact == nullptr) return false;
    auto const type = (*fact)->type;
    return type == wire::Rare::OpeningEntered || type == wire::Rare::Corrected || type == wire::Rare::Reversed;
}

} // namespace

std::string interest_account_name(std::string_view asset) { return "interest:" + std::string(asset); }

std::optional<AccountId> interest_account(Book const& book, AssetId asset) {
    return book.find_account(interest_account_name(book.asset(asset).name.view()));
}

bool bears_interest(wire::AccountKind kind) {
    switch (kind) {
    case wire::AccountKind::customer:
    case wire::AccountKind::subaccount:
    case wire::AccountKind::pool:
    case wire::AccountKind::vault:
    case wire::AccountKind::liquidator: return true;
    default: return false;
    }
}

result<Amount> pending_interest(Book const& book, BalanceRow const& row) {
    if (row.interest_index.is_zero() || row.amount.is_zero()) return Amount{};
    AssetRow const& asset = book.asset(row.asset);
    Index const now = interest_index(asset, row.amount.is_negative());
    if (now == row.interest_index) return Amount{};
    auto const factor = multiply_divide(now.units(), one_units, row.interest_index.units(), Rounding::toward_zero);
    auto const grown = factor ? multiply_divide(row.amount.units(), *factor, one_units, Rounding::toward_zero) : std::nullopt;
    if (!grown || !within(*grown, row_limit_units)) return fail(Errc::amount_overflow, "interest in " + std::string(asset.name.view()));
    return Amount{*grown - row.amount.units()};
}

IndexMet interest_met(Book const& book, AccountId account, AssetId asset, bool owes, AccountId payer, Amount amount) {
    IndexMet met;
    met.account = account;
    met.counter = payer;
    met.subject = asset.number();
    met.asset = asset;
    met.kind = owes ? IndexKind::borrow_interest : IndexKind::supply_interest;
    met.index = interest_index(book.asset(asset), owes);
    met.amount = amount;
    return met;
}

result<void> meet_interest(Book const& book, Origin const& origin, std::size_t first, std::vector<Event>& decided) {
    if (says_its_index(decided.back().body)) return outcome::success();
    InterestChanges changes(book);
    for (std::size_t i = first; i < decided.size(); ++i) {
        visit_body(decided[i].body, [&](auto const& fact) { post(fact, changes); });
    }
    std::vector<Event> met;
    for (InterestChanges::Change const& change : changes.all()) {
        auto const payer = interest_account(book, change.asset);
        if (!payer) continue;
        BalanceRow const* const held = book.balance(change.account, change.asset);
        BalanceRow const row = held == nullptr ? BalanceRow{change.account, change.asset, 0, 0, {}, {}, {}} : *held;
        PLIMSOLL_TRY(pending, pending_interest(book, row));
        bool const will_owe = row.amount.units() + pending.units() + change.units < 0;
        IndexMet const fact = interest_met(book, change.account, change.asset, will_owe, *payer, pending);
        if (pending.is_zero() && row.interest_index == fact.index) continue;
        PLIMSOLL_TRYV(check_limits(book, fact));
        Origin by_rule = origin;
        by_rule.cause = Cause::pending_interest;
        met.push_back({by_rule, fact});
    }
    decided.insert(decided.begin() + static_cast<std::ptrdiff_t>(first), met.begin(), met.end());
    return outcome::success();
}

} // namespace plimsoll::book
