/// Cash and other assets under a preset's [[collateral]]: what they are worth, and how much of it counts.
#pragma once

#include "risk/margin/models.hpp"
#include "risk/margin/tally.hpp"

namespace plimsoll::risk {

/// An asset counts at its value (MarketNeeds::value) times its weight, rounded down; a debt in full. One
/// that no row names, nor "*", counts nothing, and its value only shows at the mark, where it has one.
class WeightedAssets {
public:
    struct Worth {
        Int128 at_mark = 0;
        Int128 counted = 0;
    };

    /// Market and preset must outlive it.
    WeightedAssets(Preset const& preset, MarketNeeds const& needs);

    /// Of cash, assets and what perpetuals have not settled.
    /// Errors: Errc::price_missing, reading_stale, confidence_is_zero of an asset that counts or is owed.
    [[nodiscard]] result<Worth> of(Portfolio const& portfolio, Tally& on, MarginDetail* detail) const;

private:
    [[nodiscard]] result<void> add(AssetHolding const& holding, Worth& worth, Tally& on, MarginDetail* detail) const;

    MarketNeeds needs_;
    std::vector<std::optional<Int128>> weights_; ///< by asset number
};

/// A line of the explanation, unless it asks for nothing.
void add_line(MarginDetail& detail, std::string_view what, std::string subject, Int128 initial, Int128 maintenance);

} // namespace plimsoll::risk
