/// When margin is topped up, released, or found missing, by the four levels.
#pragma once

#include "risk/margin/margin_levels.hpp"

#include <algorithm>

namespace plimsoll::risk::levels {

/// A new order needs the initial level from margin and general balance together. Returns what moves
/// into margin, or nothing where the order is refused.
[[nodiscard]] inline std::optional<Wide> for_new_order(Levels const& levels, Wide const& margin,
                                                       Wide const& general) {
    if (margin + general < levels.initial) return std::nullopt;
    return std::max<Wide>(levels.initial - margin, 0);
}

/// After a settlement: above 0 what is to be moved into margin, below 0 what is to be released. Margin
/// below search is lifted to initial; at release or above it, it goes back to initial, but not in an
/// auction; in between nothing moves.
[[nodiscard]] inline Wide after_settlement(Levels const& levels, Wide const& margin,
                                           bool in_auction) {
    if (margin < levels.search) return levels.initial - margin;
    if (margin >= levels.release && !in_auction) return levels.initial - margin;
    return 0;
}

/// After all that could be moved was: the party's orders go.
[[nodiscard]] inline bool is_distressed(Levels const& levels, Wide const& margin) {
    return margin < levels.maintenance;
}

/// Without its orders, by its position alone: kept only above maintenance, else closed out.
[[nodiscard]] inline bool survives(Levels const& position_only, Wide const& margin) {
    return margin > position_only.maintenance;
}

} // namespace plimsoll::risk::levels
