/// GARCH(1,1) with its long-run variance fixed to the sample's.
#pragma once

#include "ledger/event/result.hpp"

#include <span>
#include <vector>

namespace plimsoll::tools {

/// variance' = omega + alpha * return^2 + beta * variance, with omega = (1 - alpha - beta) * mean square of the sample.
struct GarchFit {
    double omega = 0;
    double alpha = 0;
    double beta = 0;
    double alpha_error = 0; ///< standard errors, from the curvature of the likelihood at its top
    double beta_error = 0;
    double log_likelihood = 0;

    /// Of each return's day as the days before it say, and of the day after the last: one more than returns. The first is
    /// the long-run variance.
    [[nodiscard]] std::vector<double> variances(std::span<double const> returns) const;
};

/// The likeliest under normal returns of mean nothing, by NLopt's BOBYQA over alpha + beta and alpha's share of it; the
/// same input gives the same fit. Errors: Errc::series_too_short (fewer than 60 returns), series_does_not_move.
[[nodiscard]] result<GarchFit> fit_garch(std::span<double const> returns);

} // namespace plimsoll::tools
