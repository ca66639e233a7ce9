/// What can be wrong with the terms of an option, and the result that says so.
#pragma once

#include "ledger/event/result.hpp"

#include <cstdint>

namespace plimsoll::risk {

/// In the order in which it is looked for.
enum class PricingFailure : std::uint8_t {
    side_missing,        ///< neither call nor put
    negative_forward,    ///< or spot
    negative_strike,
    negative_volatility,
    negative_price,      ///< of an option, where a volatility is asked for
    input_too_large,     ///< past 2^120 units, or 1.3e18 whole ones
    discount_too_large,  ///< |rate * years| past 40
    result_too_large,    ///< past 2^126 units
    no_time,             ///< no volatility explains a price at expiry
    no_forward,          ///< a coin-margined price divides by the forward
    below_intrinsic,     ///< the price is below what exercise alone is worth
    above_bound,         ///< a call is worth less than its forward, a put less than its strike
};

/// A sentence for people; each says what to change.
[[nodiscard]] constexpr char const* sentence(PricingFailure failure) {
    switch (failure) {
    case PricingFailure::side_missing: return "an option is a call or a put; say which";
    case PricingFailure::negative_forward: return "the forward must not be negative";
    case PricingFailure::negative_strike: return "the strike must not be negative";
    case PricingFailure::negative_volatility: return "the volatility must not be negative";
    case PricingFailure::negative_price: return "the price must not be negative";
    case PricingFailure::input_too_large: return "a number is past 1.3e18; give it in larger units";
    case PricingFailure::discount_too_large: return "rate times years is past 40; give a smaller rate";
    case PricingFailure::result_too_large: return "a result is past 8.5e19; give larger units";
    case PricingFailure::no_time: return "an expired option has no volatility; give a later expiry";
    case PricingFailure::no_forward:
        return "a price in coin divides by the forward; give one above zero";
    case PricingFailure::below_intrinsic:
        return "the price is below the intrinsic value, so that no volatility explains it";
    case PricingFailure::above_bound:
        return "the price is not below the discounted forward (call) or strike (put), so that no "
               "volatility explains it";
    }
    return "";
}

template <class T>
using Priced = outcome::basic_result<T, PricingFailure, outcome::policy::all_narrow>;

} // namespace plimsoll::risk
