/// Black-76 option prices, to the last digit of Derive's.
#pragma once

#include "risk/number/elementary.hpp"

namespace plimsoll::risk {

/// Prices of one unit, in the quote asset. All numbers count 10^-18; none is negative.
struct Black76 {
    Int256 call;       ///< at most the discounted forward
    Int256 put;        ///< at most the discounted strike; from the call by parity
    Int256 call_delta; ///< with the discount in it
};

/// What the options of one expiry share.
struct TimeToExpiry {
    Int256 years;      ///< of 365 days
    Int256 years_root; ///< square root of years
    Int256 discount;   ///< value now of 1 at expiry

    [[nodiscard]] static TimeToExpiry of(Checked& on, Int256 const& seconds,
                                         Int256 const& discount);
};

/// An expiry that has passed is one of 0 seconds: what is left is the intrinsic value, nearly (a
/// total volatility of 0 counts as 10^-18).
/// Source: Derive v2, Black-76 of its maths library; rounding of each step as there.
/// Errors: arithmetic_overflow; logarithm and exponent rules where the numbers are absurd.
[[nodiscard]] Black76 black76(Checked& on, TimeToExpiry const& time, Int256 const& volatility,
                              Int256 const& forward, Int256 const& strike);
[[nodiscard]] result<Black76> black76(Int256 const& seconds, Int256 const& discount,
                                      Int256 const& volatility, Int256 const& forward,
                                      Int256 const& strike);

/// The price of the one side that is asked for. The delta, which no margin needs, is left out.
[[nodiscard]] Int256 black76_price(Checked& on, TimeToExpiry const& time, Int256 const& volatility,
                                   Int256 const& forward, Int256 const& strike, bool is_call);

} // namespace plimsoll::risk
