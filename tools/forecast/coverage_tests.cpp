#include "tools/forecast/coverage_tests.hpp"

#include <boost/math/distributions/chi_squared.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace plimsoll::tools {
namespace {

/// Of `hits` of `all` at a chance, as a logarithm; what never happened weighs nothing.
[[nodiscard]] double log_chance(std::uint64_t hits, std::uint64_t all, double chance) {
    double sum = 0;
    if (hits != 0) sum += static_cast<double>(hits) * std::log(chance);
    if (hits != all) sum += static_cast<double>(all - hits) * std::log1p(-chance);
    return sum;
}

[[nodiscard]] double share(std::uint64_t hits, std::uint64_t all) { return all == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(all); }

[[nodiscard]] double tail(double ratio, double degrees) {
    return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees), std::max(ratio, 0.0)));
}

} // namespace

CoverageTests coverage_of(std::span<bool const> exceeded, double expected) {
    CoverageTests tests;
    tests.days = exceeded.size();
    tests.exceptions = static_cast<std::uint64_t>(std::ranges::count(exceeded, true));
    if (exceeded.empty()) return tests;
    double const of_share = 2 * (log_chance(tests.exceptions, tests.days, share(tests.exceptions, tests.days)) -
                                 log_chance(tests.exceptions, tests.days, expected));
    std::array<std::array<std::uint64_t, 2>, 2> steps{}; // from, to
    for (std::size_t i = 1; i < exceeded.size(); ++i) ++steps[exceeded[i - 1] ? 1 : 0][exceeded[i] ? 1 : 0];
    std::uint64_t const after_calm = steps[0][0] + steps[0][1];
    std::uint64_t const after_hit = steps[1][0] + steps[1][1];
    std::uint64_t const hits = steps[0][1] + steps[1][1];
    double const of_steps = 2 * (log_chance(steps[0][1], after_calm, share(steps[0][1], after_calm)) +
                                 log_chance(steps[1][1], after_hit, share(steps[1][1], after_hit)) -
                                 log_chance(hits, after_calm + after_hit, share(hits, after_calm + after_hit)));
    tests.kupiec = tail(of_share, 1);
    tests.christoffersen = tail(of_steps, 1);
    tests.conditional = tail(std::max(of_share, 0.0) + std::max(of_steps, 0.0), 2);
    return tests;
}

} // namespace plimsoll::tools
