/// Prices and sensitivities of European options on a spot, to 60 digits.
#pragma once

#include "risk/number/high_precision.hpp"

namespace plimsoll::risk::pool {

struct OptionTerms {
    Wide seconds;      ///< to expiry; counted as one at least
    Wide year_seconds;
    Precise volatility; ///< a year; counted as 10^-4 at least
    Precise spot;
    Precise strike;
    Precise rate; ///< a year, continuous
};

struct OptionValues {
    Precise call;
    Precise put;
    Precise call_delta;
    Precise put_delta;
    Precise vega;          ///< for a whole unit of volatility
    Precise standard_vega; ///< for a hundredth of it, as of thirty days; of seven at least
};

[[nodiscard]] OptionValues option_values(OptionTerms const& terms);

} // namespace plimsoll::risk::pool
