#include "risk/pool/volatility.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {

Volatility moved(Volatility const& before, Precise const& amount, bool buys_from_pool,
                 ImpactTerms const& terms) {
    Precise const size = amount / terms.standard_size / Precise::whole(100);
    Precise const step = buys_from_pool ? size : -size;
    return {std::max(before.base + step, Precise{}),
            std::max(before.skew + step * terms.skew_adjustment, Precise{})};
}

Precise time_weighted_mean(std::vector<Observation> const& observations, Precise const& from_hours,
                           Precise const& to_hours) {
    PLIMSOLL_ASSERT(!observations.empty());
    if (!(from_hours < to_hours)) {
        Precise last = observations.front().value;
        for (Observation const& each : observations) {
            if (!(each.hours > to_hours)) last = each.value;
        }
        return last;
    }
    Precise sum;
    for (std::size_t i = 0; i < observations.size(); ++i) {
        bool const last = i + 1 == observations.size();
        Precise const start = i == 0 ? from_hours : std::max(observations[i].hours, from_hours);
        Precise const end = last ? to_hours : std::min(observations[i + 1].hours, to_hours);
        if (start < end) sum = sum + logarithm(observations[i].value) * (end - start);
    }
    return exponential(sum / (to_hours - from_hours));
}

Precise ramped_fee(Precise const& coefficient, Wide const& seconds_to_expiry,
                   Wide const& single_seconds, Wide const& twofold_seconds) {
    if (seconds_to_expiry <= single_seconds) return coefficient;
    Precise const more = Precise::ratio(seconds_to_expiry - single_seconds,
                                        twofold_seconds - single_seconds);
    return coefficient * (Precise::whole(1) + more);
}

} // namespace plimsoll::risk::pool
