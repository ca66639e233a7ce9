#include "risk/pricing/inverse.hpp"

#include "ledger/event/wide.hpp"

namespace plimsoll::risk::fast {
namespace {

[[nodiscard]] Priced<Price> in_coin(Price quote, Price forward) {
    auto const coin = multiply_divide(quote.units(), one_units, forward.units(), Rounding::floor);
    if (!coin || !within(*coin, row_limit_units)) return PricingFailure::result_too_large;
    return Price{*coin};
}

} // namespace

Priced<Price> inverse_price(Terms const& terms) {
    if (terms.forward.is_zero()) return PricingFailure::no_forward;
    PLIMSOLL_TRY(quote, price(terms));
    return in_coin(quote, terms.forward);
}

Priced<InverseGreeks> inverse_greeks(Terms const& terms) {
    if (terms.forward.is_zero()) return PricingFailure::no_forward;
    PLIMSOLL_TRY(quote, greeks(terms));
    PLIMSOLL_TRY(coin, in_coin(quote.price, terms.forward));
    PLIMSOLL_TRY(vega, in_coin(quote.vega, terms.forward));
    PLIMSOLL_TRY(theta, in_coin(quote.theta, terms.forward));
    PLIMSOLL_TRY(rho, in_coin(quote.rho, terms.forward));
    Ratio const net{quote.delta.units() - coin.units()};
    return InverseGreeks{coin, quote.delta, net, quote.gamma, vega, theta, rho};
}

} // namespace plimsoll::risk::fast
