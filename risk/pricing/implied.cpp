#include "risk/pricing/implied.hpp"

#include "ledger/event/wide.hpp"
#include "risk/number/q64.hpp"
#include "risk/pricing/inverse.hpp"

namespace plimsoll::risk::fast {
namespace {

[[nodiscard]] Int128 magnitude(Int128 value) { return value < 0 ? -value : value; }

/// a * 10^18 / b to 63 bits, for a and b above zero: a Newton step corrects itself. Nothing past 2^120.
[[nodiscard]] std::optional<Int128> rough_quotient(Int128 a, Int128 b) {
    Mantissa const above = mantissa_of(static_cast<Uint128>(a));
    Mantissa const below = mantissa_of(static_cast<Uint128>(b));
    Uint128 const quotient =
        (Uint128{above.bits} * static_cast<std::uint64_t>(one_units)) / below.bits;
    int const shift = above.exponent - below.exponent;
    if (shift > 58) return std::nullopt; // the quotient is below 2^61
    if (shift < -64) return Int128{0};
    return static_cast<Int128>(shift >= 0 ? quotient << shift : quotient >> -shift);
}

/// A search of a volatility, in units, for a price, in units. Holds what does not change with it.
class Search {
public:
    Search(Terms const& terms, Int128 discount, Int128 target)
        : side_(terms.side), forward_(LogPrice::of(static_cast<Uint128>(terms.forward.units()))),
          strike_(LogPrice::of(static_cast<Uint128>(terms.strike.units()))),
          years_(terms.years.units()), discount_(discount), target_(target) {
        auto const time = q64_of_units(years_);
        root_ = time ? *sqrt(*time) : Int128{0};
    }

    /// The volatility of a deviation in Q64.64; at most 2^120 units.
    [[nodiscard]] Int128 volatility_of(Int128 deviation) const {
        auto const units = units_of_q64(deviation);
        if (!units || root_ == 0) return event_limit_units;
        auto const volatility = multiply_divide(*units, q64_one, root_, Rounding::ceiling);
        return volatility && *volatility < event_limit_units ? *volatility : event_limit_units;
    }

    /// Where the price bends from convex to concave in volatility, deviation = sqrt(2 |ln F/K|),
    /// Newton never overshoots twice; at the money the price is forward * deviation / sqrt(2 pi).
    /// Source: Manaster and Koehler (1982), J. Finance 37; Brenner and Subrahmanyam (1988).
    [[nodiscard]] Int128 first_guess() const {
        auto const bend = sqrt(static_cast<Int128>(2 * moneyness(forward_, strike_)));
        if (bend && *bend > q64_one >> 10) return volatility_of(*bend);
        auto const share = multiply_divide(target_, q64_one, static_cast<Int128>(forward_.units),
                                           Rounding::floor);
        return share && *share < 8 * q64_one ? volatility_of(*share * 5 / 2) : Int128{0};
    }

    [[nodiscard]] Ratio run() {
        Int128 low = 0; // its price is not above the target
        Int128 high = volatility_of(33 * q64_one); // at a deviation of 32 the price is its bound
        Int128 at = first_guess();
        if (at <= low || at >= high) at = low + (high - low) / 2;
        Int128 last_step = high;
        bool is_polished = false;
        // 127 halvings close any gap, and a Newton step is taken only where it beats one.
        for (int round = 0; round < 256 && high - low > 1; ++round) {
            Int128 const miss = miss_at(at); // target less price
            if (miss == 0 || is_polished) break;
            is_polished = magnitude(miss) <= last_places();
            (miss > 0 ? low : high) = at;
            auto const step = newton_step(at, miss);
            if (step && *step == 0) break;
            bool const is_good = step && at + *step > low && at + *step < high &&
                                 magnitude(*step) <= last_step / 2 + 1;
            if (is_polished && !is_good) break;
            Int128 const next = is_good ? at + *step : low + (high - low) / 2;
            last_step = magnitude(next - at);
            at = next;
        }
        if (high - low <= 1) {
            static_cast<void>(miss_at(low));
            static_cast<void>(miss_at(high));
        }
        return Ratio{best_};
    }

private:
    /// What the fixed-point error of a price comes to: volatilities that close are all as good.
    [[nodiscard]] Int128 last_places() const {
        return static_cast<Int128>((forward_.units + strike_.units) >> 60) + 1;
    }

