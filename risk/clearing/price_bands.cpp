#include "risk/clearing/price_bands.hpp"

#include <algorithm>

namespace plimsoll::risk::bands {

BandFactors lognormal_band(LognormalBand const& terms) {
    Precise const years = Precise::ratio(terms.horizon_seconds, terms.year_seconds);
    Precise const two = Precise::whole(2);
    Precise const& volatility = terms.volatility_per_year;
    Precise const z = normal_quantile((Precise::whole(1) + terms.probability) / two);
    Precise const centre = (terms.drift_per_year - volatility * volatility / two) * years;
    Precise const reach = z * volatility * root(years);
    return {shortest_binary64(exponential(centre - reach)),
            shortest_binary64(exponential(centre + reach))};
}

BandFactors fixed_moves(Wide const& base, Wide const& down, Wide const& up) {
    constexpr int kept = 16;
    auto const factor = [&](Wide const& price) {
        Wide const doubled = scale(2 * price, power_of_ten(kept), base, Rounding::floor);
        Wide const half_up = quotient(doubled + 1, 2, Rounding::floor);
        return Precise::of_units(half_up * power_of_ten(Precise::decimals - kept));
    };
    return {factor(base - down), factor(base + up)};
}

Bounds bounds(Precise const& reference, BandFactors const& factors) {
    return {(reference * factors.down).rounded(0, Rounding::ceiling),
            (reference * factors.up).rounded(0, Rounding::floor)};
}

Bounds shown_in_ticks(Bounds const& bounds, Wide const& units_per_tick) {
    auto const floored = [&](Wide const& price) {
        return quotient(price, units_per_tick, Rounding::floor);
    };
    return {(floored(bounds.least) + 1) * units_per_tick, floored(bounds.most) * units_per_tick};
}

Wide start_seconds(Trigger const& broken, Wide const& least_seconds) {
    return std::max(broken.auction_seconds, least_seconds);
}

std::vector<Wide> planned_lengths(Wide const& start_seconds,
                                  std::vector<Trigger> const& extensions) {
    std::vector<Wide> lengths{start_seconds};
    for (Trigger const& each : extensions) lengths.push_back(lengths.back() + each.auction_seconds);
    return lengths;
}

} // namespace plimsoll::risk::bands
