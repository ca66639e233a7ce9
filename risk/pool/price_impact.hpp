/// What a perpetual pool charges a trade for moving it away from balance, and pays one that brings it back.
#pragma once

#include "ledger/event/number.hpp"

namespace plimsoll::risk::pool {

/// Of a market whose longs and shorts differ by an imbalance, in the quote: factor * imbalance^exponent. All count 10^-18.
/// Source: GMX v2, PricingUtils; risk-models 2.6.
struct PriceImpactTerms {
    Int128 improving = 0;            ///< factor of what falls; at most the one of what grows
    Int128 worsening = 0;            ///< factor of what grows
    Int128 exponent = 2 * one_units; ///< from 1 to 4
    Int128 largest_gain = one_units; ///< of a trade's notional, at most paid for balance
};

/// Positive: the pool pays. `before` and `after` are longs less shorts, around the trade. Where the sign turns, what there
/// was counts as improved, what there is now as worsened. Rounded down, for the pool; an imbalance below one counts nothing.
/// Errors: Errc::parameter_out_of_bounds where the terms would pay for going there and back; arithmetic_overflow.
[[nodiscard]] result<Int128> price_impact(Int128 before, Int128 after, PriceImpactTerms const& terms);

/// What a trade's impact does to the fund that holds what impacts have cost.
struct ImpactPayment {
    Int128 to_trader = 0;  ///< below zero: the trader pays, and the fund has it
    Int128 not_paid = 0;   ///< of a gain: what the fund has not, or the cap forbids
    Int128 fund_after = 0; ///< never below zero
};

/// `fund` is what it has; at or below zero it pays nothing. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<ImpactPayment> pay_impact(Int128 impact, Int128 fund, Int128 notional, PriceImpactTerms const& terms);

/// The price that a trade is done at, with the payment in it, in the quote for a contract of one; rounded for the pool: up
/// where the trader buys, down where it sells. `size` is signed and not 0.
/// Errors: Errc::parameter_out_of_bounds where the price would not be above zero; arithmetic_overflow.
[[nodiscard]] result<Int128> impacted_price(Int128 price, Int128 size, Int128 to_trader);

} // namespace plimsoll::risk::pool