    [[nodiscard]] Int128 miss_at(Int128 volatility) {
        auto const plain = static_cast<Int128>(
            undiscounted(side_, forward_, strike_, Deviation::of(volatility, years_)));
        Int128 const miss = target_ - *times_q64(plain, discount_); // the bound fitted, so this does
        if (!closest_ || magnitude(miss) < *closest_) {
            closest_ = magnitude(miss);
            best_ = volatility;
        }
        return miss;
    }

    /// miss / vega, where vega = discount * lower * density(|x|/v - v/2) * sqrt(years).
    [[nodiscard]] std::optional<Int128> newton_step(Int128 volatility, Int128 miss) const {
        auto const deviation = Deviation::of(volatility, years_);
        auto const distance =
            static_cast<std::int64_t>(deviation.distance(moneyness(forward_, strike_)));
        std::int64_t const nearer = distance - static_cast<std::int64_t>(deviation.value >> 1);
        std::uint64_t const density =
            density_at(static_cast<std::uint64_t>(nearer < 0 ? -nearer : nearer));
        Uint128 const lower = forward_.units < strike_.units ? forward_.units : strike_.units;
        auto const lift = times_q64(static_cast<Int128>(times_word(lower, density)), root_);
        auto const vega = lift ? times_q64(*lift, discount_) : std::nullopt;
        if (!vega || *vega <= 0) return std::nullopt;
        auto const step = rough_quotient(magnitude(miss), *vega);
        if (!step) return std::nullopt;
        return miss < 0 ? -*step : *step;
    }

    wire::OptionSide side_;
    LogPrice forward_;
    LogPrice strike_;
    Int128 years_;
    Int128 discount_; ///< Q64.64
    Int128 target_;
    Int128 root_ = 0; ///< sqrt(years), Q64.64
    Int128 best_ = 0;
    std::optional<Int128> closest_;
};

} // namespace

Priced<Ratio> implied_volatility(Terms const& terms, Price target) {
    Terms still = terms;
    still.volatility = Ratio::zero();
    PLIMSOLL_TRY(least, price(still));
    if (target.is_negative()) return PricingFailure::negative_price;
    if (terms.years.units() <= 0) return PricingFailure::no_time;
    if (target < least) return PricingFailure::below_intrinsic;
    if (target == least) return Ratio::zero();
    PLIMSOLL_TRY(discount, discount_of(terms.rate, terms.years));
    Price const bound = terms.side == wire::OptionSide::call ? terms.forward : terms.strike;
    auto const most = times_q64(bound.units(), discount);
    if (!most) return PricingFailure::result_too_large;
    if (target.units() >= *most) return PricingFailure::above_bound;
    return Search(terms, discount, target.units()).run();
}

Priced<Ratio> implied_volatility_of_inverse(Terms const& terms, Price price_in_coin) {
    Terms still = terms;
    still.volatility = Ratio::zero();
    PLIMSOLL_TRY(least, inverse_price(still));
    if (price_in_coin == least && terms.years.units() > 0) return Ratio::zero();
    // Up, so that a price in coin, which is rounded down, is met again.
    auto const quote = multiply_divide(price_in_coin.units(), terms.forward.units(), one_units,
                                       Rounding::ceiling);
    if (!quote || !within(*quote, row_limit_units)) return PricingFailure::result_too_large;
    return implied_volatility(terms, Price{*quote});
}

} // namespace plimsoll::risk::fast
