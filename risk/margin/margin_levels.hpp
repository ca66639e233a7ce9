/// Four margin levels of one party in one market: maintenance, search, initial and release.
#pragma once

#include "risk/margin/lognormal_factor.hpp"

#include <optional>

namespace plimsoll::risk::levels {

/// Multiples of maintenance, each cut to five decimals before use.
struct LevelFactors {
    Precise search;
    Precise initial;
    Precise release;
};

struct MarketTerms {
    int position_decimals = 0;
    Precise linear_slippage;
    Precise quadratic_slippage;
    RiskFactors factors;
    LevelFactors multiples;
};

/// Sizes in lots of 10^-position_decimals, prices in asset units.
struct Exposure {
    Wide position;  ///< long is positive
    Wide open_buy;  ///< lots of resting bids
    Wide open_sell; ///< lots of resting offers
    Wide price;
    /// In an auction resting orders count at their own prices: sums of size * price, or at the
    /// auction's price where that comes to more.
    struct Auction {
        Wide buy_value;
        Wide sell_value;
        std::optional<Wide> price;
    };
    std::optional<Auction> auction;
};

struct Levels {
    Wide maintenance;
    Wide search;
    Wide initial;
    Wide release;
    friend bool operator==(Levels const&, Levels const&) = default;
};

/// Each side's need is slippage and risk of its position, and risk of its resting orders; the larger
/// side counts. A side whose orders, all filled, would not bring the party onto it needs nothing.
/// Maintenance rounds up, the others down from the rounded maintenance.
[[nodiscard]] Levels levels(Exposure const& exposure, MarketTerms const& terms);

} // namespace plimsoll::risk::levels
