#include "risk/pricing/implied.hpp"

#include "ledger/event/wide.hpp"
#include "risk/number/q64.hpp"

namespace plimsoll::risk::fast {
namespace {

/// A search of a volatility, in units, for a price, in units.
class Search {
public:
    Search(Terms const& terms, Int128 target) : terms_(terms), target_(target) {}

    /// 128 halvings of the gap, and as many Newton steps between them, always suffice.
    [[nodiscard]] Priced<Ratio> run(Int128 guess, Int128 most) {
        Int128 low = 0; // its price is not above the target
        Int128 high = most;
        Int128 at = guess > low && guess < high ? guess : low + (high - low) / 2;
        for (int step = 0; step < 256 && high - low > 1; ++step) {
            PLIMSOLL_TRY(miss, miss_at(at)); // target less price
            if (miss == 0) break;
            (miss > 0 ? low : high) = at;
            Int128 const gap = high - low;
            Int128 const middle = low + gap / 2;
            auto const newton = step % 4 == 3 ? std::nullopt : newton_from(at, miss);
            // A Newton step that does not leave its place has met the last digit of the price.
            if (newton && *newton == at) break;
            at = newton && *newton > low && *newton < high ? *newton : middle;
        }
        if (high - low <= 1) { // the two ends have been seen, except where the search began
            PLIMSOLL_TRYV(miss_at(low));
            PLIMSOLL_TRYV(miss_at(high));
        }
        return Ratio{best_};
    }

private:
    [[nodiscard]] Priced<Int128> miss_at(Int128 volatility) {
        terms_.volatility = Ratio{volatility};
        PLIMSOLL_TRY(at, price(terms_));
        Int128 const miss = target_ - at.units();
        Int128 const distance = miss < 0 ? -miss : miss;
        if (!closest_ || distance < *closest_) {
            closest_ = distance;
            best_ = volatility;
        }
        return miss;
    }

    [[nodiscard]] std::optional<Int128> newton_from(Int128 volatility, Int128 miss) const {
        auto const here = greeks(terms_); // terms_ stand at this volatility
        if (!here || here.value().vega.units() <= 0) return std::nullopt;
        auto const step = multiply_divide(miss, one_units, here.value().vega.units(),
                                          Rounding::toward_zero);
        if (!step || !within(*step, event_limit_units)) return std::nullopt;
        return volatility + *step;
    }

    Terms terms_;
    Int128 target_;
    Int128 best_ = 0;
    std::optional<Int128> closest_;
};

/// deviation / sqrt(years) in units: the volatility of a deviation in Q64.64.
[[nodiscard]] Int128 volatility_of(Int128 deviation, Ratio years) {
    auto const time = q64_of_units(years.units());
    auto const root = time ? sqrt(*time) : std::nullopt;
    auto const units = units_of_q64(deviation);
    if (!root || !units || *root == 0) return event_limit_units;
    auto const volatility = multiply_divide(*units, q64_one, *root, Rounding::ceiling);
    return volatility && *volatility < event_limit_units ? *volatility : event_limit_units;
}

/// Where the price bends from convex to concave in volatility, deviation = sqrt(2 |ln F/K|), Newton
/// never overshoots twice; at the money the price is nearly forward * deviation / sqrt(2 pi).
/// Source: Manaster and Koehler (1982), J. Finance 37; Brenner and Subrahmanyam (1988).
[[nodiscard]] Int128 first_guess(Terms const& terms, Int128 target) {
    auto const forward = LogPrice::of(static_cast<Uint128>(terms.forward.units()));
    auto const strike = LogPrice::of(static_cast<Uint128>(terms.strike.units()));
    Int128 const x = forward.logarithm - strike.logarithm;
    auto const bend = sqrt(2 * (x < 0 ? -x : x));
    if (bend && *bend > q64_one >> 10) return volatility_of(*bend, terms.years);
    auto const share = multiply_divide(target, q64_one, terms.forward.units(), Rounding::floor);
    if (!share || *share > 8 * q64_one) return 0;
    return volatility_of(*share * 5 / 2, terms.years);
}

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
    // At a deviation of 32 the price is the bound, to the last place.
    return Search(terms, target.units())
        .run(first_guess(terms, target.units()), volatility_of(33 * q64_one, terms.years));
}

Priced<Ratio> implied_volatility_of_inverse(Terms const& terms, Price price_in_coin) {
    if (terms.forward.units() == 0) return PricingFailure::no_forward;
    auto const quote = multiply_divide(price_in_coin.units(), terms.forward.units(), one_units,
                                       Rounding::floor);
    if (!quote || !within(*quote, row_limit_units)) return PricingFailure::result_too_large;
    return implied_volatility(terms, Price{*quote});
}

} // namespace plimsoll::risk::fast
