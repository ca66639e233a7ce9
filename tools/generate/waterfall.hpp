/// Who pays when a liquidation leaves a hole: winners deleveraged, the insurance fund, then
/// everybody.
#pragma once

#include "tools/generate/standing.hpp"

namespace plimsoll::tools {

/// Once the fund is all but gone: somebody on the other side takes the losing position over at the
/// price that leaves the account with nothing. False, and nothing added, where that is not to be.
[[nodiscard]] bool add_deleveraging(book::Book const& book, World& world, Group& group,
                                    std::uint64_t liquidation, AccountId account,
                                    Standing const& standing);

/// Turns what a bankrupt account has into dollars: profits and losses realised, coins converted.
/// The result is its debt in units of USDC (0 or less: none).
[[nodiscard]] Int128 add_realisation(book::Book const& book, World const& world, Group& group,
                                     AccountId account, std::uint64_t cause_sequence);

struct Loss {
    std::uint64_t liquidation = 0;
    AccountId account;
    std::size_t listing = 0;
    Int128 debt_units = 0;
    std::uint64_t cause_sequence = 0;
};

/// The fund pays while it has something, the shared loss account the rest, which raises the loss
/// index.
void add_waterfall(book::Book const& book, World& world, Group& group, Loss const& loss);

/// What an account owes of losses socialised since it last met the index; nothing where it is up to
/// date.
void add_loss_met(book::Book const& book, World const& world, Group& group, AccountId account);

} // namespace plimsoll::tools
