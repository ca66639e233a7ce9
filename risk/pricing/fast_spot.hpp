/// Black-Scholes-Merton on a spot with a yield: Black-76 on the forward that the two rates imply.
#pragma once

#include "risk/pricing/fast_black.hpp"

namespace plimsoll::risk::fast {

/// A European option on a spot that pays `yield` continuously: a dividend, a foreign rate.
struct SpotTerms {
    wire::OptionSide side{};
    Price spot;
    Price strike;
    Ratio volatility;
    Ratio years;
    Ratio rate;
    Ratio yield;
};

/// As Greeks, but by the spot and with the forward moving with spot, rate, yield and time.
struct SpotGreeks {
    Price price;
    Ratio delta;
    Ratio gamma;
    Price vega;
    Price theta;
    Price rho;
    Price yield_rho;                 ///< per 1.00 of yield
    std::optional<Ratio> elasticity; ///< delta * spot / price; none where the price is zero
};

/// spot * e^((rate - yield) * years), rounded down; the spot itself at expiry.
/// Errors: negative_forward, input_too_large, discount_too_large.
[[nodiscard]] Priced<Price> forward_of(SpotTerms const& terms);

/// Errors: as greeks(Terms).
/// Source: Haug, The Complete Guide to Option Pricing Formulas (1998), 1.1 and 1.3, whose tables it
/// reproduces.
[[nodiscard]] Priced<SpotGreeks> greeks(SpotTerms const& terms);

} // namespace plimsoll::risk::fast
