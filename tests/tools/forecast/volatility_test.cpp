#include "tools/forecast/ewma.hpp"
#include "tools/forecast/garch.hpp"
#include "tools/forecast/har_rv.hpp"
#include "tools/errc.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

namespace plimsoll::tools {
namespace {

std::vector<double> random_returns(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 0.03);
    std::vector<double> returns(count);
    for (double& each : returns) each = normal(random);
    return returns;
}

/// Written out as one weighted sum: lambda^n * seed + (1 - lambda) * sum of lambda^k * return^2, the newest first.
TEST(EwmaVariance, IsTheWeightedSumOfSquares) {
    for (std::size_t const count : {1U, 29U, 30U, 31U, 200U, 1'500U}) {
        auto const returns = random_returns(count, count);
        for (double const lambda : {0.5, 0.94, 0.99}) {
            std::size_t const seed = std::min<std::size_t>(30, count);
            long double start = 0;
            for (std::size_t i = 0; i < seed; ++i) start += static_cast<long double>(returns[i]) * returns[i];
            start /= static_cast<long double>(seed);
            long double sum = 0;
            long double weight = 1;
            for (std::size_t i = count; i-- > seed;) {
                sum += weight * (1 - static_cast<long double>(lambda)) * returns[i] * returns[i];
                weight *= lambda;
            }
            long double const want = sum + weight * start;
            EXPECT_NEAR(Ewma({lambda, 30}).variance_after(returns) / static_cast<double>(want), 1, 1e-9) << count << " returns, " << lambda;
        }
    }
}

/// Normal equations by Gauss, in long double: another way to the same line.
std::array<long double, 4> least_squares(std::span<double const> rv) {
    std::array<std::array<long double, 5>, 4> m{};
    for (std::size_t count = 30; count < rv.size(); ++count) {
        std::array<long double, 4> x{1, rv[count - 1], 0, 0};
        for (std::size_t i = 1; i <= 30; ++i) {
            if (i <= 7) x[2] += rv[count - i] / 7.0L;
            x[3] += rv[count - i] / 30.0L;
        }
        for (std::size_t r = 0; r < 4; ++r) {
            for (std::size_t c = 0; c < 4; ++c) m[r][c] += x[r] * x[c];
            m[r][4] += x[r] * rv[count];
        }
    }
    for (std::size_t p = 0; p < 4; ++p) {
        std::size_t best = p;
        for (std::size_t r = p; r < 4; ++r) best = std::fabs(m[r][p]) > std::fabs(m[best][p]) ? r : best;
        std::swap(m[p], m[best]);
        for (std::size_t r = 0; r < 4; ++r) {
            if (r == p) continue;
            long double const factor = m[r][p] / m[p][p];
            for (std::size_t c = p; c < 5; ++c) m[r][c] -= factor * m[p][c];
        }
    }
    return {m[0][4] / m[0][0], m[1][4] / m[1][1], m[2][4] / m[2][2], m[3][4] / m[3][3]};
}

TEST(HarVariance, IsTheLineOfLeastSquares) {
    for (std::uint64_t const seed : {1U, 2U, 3U}) {
        std::mt19937_64 random(seed);
        std::lognormal_distribution<double> noise(0, 0.6);
        std::vector<double> rv{0.001};
        while (rv.size() < 700) {
            std::size_t const n = rv.size();
            double week = 0;
            std::size_t const days = std::min<std::size_t>(7, n);
            for (std::size_t i = 1; i <= days; ++i) week += rv[n - i] / static_cast<double>(days);
            rv.push_back((0.0002 + 0.4 * rv.back() + 0.3 * week) * noise(random) / 1.2);
        }
        auto const fit = fit_har(rv);
        ASSERT_TRUE(fit) << fit.error().message();
        auto const want = least_squares(rv);
        for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(fit.value().weights[i], static_cast<double>(want[i]), 1e-9) << "weight " << i << ", seed " << seed;
        long double next = want[0] + want[1] * rv.back();
        for (std::size_t i = 1; i <= 30; ++i) next += (i <= 7 ? want[2] / 7 * rv[rv.size() - i] : 0) + want[3] / 30 * rv[rv.size() - i];
        EXPECT_NEAR(fit.value().variance_after(rv) / static_cast<double>(next), 1, 1e-9) << "seed " << seed;
    }
}

TEST(HarVariance, IsNeverBelowWhatWasSeen) {
    HarFit fit;
    fit.weights = {-1, 0, 0, 0};
    std::vector<double> rv(40, 0.002);
    rv[3] = 0.0005;
    EXPECT_EQ(fit.variance_after(rv), 0.0005);
}

std::vector<double> simulated(std::uint64_t seed, std::size_t count, double long_run, double alpha, double beta) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    double variance = long_run;
    std::vector<double> returns(count);
    for (std::size_t i = 0; i < count + 500; ++i) { // the first are passed over
        double const each = std::sqrt(variance) * normal(random);
        variance = (1 - alpha - beta) * long_run + alpha * each * each + beta * variance;
        if (i >= 500) returns[i - 500] = each;
    }
    return returns;
}

struct Known {
    char const* name;
    double alpha;
    double beta;
};
class GarchRecovery : public testing::TestWithParam<Known> {};

/// PLIMSOLL_GARCH_SERIES: more series of each kind. Three standard errors hold 997 of 1,000 normal estimates; of each kind at
/// most one in fifty may lie outside.
TEST_P(GarchRecovery, FindsTheParametersWithinThreeStandardErrors) {
    char const* const text = std::getenv("PLIMSOLL_GARCH_SERIES");
    std::uint64_t const series = text == nullptr ? 12 : std::strtoull(text, nullptr, 10);
    Known const known = GetParam();
    std::uint64_t outside = 0;
    double worst = 0;
    for (std::uint64_t seed = 1; seed <= series; ++seed) {
        auto const returns = simulated(seed, 8'000, 0.0009, known.alpha, known.beta);
        auto const fit = fit_garch(returns);
        ASSERT_TRUE(fit) << fit.error().message();
        ASSERT_GT(fit.value().alpha_error, 0) << "seed " << seed;
        double const off = std::max(std::fabs(fit.value().alpha - known.alpha) / fit.value().alpha_error, std::fabs(fit.value().beta - known.beta) / fit.value().beta_error);
        worst = std::max(worst, off);
        outside += off > 3 ? 1U : 0U;
    }
    std::cout << series << " series, seeds from 1: worst " << worst << " standard errors off, " << outside << " beyond three" << std::endl;
    EXPECT_LE(outside, series / 50);
}

INSTANTIATE_TEST_SUITE_P(EveryKind, GarchRecovery, testing::Values(Known{"Usual", 0.08, 0.9}, Known{"Jumpy", 0.25, 0.6}, Known{"Slow", 0.04, 0.95}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(Garch, IsAtTheTopOfItsLikelihood) {
    auto const returns = simulated(7, 3'000, 0.0009, 0.1, 0.85);
    auto const fit = fit_garch(returns).value();
    // Slowly: the likelihood of parameters nearby is lower.
    auto likelihood = [&](double alpha, double beta) {
        GarchFit other;
        other.alpha = alpha;
        other.beta = beta;
        other.omega = (1 - alpha - beta) * mean_square(returns);
        auto const variances = other.variances(returns);
        double sum = 0;
        for (std::size_t i = 0; i < returns.size(); ++i) sum -= 0.5 * (std::log(2 * 3.14159265358979323846 * variances[i]) + returns[i] * returns[i] / variances[i]);
        return sum;
    };
    EXPECT_NEAR(likelihood(fit.alpha, fit.beta), fit.log_likelihood, 1e-6);
    for (double const a : {-0.01, 0.0, 0.01}) {
        for (double const b : {-0.01, 0.0, 0.01}) {
            if (a == 0 && b == 0) continue;
            EXPECT_LT(likelihood(fit.alpha + a, fit.beta + b), fit.log_likelihood) << a << ", " << b;
        }
    }
}

TEST(VolatilityModels, RefuseWhatTheyCannotFit) {
    EXPECT_TRUE(fit_garch(random_returns(1, 59)).error().is(Errc::series_too_short));
    EXPECT_TRUE(fit_garch(random_returns(1, 60)));
    EXPECT_TRUE(fit_garch(std::vector<double>(100, 0.0)).error().is(Errc::series_does_not_move));
    EXPECT_TRUE(fit_har(std::vector<double>(89, 0.1)).error().is(Errc::series_too_short));
    EXPECT_TRUE(fit_har(std::vector<double>(90, 0.0)).error().is(Errc::series_does_not_move));
    EXPECT_TRUE(fit_har(std::vector<double>(90, 0.1))) << "flat, but a line all the same";
}

} // namespace
} // namespace plimsoll::tools
