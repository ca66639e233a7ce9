#include "ledger/book/interest.hpp"

#include "ledger/book/limits.hpp"
#include "ledger/event/wide.hpp"

namespace plimsoll::book {
namespace {

/// Sums what a group of events does to each balance of an asset that bears interest.
class ChangeSink {
public:
    struct Change {
        AccountId account;
        AssetId asset;
        Int128 units = 0;
    };

    explicit ChangeSink(Book const& book) : book_(book) {}

    void cash(AccountId account, AssetId asset, Amount amount) {
        if (!has_interest(book_.asset(asset)) || !bears_interest(book_.account(account).kind)) return;
        for (Change& each : changes_) {
            if (each.account != account || each.asset != asset) continue;
            each.units += amount.units(); // at most four of an event's
            return;
        }
        changes_.push_back({account, asset, amount.units()});
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) {}
    void size(AccountId, InstrumentId, Quantity) {}
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}

    [[nodiscard]] std::vector<Change> const& changes() const { return changes_; }

private:
    Book const& book_;
    std::vector<Change> changes_;
};

[[nodiscard]] bool is_interest(IndexKind kind) { return kind == IndexKind::supply_interest || kind == IndexKind::borrow_interest; }

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

result<void> meet_interest(Book const& book, Origin const& origin, std::size_t first, std::vector<Event>& decided) {
    if (says_its_index(decided.back().body)) return outcome::success();
    ChangeSink sink(book);
    for (std::size_t i = first; i < decided.size(); ++i) {
        visit_body(decided[i].body, [&](auto const& fact) { post(fact, sink); });
    }
    std::vector<Event> met;
    for (ChangeSink::Change const& change : sink.changes()) {
        auto const counter = interest_account(book, change.asset);
        if (!counter) continue;
        BalanceRow const* const held = book.balance(change.account, change.asset);
        BalanceRow row = held == nullptr ? BalanceRow{} : *held;
        row.account = change.account;
        row.asset = change.asset;
        PLIMSOLL_TRY(pending, pending_interest(book, row));
        Int128 const after = row.amount.units() + pending.units() + change.units;
        Index const stand = interest_index(book.asset(change.asset), after < 0);
        if (pending.is_zero() && row.interest_index == stand) continue;
        IndexMet fact;
        fact.account = change.account;
        fact.counter = *counter;
        fact.subject = change.asset.number();
        fact.asset = change.asset;
        fact.kind = after < 0 ? IndexKind::borrow_interest : IndexKind::supply_interest;
        fact.index = stand;
        fact.amount = pending;
        PLIMSOLL_TRYV(check_limits(book, fact));
        Origin by_rule = origin;
        by_rule.cause = Cause::pending_interest;
        met.push_back({by_rule, fact});
    }
    decided.insert(decided.begin() + static_cast<std::ptrdiff_t>(first), met.begin(), met.end());
    return outcome::success();
}

} // namespace plimsoll::book
