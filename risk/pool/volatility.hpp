/// How trades move a pool's volatility, how it is averaged, and how fees grow with time to expiry.
#pragma once

#include "risk/number/high_precision.hpp"

#include <vector>

namespace plimsoll::risk::pool {

struct Volatility {
    Precise base; ///< of the board
    Precise skew; ///< of the strike; a trade is at their product
};

struct ImpactTerms {
    Precise standard_size;   ///< contracts that move the base by a hundredth
    Precise skew_adjustment; ///< how far the skew moves with it
};

/// After a trade of an amount: up where the pool sells, down where it buys, neither below nothing.
[[nodiscard]] Volatility moved(Volatility const& before, Precise const& amount, bool buys_from_pool,
                               ImpactTerms const& terms);

struct Observation {
    Precise hours;
    Precise value; ///< in force from then on; above 0
};

/// Geometric mean over the time between two moments. Before the first observation its value held.
[[nodiscard]] Precise time_weighted_mean(std::vector<Observation> const& observations,
                                         Precise const& from_hours, Precise const& to_hours);

/// A fee's coefficient: as it is up to one point before expiry, twice at the other, and on like that.
[[nodiscard]] Precise ramped_fee(Precise const& coefficient, Wide const& seconds_to_expiry,
                                 Wide const& single_seconds, Wide const& twofold_seconds);

} // namespace plimsoll::risk::pool
