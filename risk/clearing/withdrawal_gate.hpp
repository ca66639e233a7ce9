/// Withdrawals wait while a pool has lately held an account that was worth less than nothing.
#pragma once

#include "risk/margin/linear_account.hpp"

#include <optional>

namespace plimsoll::risk::linear {

/// The pool an account's collateral lies in: that of its isolated market, or none for the shared one.
using PoolId = std::optional<MarketId>;

[[nodiscard]] PoolId pool_of(Account const& account, Markets const& markets);

struct WithdrawalGate {
    std::int64_t block = 0;
    std::int64_t window_blocks = 0;
    std::map<PoolId, std::int64_t> sightings; ///< last block with negative net collateral, by pool

    /// Closed from a sighting until the window has passed; of several pools the latest one counts.
    [[nodiscard]] bool closed_for(std::vector<PoolId> const& pools) const;
};

} // namespace plimsoll::risk::linear
