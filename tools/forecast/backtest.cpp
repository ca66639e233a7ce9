#include "tools/forecast/backtest.hpp"

#include "tools/errc.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace plimsoll::tools {
namespace {

/// Counts 10^-18; a double has no more than sixteen digits of it. No margin is asked beyond ten times the notional.
[[nodiscard]] Int128 counted(double share) { return static_cast<Int128>(std::llround(std::clamp(share, -1.0, 9.0) * 1e15)) * 1'000; }
[[nodiscard]] Int128 counted_up(double share) { return static_cast<Int128>(std::llround(std::ceil(std::clamp(share, 0.0, 9.0) * 1e15))) * 1'000; }

void add_day(BacktestRow& row, MarginDay const& day) {
    if (row.days.empty()) row.least_margin = row.largest_margin = day.margin;
    row.least_margin = std::min(row.least_margin, day.margin);
    row.largest_margin = std::max(row.largest_margin, day.margin);
    row.days.push_back(day);
}

void sum_up(BacktestRow& row, double expected) {
    auto const exceeded = std::make_unique<bool[]>(row.days.size());
    Int128 sum = 0;
    for (std::size_t i = 0; i < row.days.size(); ++i) {
        exceeded[i] = row.days[i].loss > row.days[i].margin;
        sum += row.days[i].margin;
        for (std::size_t k = 0; k < rise_days.size(); ++k) {
            if (i < rise_days[k]) continue;
            double const rise = static_cast<double>(row.days[i].margin) / static_cast<double>(row.days[i - rise_days[k]].margin) - 1;
            row.largest_rise[k] = std::max(row.largest_rise[k], rise);
        }
    }
    row.tests = coverage_of({exceeded.get(), row.days.size()}, expected);
    row.mean_margin = sum / static_cast<Int128>(row.days.size()); // rounded down: a figure of a report
}

} // namespace

std::vector<FailedDay> BacktestRow::failed() const {
    std::vector<FailedDay> days_failed;
    for (MarginDay const& day : days) {
        if (day.loss > day.margin) days_failed.push_back({day.day, day.margin, day.loss});
    }
    return days_failed;
}

risk::MarginEstimates estimates_of(DayForecast const& day, PositionSide side) {
    auto asked = [&](double volatility) { return counted_up(share_of(std::max(day.factor, 0.0) * volatility, side)); };
    return {asked(day.volatility), asked(day.stressed), asked(day.long_run)};
}

result<std::vector<BacktestRow>> backtest(VolatilityRule const& rule, PositionSide side, std::span<risk::ProcyclicalRule const> tools,
                                          std::span<DayOfPrices const> days, TimeNs from, TimeNs to) {
    VolatilityWalk walk(rule, side, days);
    std::vector<BacktestRow> rows;
    std::vector<risk::ProcyclicalMargin> margins;
    for (risk::ProcyclicalRule const& tool : tools) {
        rows.push_back({rule.model, tool, {}, 0, 0, 0, {}, {}});
        margins.emplace_back(tool);
    }
    for (std::size_t known = rule.least_days; known < days.size(); ++known) {
        if (days[known].start < from || days[known].start >= to) continue;
        PLIMSOLL_TRY(forecast, walk.forecast(known));
        auto const estimates = estimates_of(forecast, side);
        double const log_loss = side == PositionSide::long_ ? -days[known].log_return : days[known].log_return;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            PLIMSOLL_TRY(margin, margins[i].next(estimates));
            add_day(rows[i], {days[known].start, margin, counted(share_of(log_loss, side))});
        }
    }
    if (rows.empty() || rows.front().days.empty()) {
        return fail(Errc::series_too_short, "no day of the span has " + std::to_string(rule.least_days) + " days of prices before it");
    }
    for (BacktestRow& row : rows) sum_up(row, 1 - rule.confidence);
    return rows;
}

} // namespace plimsoll::tools
