#include "risk/pricing/black76.hpp"

namespace plimsoll::risk {
namespace {

constexpr Int256 largest_total_volatility{24 * one_units}; ///< from here a call costs the forward

/// A call on a forward of 1, and its delta.
struct StandardCall {
    Int256 price;
    Int256 delta;
};

[[nodiscard]] Int256 at_least_one_unit(Int256 const& value) {
    return value.is_zero() ? Int256{1} : value;
}

[[nodiscard]] StandardCall standard_call(Checked& on, Int256 const& total_volatility,
                                         Int256 const& moneyness) {
    if (total_volatility >= largest_total_volatility) return {one_wei, one_wei};
    Int256 const v = at_least_one_unit(total_volatility);
    Int256 const m = at_least_one_unit(moneyness);
    Int256 const k = logarithm(on, m);
    Int256 const half_variance = on.unsigned_times(v.to_128() >> 1, v); // halved before the product
    Int256 const d1 = on.over(on.subtract(half_variance, k), v);
    Int256 const d2 = on.subtract(d1, v);
    Int256 const delta = normal_cdf(on, d1);
    Int256 const price = on.subtract(delta, on.unsigned_times(m, normal_cdf(on, d2)));
    return {std::max(price, Int256{}), delta};
}

} // namespace

TimeToExpiry TimeToExpiry::of(Checked& on, Int256 const& seconds, Int256 const& discount) {
    Int256 const time = risk::years(on, seconds);
    return {time, root(on, time), discount};
}

Black76 black76(Checked& on, TimeToExpiry const& time, Int256 const& volatility,
                Int256 const& forward, Int256 const& strike) {
    Int256 const v = on.unsigned_times(volatility, time.years_root);
    Int256 const forward_now = on.unsigned_times(forward, time.discount);
    if (strike.is_zero()) return {forward_now, {}, time.discount};
    Int256 const strike_now = on.unsigned_times(strike, time.discount);
    if (forward.is_zero()) return {{}, strike_now, {}};
    Int256 const moneyness = on.unsigned_over(strike, forward);
    StandardCall const call = standard_call(on, v, moneyness);
    Int256 const parity = on.subtract(on.add(call.price, moneyness), one_wei);
    Int256 const put = std::max(parity, Int256{});
    return {std::min(on.unsigned_times(call.price, forward_now), forward_now),
            std::min(on.unsigned_times(put, forward_now), strike_now),
            on.unsigned_times(call.delta, time.discount)};
}

result<Black76> black76(Int256 const& seconds, Int256 const& discount, Int256 const& volatility,
                        Int256 const& forward, Int256 const& strike) {
    Checked on;
    auto const time = TimeToExpiry::of(on, seconds, discount);
    Black76 const prices = black76(on, time, volatility, forward, strike);
    return on.settle(prices);
}

Int256 black76_price(Checked& on, TimeToExpiry const& time, Int256 const& volatility,
                     Int256 const& forward, Int256 const& strike, bool is_call) {
    Black76 const prices = black76(on, time, volatility, forward, strike);
    return is_call ? prices.call : prices.put;
}

} // namespace plimsoll::risk
