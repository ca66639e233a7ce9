/// A margin that follows a volatility forecast: which model, how sure, fitted to how much.
#pragma once

#include "tools/forecast/ewma.hpp"
#include "tools/forecast/garch.hpp"
#include "tools/forecast/har_rv.hpp"
#include "tools/forecast/price_path.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

enum class VolatilityModel : std::uint8_t {
    ewma,
    garch,
    har_rv,
    fhs, ///< filtered historical simulation: GARCH's volatility, and the quantile of what returns were in units of it
};
inline constexpr std::array volatility_models{VolatilityModel::ewma, VolatilityModel::garch, VolatilityModel::har_rv, VolatilityModel::fhs};
[[nodiscard]] std::string_view word(VolatilityModel model);
[[nodiscard]] std::optional<VolatilityModel> find_volatility_model(std::string_view word);

/// Which way a position loses.
enum class PositionSide : std::uint8_t { long_, short_ };

struct VolatilityRule {
    VolatilityModel model{};
    double confidence = 0.99;         ///< of one day's loss
    Ewma ewma;
    std::size_t window_days = 1'000;  ///< the newest so many are fitted to
    std::size_t refit_days = 7;       ///< a fit holds so long
    std::size_t least_days = 180;     ///< of history before the first forecast
    std::size_t stressed_days = 60;   ///< the most volatile so many in a row are what stressed times were
    std::size_t long_run_days = 3'650;
};

/// What is known at the end of one day of the next.
struct DayForecast {
    TimeNs day = 0;            ///< the one that is forecast
    double volatility = 0;     ///< of its log return
    double factor = 0;         ///< the loss at the rule's confidence, in units of volatility
    double stressed = 0;       ///< volatility of the most volatile times so far
    double long_run = 0;       ///< volatility of the whole look-back
};

/// Forecasts day after day, each from the days before it alone.
class VolatilityWalk {
public:
    /// The days must outlive it.
    VolatilityWalk(VolatilityRule const& rule, PositionSide side, std::span<DayOfPrices const> days);

    /// For the day after the first `known`; each no smaller than the one asked for before.
    /// Errors: Errc::series_too_short, series_does_not_move.
    [[nodiscard]] result<DayForecast> forecast(std::size_t known);
    /// The model in words with its parameters, as an event records it: "garch11 alpha=0.08 beta=0.9 omega=2e-05".
    [[nodiscard]] std::string parameters() const;

private:
    [[nodiscard]] std::span<double const> window_of(std::vector<double> const& series, std::size_t known) const;
    [[nodiscard]] result<void> fit(std::size_t known);
    void look_back(std::size_t known);

    VolatilityRule rule_;
    PositionSide side_;
    std::span<DayOfPrices const> days_;
    std::vector<double> returns_;
    std::vector<double> variances_;
    std::optional<std::size_t> fitted_at_;
    GarchFit garch_;
    HarFit har_;
    double normal_quantile_ = 0;
    double residual_quantile_ = 0;
    std::size_t looked_at_ = 0;
    double stressed_variance_ = 0;
};

/// A loss of so many log points as a share of the notional: 1 - exp(-x) of a long, exp(x) - 1 of a short.
[[nodiscard]] double share_of(double log_loss, PositionSide side);

} // namespace plimsoll::tools
