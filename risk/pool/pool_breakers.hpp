/// What holds an option pool's queue: too little free, volatilities far from their averages, a settlement, an old price.
#pragma once

#include "risk/clearing/decision.hpp"
#include "risk/pool/pool_standing.hpp"

#include <optional>

namespace plimsoll::risk::pool {

struct PoolMetric {
    std::string_view breaker;
    std::string_view metric;
    Int128 value = 0;
    Int128 threshold = 0;
    bool is_beyond = false;
    TimeNs hold = 0; ///< from the trip on, at least
};

/// In the order in which a held queue names them.
[[nodiscard]] std::vector<PoolMetric> pool_metrics(PoolPreset const& preset, PoolHistory const& history, PoolStanding const& standing);

/// What holds the queue, and until when at least; `until` is 0 where only the metric decides.
struct QueueHold {
    PoolMetric metric;
    TimeNs until = 0;
};

/// Decides trips of what was not tripped. After a trade.
void trip_breakers(std::span<PoolMetric const> metrics, PoolHistory const& history, Origin const& origin, Decision& decision);

/// Decides trips, trips anew of what is still beyond after its hold, and releases. The first that still holds.
[[nodiscard]] std::optional<QueueHold> look_at_breakers(std::span<PoolMetric const> metrics, PoolHistory const& history, Origin const& origin,
                                                        Decision& decision);

} // namespace plimsoll::risk::pool
