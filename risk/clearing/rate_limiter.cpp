#include "risk/clearing/rate_limiter.hpp"

#include <algorithm>

namespace plimsoll::risk {

Wide baseline(RateLimiter const& limiter, Wide const& held) {
    return std::max(limiter.minimum, scale(held, limiter.share_ppm, 1'000'000, Rounding::floor));
}

Wide recovered(RateLimiter const& limiter, Wide const& held, Wide const& capacity,
               Wide const& elapsed_nanoseconds) {
    Wide const rest = baseline(limiter, held);
    auto const milliseconds = [](Wide const& nanoseconds) {
        return quotient(nanoseconds, 1'000'000, Rounding::floor);
    };
    Wide const speed = std::max<Wide>(rest, capacity - rest);
    Wide const step = scale(speed, milliseconds(elapsed_nanoseconds),
                            milliseconds(limiter.period_nanoseconds), Rounding::floor);
    if (capacity < rest) return std::min<Wide>(capacity + step, rest);
    return std::max<Wide>(capacity - step, rest);
}

} // namespace plimsoll::risk
