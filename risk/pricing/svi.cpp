#include "risk/pricing/svi.hpp"

namespace plimsoll::risk {

Int256 svi_volatility(Checked& on, SviFit const& fit, Int256 const& strike) {
    if (strike.is_zero()) return {};
    constexpr Int256 four{4 * one_units};
    constexpr Int256 largest_variance{144 * one_units};

    // log-moneyness counts within four standard deviations at the money
    Int256 const at_the_money = on.add(fit.a, on.times(fit.b, fit.sigma));
    Int256 const bound = on.times(four, root(on, at_the_money));
    Int256 const ratio = on.unsigned_over(strike, fit.forward);
    Int256 k = on.negate(bound);
    if (!ratio.is_zero()) k = std::max(k, std::min(bound, logarithm(on, ratio)));

    Int256 const u = on.subtract(k, fit.m);
    Int256 const distance = root(on, on.add(on.times(u, u), on.times(fit.sigma, fit.sigma)));
    Int256 const variance = on.add(fit.a, on.times(fit.b, on.add(distance, on.times(fit.rho, u))));
    if (variance.is_negative()) on.refuse(Errc::negative_variance);
    if (on.broken()) return {};
    return root(on, on.unsigned_over(std::min(variance, largest_variance), fit.years));
}

result<Int256> svi_volatility(SviFit const& fit, Int256 const& strike) {
    Checked on;
    Int256 const volatility = svi_volatility(on, fit, strike);
    return on.settle(volatility);
}

} // namespace plimsoll::risk
