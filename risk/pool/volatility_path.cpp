#include "risk/pool/volatility_path.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {

void VolatilityPath::add(TimeNs time, Int128 value) {
    PLIMSOLL_ASSERT(value > 0);
    Step step;
    step.time = steps_.empty() ? time : std::max(time, steps_.back().time);
    step.value = value;
    steps_.push_back(std::move(step));
}

Int128 VolatilityPath::last() const {
    PLIMSOLL_ASSERT(!steps_.empty());
    return steps_.back().value;
}

/// The step in force at a time; the first where the time is before all.
std::size_t VolatilityPath::at(TimeNs time) const {
    auto const after = std::ranges::upper_bound(steps_, time, {}, &Step::time);
    return after == steps_.begin() ? 0 : static_cast<std::size_t>(after - steps_.begin()) - 1;
}

/// Windows mostly move on; one that begins earlier than any before starts anew.
void VolatilityPath::know(std::size_t first, std::size_t last) const {
    if (first < first_known_ || first >= end_known_) first_known_ = end_known_ = first;
    for (; end_known_ <= last; ++end_known_) {
        Step const& step = steps_[end_known_];
        step.logarithm = logarithm(Precise::ratio(widened(step.value), widened(one_units)));
        step.integral = Precise{};
        if (end_known_ == first_known_) continue;
        Step const& before = steps_[end_known_ - 1];
        step.integral = before.integral + before.logarithm * Precise::whole(step.time - before.time);
    }
}

Precise VolatilityPath::integral(std::size_t index, TimeNs time) const {
    Step const& step = steps_[index];
    return step.integral + step.logarithm * Precise::whole(time - step.time);
}

Precise VolatilityPath::mean(TimeNs from, TimeNs to) const {
    PLIMSOLL_ASSERT(!steps_.empty());
    std::size_t const first = at(from);
    std::size_t const last = at(to);
    if (from >= to || first == last) return Precise::ratio(widened(steps_[last].value), widened(one_units));
    know(first, last);
    return exponential((integral(last, to) - integral(first, from)) / Precise::whole(to - from));
}

} // namespace plimsoll::risk::pool
