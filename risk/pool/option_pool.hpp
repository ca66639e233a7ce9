/// A pool that sells and buys calls of one strike at a volatility its own trades move.
#pragma once

#include "risk/pool/black_scholes.hpp"
#include "risk/pool/volatility.hpp"

namespace plimsoll::risk::pool {

struct FeeRamp {
    Precise coefficient;
    Wide single_seconds;
    Wide twofold_seconds;

    [[nodiscard]] Precise at(Wide const& seconds_to_expiry) const {
        return ramped_fee(coefficient, seconds_to_expiry, single_seconds, twofold_seconds);
    }
};

struct PoolTerms {
    ImpactTerms impact;
    Wide life_seconds; ///< of the board, from its creation
    Wide year_seconds;
    Wide average_seconds; ///< over which volatility is averaged
    Precise strike;
    Precise rate;
    FeeRamp option_fee; ///< of the premium
    FeeRamp spot_fee;   ///< of the spot
    Precise vega_fee;
    Precise variance_vega;   ///< factor on vega
    Precise variance_iv;     ///< factor on how far the base lies from its average
    Precise close_long;      ///< factor on the lower volatility, at a forced close of a long
    Precise close_short;     ///< factor on the higher, of a short
    Precise close_short_min; ///< share of the spot that a short pays above parity at least
};

struct PoolState {
    Precise cash;
    Precise base; ///< held as cover
    Precise net_sold;
    Volatility volatility;
    std::vector<Observation> base_history;
    std::vector<Observation> skew_history;
    Precise value; ///< of all of it, after the last trade
};

/// What a trade came to. Money is in quote; the trader pays premium and fees when it buys.
struct PoolTrade {
    Volatility average; ///< of base and skew before the trade counts
    Precise premium;
    Precise option_fee;
    Precise spot_fee;
    Precise variance_fee;
    Precise vega_fee; ///< only where the pool's vega grows
    Precise standard_vega;
    Precise net_standard_vega;
    Precise options_value; ///< to the pool, at average volatility
    Precise base_bought;
    Precise forced_skew;
    Precise forced_volatility;
    Precise forced_premium;
};

/// Trades an amount at a moment, bought where above 0 and sold where below, and what undoing it by
/// force would cost. A bought call is covered by buying spot; a sold one brings its own cover.
PoolTrade trade(PoolState& state, PoolTerms const& terms, Precise const& hours,
                Precise const& spot, Precise const& amount);

} // namespace plimsoll::risk::pool
