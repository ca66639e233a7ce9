/// Black-76 and its Greeks in the fast fixed-point family.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/number/fast.hpp"
#include "risk/pricing/pricing_failure.hpp"

namespace plimsoll::risk::fast {

/// A European option on a forward. The year is the preset's: `years` is already counted in it.
struct Terms {
    wire::OptionSide side{};
    Price forward;
    Price strike;
    Ratio volatility; ///< 0.65 is 65 % a year
    Ratio years;      ///< to expiry; zero or less: expired, worth its intrinsic value
    Ratio rate;       ///< continuously compounded, a year; premiums are discounted at it
};

/// Partial derivatives of the price. A year, a volatility and a rate of 1.00 are the units.
struct Greeks {
    Price price;
    Ratio delta; ///< per unit of forward
    Ratio gamma; ///< of delta, per unit of forward
    Price vega;  ///< per 1.00 of volatility
    Price theta; ///< per year that passes, the forward standing still
    Price rho;   ///< per 1.00 of rate, the forward standing still
};

/// What depends on one price only; a chain keeps it for each strike.
struct LogPrice {
    Uint128 units = 0;
    Int128 logarithm = -(Int128{128} << 64); ///< Q64.64 of units; of zero: below every other's
    [[nodiscard]] static LogPrice of(Uint128 units) {
        return units == 0 ? LogPrice{} : LogPrice{units, ln_of_whole(units)};
    }
};

[[nodiscard]] inline Uint128 difference(Uint128 a, Uint128 b) { return a < b ? b - a : a - b; }

/// |ln(forward / strike)| in Q64.64.
[[nodiscard]] inline Uint128 moneyness(LogPrice const& forward, LogPrice const& strike) {
    return static_cast<Uint128>(forward.logarithm < strike.logarithm
                                    ? strike.logarithm - forward.logarithm
                                    : forward.logarithm - strike.logarithm);
}

/// The undiscounted price of whichever of call and put is out of the money:
///     low * N(v/2 - x/v) - high * N(-v/2 - x/v),   x = ln(high / low), v the deviation,
/// which is the call where the forward is the lower, and the put where the strike is. Between 0 and
/// `low`; both products and the result are truncated. Units of forward and strike: at most 2^120.
/// Source: Black (1976), The pricing of commodity contracts, J. Financial Economics 3.
[[nodiscard]] inline Uint128 out_of_the_money(LogPrice const& forward, LogPrice const& strike,
                                              Deviation const& deviation) {
    if (deviation.value == 0) return 0;
    std::uint64_t const distance = deviation.distance(moneyness(forward, strike));
    std::uint64_t const half = deviation.value >> 1;
    // The two distances differ by the deviation exactly, so that an error of x moves both alike and
    // leaves the price, to first order, where it is.
    auto const nearer = static_cast<std::int64_t>(distance) - static_cast<std::int64_t>(half);
    std::uint64_t const farther = distance + (deviation.value - half);
    Uint128 const low = forward.units < strike.units ? forward.units : strike.units;
    Uint128 const top = forward.units < strike.units ? strike.units : forward.units;
    Uint128 const gain = times_probability(low, above(nearer));
    Uint128 const cost = times_probability(top, upper_tail(farther));
    return gain > cost ? gain - cost : 0;
}

/// The undiscounted price of a side: the other of the two by parity, exactly.
[[nodiscard]] inline Uint128 undiscounted(wire::OptionSide side, LogPrice const& forward,
                                          LogPrice const& strike, Deviation const& deviation) {
    Uint128 const outside = out_of_the_money(forward, strike, deviation);
    bool const in_the_money = side == wire::OptionSide::call ? forward.units > strike.units
                                                             : forward.units < strike.units;
    Uint128 const exercise = difference(forward.units, strike.units);
    return outside + (in_the_money ? exercise : 0);
}

/// e^(-rate * years) in Q64.64. Errors: discount_too_large. An expired option is not discounted.
[[nodiscard]] Priced<Int128> discount_of(Ratio rate, Ratio years);

/// Discounted price, rounded down. Absolute error below 10^-18 + (forward + strike) * 5e-19, and that
/// times the discount. Call less put is discount * (forward - strike): exactly where the rate is zero,
/// within one unit otherwise.
/// Errors: side_missing, negative_forward, negative_strike, negative_volatility, input_too_large,
/// discount_too_large, result_too_large.
[[nodiscard]] Priced<Price> price(Terms const& terms);

/// Price and Greeks. At expiry or without volatility, delta is 0, 1 or, at the strike, 1/2 (times the
/// side's sign) and gamma, vega and theta's first part are 0.
/// Errors: as price; result_too_large also where gamma is, close to expiry.
[[nodiscard]] Priced<Greeks> greeks(Terms const& terms);

} // namespace plimsoll::risk::fast
