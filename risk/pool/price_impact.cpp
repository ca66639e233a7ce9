#include "risk/pool/price_impact.hpp"

#include "risk/margin/tally.hpp"
#include "risk/number/high_precision.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

constexpr Int128 most_exponent = 4 * one_units;

/// x^exponent, 10^-18; whole exponents are exact before they are rounded once.
[[nodiscard]] result<Int128> power(Int128 x, Int128 exponent, Rounding rounding) {
    if (x < one_units) return Int128{0};
    Wide units;
    if (exponent % one_units == 0) {
        int const times = static_cast<int>(exponent / one_units);
        units = widened(x);
        for (int i = 1; i < times; ++i) units *= widened(x);
        units = times_power_of_ten(units, -fixed_decimals * (times - 1), rounding);
    } else {
        Precise const base = Precise::ratio(widened(x), power_of_ten(fixed_decimals));
        Precise const by = Precise::ratio(widened(exponent), power_of_ten(fixed_decimals));
        units = exponential(logarithm(base) * by).rounded(fixed_decimals, rounding);
    }
    auto const narrow = narrowed(units);
    if (!narrow) return fail(Errc::arithmetic_overflow, "an imbalance");
    return *narrow;
}

} // namespace

result<Int128> price_impact(Int128 before, Int128 after, PriceImpactTerms const& terms) {
    bool const fits = terms.improving >= 0 && terms.improving <= terms.worsening && terms.exponent >= one_units && terms.exponent <= most_exponent;
    if (!fits) return fail(Errc::parameter_out_of_bounds, "price impact: the improving factor is at most the worsening one, the exponent 1 to 4");
    if (!within(before, row_limit_units) || !within(after, row_limit_units)) return fail(Errc::arithmetic_overflow, "an imbalance");
    bool const turns = (before < 0) != (after < 0);
    Int128 const was = before < 0 ? -before : before;
    Int128 const is = after < 0 ? -after : after;
    bool const improves = is < was;
    PLIMSOLL_TRY(fallen, power(was, terms.exponent, improves || turns ? Rounding::floor : Rounding::ceiling));
    PLIMSOLL_TRY(grown, power(is, terms.exponent, Rounding::ceiling));
    Tally on;
    Int128 impact = 0;
    if (turns) {
        impact = on.subtract(on.product_down(fallen, terms.improving), on.product_up(grown, terms.worsening));
    } else {
        impact = on.product_down(on.subtract(fallen, grown), improves ? terms.improving : terms.worsening);
    }
    PLIMSOLL_TRYV(on.settle("a price impact"));
    return impact;
}

result<ImpactPayment> pay_impact(Int128 impact, Int128 fund, Int128 notional, PriceImpactTerms const& terms) {
    Tally on;
    Int128 const cap = on.product_down(notional < 0 ? -notional : notional, terms.largest_gain);
    ImpactPayment paid;
    paid.to_trader = impact <= 0 ? impact : std::min({impact, cap, std::max<Int128>(fund, 0)});
    paid.not_paid = impact - paid.to_trader;
    paid.fund_after = on.subtract(fund, paid.to_trader);
    PLIMSOLL_TRYV(on.settle("an impact fund"));
    return paid;
}

result<Int128> impacted_price(Int128 price, Int128 size, Int128 to_trader) {
    if (size == 0) return fail(Errc::division_by_zero, "a trade of nothing");
    Tally on;
    // Who buys pays less for what it is paid, who sells gets more.
    Int128 const contracts = size < 0 ? -size : size;
    Int128 const gain = on.fraction_down(to_trader, one_units, contracts);
    Int128 const done = size > 0 ? on.subtract(price, gain) : on.add(price, gain);
    PLIMSOLL_TRYV(on.settle("an impacted price"));
    if (done <= 0) return fail(Errc::parameter_out_of_bounds, "an impact beyond the price");
    return done;
}

} // namespace plimsoll::risk::pool
