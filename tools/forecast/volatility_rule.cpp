#include "tools/forecast/volatility_rule.hpp"

#include "tools/errc.hpp"

#include <boost/math/distributions/normal.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace plimsoll::tools {
namespace {

constexpr std::array<std::string_view, 4> model_words{"ewma", "garch", "har-rv", "fhs"};

/// The loss that a share `confidence` of them do not exceed: the order statistic above.
[[nodiscard]] double quantile_of(std::vector<double> losses, double confidence) {
    auto const rank = static_cast<std::size_t>(std::ceil(confidence * static_cast<double>(losses.size())));
    auto const at = losses.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, losses.size()) - 1);
    std::ranges::nth_element(losses, at);
    return *at;
}

} // namespace

std::string_view word(VolatilityModel model) { return model_words[static_cast<std::size_t>(model)]; }

std::optional<VolatilityModel> find_volatility_model(std::string_view word) {
    for (std::size_t i = 0; i < model_words.size(); ++i) {
        if (model_words[i] == word) return static_cast<VolatilityModel>(i);
    }
    return std::nullopt;
}

double share_of(double log_loss, PositionSide side) { return side == PositionSide::long_ ? -std::expm1(-log_loss) : std::expm1(log_loss); }

VolatilityWalk::VolatilityWalk(VolatilityRule const& rule, PositionSide side, std::span<DayOfPrices const> days)
    : rule_(rule), side_(side), days_(days), normal_quantile_(boost::math::quantile(boost::math::normal(), rule.confidence)) {
    for (DayOfPrices const& day : days) {
        returns_.push_back(day.log_return);
        variances_.push_back(day.realised_variance);
    }
}

std::span<double const> VolatilityWalk::window_of(std::vector<double> const& series, std::size_t known) const {
    std::size_t const size = std::min(known, rule_.window_days);
    return std::span(series).subspan(known - size, size);
}

result<void> VolatilityWalk::fit(std::size_t known) {
    if (fitted_at_ && known < *fitted_at_ + rule_.refit_days) return outcome::success();
    switch (rule_.model) {
    case VolatilityModel::ewma: break;
    case VolatilityModel::har_rv: {
        PLIMSOLL_TRY(fitted, fit_har(window_of(variances_, known)));
        har_ = fitted;
        break;
    }
    case VolatilityModel::garch:
    case VolatilityModel::fhs: {
        PLIMSOLL_TRY(fitted, fit_garch(window_of(returns_, known)));
        garch_ = fitted;
        break;
    }
    }
    fitted_at_ = known;
    return outcome::success();
}

/// The most volatile run of days so far; each run is summed by itself, so that no rounding is carried along.
void VolatilityWalk::look_back(std::size_t known) {
    std::size_t const run = rule_.stressed_days;
    for (; looked_at_ < known; ++looked_at_) {
        std::size_t const end = looked_at_ + 1;
        if (end < run) continue;
        stressed_variance_ = std::max(stressed_variance_, mean_square(std::span(returns_).subspan(end - run, run)));
    }
}

result<DayForecast> VolatilityWalk::forecast(std::size_t known) {
    if (known < rule_.least_days) {
        return fail(Errc::series_too_short, fmt::format("{} days before the first forecast, {} are the least", known, rule_.least_days));
    }
    PLIMSOLL_TRYV(fit(known));
    look_back(known);
    auto const returns = window_of(returns_, known);
    DayForecast day;
    day.day = known < days_.size() ? days_[known].start : days_.back().start + TimeNs{86'400} * 1'000'000'000;
    day.factor = normal_quantile_;
    double variance = 0;
    switch (rule_.model) {
    case VolatilityModel::ewma: variance = rule_.ewma.variance_after(returns); break;
    case VolatilityModel::har_rv: variance = har_.variance_after(window_of(variances_, known)); break;
    case VolatilityModel::garch: variance = garch_.variances(returns).back(); break;
    case VolatilityModel::fhs: {
        auto const filtered = garch_.variances(returns);
        variance = filtered.back();
        std::vector<double> losses;
        losses.reserve(returns.size());
        for (std::size_t i = 0; i < returns.size(); ++i) {
            losses.push_back((side_ == PositionSide::long_ ? -returns[i] : returns[i]) / std::sqrt(filtered[i]));
        }
        day.factor = residual_quantile_ = quantile_of(std::move(losses), rule_.confidence);
        break;
    }
    }
    if (!(variance > 0)) return fail(Errc::series_does_not_move);
    day.volatility = std::sqrt(variance);
    day.stressed = std::sqrt(stressed_variance_);
    std::size_t const long_run = std::min(known, rule_.long_run_days);
    day.long_run = std::sqrt(mean_square(std::span(returns_).subspan(known - long_run, long_run)));
    return day;
}

std::string VolatilityWalk::parameters() const {
    std::string const garch = fmt::format("garch11 alpha={:.12g} beta={:.12g} omega={:.12g}", garch_.alpha, garch_.beta, garch_.omega);
    switch (rule_.model) {
    case VolatilityModel::ewma: return fmt::format("ewma lambda={:.12g} seed_days={}", rule_.ewma.lambda, rule_.ewma.seed_days);
    case VolatilityModel::garch: return garch;
    case VolatilityModel::har_rv:
        return fmt::format("har-rv constant={:.12g} day={:.12g} week={:.12g} month={:.12g}", har_.weights[0], har_.weights[1], har_.weights[2], har_.weights[3]);
    case VolatilityModel::fhs: return fmt::format("fhs quantile={:.12g} {}", residual_quantile_, garch);
    }
    return {};
}

} // namespace plimsoll::tools
