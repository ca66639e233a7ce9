/// Options margined and quoted in coin: Black-76 in the quote asset, divided by the forward.
#pragma once

#include "risk/pricing/fast_black.hpp"

namespace plimsoll::risk::fast {

/// Prices in coin; each division by the forward rounds down.
struct InverseGreeks {
    Price price;     ///< coin for one coin of notional
    Ratio delta;     ///< of the price in the quote asset, as Deribit quotes it: coins of forward
    Ratio net_delta; ///< delta less price: what a holder gains per unit of forward, in coins, once the
                     ///< premium that he holds in coin is counted too
    Ratio gamma;     ///< of delta, per unit of forward
    Price vega;      ///< coin per 1.00 of volatility
    Price theta;     ///< coin per year that passes
    Price rho;       ///< coin per 1.00 of rate
};

/// Deribit prices with a rate of zero: its mark_price is this price (Deribit, Inverse Options).
/// Errors: as price(Terms), and no_forward.
[[nodiscard]] Priced<Price> inverse_price(Terms const& terms);
[[nodiscard]] Priced<InverseGreeks> inverse_greeks(Terms const& terms);

} // namespace plimsoll::risk::fast
