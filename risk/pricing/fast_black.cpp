#include "risk/pricing/fast_black.hpp"

#include "ledger/event/wide.hpp"
#include "risk/number/fraction.hpp"
#include "risk/number/q64.hpp"

namespace plimsoll::risk::fast {
namespace {

/// Discounts below e^-40 or above e^40 are somebody's error of units.
constexpr Int128 discount_limit = 40 * one_units;

[[nodiscard]] bool fits(Int128 units) { return within(units, event_limit_units); }

[[nodiscard]] std::optional<PricingFailure> check(Terms const& terms) {
    if (terms.side != wire::OptionSide::call && terms.side != wire::OptionSide::put) {
        return PricingFailure::side_missing;
    }
    if (terms.forward.is_negative()) return PricingFailure::negative_forward;
    if (terms.strike.is_negative()) return PricingFailure::negative_strike;
    if (terms.volatility.is_negative()) return PricingFailure::negative_volatility;
    if (!fits(terms.forward.units()) || !fits(terms.strike.units()) ||
        !fits(terms.volatility.units()) || !fits(terms.years.units()) ||
        !fits(terms.rate.units())) {
        return PricingFailure::input_too_large;
    }
    return std::nullopt;
}

/// What price and Greeks share.
struct Position {
    LogPrice forward;
    LogPrice strike;
    Deviation deviation;
    Int128 discount = 0; ///< Q64.64
    Int128 price = 0;    ///< discounted, units
};

[[nodiscard]] Priced<Position> position_of(Terms const& terms) {
    if (auto const failure = check(terms)) return *failure;
    Position at;
    PLIMSOLL_TRY(discount, discount_of(terms.rate, terms.years));
    at.discount = discount;
    at.forward = LogPrice::of(static_cast<Uint128>(terms.forward.units()));
    at.strike = LogPrice::of(static_cast<Uint128>(terms.strike.units()));
    at.deviation = Deviation::of(terms.volatility.units(), terms.years.units());
    auto const plain =
        static_cast<Int128>(undiscounted(terms.side, at.forward, at.strike, at.deviation));
    auto const units = times_q64(plain, at.discount);
    if (!units) return PricingFailure::result_too_large;
    at.price = *units;
    return at;
}

/// Where no time or volatility is left, the forward alone decides.
[[nodiscard]] std::uint64_t chance_without_time(Position const& at) {
    if (at.forward.units == at.strike.units) return probability_one / 2;
    return at.forward.units > at.strike.units ? probability_one : 0;
}

/// d1 in Q5.59, held within 16: past that the density is zero and the chance sure.
[[nodiscard]] std::int64_t first_distance(Position const& at) {
    auto const distance = static_cast<Int128>(
        Uint128{at.deviation.distance(moneyness(at.forward, at.strike))});
    Int128 const d1 = (at.forward.logarithm < at.strike.logarithm ? -distance : distance) +
                      static_cast<Int128>(Uint128{at.deviation.value >> 1});
    constexpr auto most = static_cast<Int128>((std::uint64_t{1} << 63) - 1);
    return static_cast<std::int64_t>(d1 > most ? most : d1 < -most ? -most : d1);
}

struct Curvature {
    Int128 gamma = 0;
    Int128 vega = 0;
    Int128 decay = 0; ///< forward * density * volatility / (2 sqrt(years))
};

/// With the density at d1, discounted: gamma = it / (forward * deviation), vega = it * forward *
/// sqrt(years), decay = it * forward * volatility / (2 sqrt(years)).
[[nodiscard]] std::optional<Curvature> curvature_of(Terms const& terms, Position const& at,
                                                    std::int64_t d1) {
    if (at.deviation.value == 0 || at.forward.units == 0) return Curvature{};
    auto const magnitude = static_cast<std::uint64_t>(d1 < 0 ? -d1 : d1);
    auto const forward = static_cast<Int128>(at.forward.units);
    Int128 const volatility = terms.volatility.units();
    Int128 const reciprocal = at.deviation.reciprocal_q64();
    auto const density = times_q64(static_cast<Int128>(density_at(magnitude)), at.discount); // Q64.64
    auto const time = q64_of_units(terms.years.units());
    // 1 / sqrt(years) = volatility / deviation.
    auto const slowness = times_q64(volatility, reciprocal);
    if (!density || !time || !slowness) return std::nullopt;
    auto const slope = times_q64(*density, reciprocal);
    auto const lift = times_q64(forward, *density);
    if (!slope || !lift) return std::nullopt;
    auto const slope_units = units_of_q64(*slope);
    auto const vega = times_q64(*lift, *sqrt(*time));
    auto const speed = floor_quotient(*lift, volatility, one_units);
    if (!slope_units || !vega || !speed) return std::nullopt;
    auto const decay = floor_quotient(*speed, *slowness, 2 * one_units);
    if (!decay || !within(*decay, row_limit_units)) return std::nullopt;
    auto const gamma = multiply_divide(*slope_units, one_units, forward, Rounding::floor);
    if (!gamma || !within(*gamma, row_limit_units)) return std::nullopt;
    return Curvature{*gamma, *vega, *decay};
}

} // namespace

Priced<Int128> discount_of(Ratio rate, Ratio years) {
    if (rate.is_zero() || years.units() <= 0) return q64_one;
    auto const power = multiply_divide(-rate.units(), years.units(), one_units, Rounding::floor);
    if (!power || !within(*power, discount_limit)) return PricingFailure::discount_too_large;
    auto const discount = exp(*q64_of_units(*power)); // 40 at most, so it fits
    if (!discount) return PricingFailure::discount_too_large;
    return *discount;
}

Priced<Price> price(Terms const& terms) {
    if (auto const failure = check(terms)) return *failure;
    auto const plain = static_cast<Int128>(
        undiscounted(terms.side, LogPrice::of(static_cast<Uint128>(terms.forward.units())),
                     LogPrice::of(static_cast<Uint128>(terms.strike.units())),
                     Deviation::of(terms.volatility.units(), terms.years.units())));
    if (terms.rate.is_zero()) return Price{plain};
    PLIMSOLL_TRY(discount, discount_of(terms.rate, terms.years));
    auto const units = times_q64(plain, discount);
    if (!units) return PricingFailure::result_too_large;
    return Price{*units};
}

Priced<Greeks> greeks(Terms const& terms) {
    PLIMSOLL_TRY(at, position_of(terms));
    bool const is_call = terms.side == wire::OptionSide::call;
    bool const timeless = at.deviation.value == 0;
    std::int64_t const d1 = timeless ? 0 : first_distance(at);
    std::uint64_t const chance = timeless ? chance_without_time(at) : above(-d1); // N(d1)
    auto const chance_q64 = static_cast<Int128>(Uint128{chance} << 1);
    auto const plain_delta = units_of_q64(is_call ? chance_q64 : chance_q64 - q64_one);
    auto const delta = plain_delta ? times_q64(*plain_delta, at.discount) : std::nullopt;
    if (!delta) return PricingFailure::result_too_large;
    auto const bend = curvature_of(terms, at, d1);
    if (!bend) return PricingFailure::result_too_large;
    Int128 const years = terms.years.is_negative() ? Int128{0} : terms.years.units();
    auto const rho = floor_quotient(-at.price, years, one_units);
    auto const carry = years == 0
                           ? std::optional<Int128>(0)
                           : floor_quotient(at.price, terms.rate.units(), one_units);
    if (!rho || !carry || !within(*carry, row_limit_units)) return PricingFailure::result_too_large;
    Int128 const theta = *carry - bend->decay;
    if (!within(theta, row_limit_units) || !within(*rho, row_limit_units)) {
        return PricingFailure::result_too_large;
    }
    return Greeks{Price{at.price},     Ratio{*delta}, Ratio{bend->gamma},
                  Price{bend->vega}, Price{theta},  Price{*rho}};
}

} // namespace plimsoll::risk::fast
