/// Partial liquidations at the oracle's price: how much to transfer, at what fee, how fast.
#pragma once

#include "risk/margin/weights.hpp"

#include <cstdint>

namespace plimsoll::risk::weighted {

// Scales as in weights.hpp; fees and multipliers count 10^-6, portions 10^-4, tokens their own decimals.

/// Stands for "without bound": the largest number of 64 or of 128 bits.
[[nodiscard]] Wide const& unbounded_base();
[[nodiscard]] Wide const& unbounded_tokens();

struct PerpClose {
    Wide margin_ratio;
    Wide liquidator_fee;
    Wide price;
    Wide quote_price;
};

/// Base whose close at the fees frees the shortage. Without bound where fees eat up what is freed.
[[nodiscard]] Wide base_to_cover(Wide const& shortage, PerpClose const& close,
                                 Wide const& insurance_fee);

/// Insurance fee that the shortage leaves room for: 0.95 of it, capped.
[[nodiscard]] Wide perp_insurance_fee(Wide const& shortage, Wide const& base,
                                      PerpClose const& close, Wide const& max_fee);

/// An asset or a liability of a swap; its multiplier is the liquidator's discount or premium.
struct SwapSide {
    Wide weight;
    Wide multiplier;
    int decimals = 0;
    Wide price;
};

/// Liability whose transfer frees the shortage, at least one unit. Without bound where the weights
/// leave nothing to free.
[[nodiscard]] Wide liability_to_cover(Wide const& shortage, SwapSide const& asset,
                                      SwapSide const& liability, Wide const& insurance_fee);

[[nodiscard]] Wide spot_insurance_fee(Wide const& shortage, Wide const& liability_tokens,
                                      SwapSide const& asset, SwapSide const& liability,
                                      Wide const& max_fee);

/// Liability that an amount of asset pays for; rounded up twice.
[[nodiscard]] Wide liability_implied_by(Wide const& asset_tokens, SwapSide const& asset,
                                        SwapSide const& liability);

/// Asset that pays for a liability, at least one unit; all that is there where it comes within one
/// quote of it.
[[nodiscard]] Wide asset_for(Wide const& liability_tokens, Wide const& asset_there,
                             SwapSide const& asset, SwapSide const& liability);

/// Whether at least so much asset was given for each unit of liability.
[[nodiscard]] bool meets_limit(Wide const& asset_tokens, int asset_decimals,
                               Wide const& liability_tokens, int liability_decimals,
                               Wide const& limit);

/// Whether a swap brought at least the oracle's ratio with both multipliers.
[[nodiscard]] bool within_bounds(Wide const& asset_tokens, SwapSide const& asset,
                                 Wide const& liability_tokens, SwapSide const& liability);

struct Pace {
    Wide initial_portion;
    Wide duration_slots;
};

/// Portion that may be liquidated now: all below a shortage of 50, else what the pace allows and was
/// not freed yet.
[[nodiscard]] Wide portion_allowed(Wide const& shortage, Wide const& freed,
                                   Wide const& slots_elapsed, Pace const& pace);

struct FeeRamp {
    Wide base_fee;
    Wide max_fee;
    Wide grace_slots;
    Wide increase_per_slot;
};

/// Base fee within the grace, then more for each slot since the account was active.
[[nodiscard]] Wide ramped_fee(FeeRamp const& ramp, Wide const& slots_elapsed);

} // namespace plimsoll::risk::weighted
