/// At what price a position is taken off an account below maintenance: between the mark and bankruptcy.
#pragma once

#include "ledger/event/number.hpp"
#include "risk/clearing/terms.hpp"

namespace plimsoll::risk {

/// An account and one of its positions at the mark, in the quote asset.
struct CloseView {
    Int128 equity = 0;
    Int128 counted = 0;            ///< of it, what maintenance counts: less haircuts of other assets
    Int128 maintenance_of_all = 0; ///< of its positions
    Int128 maintenance = 0;        ///< of this one
    Int128 notional = 0;           ///< of this one, positive
};

/// What the account keeps at the bankruptcy price is its share of nothing: closed there, this position
/// uses up equity * maintenance / maintenance_of_all. Rounded down; zero where equity is not positive.
[[nodiscard]] result<Int128> equity_share(CloseView const& view);

/// How far from the mark the position is sold, of its notional: the least of
///
///     spread_to_maintenance * clamp(adjustment * (1 - counted / maintenance_of_all), 0, 1) * maintenance
///     the equity share (the price is then the bankruptcy price, and never past it)
///     incentive_cap * notional
///
/// Each rounds down, in the account's favour; zero where equity is not positive: nobody is asked to take
/// a loss, the account closes at the mark and its debt goes to the waterfall.
/// Source: dYdX v4, fillable and bankruptcy price (order_book_close.hpp); risk-models 2.2.
[[nodiscard]] result<Int128> close_discount(CloseView const& view, CloseTerms const& terms);

/// The mark less (for a long that sells) or plus (a short that buys) a discount of the value; of an
/// inverse contract 1/price moves instead. Rounded in the account's favour.
[[nodiscard]] result<Price> close_price(book::InstrumentRow const& instrument, bool account_sells, Int128 discount);

} // namespace plimsoll::risk
