/// What a Derive portfolio manager is set to, and the bounds within which it may be.
#pragma once

#include "risk/number/wei.hpp"

#include <vector>

namespace plimsoll::risk::derive {

/// How a scenario changes volatilities: not, in proportion, or by tilting the smile.
enum class VolShock : std::uint8_t { none, up, down, linear, abs };

struct Scenario {
    Int256 spot_shock; ///< multiplier
    VolShock vol_shock = VolShock::none;
    Int256 dampening_factor; ///< of the profit or loss
};

struct VolShockParameters {
    Int256 range_up; ///< size of the shock at 30 days, as a fraction of the volatility
    Int256 range_down;
    Int256 short_term_power; ///< up to 30 days, signed
    Int256 long_term_power;
    Int256 min_vol_up_shock;  ///< floor of the volatility in up scenarios
    Int256 dte_floor_seconds; ///< plain seconds: least time to expiry in the shock's size
};

struct MarginParameters {
    Int256 im_factor; ///< of the worst loss
    Int256 mm_factor;
    Int256 short_rate_mult_scale; ///< slope and offset of the rate of the static discount
    Int256 long_rate_mult_scale;
    Int256 short_rate_add_scale;
    Int256 long_rate_add_scale;
    Int256 short_base_static_discount; ///< of an expiry whose shocked value is negative
    Int256 long_base_static_discount;
};

struct BasisContingencyParameters {
    Int256 spot_up; ///< multipliers
    Int256 spot_down;
    Int256 add_factor;
    Int256 mult_factor; ///< per year to expiry
};

struct OtherContingencyParameters {
    Int256 peg_loss_threshold; ///< of the stable price
    Int256 peg_loss_factor;
    Int256 confidence_threshold;
    Int256 confidence_margin;
    Int256 mm_perp_fraction; ///< of spot; the initial ones come on top
    Int256 im_perp_fraction;
    Int256 mm_option_fraction;
    Int256 im_option_fraction;
};

struct SkewShockParameters {
    Int256 linear_base_cap;
    Int256 abs_base_cap;
    Int256 linear_c_base; ///< slope of the cap in the root of time, signed
    Int256 abs_c_base;
    Int256 min_k_star;
    Int256 width_scale;
    Int256 vol_param_static;
    Int256 vol_param_scale; ///< signed
};

struct PortfolioParameters {
    VolShockParameters vol_shock;
    MarginParameters margin;
    BasisContingencyParameters basis_contingency;
    OtherContingencyParameters other_contingency;
    SkewShockParameters skew_shock;
    std::vector<Scenario> scenarios;
};

struct Haircuts {
    Int256 maintenance;
    Int256 initial; ///< on top of the former
};

/// What the manager accepts when it is set. A calculation does not ask again.
/// Errors: parameter_out_of_bounds with the parameter's name; scenario_count_out_of_bounds,
/// skew_scenario_must_be_unshocked, skew_scenario_repeated.
[[nodiscard]] result<void> check(PortfolioParameters const& parameters);
[[nodiscard]] result<void> check(std::vector<Scenario> const& scenarios);
[[nodiscard]] result<void> check(Haircuts const& haircuts);

} // namespace plimsoll::risk::derive
