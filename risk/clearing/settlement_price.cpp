#include "risk/clearing/settlement_price.hpp"

#include <algorithm>

namespace plimsoll::risk {

/// The value in hand until then, as far as it is inside the window.
void SettlementAverage::hold(TimeNs until) {
    TimeNs const from = std::max(since_, from_);
    TimeNs const to = std::min(until, to_);
    if (!value_ || to <= from) return;
    Int128 part = 0;
    is_broken_ = is_broken_ || __builtin_mul_overflow(value_->units(), Int128{to - from}, &part) ||
                 __builtin_add_overflow(weighted_, part, &weighted_);
    weight_ += to - from;
}

void SettlementAverage::add(TimeNs time, Price value) {
    if (time >= to_) return; // holds for none of the window
    hold(time);
    value_ = value;
    since_ = time;
    if (time > from_) ++observations_;
}

result<std::optional<Price>> SettlementAverage::average() const {
    SettlementAverage whole = *this;
    whole.hold(to_);
    if (!whole.value_ || whole.weight_ == 0) return std::nullopt;
    if (whole.is_broken_) return fail(Errc::arithmetic_overflow, "settlement price");
    Int128 const half = whole.weight_ / 2;
    return std::optional(Price{(whole.weighted_ + half) / whole.weight_});
}

} // namespace plimsoll::risk
