#include "tools/forecast/ewma.hpp"

#include <algorithm>

namespace plimsoll::tools {

double mean_square(std::span<double const> returns) {
    double sum = 0;
    for (double const each : returns) sum += each * each;
    return returns.empty() ? 0 : sum / static_cast<double>(returns.size());
}

double Ewma::variance_after(std::span<double const> returns) const {
    std::size_t const seed = std::min(seed_days, returns.size());
    double variance = mean_square(returns.first(seed));
    for (double const each : returns.subspan(seed)) variance = lambda * variance + (1 - lambda) * each * each;
    return variance;
}

} // namespace plimsoll::tools
