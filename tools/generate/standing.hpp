/// How an account stands at the published prices: the generator's own small valuation.
#pragma once

#include "tools/generate/world.hpp"

namespace plimsoll::tools {

inline constexpr std::size_t no_listing = ~std::size_t{0};

/// In USDC. Facts carry the exact equity; what only steers the dice is in millionths.
struct Standing {
    Int128 equity_units = 0;
    Int128 cash_units = 0; ///< the USDC balance
    Micro exposure = 0;    ///< of positions but long options, at mark
    Micro maintenance = 0;
    std::size_t largest = no_listing; ///< the listing with the most exposure or value
    Micro largest_size = 0;
    Micro largest_exposure = 0; ///< 0: only long options are left

    [[nodiscard]] Micro equity() const { return floor_micros(equity_units); }
    [[nodiscard]] bool is_short_of_margin() const { return equity() < maintenance; }
    [[nodiscard]] bool has_position() const { return largest != no_listing; }
};

[[nodiscard]] Standing standing_of(book::Book const& book, World const& world, AccountId account);

/// Contracts, in millionths; negative: short.
[[nodiscard]] Micro size_of(book::Book const& book, AccountId account, std::size_t listing);
[[nodiscard]] Int128 cash_of(book::Book const& book, AccountId account, AssetId asset);

/// Of `size` contracts at `price`, in the settlement asset's units, exact or rounded down.
[[nodiscard]] Int128 value_units(Listing const& listing, Micro size, Micro price);

/// What a closed position still keeps in quote becomes cash.
[[nodiscard]] PositionSettled realised(book::PositionRow const& row, Catalogue const& catalogue);

} // namespace plimsoll::tools
