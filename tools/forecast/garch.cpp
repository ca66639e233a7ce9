#include "tools/forecast/garch.hpp"

#include "tools/errc.hpp"
#include "tools/forecast/ewma.hpp"

#include <nlopt.h>

#include <array>
#include <cmath>
#include <memory>
#include <numbers>

namespace plimsoll::tools {
namespace {

constexpr std::size_t least_returns = 60;

/// Half the log likelihood's negative, without its constant: what is made small.
[[nodiscard]] double misfit(std::span<double const> returns, double long_run, double alpha, double beta) {
    double const omega = (1 - alpha - beta) * long_run;
    double variance = long_run;
    double sum = 0;
    for (double const each : returns) {
        sum += std::log(variance) + each * each / variance;
        variance = omega + alpha * each * each + beta * variance;
    }
    return sum / 2;
}

struct Sample {
    std::span<double const> returns;
    double long_run = 0;
};

/// x: alpha + beta, and alpha's share of that: a box, in which every point is a model.
double misfit_in_box(unsigned, double const* x, double*, void* data) {
    auto const& sample = *static_cast<Sample const*>(data);
    double const alpha = x[0] * x[1];
    return misfit(sample.returns, sample.long_run, alpha, x[0] - alpha);
}

/// Standard errors from the second differences of the misfit, inverted.
void add_errors(GarchFit& fit, Sample const& sample) {
    double const h = 1e-4;
    auto at = [&](double a, double b) { return misfit(sample.returns, sample.long_run, fit.alpha + a, fit.beta + b); };
    double const aa = (at(h, 0) - 2 * at(0, 0) + at(-h, 0)) / (h * h);
    double const bb = (at(0, h) - 2 * at(0, 0) + at(0, -h)) / (h * h);
    double const ab = (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
    double const determinant = aa * bb - ab * ab;
    if (!(determinant > 0) || !(aa > 0)) return; // a fit at the edge of the box has none
    fit.alpha_error = std::sqrt(bb / determinant);
    fit.beta_error = std::sqrt(aa / determinant);
}

} // namespace

std::vector<double> GarchFit::variances(std::span<double const> returns) const {
    double const persistence = alpha + beta;
    std::vector<double> all;
    all.reserve(returns.size() + 1);
    all.push_back(omega / (1 - persistence));
    for (double const each : returns) all.push_back(omega + alpha * each * each + beta * all.back());
    return all;
}

result<GarchFit> fit_garch(std::span<double const> returns) {
    if (returns.size() < least_returns) {
        return fail(Errc::series_too_short, std::to_string(returns.size()) + " returns, " + std::to_string(least_returns) + " are the least");
    }
    Sample sample{returns, mean_square(returns)};
    if (!(sample.long_run > 0)) return fail(Errc::series_does_not_move);
    std::unique_ptr<nlopt_opt_s, decltype(&nlopt_destroy)> const search(nlopt_create(NLOPT_LN_BOBYQA, 2), &nlopt_destroy);
    std::array<double, 2> const low{0.01, 0.001};
    std::array<double, 2> const high{0.9995, 0.999};
    nlopt_set_lower_bounds(search.get(), low.data());
    nlopt_set_upper_bounds(search.get(), high.data());
    nlopt_set_min_objective(search.get(), misfit_in_box, &sample);
    nlopt_set_xtol_rel(search.get(), 1e-9);
    nlopt_set_maxeval(search.get(), 2'000);
    std::array<double, 2> best{};
    double least = 0;
    // From two places: a calm start and a jumpy one; the better of both.
    for (auto const& start : {std::array{0.95, 0.1}, std::array{0.8, 0.4}}) {
        std::array<double, 2> x = start;
        double found = 0;
        static_cast<void>(nlopt_optimize(search.get(), x.data(), &found)); // rounding may stop it: x is its best all the same
        if (best[0] != 0 && !(found < least)) continue;
        best = x;
        least = found;
    }
    GarchFit fit;
    fit.alpha = best[0] * best[1];
    fit.beta = best[0] - fit.alpha;
    fit.omega = (1 - best[0]) * sample.long_run;
    fit.log_likelihood = -least - static_cast<double>(returns.size()) / 2 * std::log(2 * std::numbers::pi);
    add_errors(fit, sample);
    return fit;
}

} // namespace plimsoll::tools
