/// Which coin answers for which part of a debt: the cheapest liquidation ratio first, as far as it reaches.
#pragma once

#include "risk/margin/models.hpp"
#include "risk/margin/tally.hpp"

namespace plimsoll::risk {

/// A coin that an account holds and the preset's [[collateral]] has a ratio for. With one coin it is a vault of Maker.
struct Pledge {
    AssetId asset;
    Int128 amount = 0;     ///< of the coin
    Int128 value = 0;      ///< in the quote
    Int128 ratio = 0;
    Int128 debt_floor = 0; ///< the least debt that such a vault may have; 0: none
    Int128 covered = 0;    ///< the debt laid on it
};

/// An account under a ratio preset, in the quote.
struct Pledges {
    std::vector<Pledge> all;    ///< by ratio; of equals, the asset defined first
    Int128 debt = 0;            ///< all that is owed
    Int128 uncovered = 0;       ///< of it, what no coin could be asked for, since cash is held
    Int128 mark_to_market = 0;
};

/// What no coin reaches lies on the last one. With `detail`, also its facts about each coin.
/// Errors: Errc::debt_without_collateral, price_missing and its like, with what is held; the tally notes overflow.
[[nodiscard]] result<Pledges> pledges_of(Preset const& preset, MarketNeeds const& needs, Portfolio const& portfolio, Tally& on,
                                         MarginDetail* detail);

} // namespace plimsoll::risk
