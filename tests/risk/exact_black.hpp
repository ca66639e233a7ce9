/// Black-76 in fifty decimals, slow and plain: what the fast family is measured against.
#pragma once

#include "ledger/event/decimal.hpp"
#include "risk/pricing/fast_black.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <random>

namespace plimsoll::risk::exact_testing {

using Real = boost::multiprecision::cpp_dec_float_50;

[[nodiscard]] inline Real real(Int128 units) {
    return Real(format_integer(units)) / Real("1e18");
}
template <class Tag> [[nodiscard]] Real real(Fixed<Tag> value) { return real(value.units()); }
/// A Q64.64.
[[nodiscard]] inline Real real_q64(Int128 value) {
    return Real(format_integer(value)) / Real("18446744073709551616");
}

[[nodiscard]] inline Real normal(Real const& x) {
    return boost::math::erfc(Real(-x / sqrt(Real(2)))) / 2;
}
[[nodiscard]] inline Real density(Real const& x) {
    return exp(Real(-x * x / 2)) / sqrt(2 * boost::math::constants::pi<Real>());
}

/// Price and Greeks of terms with forward, strike, volatility and years above zero.
struct ExactGreeks {
    Real price, delta, gamma, vega, theta, rho;
};
[[nodiscard]] inline ExactGreeks exact_greeks(fast::Terms const& terms) {
    Real const forward = real(terms.forward);
    Real const strike = real(terms.strike);
    Real const sigma = real(terms.volatility);
    Real const years = real(terms.years);
    Real const rate = real(terms.rate);
    Real const deviation = sigma * sqrt(years);
    Real const discount = exp(Real(-rate * years));
    Real const d1 = log(Real(forward / strike)) / deviation + deviation / 2;
    Real const d2 = d1 - deviation;
    Real const sign = terms.side == wire::OptionSide::call ? 1 : -1;
    ExactGreeks out;
    out.delta = discount * sign * normal(sign * d1);
    out.price = forward * out.delta - discount * sign * strike * normal(sign * d2);
    out.gamma = discount * density(d1) / (forward * deviation);
    out.vega = discount * forward * density(d1) * sqrt(years);
    out.theta = rate * out.price - out.vega * sigma / (2 * years);
    out.rho = -years * out.price;
    return out;
}

/// Terms as markets have them, at random: a forward from a millionth to a hundred million, a strike
/// within some deviations, 1 % to 400 % of volatility, a minute to five years.
class RandomTerms {
public:
    explicit RandomTerms(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] fast::Terms next(bool with_rate = false) {
        fast::Terms terms;
        terms.side = random_() % 2 == 0 ? wire::OptionSide::call : wire::OptionSide::put;
        Int128 forward = between(1'000'000'000'000, 10'000'000'000'000);
        for (auto decade = random_() % 14; decade > 0; --decade) forward *= 10;
        terms.forward = Price{forward};
        terms.strike = Price{forward / 1'000'000 * between(300'000, 3'000'000)};
        terms.volatility = Ratio{between(10'000, 4'000'000) * 1'000'000'000'000};
        terms.years = Ratio{between(2, 5'000'000) * 1'000'000'000'000};
        if (with_rate) terms.rate = Ratio{between(-100'000, 300'000) * 1'000'000'000'000};
        return terms;
    }

    [[nodiscard]] Int128 between(std::int64_t low, std::int64_t high) {
        return low + static_cast<Int128>(random_() % static_cast<std::uint64_t>(high - low + 1));
    }

    [[nodiscard]] std::uint64_t word() { return random_(); }

private:
    std::mt19937_64 random_;
};

} // namespace plimsoll::risk::exact_testing
