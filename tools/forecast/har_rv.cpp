#include "tools/forecast/har_rv.hpp"

#include "tools/errc.hpp"

#include <Eigen/QR>

#include <algorithm>
#include <numeric>

namespace plimsoll::tools {

std::array<double, 4> har_terms(std::span<double const> variances, std::size_t count) {
    auto mean = [&](std::size_t days) {
        auto const last = variances.subspan(count - days, days);
        return std::accumulate(last.begin(), last.end(), 0.0) / static_cast<double>(days);
    };
    return {1, variances[count - 1], mean(HarFit::week), mean(HarFit::month)};
}

double HarFit::variance_after(std::span<double const> variances) const {
    PLIMSOLL_ASSERT(variances.size() >= month);
    auto const terms = har_terms(variances, variances.size());
    double const line = std::inner_product(terms.begin(), terms.end(), weights.begin(), 0.0);
    return std::max(line, *std::ranges::min_element(variances));
}

result<HarFit> fit_har(std::span<double const> variances) {
    constexpr std::size_t least_rows = 60;
    if (variances.size() < HarFit::month + least_rows) {
        return fail(Errc::series_too_short, std::to_string(variances.size()) + " days, " + std::to_string(HarFit::month + least_rows) + " are the least");
    }
    auto const rows = static_cast<Eigen::Index>(variances.size() - HarFit::month);
    Eigen::MatrixXd terms(rows, 4);
    Eigen::VectorXd next(rows);
    // Scaled to about one, so that the pivots compare like with like.
    double const scale = std::accumulate(variances.begin(), variances.end(), 0.0) / static_cast<double>(variances.size());
    if (!(scale > 0)) return fail(Errc::series_does_not_move);
    for (Eigen::Index row = 0; row < rows; ++row) {
        std::size_t const count = HarFit::month + static_cast<std::size_t>(row);
        auto const each = har_terms(variances, count);
        terms.row(row) << 1, each[1] / scale, each[2] / scale, each[3] / scale;
        next(row) = variances[count] / scale;
    }
    Eigen::VectorXd const weights = terms.colPivHouseholderQr().solve(next);
    return HarFit{{weights(0) * scale, weights(1), weights(2), weights(3)}};
}

} // namespace plimsoll::tools
