/// What the parts of Bridges share: names for messages, places on the board, and one movement of an asset.
#pragma once

#include "ledger/book/errc.hpp"
#include "risk/bridge/bridge_state.hpp"
#include "risk/clearing/decision.hpp"
#include "risk/errc.hpp"

namespace plimsoll::risk::bridge {

[[nodiscard]] inline std::string account_text(book::Book const& book, AccountId account) { return std::string(book.account(account).name.view()); }
[[nodiscard]] inline std::string asset_text(book::Book const& book, AssetId asset) { return std::string(book.asset(asset).name.view()); }

[[nodiscard]] inline result<AccountId> account_named(book::Book const& book, std::string const& name) {
    if (auto const known = book.find_account(name)) return *known;
    return fail(Errc::bridge_account_missing, "'" + name + "'");
}

/// The lowest that is free: the same whoever decides.
template <class Slots> [[nodiscard]] std::uint32_t free_slot(Slots const& taken) {
    std::uint32_t slot = 1;
    for (auto const& [number, each] : taken) {
        if (number != slot) break;
        ++slot;
    }
    return slot;
}

/// Accounts that are the bridge itself, or the world, own nothing that could be moved.
[[nodiscard]] inline result<void> check_owner(book::Book const& book, AccountId account) {
    if (!book.has(account)) return fail(book::Errc::unknown_account);
    book::AccountRow const& row = book.account(account);
    bool const is_bridge = row.kind == wire::AccountKind::bridge && row.name.view().starts_with(bridge_events_scope);
    if (is_bridge || row.kind == wire::AccountKind::outside) return fail(book::Errc::accounts_must_differ, account_text(book, account) + " is the bridge's own, or the chain's");
    return outcome::success();
}

} // namespace plimsoll::risk::bridge
