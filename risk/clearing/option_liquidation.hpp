/// How a closed-out option position's collateral is split among its pool, its closer and its owner.
#pragma once

#include "risk/pool/black_scholes.hpp"

namespace plimsoll::risk::pool {

struct LiquidationTerms {
    Precise penalty_share;    ///< of what the collateral leaves above the premium
    Precise minimum_fee;
    Precise liquidator_share; ///< of the penalty
    Precise module_share;     ///< of the penalty; the rest is the pool's
    Precise insolvency_multiplier;
};

struct LiquidationSplit {
    Precise returned; ///< to the owner
    Precise premium;  ///< to the pool, for what the position owed it
    Precise penalty;
    Precise to_liquidator;
    Precise to_module;
    Precise to_pool;
    Precise insolvent; ///< what the pool is short of, times the multiplier
};

/// Solvent where the collateral meets the premium and the minimum fee; else the fee goes first.
[[nodiscard]] LiquidationSplit split(Precise const& premium_owed, Precise const& collateral,
                                     LiquidationTerms const& terms);

struct BuyBackTerms {
    OptionTerms option; ///< at the volatility that a close by force is priced at
    bool is_call = true;
    Precise least_above_parity; ///< share of the spot
    Precise option_fee;         ///< of the premium
    Precise spot_fee;           ///< of the spot
};

/// What buying back a short position by force costs, with fees: its model value, but some way above
/// parity at least.
[[nodiscard]] Precise buy_back(BuyBackTerms const& terms, Precise const& amount);

} // namespace plimsoll::risk::pool
