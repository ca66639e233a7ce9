/// Realised variance of tomorrow from that of the day, the week and the month before.
#pragma once

#include "ledger/event/result.hpp"

#include <array>
#include <span>

namespace plimsoll::tools {

/// RV' = constant + day * RV + week * mean of 7 + month * mean of 30. Source: Corsi 2009, with the windows of markets that
/// never close; risk-models 2.9.
struct HarFit {
    static constexpr std::size_t week = 7;
    static constexpr std::size_t month = 30;

    std::array<double, 4> weights{}; ///< constant, day, week, month

    /// Of the day after the last of `variances`, which are at least a month's; no less than the least of them, since a
    /// line may go below nothing.
    [[nodiscard]] double variance_after(std::span<double const> variances) const;
};

/// What the line multiplies for the day after the first `count` of them: 1, the day, the week, the month.
[[nodiscard]] std::array<double, 4> har_terms(std::span<double const> variances, std::size_t count);

/// Least squares by Eigen's QR with pivots. Errors: Errc::series_too_short (fewer than 60 days beyond the first month).
[[nodiscard]] result<HarFit> fit_har(std::span<double const> variances);

} // namespace plimsoll::tools
