#include "replay/credit_view.hpp"

#include "replay/follow_again.hpp"

#include <algorithm>

namespace plimsoll::replay {
namespace {

/// Who belongs to whom: the events that opened the accounts, read in runs that lie close together.
[[nodiscard]] result<risk::Owners> owners_at(Reader const& reader, book::Book const& book) {
    constexpr std::uint64_t close = 1'000; // to read on is quicker than to begin anew
    risk::Owners owners;
    std::uint32_t next = 1; // accounts are numbered in the order in which they were opened
    while (next <= book.accounts.size()) {
        std::uint64_t const first = book.accounts[next].opened_sequence;
        std::uint64_t last = first;
        for (std::uint32_t id = next; id <= book.accounts.size() && book.accounts[id].opened_sequence <= last + close; ++id) {
            last = book.accounts[id].opened_sequence;
        }
        PLIMSOLL_TRYV(reader.for_events(first, last, [&](std::uint64_t, Event const& event) {
            visit_body(event.body, [&](auto const& fact) {
                if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, AccountOpened>) owners.open(AccountId{next++}, fact);
            });
            return true;
        }));
        PLIMSOLL_ASSERT(next > 1 && book.accounts[next - 1].opened_sequence == last);
    }
    return owners;
}

} // namespace

std::vector<AccountId> known_borrowers(book::Book const& book) {
    std::vector<AccountId> accounts;
    for (book::CreditRow const& row : book.credits.rows()) accounts.push_back(row.account);
    for (book::AccountRow const& row : book.accounts.rows()) {
        if (row.kind == wire::AccountKind::staked_module) accounts.push_back(row.parent);
    }
    return accounts;
}

result<risk::CreditHistory> credit_history_at(Reader const& reader, book::Book const& book, std::vector<AccountId> const& of,
                                              std::optional<risk::CreditPreset> instead) {
    PLIMSOLL_TRY(owners, owners_at(reader, book));
    std::vector<AccountId> tracked;
    for (AccountId const account : of.empty() ? known_borrowers(book) : of) std::ranges::copy(owners.accounts_of(account), std::back_inserter(tracked));
    while (true) {
        risk::CreditHistory history(instead);
        history.track(tracked);
        PLIMSOLL_TRYV(follow_again(reader, 0, book.sequence(), history));
        std::size_t const before = tracked.size();
        if (of.empty()) { // of a log that another program wrote: loans of which the book knows no limit
            for (AccountId const holder : history.with_credit()) {
                if (!history.is_tracked(holder)) std::ranges::copy(owners.accounts_of(holder), std::back_inserter(tracked));
            }
        }
        if (tracked.size() == before) return history;
    }
}

} // namespace plimsoll::replay
