/// A position taken over is unwound in steps: a share of it at a time, no more than the book carries, a rest at once.
#pragma once

#include "risk/clearing/allocation.hpp"

namespace plimsoll::risk {

/// Source: Vega, network disposal of a distressed position.
struct UnwindRule {
    Int128 step_share = one_units;    ///< of the position left, each step
    Int128 full_below = 0;            ///< a position smaller than this goes in one step
    Int128 most_of_book = one_units;  ///< of the contracts that the other side of the book offers
};

/// Contracts to close in the next step, rounded down to a lot, at most what is left. Where a share rounds to less than
/// a lot it is a lot, so that every unwinding ends.
/// Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> unwind_step(UnwindRule const& rule, Int128 left, Int128 book_contracts, Int128 lot);

} // namespace plimsoll::risk
