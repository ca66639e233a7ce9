/// Splitting a whole among several so that nothing is lost to rounding: the parts and what is left add up to it.
#pragma once

#include "ledger/event/number.hpp"
#include "risk/errc.hpp"

#include <span>
#include <vector>

namespace plimsoll::risk {

/// sum of parts + left = what was to be split, exactly.
struct Split {
    std::vector<Int128> parts; ///< in the order of those who share, none negative
    Int128 left = 0;           ///< what nobody takes
};

/// In proportion to weights, in whole lots: each share rounded down, and the lots that this leaves over go one
/// each to the largest remainders (of equals, to the first). What is no whole lot is left. Nobody shares
/// without weight. Weights and total must not be negative; lot is at least 1.
/// Errors: Errc::arithmetic_overflow where the weights' sum leaves 126 bits.
[[nodiscard]] result<Split> split_pro_rata(Int128 total, std::span<Int128 const> weights, Int128 lot = 1);

/// The same rounded down without a second thought: what the divisions leave over is left.
/// Errors: as split_pro_rata.
[[nodiscard]] result<Split> split_down(Int128 total, std::span<Int128 const> weights);

/// One who shares: in proportion to weight, but never more than capacity.
struct Sharer {
    Int128 weight = 0;
    Int128 capacity = 0;
};

/// Water-filling: in proportion to weights; who would exceed its capacity gives all of it, and the others
/// share the rest in the same way. Left is what goes beyond all capacities.
/// Errors: as split_pro_rata.
[[nodiscard]] result<Split> split_capped(Int128 total, std::span<Sharer const> sharers);

/// In order, each up to its capacity. Left is what goes beyond all.
[[nodiscard]] Split split_in_order(Int128 total, std::span<Int128 const> capacities);

} // namespace plimsoll::risk
