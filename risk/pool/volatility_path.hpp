/// A volatility as it was in force over time, and its geometric mean over a window.
#pragma once

#include "ledger/event/number.hpp"
#include "ledger/event/time.hpp"
#include "risk/number/high_precision.hpp"

#include <vector>

namespace plimsoll::risk::pool {

/// Each value is in force from its time on. The integral of the logarithm is carried along, so that a mean over any window
/// is a difference of two readings of it.
class VolatilityPath {
public:
    /// `value` counts 10^-18 and is above 0; one dated before the last counts from the last on.
    void add(TimeNs time, Int128 value);
    [[nodiscard]] bool empty() const { return steps_.empty(); }
    [[nodiscard]] std::size_t size() const { return steps_.size(); }
    /// The one in force. The path must not be empty.
    [[nodiscard]] Int128 last() const;
    /// exp(integral of ln over the window / its length); before the first value that value held. A window of no
    /// length is the one in force at `to`.
    [[nodiscard]] Precise mean(TimeNs from, TimeNs to) const;

private:
    struct Step {
        TimeNs time = 0;
        Int128 value = 0;
        mutable Precise logarithm; ///< of the value
        mutable Precise integral;  ///< from the first known one on, up to it; in nanoseconds
    };
    [[nodiscard]] std::size_t at(TimeNs time) const;
    void know(std::size_t first, std::size_t last) const;
    [[nodiscard]] Precise integral(std::size_t index, TimeNs time) const;

    std::vector<Step> steps_;
    // A logarithm is costly, and taken once: those of [first_known_, end_known_) are.
    mutable std::size_t first_known_ = 0;
    mutable std::size_t end_known_ = 0;
};

} // namespace plimsoll::risk::pool
