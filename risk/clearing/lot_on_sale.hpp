/// What an auction of collateral, or of a short option, has left to sell, as its events say.
#pragma once

#include "ledger/event/event.hpp"

#include <vector>

namespace plimsoll::risk {

using Figures = std::vector<wire::Figure>;

/// The figure of that kind, 0 where it is not told.
[[nodiscard]] Int128 figure_of(Figures const& figures, wire::FigureKind kind);
void add_figure(Figures& figures, wire::FigureKind kind, AssetId subject, Int128 amount);

/// All its terms come from the event that started it: a preset adopted later does not change an auction that is going on.
struct LotOnSale {
    AssetId asset;            ///< the collateral
    InstrumentId instrument;  ///< a ramped auction: the short option; none: the collateral itself is sold
    Int128 lot = 0;           ///< left to sell: of the collateral, or contracts
    Int128 debt = 0;          ///< of it, what the lot still answers for, in the quote
    Int128 tab = 0;           ///< still to be raised
    TimeNs start = 0;
    Figures terms;            ///< as recorded
};

/// From its LiquidationStarted on.
void recall_lot(LotOnSale& lot, LiquidationStarted const& fact, TimeNs time);
void recall_lot(LotOnSale& lot, LiquidationBid const& fact);

} // namespace plimsoll::risk
