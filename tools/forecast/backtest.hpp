/// What a margin rule would have asked, day after day, and where it was not enough.
#pragma once

#include "risk/margin/procyclicality.hpp"
#include "tools/forecast/coverage_tests.hpp"
#include "tools/forecast/volatility_rule.hpp"

namespace plimsoll::tools {

/// A day on which the loss was larger than the margin.
struct FailedDay {
    TimeNs day = 0;
    Int128 margin = 0; ///< of the notional, 10^-18
    Int128 loss = 0;
};

struct MarginDay {
    TimeNs day = 0;
    Int128 margin = 0;
    Int128 loss = 0; ///< of the notional, rounded to the nearest; negative: a gain
};

/// One rule with one tool, over all days.
struct BacktestRow {
    VolatilityModel model{};
    risk::ProcyclicalRule tool;
    CoverageTests tests;
    Int128 mean_margin = 0;
    Int128 least_margin = 0;
    Int128 largest_margin = 0;
    std::array<double, 3> largest_rise{}; ///< of the margin over 1, 5 and 30 days, as a share of it
    std::vector<MarginDay> days;

    [[nodiscard]] double peak_to_trough() const { return static_cast<double>(largest_margin) / static_cast<double>(least_margin); }
    [[nodiscard]] std::vector<FailedDay> failed() const;
};
inline constexpr std::array<std::size_t, 3> rise_days{1, 5, 30};

/// The days of [from, to) that have a forecast. One row for each tool, in order.
/// Errors: as VolatilityWalk::forecast, Errc::series_too_short where there is no such day.
[[nodiscard]] result<std::vector<BacktestRow>> backtest(VolatilityRule const& rule, PositionSide side, std::span<risk::ProcyclicalRule const> tools,
                                                        std::span<DayOfPrices const> days, TimeNs from, TimeNs to);

/// What one forecast asks by each estimate, as shares of the notional rounded up.
[[nodiscard]] risk::MarginEstimates estimates_of(DayForecast const& day, PositionSide side);

} // namespace plimsoll::tools
