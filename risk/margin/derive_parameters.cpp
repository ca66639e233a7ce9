#include "risk/margin/derive_parameters.hpp"

#include <array>

namespace plimsoll::risk::derive {
namespace {

constexpr std::size_t most_scenarios = 40;
constexpr Int128 seconds_per_day = 86'400;

/// Both ends are allowed.
struct Bound {
    std::string_view name;
    Int256 value;
    Int256 least;
    Int256 most;
};

[[nodiscard]] constexpr Int256 tenths(std::int64_t count) {
    return Int128{count} * (one_units / 10);
}
[[nodiscard]] constexpr Int256 ones(std::int64_t count) { return Int128{count} * one_units; }
constexpr Int256 none{};

template <std::size_t Count>
[[nodiscard]] result<void> within_bounds(std::array<Bound, Count> const& bounds) {
    for (Bound const& bound : bounds) {
        if (bound.value >= bound.least && bound.value <= bound.most) continue;
        return fail(Errc::parameter_out_of_bounds,
                    std::string(bound.name) + " is " + format_int256(bound.value) + ", not " +
                        format_int256(bound.least) + " to " + format_int256(bound.most));
    }
    return outcome::success();
}

[[nodiscard]] result<void> check(VolShockParameters const& set) {
    return within_bounds(std::array{
        Bound{"vol_range_up", set.range_up, none, ones(10)},
        Bound{"vol_range_down", set.range_down, none, ones(10)},
        Bound{"short_term_power", set.short_term_power, ones(-10), ones(10)},
        Bound{"long_term_power", set.long_term_power, ones(-10), ones(10)},
        Bound{"min_vol_up_shock", set.min_vol_up_shock, none, ones(20)},
        Bound{"dte_floor_seconds", set.dte_floor_seconds, none, 400 * seconds_per_day},
    });
}

[[nodiscard]] result<void> check(MarginParameters const& set) {
    return within_bounds(std::array{
        Bound{"im_factor", set.im_factor, tenths(5), ones(10)},
        Bound{"mm_factor", set.mm_factor, tenths(1), ones(10)},
        Bound{"short_rate_mult_scale", set.short_rate_mult_scale, none, ones(10)},
        Bound{"long_rate_mult_scale", set.long_rate_mult_scale, none, ones(10)},
        Bound{"short_rate_add_scale", set.short_rate_add_scale, none, ones(10)},
        Bound{"long_rate_add_scale", set.long_rate_add_scale, none, ones(10)},
        Bound{"short_base_static_discount", set.short_base_static_discount, none, ones(4)},
        Bound{"long_base_static_discount", set.long_base_static_discount, none, ones(4)},
    });
}

[[nodiscard]] result<void> check(BasisContingencyParameters const& set) {
    auto const& one = one_units;
    return within_bounds(std::array{
        Bound{"scenario_spot_up", set.spot_up, one + 1, 3 * one - 1},
        Bound{"scenario_spot_down", set.spot_down, none, one - 1},
        Bound{"basis_add_factor", set.add_factor, none, ones(20)},
        Bound{"basis_mult_factor", set.mult_factor, none, ones(20)},
    });
}

[[nodiscard]] result<void> check(OtherContingencyParameters const& set) {
    return within_bounds(std::array{
        Bound{"peg_loss_threshold", set.peg_loss_threshold, none, ones(100)},
        Bound{"peg_loss_factor", set.peg_loss_factor, none, ones(10)},
        Bound{"confidence_threshold", set.confidence_threshold, none, ones(1)},
        Bound{"confidence_margin", set.confidence_margin, none, ones(20)},
        Bound{"mm_perp_fraction", set.mm_perp_fraction, none, ones(3)},
        Bound{"im_perp_fraction", set.im_perp_fraction, none, ones(3)},
        Bound{"mm_option_fraction", set.mm_option_fraction, none, ones(2)},
        Bound{"im_option_fraction", set.im_option_fraction, none, ones(2)},
    });
}

[[nodiscard]] result<void> check(SkewShockParameters const& set) {
    return within_bounds(std::array{
        Bound{"linear_base_cap", set.linear_base_cap, none, ones(10)},
        Bound{"abs_base_cap", set.abs_base_cap, none, ones(10)},
        Bound{"linear_c_base", set.linear_c_base, ones(-10), ones(10)},
        Bound{"abs_c_base", set.abs_c_base, ones(-10), ones(10)},
        Bound{"min_k_star", set.min_k_star, none, ones(10)},
        Bound{"width_scale", set.width_scale, none, ones(10)},
        Bound{"vol_param_static", set.vol_param_static, none, ones(10)},
        Bound{"vol_param_scale", set.vol_param_scale, ones(-20), ones(20)},
    });
}

} // namespace

result<void> check(std::vector<Scenario> const& scenarios) {
    if (scenarios.empty() || scenarios.size() > most_scenarios) {
        return fail(Errc::scenario_count_out_of_bounds, std::to_string(scenarios.size()));
    }
    bool linear = false;
    bool abs = false;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        Scenario const& scenario = scenarios[i];
        if (scenario.spot_shock.is_negative() || scenario.dampening_factor.is_negative()) {
            return fail(Errc::parameter_out_of_bounds,
                        "scenario " + std::to_string(i) + " is negative");
        }
        bool const is_linear = scenario.vol_shock == VolShock::linear;
        bool const is_abs = scenario.vol_shock == VolShock::abs;
        if (!is_linear && !is_abs) continue;
        if (scenario.spot_shock != one_wei) {
            return fail(Errc::skew_scenario_must_be_unshocked, "scenario " + std::to_string(i));
        }
        bool& seen = is_linear ? linear : abs;
        if (seen) return fail(Errc::skew_scenario_repeated, "scenario " + std::to_string(i));
        seen = true;
    }
    return outcome::success();
}

result<void> check(Haircuts const& haircuts) {
    PLIMSOLL_TRYV(within_bounds(std::array{
        Bound{"mm_haircut", haircuts.maintenance, none, ones(1)},
        Bound{"im_haircut", haircuts.initial, none, ones(1)},
    }));
    Checked on;
    return within_bounds(std::array{Bound{
        "mm_haircut + im_haircut", on.add(haircuts.maintenance, haircuts.initial), none, ones(1)}});
}

result<void> check(PortfolioParameters const& parameters) {
    PLIMSOLL_TRYV(check(parameters.vol_shock));
    PLIMSOLL_TRYV(check(parameters.margin));
    PLIMSOLL_TRYV(check(parameters.basis_contingency));
    PLIMSOLL_TRYV(check(parameters.other_contingency));
    PLIMSOLL_TRYV(check(parameters.skew_shock));
    return check(parameters.scenarios);
}

} // namespace plimsoll::risk::derive
