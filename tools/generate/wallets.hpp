/// Deposits, withdrawals and transfers between customers.
#pragma once

#include "tools/generate/standing.hpp"

namespace plimsoll::tools {

/// Adds one movement of a customer's money, with what it brings along: profits realised, socialised
/// losses met. False, and nothing added, where nobody could be found.
[[nodiscard]] bool add_wallet_movement(book::Book const& book, World& world, Group& group);

/// The most events that one movement can take.
inline constexpr std::uint64_t wallet_events_limit = 8;

} // namespace plimsoll::tools
