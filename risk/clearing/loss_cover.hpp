/// Who pays a loss: the market's own fund, then the shared one; the rest stays open as bad debt.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/decision.hpp"

namespace plimsoll::risk {

/// What an account's collateral did not cover.
struct OpenLoss {
    AccountId account;
    AssetId asset;
    Int128 units = 0; ///< positive
    InstrumentId instrument; ///< whose market it was; none: of no one market
    std::uint64_t liquidation = 0;
};

/// Appends BadDebtRecognised and one WaterfallPaid a layer: funds are accounts of kind insurance, a
/// market's own has the market account as its parent, the shared one has none. A fund pays what it has in
/// the asset and no more. Draws and what is left are the loss, exactly.
void cover_loss(book::Book const& book, OpenLoss const& loss, Origin const& origin, Decision& decision);

/// A number that no loss (no liquidation) of the book has.
[[nodiscard]] std::uint64_t next_loss(book::Book const& book);
[[nodiscard]] std::uint64_t next_liquidation(book::Book const& book);

/// The first insurance account without a parent; none where there is none.
[[nodiscard]] AccountId shared_fund(book::Book const& book);

} // namespace plimsoll::risk
