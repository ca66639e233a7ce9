/// How much may leave in a period: a capacity that drifts back to a share of what is held.
#pragma once

#include "risk/number/wide_integer.hpp"

namespace plimsoll::risk {

struct RateLimiter {
    Wide period_nanoseconds;
    Wide minimum;       ///< capacity that is always allowed
    Wide share_ppm;     ///< of what is held
};

/// Capacity at rest: the larger of the two, the share rounded down.
[[nodiscard]] Wide baseline(RateLimiter const& limiter, Wide const& held);

/// Capacity after some time. It moves toward the baseline, never across: over a period by the whole
/// baseline, or by the whole excess where that is more. Time counts in whole milliseconds.
[[nodiscard]] Wide recovered(RateLimiter const& limiter, Wide const& held, Wide const& capacity,
                             Wide const& elapsed_nanoseconds);

} // namespace plimsoll::risk
