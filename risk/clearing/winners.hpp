/// Who stands on the winning side of an instrument, as deleveraging asks.
#pragma once

#include "risk/clearing/auto_deleverage.hpp"
#include "risk/valuation.hpp"

namespace plimsoll::risk {

/// Holders of one instrument at a moment, in its settlement asset. Customers only; who is in liquidation, or has
/// no equity, or could not be valued whole, is nobody's counterparty.
struct Holders {
    std::vector<Winner> long_winners; ///< by account, ascending
    std::vector<Winner> short_winners;
    Int128 long_profit = 0; ///< of the winners
    Int128 short_profit = 0;
    Int128 long_insolvent = 0; ///< contracts of accounts below zero
    Int128 short_insolvent = 0;
};

/// The valuation must be in the instrument's settlement asset.
/// Errors: Errc::mark_missing, with the instrument; arithmetic_overflow.
[[nodiscard]] result<Holders> holders_of(Valuation const& valuation, InstrumentId instrument);

} // namespace plimsoll::risk
