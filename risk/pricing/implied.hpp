/// The volatility that a price implies.
#pragma once

#include "risk/pricing/fast_black.hpp"

namespace plimsoll::risk::fast {

/// The volatility whose price() is nearest to `price` (in the quote asset, discounted as price() is),
/// to the last place of the price; where several are, one of them. A bracketed Newton search: each step
/// keeps a volatility that is too low and one that is too high, and halves the gap where Newton would
/// leave it or is slow, so that it always ends. The terms' own volatility is not read.
/// Errors: as price(Terms), negative_price, no_time, below_intrinsic, above_bound.
[[nodiscard]] Priced<Ratio> implied_volatility(Terms const& terms, Price price);

/// The same for a price in coin. Errors: also no_forward.
[[nodiscard]] Priced<Ratio> implied_volatility_of_inverse(Terms const& terms, Price price_in_coin);

} // namespace plimsoll::risk::fast
