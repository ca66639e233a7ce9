/// Volatility as an average of squared returns whose weights fade.
#pragma once

#include <cstddef>
#include <span>

namespace plimsoll::tools {

/// variance = lambda * variance + (1 - lambda) * return^2, from the mean square of the first `seed_days` returns on.
/// Source: RiskMetrics; risk-models 2.9.
struct Ewma {
    double lambda = 0.94;
    std::size_t seed_days = 30;

    /// What the returns say of the day after them; at least one. The mean is taken to be nothing, as a day's is.
    [[nodiscard]] double variance_after(std::span<double const> returns) const;
};

/// The mean square, 0 of nothing.
[[nodiscard]] double mean_square(std::span<double const> returns);

} // namespace plimsoll::tools
