#include "ledger/book/interest.hpp"

#include "ledger/book/limits.hpp"
#include "ledger/event/wide.hpp"

#include <algorithm>
#include <iterator>

namespace plimsoll::book {
namespace {

/// Balances as events that are not applied yet leave them.
class RowsForeseen {
public:
    explicit RowsForeseen(Book const& book) : book_(book) {}
    void take(Event const& event) {
        visit_body(event.body, [&](auto const& fact) { post(fact, *this); });
    }
    [[nodiscard]] BalanceRow& balance(AccountId account, AssetId asset) {
        for (BalanceRow& row : rows_) {
            if (row.account == account && row.asset == asset) return row;
        }
        BalanceRow const* const held = book_.balance(account, asset);
        return rows_.emplace_back(held == nullptr ? BalanceRow{account, asset, 0, 0, {}, {}, {}} : *held);
    }

    void cash(AccountId account, AssetId asset, Amount amount) {
        bool const ok = balance(account, asset).amount.add(amount); // limits keep sums within 128 bits
        PLIMSOLL_ASSERT(ok);
    }
    void stand(AccountId account, std::uint32_t subject, IndexKind kind, Index index) {
        if (kind != IndexKind::funding) stand_at(balance(account, AssetId{subject}), kind, index);
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) {}
    void size(AccountId, InstrumentId, Quantity) {}

private:
    Book const& book_;
    std::vector<BalanceRow> rows_;
};

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
    bool const owes = row.amount.is_negative();
    if (row.interest_kind != interest_kind(owes)) return Amount{};
    AssetRow const& asset = book.asset(row.asset);
    Index const now = interest_index(asset, owes);
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

result<void> meet_interest(Book const& book, Origin const& origin, std::size_t foreseen, std::size_t first, std::vector<Event>& decided) {
    auto const changes_of = [&](Event const& event) {
        InterestChanges changes(book);
        if (!says_its_index(event.body)) visit_body(event.body, [&](auto const& fact) { post(fact, changes); });
        return changes;
    };
    bool const is_concerned = std::any_of(decided.begin() + static_cast<std::ptrdiff_t>(first), decided.end(),
                                          [&](Event const& event) { return !changes_of(event).all().empty(); });
    if (!is_concerned) return outcome::success(); // hardly any event is: nothing is copied for them
    RowsForeseen rows(book);
    for (std::size_t i = foreseen; i < first; ++i) rows.take(decided[i]);
    std::vector<Event> all;
    for (std::size_t i = first; i < decided.size(); ++i) {
        InterestChanges const changes = changes_of(decided[i]);
        for (InterestChanges::Change const& change : changes.all()) {
            auto const payer = interest_account(book, change.asset);
            if (!payer) continue;
            BalanceRow const& row = rows.balance(change.account, change.asset);
            PLIMSOLL_TRY(pending, pending_interest(book, row));
            bool const will_owe = row.amount.units() + pending.units() + change.units < 0;
            IndexMet const met = interest_met(book, change.account, change.asset, will_owe, *payer, pending);
            bool const stands_there = row.interest_index == met.index && row.interest_kind == interest_kind(will_owe);
            if (pending.is_zero() && stands_there) continue;
            PLIMSOLL_TRYV(check_limits(book, met));
            Origin by_rule = origin;
            by_rule.cause = Cause::pending_interest;
            rows.take(all.emplace_back(Event{by_rule, met}));
        }
        rows.take(decided[i]);
        all.push_back(std::move(decided[i]));
    }
    decided.resize(first);
    decided.insert(decided.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
    return outcome::success();
}

} // namespace plimsoll::book
