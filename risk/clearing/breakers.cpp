#include "risk/clearing/breakers.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>
#include <array>

namespace plimsoll::risk {
namespace {

constexpr std::array<std::string_view, operation_count> operation_words{
    "deposit", "withdraw", "transfer", "open", "reduce", "borrow", "repay", "liquidate", "deleverage", "settle"};
constexpr std::array<std::string_view, metric_count> metric_words{"oracle_age",     "oracle_confidence", "price_move",
                                                                  "volatility_move", "free_liquidity",   "withdrawal_share",
                                                                  "fund_drawdown",  "outage"};

template <class Choice, std::size_t count>
[[nodiscard]] std::optional<Choice> choice_of(std::array<std::string_view, count> const& words, std::string_view word) {
    auto const found = std::ranges::find(words, word);
    if (found == words.end()) return std::nullopt;
    return static_cast<Choice>(found - words.begin());
}

[[nodiscard]] bool is_share(Metric metric) {
    switch (metric) {
    case Metric::oracle_confidence:
    case Metric::free_liquidity:
    case Metric::withdrawal_share:
    case Metric::fund_drawdown: return true;
    default: return false;
    }
}

[[nodiscard]] bool looks_back(Metric metric) {
    switch (metric) {
    case Metric::price_move:
    case Metric::volatility_move:
    case Metric::withdrawal_share:
    case Metric::fund_drawdown: return true;
    default: return false;
    }
}

template <class Fact> [[nodiscard]] Body told(BreakerRule const& rule, std::string const& scope, Int128 value, Int128 threshold) {
    Fact fact;
    fact.breaker = rule.name;
    fact.scope = scope;
    fact.metric = std::string(word(rule.metric));
    fact.value = to_wire(value);
    fact.threshold = to_wire(threshold);
    if constexpr (requires { fact.allowed; }) fact.allowed = rule.allowed;
    return rare(std::move(fact));
}

} // namespace

std::string_view word(Operation operation) { return operation_words[static_cast<std::size_t>(operation)]; }
std::string_view word(Metric metric) { return metric_words[static_cast<std::size_t>(metric)]; }
std::optional<Operation> find_operation(std::string_view word) { return choice_of<Operation>(operation_words, word); }
std::optional<Metric> find_metric(std::string_view word) { return choice_of<Metric>(metric_words, word); }

bool trips_below(Metric metric) { return metric == Metric::oracle_confidence || metric == Metric::free_liquidity; }

std::optional<std::string> broken_rule(BreakerRule const& rule) {
    auto const is = [&](Int128 value) { return format_decimal(value); };
    bool const below = trips_below(rule.metric);
    std::string const metric(word(rule.metric));
    if (looks_back(rule.metric) && rule.window <= 0) return metric + " looks back and has no window_seconds";
    if (below ? rule.release_at < rule.trip_at : rule.release_at > rule.trip_at) {
        return "releases at " + is(rule.release_at) + " where it still trips at " + is(rule.trip_at);
    }
    if (!below && rule.release_at < 0) return "can never release: " + metric + " is never as low as " + is(rule.release_at);
    if (below && is_share(rule.metric) && rule.release_at > one_units) {
        return "can never release: " + metric + " is never as high as " + is(rule.release_at);
    }
    bool const never_trips = below ? rule.trip_at <= 0 : is_share(rule.metric) && rule.trip_at >= one_units;
    if (never_trips) return "can never trip: " + metric + " is never beyond " + is(rule.trip_at);
    bool const may_refill = (rule.allowed & (bit(Operation::deposit) | bit(Operation::repay))) != 0;
    if (rule.metric == Metric::free_liquidity && !may_refill) {
        return "can never release: it allows neither deposit nor repay, and free_liquidity comes from those";
    }
    return std::nullopt;
}

BreakerMove move_of(BreakerRule const& rule, BreakerState const& state, Int128 value, TimeNs now) {
    bool const below = trips_below(rule.metric);
    if (!state.is_tripped) return (below ? value < rule.trip_at : value > rule.trip_at) ? BreakerMove::trip : BreakerMove::none;
    bool const is_well = below ? value >= rule.release_at : value <= rule.release_at;
    return is_well && now - state.tripped >= rule.minimum_duration ? BreakerMove::release : BreakerMove::none;
}

std::optional<Body> BreakerBoard::observe(std::size_t which, std::string const& scope, Int128 value, TimeNs now) {
    BreakerRule const& rule = rules_[which];
    BreakerState& state = states_[{which, scope}];
    switch (move_of(rule, state, value, now)) {
    case BreakerMove::none: return std::nullopt;
    case BreakerMove::trip: state = {true, now, state.released}; return told<BreakerTripped>(rule, scope, value, rule.trip_at);
    case BreakerMove::release: state = {false, state.tripped, now}; return told<BreakerReleased>(rule, scope, value, rule.release_at);
    }
    return std::nullopt;
}

std::vector<Body> BreakerBoard::observe(Metric metric, std::string const& scope, Int128 value, TimeNs now) {
    std::vector<Body> events;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].metric != metric) continue;
        if (auto event = observe(i, scope, value, now)) events.push_back(std::move(*event));
    }
    return events;
}

std::optional<std::size_t> BreakerBoard::find(std::string_view name) const {
    auto const found = std::ranges::find(rules_, name, &BreakerRule::name);
    if (found == rules_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - rules_.begin());
}

bool BreakerBoard::take(BreakerTripped const& fact, TimeNs now) {
    auto const rule = find(fact.breaker);
    if (!rule) return false;
    BreakerState& state = states_[{*rule, fact.scope}];
    state = {true, now, state.released};
    return true;
}

bool BreakerBoard::take(BreakerReleased const& fact, TimeNs now) {
    auto const rule = find(fact.breaker);
    if (!rule) return false;
    BreakerState& state = states_[{*rule, fact.scope}];
    state = {false, state.tripped, now};
    return true;
}

Operations BreakerBoard::allowed(TimeNs now) const {
    Operations left = all_operations;
    for (auto const& [key, state] : states_) {
        BreakerRule const& rule = rules_[key.first];
        if (state.is_tripped) left &= rule.allowed;
        bool const in_grace = !state.is_tripped && state.released && now - *state.released < rule.grace;
        if (in_grace) left &= ~bit(Operation::liquidate);
    }
    return left;
}

BreakerState const* BreakerBoard::state(std::string_view name, std::string const& scope) const {
    auto const rule = find(name);
    if (!rule) return nullptr;
    auto const found = states_.find({*rule, scope});
    return found == states_.end() ? nullptr : &found->second;
}

} // namespace plimsoll::risk
