/// The rules of valuation, margin and clearing that a calculation can break.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::risk {

enum class Errc {
    arithmetic_overflow = 1,
    division_by_zero,
    logarithm_of_non_positive,
    exponent_too_large,
    root_of_negative,
    negative_variance,
    parameter_out_of_bounds,
    scenario_count_out_of_bounds,
    skew_scenario_must_be_unshocked,
    skew_scenario_repeated,
    unknown_scenario,
    unknown_expiry,
    unknown_option,
    option_repeated,
    forward_is_zero,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::risk
