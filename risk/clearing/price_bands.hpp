/// The band of prices that a market trades in without an auction, and what leaving it starts.
#pragma once

#include "risk/number/high_precision.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace plimsoll::risk::bands {

/// Factors on a reference price.
struct BandFactors {
    Precise down;
    Precise up;
};

struct LognormalBand {
    Wide horizon_seconds;
    Wide year_seconds; ///< data of the market: 365.25 days and 365 days give different bands
    Precise probability;
    Precise drift_per_year;
    Precise volatility_per_year;
};

/// e^((drift - volatility^2 / 2) t -/+ z volatility sqrt(t)), z the quantile of (1 + probability) / 2.
/// Each factor is then the decimal that a 64-bit binary number would show: Vega goes on from that.
[[nodiscard]] BandFactors lognormal_band(LognormalBand const& terms);

/// Moves of a base price down and up; each factor rounded half up to 16 decimals.
[[nodiscard]] BandFactors fixed_moves(Wide const& base, Wide const& down, Wide const& up);

struct Bounds {
    Wide least; ///< the lowest price allowed: rounded up
    Wide most;  ///< the highest: rounded down

    [[nodiscard]] bool allow(Wide const& price) const { return least <= price && price <= most; }
    friend bool operator==(Bounds const&, Bounds const&) = default;
};

/// In asset units.
[[nodiscard]] Bounds bounds(Precise const& reference, BandFactors const& factors);

/// As shown on a market whose tick is many asset units: the upper rounds down to a tick, the lower is
/// one tick above its floor, even where it lies on a tick.
[[nodiscard]] Bounds shown_in_ticks(Bounds const& bounds, Wide const& units_per_tick);

struct Trigger {
    Wide horizon_seconds;
    Wide auction_seconds;
};

/// How long the auction lasts that a broken trigger starts.
[[nodiscard]] Wide start_seconds(Trigger const& broken, Wide const& least_seconds);

/// How long it has lasted at each planned end: the start, then longer by each trigger that the
/// indicative price still broke.
[[nodiscard]] std::vector<Wide> planned_lengths(Wide const& start_seconds,
                                                std::vector<Trigger> const& extensions);

} // namespace plimsoll::risk::bands
