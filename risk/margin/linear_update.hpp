/// Whether updates of linear accounts are allowed, and the accounts after them.
#pragma once

#include "risk/clearing/withdrawal_gate.hpp"
#include "risk/margin/linear_account.hpp"

#include <optional>

namespace plimsoll::risk::linear {

enum class UpdateKind : std::uint8_t { collateral_check, match, deposit, withdrawal, transfer };

enum class Verdict : std::uint8_t {
    success,
    newly_undercollateralized,
    still_undercollateralized,
    violates_isolated_constraints,
    withdrawals_and_transfers_blocked,
};
[[nodiscard]] std::string_view word(Verdict verdict);

enum class UpdateRefusal : std::uint8_t {
    perpetual_does_not_exist,
    accounts_must_differ,
    match_needs_two_updates,
    match_needs_one_perpetual,
    match_needs_the_same_perpetual,
    match_sizes_must_cancel,
    insufficient_pool,
    invalid_collateral_move,
};
[[nodiscard]] std::string_view word(UpdateRefusal refusal);

struct Update {
    std::size_t account = 0; ///< index into the accounts
    Change change;
};

struct OpenInterestDelta {
    MarketId market = 0;
    Wide size;
};

/// Once an account is below its initial margin: it may still move if its maintenance requirement does
/// not rise and it becomes no riskier. Without any requirement, net collateral must rise.
[[nodiscard]] Verdict improve_or_reject(Risk const& before, Risk const& after);

/// What a match adds to open interest: the rise of the two long sides. Nothing where it stays.
[[nodiscard]] or_refusal<std::optional<OpenInterestDelta>, UpdateRefusal>
open_interest_delta(std::vector<Account> const& accounts, std::vector<Update> const& updates);

struct Checked {
    std::vector<Verdict> verdicts; ///< one an update
    [[nodiscard]] bool accepted() const;
};

/// Judges each update alone against the same accounts: isolated markets first, then the gate, then
/// risk, each for all updates before the next. A match is judged at the open interest it leads to.
[[nodiscard]] or_refusal<Checked, UpdateRefusal>
check(std::vector<Account> const& accounts, Markets const& markets, UpdateKind kind,
      std::vector<Update> const& updates, std::optional<WithdrawalGate> const& gate);

/// Collateral by pool: none for the pool of all cross markets, else that of an isolated one.
using Pools = std::map<std::optional<MarketId>, Wide>;

struct Applied {
    Checked checked;
    std::vector<Account> accounts; ///< as they were where not accepted
    std::vector<std::map<MarketId, Wide>> funding_paid; ///< one an account
    std::map<MarketId, Wide> open_interest;
    std::optional<Pools> pools;
};

/// Checks, then applies where accepted. Opening an isolated position moves the quote balance before
/// the update into the market's pool, closing moves the balance after it back; without pools nothing
/// moves.
[[nodiscard]] or_refusal<Applied, UpdateRefusal>
apply(std::vector<Account> const& accounts, Markets const& markets, UpdateKind kind,
      std::vector<Update> const& updates, std::optional<WithdrawalGate> const& gate,
      std::optional<Pools> const& pools);

} // namespace plimsoll::risk::linear
