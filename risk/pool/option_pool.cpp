#include "risk/pool/option_pool.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

[[nodiscard]] Precise magnitude(Precise const& x) { return x < Precise{} ? -x : x; }

[[nodiscard]] Volatility average(PoolState const& state, PoolTerms const& terms,
                                 Precise const& hours) {
    Precise const from = hours - Precise::ratio(terms.average_seconds, 3600);
    return {time_weighted_mean(state.base_history, from, hours),
            time_weighted_mean(state.skew_history, from, hours)};
}

/// The trade is undone in the skew alone, at the volatility that is worse for whoever is closed.
void force_close(PoolTrade& done, PoolState const& state, PoolTerms const& terms,
                 OptionTerms option, Precise const& amount) {
    bool const is_long = amount > Precise{};
    auto const back = moved(state.volatility, magnitude(amount), !is_long, terms.impact);
    done.forced_skew = back.skew;
    Precise const mean = done.average.base * done.average.skew;
    Precise const now = state.volatility.base * back.skew;
    done.forced_volatility =
        is_long ? terms.close_long * std::min(mean, now) : terms.close_short * std::max(mean, now);
    option.volatility = done.forced_volatility;
    Precise each = option_values(option).call;
    if (!is_long) {
        Precise const parity = std::max(option.spot - option.strike, Precise{});
        each = std::max(each, parity + terms.close_short_min * option.spot);
    }
    done.forced_premium = each * magnitude(amount);
}

} // namespace

PoolTrade trade(PoolState& state, PoolTerms const& terms, Precise const& hours,
                Precise const& spot, Precise const& amount) {
    bool const buys = amount > Precise{};
    Precise const size = magnitude(amount);
    Wide const elapsed = (hours * Precise::whole(3600)).rounded(0, Rounding::floor);
    OptionTerms option{terms.life_seconds - elapsed, terms.year_seconds, {}, spot, terms.strike,
                       terms.rate};

    PoolTrade done;
    done.average = average(state, terms, hours);
    state.volatility = moved(state.volatility, size, buys, terms.impact);
    state.base_history.push_back({hours, state.volatility.base});
    state.skew_history.push_back({hours, state.volatility.skew});

    option.volatility = state.volatility.base * state.volatility.skew;
    auto const traded = option_values(option);
    Precise const volatility = option.volatility;
    option.volatility = done.average.base * done.average.skew;
    auto const averaged = option_values(option);

    done.premium = traded.call * size;
    done.option_fee = terms.option_fee.at(option.seconds) * done.premium;
    done.spot_fee = terms.spot_fee.at(option.seconds) * spot * size;
    Precise const off = magnitude(done.average.base - state.volatility.base);
    done.variance_fee = terms.variance_vega * traded.vega * state.volatility.skew *
                        terms.variance_iv * off * size;
    Precise const before = magnitude(state.net_sold);
    state.net_sold = state.net_sold + amount;
    done.standard_vega = averaged.standard_vega;
    done.net_standard_vega = state.net_sold * done.standard_vega;
    if (before < magnitude(state.net_sold)) {
        done.vega_fee = terms.vega_fee * volatility * magnitude(done.net_standard_vega) /
                        state.value * size;
    }

    Precise const fees =
        done.option_fee + done.spot_fee + done.variance_fee + done.vega_fee;
    state.cash = state.cash + (buys ? done.premium : -done.premium) + fees;
    if (buys) {
        done.base_bought = size;
        state.base = state.base + size;
        state.cash = state.cash - size * spot;
    }
    done.options_value = -(state.net_sold * averaged.call);
    state.value = state.cash + state.base * spot + done.options_value;
    force_close(done, state, terms, option, amount);
    return done;
}

} // namespace plimsoll::risk::pool
