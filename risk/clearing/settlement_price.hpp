/// The price that an instrument settles at where nobody names one: an average of observations over time.
#pragma once

#include "ledger/event/number.hpp"
#include "ledger/event/time.hpp"
#include "risk/errc.hpp"

#include <optional>

namespace plimsoll::risk {

/// Time-weighted over a window (from, to]: each value holds from when it was observed until the next, the last one before
/// the window from its start on. Source: Derive v2's settlement feed averages the last 30 minutes.
class SettlementAverage {
public:
    SettlementAverage(TimeNs from, TimeNs to) : from_(from), to_(to) {}

    /// In order of time.
    void add(TimeNs time, Price value);
    /// Rounded to the nearest unit, a half up. Nothing where no value was there before the end.
    /// Errors: Errc::arithmetic_overflow.
    [[nodiscard]] result<std::optional<Price>> average() const;
    /// Values inside the window.
    [[nodiscard]] std::uint64_t observations() const { return observations_; }

private:
    void hold(TimeNs until);

    TimeNs from_;
    TimeNs to_;
    std::optional<Price> value_;
    TimeNs since_ = 0;
    Int128 weighted_ = 0; ///< sum of value * ns
    TimeNs weight_ = 0;
    std::uint64_t observations_ = 0;
    bool is_broken_ = false;
};

} // namespace plimsoll::risk
