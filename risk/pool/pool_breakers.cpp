#include "risk/pool/pool_breakers.hpp"

#include "risk/clearing/breakers.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

constexpr Int128 units_a_nanosecond = one_units / 1'000'000'000;

[[nodiscard]] Int128 seconds_of(TimeNs time) { return static_cast<Int128>(time) * units_a_nanosecond; }

[[nodiscard]] Int128 distance(Precise const& average, Int128 now) {
    Precise const off = average - precise(now);
    return narrowed((off < Precise{} ? -off : off).rounded(fixed_decimals, Rounding::floor)).value_or(row_limit_units);
}

[[nodiscard]] PoolMetric free_share(PoolPreset const& preset, PoolStanding const& standing) {
    PoolMetric metric{"pool_free_liquidity", "free_share", one_units, preset.free_share, false, preset.free_hold};
    if (standing.supply <= 0) return metric;
    bool const is_worth = standing.net_value() > 0;
    metric.value = is_worth ? multiply_divide(standing.free(preset), one_units, standing.net_value(), Rounding::floor).value_or(0) : 0;
    metric.is_beyond = metric.value < metric.threshold;
    return metric;
}

void trip(PoolMetric const& metric, PoolHistory const& history, Origin const& origin, Decision& decision) {
    BreakerTripped fact;
    fact.breaker = metric.breaker;
    fact.scope = history.scope();
    fact.metric = metric.metric;
    fact.value = to_wire(metric.value);
    fact.threshold = to_wire(metric.threshold);
    fact.allowed = all_operations; // only the queue waits
    Origin by_rule = origin;
    by_rule.cause = Cause::breaker;
    decision.add(by_rule, rare(std::move(fact)));
}

void release(PoolMetric const& metric, PoolHistory const& history, Origin const& origin, Decision& decision) {
    BreakerReleased fact;
    fact.breaker = metric.breaker;
    fact.scope = history.scope();
    fact.metric = metric.metric;
    fact.value = to_wire(metric.value);
    fact.threshold = to_wire(metric.threshold);
    Origin by_rule = origin;
    by_rule.cause = Cause::breaker;
    decision.add(by_rule, rare(std::move(fact)));
}

} // namespace

std::vector<PoolMetric> pool_metrics(PoolPreset const& preset, PoolHistory const& history, PoolStanding const& standing) {
    PoolMetric base{"pool_base_volatility", "base_distance", 0, preset.base_distance, false, preset.base_hold};
    PoolMetric skew{"pool_skew", "skew_distance", 0, preset.skew_distance, false, preset.skew_hold};
    for (SeriesStanding const& each : standing.series) {
        if (each.is_expired) continue;
        base.value = std::max(base.value, distance(each.base, each.base_now));
        skew.value = std::max(skew.value, distance(each.skew, each.skew_now));
    }
    base.is_beyond = base.value > base.threshold;
    skew.is_beyond = skew.value > skew.threshold;
    PoolMetric settled{"pool_settlement", "seconds_since_settlement", 0, seconds_of(preset.settlement_hold), false, 0};
    if (history.last_settlement() != 0) {
        settled.value = seconds_of(standing.now - history.last_settlement());
        settled.is_beyond = settled.value < settled.threshold;
    }
    PoolMetric age{"pool_price_age", "price_age_seconds", 0, seconds_of(preset.price_age), false, 0};
    if (standing.price_time != 0 && (!standing.series.empty() || standing.base_held != 0)) {
        age.value = seconds_of(standing.now - standing.price_time);
        age.is_beyond = age.value > age.threshold;
    }
    return {free_share(preset, standing), base, skew, settled, age};
}

void trip_breakers(std::span<PoolMetric const> metrics, PoolHistory const& history, Origin const& origin, Decision& decision) {
    for (PoolMetric const& metric : metrics) {
        if (metric.is_beyond && history.tripped_at(metric.breaker) == 0) trip(metric, history, origin, decision);
    }
}

std::optional<QueueHold> look_at_breakers(std::span<PoolMetric const> metrics, PoolHistory const& history, Origin const& origin, Decision& decision) {
    std::optional<QueueHold> held;
    for (PoolMetric const& metric : metrics) {
        TimeNs const since = history.tripped_at(metric.breaker);
        bool const is_over = origin.source_time >= since + metric.hold;
        TimeNs until = metric.hold == 0 ? 0 : since + metric.hold;
        if (metric.is_beyond && (since == 0 || (is_over && metric.hold != 0))) {
            trip(metric, history, origin, decision);
            until = metric.hold == 0 ? 0 : origin.source_time + metric.hold;
        } else if (since == 0) {
            continue;
        } else if (!metric.is_beyond && is_over) {
            release(metric, history, origin, decision);
            continue;
        }
        if (!held) held = QueueHold{metric, until};
    }
    return held;
}

} // namespace plimsoll::risk::pool
