/// Black-76 as a textbook writes it, in floating point: margins of tests are worked out with it again.
#pragma once

#include "ledger/event/number.hpp"

#include <algorithm>
#include <cmath>

namespace plimsoll::risk::plain {

[[nodiscard]] inline double ones(Int128 units) { return static_cast<double>(units) / 1e18; }
[[nodiscard]] inline double normal(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// Without time or volatility: what exercise is worth.
[[nodiscard]] inline double black(bool is_call, double forward, double strike, double volatility, double years,
                                  double rate = 0) {
    double const sign = is_call ? 1 : -1;
    double const deviation = volatility * std::sqrt(std::max(years, 0.0));
    if (deviation <= 0 || forward <= 0) return std::max(sign * (forward - strike), 0.0);
    double const d1 = std::log(forward / strike) / deviation + deviation / 2;
    return std::exp(-rate * years) * sign * (forward * normal(sign * d1) - strike * normal(sign * (d1 - deviation)));
}

} // namespace plimsoll::risk::plain
