/// Funding of a perpetual pool: the skew of its market says not how high the rate is, but how fast it moves.
#pragma once

#include "ledger/event/number.hpp"
#include "ledger/event/time.hpp"

namespace plimsoll::risk::pool {

/// Source: Synthetix v3 perps market; risk-models 2.6. Count 10^-18.
struct FundingVelocityTerms {
    Int128 skew_scale = 0;   ///< contracts of skew at which the rate moves at its fastest; above 0
    Int128 max_velocity = 0; ///< of the rate of a day, in a day
};

struct FundingStand {
    Int128 rate = 0;  ///< of the price, a day; positive: longs pay
    Int128 index = 0; ///< quote for a contract that was long all the time
    TimeNs time = 0;
};

/// clamp(skew / skew_scale, -1, 1) * max_velocity, toward zero: the pool stands on both sides of a rate.
/// Errors: Errc::parameter_out_of_bounds, arithmetic_overflow.
[[nodiscard]] result<Int128> funding_velocity(Int128 skew, FundingVelocityTerms const& terms);

/// At `time`, `skew` contracts having stood since the last: the rate goes in a straight line and the index by its mean times
/// the price, each rounded once, toward zero. A time that is not later changes nothing.
/// Errors: as funding_velocity.
[[nodiscard]] result<FundingStand> funding_at(FundingStand const& last, Int128 skew, Int128 price, TimeNs time, FundingVelocityTerms const& terms);

/// The mean of the prices at the skew before a trade of `size` (signed) and after it, each price * (1 + skew / skew_scale);
/// rounded for the pool: up where the trader buys, down where it sells.
/// Errors: Errc::parameter_out_of_bounds also where the price would not be above zero; arithmetic_overflow.
[[nodiscard]] result<Int128> skewed_price(Int128 price, Int128 skew, Int128 size, FundingVelocityTerms const& terms);

} // namespace plimsoll::risk::pool
