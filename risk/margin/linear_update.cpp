#include "risk/margin/linear_update.hpp"

#include <algorithm>
#include <set>

namespace plimsoll::risk::linear {
namespace {

template <class T> [[nodiscard]] or_refusal<T, UpdateRefusal> known(or_refusal<T, AccountRefusal> got) {
    if (!got) return UpdateRefusal::perpetual_does_not_exist;
    return std::move(got).value();
}

[[nodiscard]] bool is_isolated(Markets const& markets, MarketId id) {
    auto const market = markets.find(id);
    return market != markets.end() && market->second.isolated;
}

/// An isolated market stands alone in an account: neither held nor traded beside another one.
[[nodiscard]] bool keeps_isolation(Account const& account, Change const& change,
                                   Markets const& markets) {
    if (change.positions.empty()) return true;
    std::optional<MarketId> traded;
    for (PositionDelta const& delta : change.positions) {
        if (!traded && is_isolated(markets, delta.market)) traded = delta.market;
    }
    PoolId const held = pool_of(account, markets);
    if (held) return traded && change.positions.size() == 1 && *traded == *held;
    if (!traded) return true;
    return account.positions.empty() && change.positions.size() == 1;
}

/// How collateral moves between pools, if it does: from, to, amount.
struct Move {
    PoolId from;
    PoolId to;
    Wide amount;
};

[[nodiscard]] or_refusal<std::optional<Move>, UpdateRefusal>
move_of(Account const& after, Change const& change, Markets const& markets) {
    if (change.positions.size() != 1 || after.positions.size() > 1) return std::optional<Move>{};
    PositionDelta const& delta = change.positions.front();
    if (!is_isolated(markets, delta.market)) return std::optional<Move>{};
    if (after.positions.empty()) {
        return std::optional<Move>{Move{delta.market, std::nullopt, after.quote}};
    }
    if (after.positions.begin()->second.size != delta.size) return std::optional<Move>{};
    if (change.quotes.size() != 1) return UpdateRefusal::invalid_collateral_move;
    return std::optional<Move>{
        Move{std::nullopt, delta.market, after.quote - change.quotes.front()}};
}

[[nodiscard]] or_refusal<void, UpdateRefusal> carry_out(Pools& pools, Move const& move) {
    if (move.amount.is_zero()) return outcome::success();
    if (move.amount < 0) return UpdateRefusal::invalid_collateral_move;
    if (pools[move.from] < move.amount) return UpdateRefusal::insufficient_pool;
    pools[move.from] -= move.amount;
    pools[move.to] += move.amount;
    return outcome::success();
}

struct SettledAccounts {
    std::vector<Account> accounts;
    std::vector<std::map<MarketId, Wide>> funding_paid;
};

[[nodiscard]] or_refusal<SettledAccounts, UpdateRefusal>
settle_updated(std::vector<Account> const& accounts, Markets const& markets,
               std::vector<Update> const& updates) {
    SettledAccounts settled{accounts, std::vector<std::map<MarketId, Wide>>(accounts.size())};
    for (Update const& update : updates) {
        PLIMSOLL_ASSERT(update.account < accounts.size());
        PLIMSOLL_TRY(one, known(settle(accounts[update.account], markets)));
        settled.accounts[update.account] = std::move(one.account);
        settled.funding_paid[update.account] = std::move(one.funding_paid);
        for (PositionDelta const& delta : update.change.positions) {
            if (!markets.contains(delta.market)) return UpdateRefusal::perpetual_does_not_exist;
        }
    }
    return settled;
}

[[nodiscard]] or_refusal<Checked, UpdateRefusal>
check_settled(std::vector<Account> const& accounts, Markets const& markets, UpdateKind kind,
              std::vector<Update> const& updates, std::optional<WithdrawalGate> const& gate) {
    Checked checked;
    std::vector<PoolId> pools;
    for (Update const& update : updates) {
        Account const& account = accounts[update.account];
        checked.verdicts.push_back(keeps_isolation(account, update.change, markets)
                                       ? Verdict::success
                                       : Verdict::violates_isolated_constraints);
        pools.push_back(pool_of(account, markets));
    }
    if (!checked.accepted()) return checked;

    bool const leaves = kind == UpdateKind::withdrawal || kind == UpdateKind::transfer;
    if (leaves && gate && gate->closed_for(pools)) {
        std::ranges::fill(checked.verdicts, Verdict::withdrawals_and_transfers_blocked);
        return checked;
    }

    Markets then = markets;
    if (kind == UpdateKind::match) {
        PLIMSOLL_TRY(delta, open_interest_delta(accounts, updates));
        if (delta) then.at(delta->market).open_interest += delta->size;
    }
    for (std::size_t i = 0; i < updates.size(); ++i) {
        Account const& account = accounts[updates[i].account];
        PLIMSOLL_TRY(after, known(changed(account, updates[i].change, then)));
        PLIMSOLL_TRY(risk, known(risk_of(after, then)));
        if (risk.meets_initial()) continue;
        PLIMSOLL_TRY(before, known(risk_of(account, then)));
        checked.verdicts[i] = improve_or_reject(before, risk);
    }
    return checked;
}

} // namespace

std::string_view word(Verdict verdict) {
    switch (verdict) {
    case Verdict::success: return "Success";
    case Verdict::newly_undercollateralized: return "NewlyUndercollateralized";
    case Verdict::still_undercollateralized: return "StillUndercollateralized";
    case Verdict::violates_isolated_constraints: return "ViolatesIsolatedSubaccountConstraints";
    case Verdict::withdrawals_and_transfers_blocked: return "WithdrawalsAndTransfersBlocked";
    }
    return {};
}

std::string_view word(UpdateRefusal refusal) {
    switch (refusal) {
    case UpdateRefusal::perpetual_does_not_exist: return "ErrPerpetualDoesNotExist";
    case UpdateRefusal::accounts_must_differ: return "ErrNonUniqueUpdatesSubaccount";
    case UpdateRefusal::match_needs_two_updates: return "ErrMatchUpdatesMustHaveTwoUpdates";
    case UpdateRefusal::match_needs_one_perpetual: return "ErrMatchUpdatesMustUpdateOnePerp";
    case UpdateRefusal::match_needs_the_same_perpetual: return "ErrMatchUpdatesMustBeSamePerpId";
    case UpdateRefusal::match_sizes_must_cancel: return "ErrMatchUpdatesInvalidSize";
    case UpdateRefusal::insufficient_pool: return "ErrInsufficientFunds";
    case UpdateRefusal::invalid_collateral_move: return "ErrFailedToUpdateSubaccounts";
    }
    return {};
}

Verdict improve_or_reject(Risk const& before, Risk const& after) {
    Verdict const no = before.meets_initial() ? Verdict::newly_undercollateralized
                                              : Verdict::still_undercollateralized;
    if (after.maintenance > before.maintenance) return no;
    if (before.maintenance.is_zero() || after.maintenance.is_zero()) {
        bool const both = before.maintenance.is_zero() && after.maintenance.is_zero();
        return both && after.net_collateral > before.net_collateral ? Verdict::success : no;
    }
    return compare_riskiness(after, before) > 0 ? no : Verdict::success;
}

or_refusal<std::optional<OpenInterestDelta>, UpdateRefusal>
open_interest_delta(std::vector<Account> const& accounts, std::vector<Update> const& updates) {
    if (updates.size() != 2) return UpdateRefusal::match_needs_two_updates;
    if (updates[0].change.positions.size() != 1 || updates[1].change.positions.size() != 1) {
        return UpdateRefusal::match_needs_one_perpetual;
    }
    PositionDelta const& first = updates[0].change.positions.front();
    PositionDelta const& second = updates[1].change.positions.front();
    if (first.market != second.market) return UpdateRefusal::match_needs_the_same_perpetual;
    if (first.size + second.size != 0) return UpdateRefusal::match_sizes_must_cancel;
    OpenInterestDelta delta{first.market, 0};
    for (Update const& update : updates) {
        Account const& account = accounts[update.account];
        auto const held = account.positions.find(first.market);
        Wide const size = held == account.positions.end() ? Wide{0} : held->second.size;
        Wide const after = size + update.change.positions.front().size;
        delta.size += std::max<Wide>(after, 0) - std::max<Wide>(size, 0);
    }
    if (delta.size.is_zero()) return std::optional<OpenInterestDelta>{};
    return std::optional<OpenInterestDelta>{std::move(delta)};
}

bool Checked::accepted() const {
    return std::ranges::all_of(verdicts, [](Verdict each) { return each == Verdict::success; });
}

or_refusal<Checked, UpdateRefusal>
check(std::vector<Account> const& accounts, Markets const& markets, UpdateKind kind,
      std::vector<Update> const& updates, std::optional<WithdrawalGate> const& gate) {
    PLIMSOLL_TRY(settled, settle_updated(accounts, markets, updates));
    return check_settled(settled.accounts, markets, kind, updates, gate);
}

or_refusal<Applied, UpdateRefusal>
apply(std::vector<Account> const& accounts, Markets const& markets, UpdateKind kind,
      std::vector<Update> const& updates, std::optional<WithdrawalGate> const& gate,
      std::optional<Pools> const& pools) {
    std::set<std::size_t> named;
    for (Update const& update : updates) {
        if (!named.insert(update.account).second) return UpdateRefusal::accounts_must_differ;
    }
    PLIMSOLL_TRY(settled, settle_updated(accounts, markets, updates));
    PLIMSOLL_TRY(checked, check_settled(settled.accounts, markets, kind, updates, gate));

    Applied applied{std::move(checked), accounts, {}, {}, pools};
    for (auto const& [id, market] : markets) applied.open_interest[id] = market.open_interest;
    applied.funding_paid.resize(accounts.size());
    if (!applied.checked.accepted()) return applied;

    if (kind == UpdateKind::match) {
        PLIMSOLL_TRY(delta, open_interest_delta(settled.accounts, updates));
        if (delta) applied.open_interest[delta->market] += delta->size;
    }
    for (Update const& update : updates) {
        PLIMSOLL_TRY(after, known(changed(settled.accounts[update.account], update.change, markets)));
        PLIMSOLL_TRY(move, move_of(after, update.change, markets));
        if (move && applied.pools) {
            PLIMSOLL_TRYV(carry_out(*applied.pools, *move));
        }
        applied.accounts[update.account] = std::move(after);
        applied.funding_paid[update.account] = std::move(settled.funding_paid[update.account]);
    }
    return applied;
}

} // namespace plimsoll::risk::linear
