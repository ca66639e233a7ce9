/// An instrument's last day: every position becomes cash at the settlement price.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/commands.hpp"
#include "risk/clearing/decision.hpp"
#include "risk/errc.hpp"
#include "risk/number/fraction.hpp"

namespace plimsoll::risk {

/// What one contract of an expired instrument is worth, as a factor of the size, in the settlement asset:
/// an option's intrinsic value (inverse: over the price), a future's price, times the multiplier.
/// Nothing where that leaves 127 bits, or the price of an inverse one is not positive.
[[nodiscard]] std::optional<Fraction> expiry_value(book::InstrumentRow const& instrument, Price price);

/// Observes the settlement price, then settles each position with the market account, in order of their
/// rows. A payment rounds down: against the account; the market account keeps the remainder.
/// Errors: Errc::instrument_never_expires, instrument_not_expired, no_market_account, arithmetic_overflow;
/// book::Errc::unknown_instrument, price_must_be_positive.
[[nodiscard]] result<void> settle_expiry(book::Book const& book, SettleExpiry const& ask, Origin const& origin,
                                         Decision& decision);

} // namespace plimsoll::risk
