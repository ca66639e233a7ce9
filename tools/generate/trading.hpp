/// Trades between customers, sized by what both can bear.
#pragma once

#include "tools/generate/liquidation.hpp"
#include "tools/generate/standing.hpp"

namespace plimsoll::tools {

/// The numbers of a trade at a price, as its instrument books them.
[[nodiscard]] Traded trade_of(World const& world, std::size_t listing, AccountId buyer,
                              AccountId seller, Micro size, Micro price);

/// Adds one trade, and hands whoever is met short of margin to the liquidations. False, and nothing
/// added, where the dice found no two who can trade.
[[nodiscard]] bool add_trade(book::Book const& book, World& world, Liquidations& liquidations,
                             Group& group);

} // namespace plimsoll::tools
