/// An owner in default: what all its accounts have is collected, then its vouchers lose their stakes, then the pool.
#pragma once

#include "risk/clearing/decision.hpp"
#include "risk/credit/credit_line.hpp"

namespace plimsoll::risk {

/// Whether something is past its term and grace, or the collateral is below the preset's `default_below` of what is drawn.
[[nodiscard]] bool is_in_default(CreditLine const& line, CreditPreset const& preset);

/// Account by account in the order of their numbers, until all that is drawn is collected: each account's positions go to the
/// liquidator at the mark for what they are worth, its cash repays, and its coins go to the pool at the book's price, the
/// asset defined first first. An account gives no more than it is worth: what it owes in other assets comes before.
///
/// What that leaves open is a loss of the holder: it is repaid on paper, recognised as bad debt, and paid by the vouchers' stakes in
/// proportion (largest remainders, of equals the account opened first), then by the pool: loss = payments, nothing is left open.
/// The events' cause is `liquidation`, by which whoever follows the log knows a collection.
/// Interest must have been met. What is collected is whole ones of the asset's last decimal, rounded down: less than one stays with
/// each account; coins for it are rounded up, at most to all there are.
/// Errors: Errc::not_in_default, no_credit_pool, account_in_liquidation, price_missing, no_account_of_kind (no liquidator), arithmetic_overflow.
[[nodiscard]] result<void> collect_default(book::Book const& book, CreditHistory const& history, CreditLine const& line, AccountId liquidator,
                                           Origin const& origin, Decision& decision);

} // namespace plimsoll::risk
