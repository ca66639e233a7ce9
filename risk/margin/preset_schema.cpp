#include "risk/margin/preset_schema.hpp"

#include <array>

namespace plimsoll::risk {
namespace {

constexpr bool optional = true;

constexpr std::array<ParameterSpec, 6> common{{
    {"", "spot_stale_after", "s", "1", "31536000", optional},
    {"", "mark_stale_after", "s", "1", "31536000", optional},
    {"", "forward_stale_after", "s", "1", "31536000", optional},
    {"", "volatility_stale_after", "s", "1", "31536000", optional},
    {"", "rate_stale_after", "s", "1", "31536000", optional},
    {"", "price_stale_after", "s", "1", "31536000", optional},
}};

constexpr std::array<ParameterSpec, 6> ratio{{
    {"collateral", "asset", "text", "", ""},
    {"collateral", "liquidation_ratio", "collateral value / debt", "1", "100"},
    {"collateral", "debt_ceiling", "quote", "0", "1000000000000", optional},
    {"collateral", "debt_floor", "quote", "0", "1000000000", optional},
    {"collateral", "stability_fee_per_year", "of debt", "0", "10", optional},
    {"", "total_debt_ceiling", "quote", "0", "1000000000000", optional},
}};

constexpr std::array<ParameterSpec, 6> naked_bound{{
    {"", "spot_shock", "of spot", "0", "1"},
    {"", "spreads_offset", "text", "yes|no", ""},
    {"", "debt_floor_quote", "quote", "0", "1000000", optional},
    {"", "debt_floor_base", "base", "0", "1000000", optional},
    {"tenors", "seconds", "s", "1", "315360000"},
    {"tenors", "bound", "of notional", "0", "1"},
}};

constexpr std::array<ParameterSpec, 13> shocked_black{{
    {"", "call_spot_shock", "of spot", "1", "10"},
    {"", "put_spot_shock", "of spot", "0", "1"},
    {"", "short_term_volatility_shock", "volatility", "0", "20"},
    {"", "long_term_volatility_shock", "volatility", "0", "20"},
    {"", "short_term_seconds", "s", "0", "315360000"},
    {"", "long_term_seconds", "s", "1", "315360000"},
    {"", "rate_per_year", "1/year", "-1", "1"},
    {"", "floor_quote", "quote per position", "0", "1000000"},
    {"", "floor_base", "base per position", "0", "1000"},
    {"", "call_collateral", "text", "quote|base", ""},
    {"", "cap_at_full_collateral", "text", "yes|no", ""},
    {"collateral", "asset", "text", "", "", optional},
    {"collateral", "weight", "of value", "0", "1", optional},
}};

constexpr std::array<ParameterSpec, 20> option_standard{{
    {"", "perp_maintenance_fraction", "of notional", "0", "1"},
    {"", "perp_initial_fraction", "of notional", "0", "1"},
    {"", "option_maximum_spot_fraction", "of spot", "0", "1.2"},
    {"", "option_minimum_spot_fraction", "of spot", "0", "1.2"},
    {"", "option_maintenance_call_spot_fraction", "of spot", "0", "1.2"},
    {"", "option_maintenance_put_spot_fraction", "of spot", "0", "1.2"},
    {"", "option_maintenance_put_mark_fraction", "of mark", "0", "1"},
    {"", "unpaired_initial_scale", "of forward", "1", "3"},
    {"", "unpaired_maintenance_scale", "of forward", "1", "3"},
    {"", "put_initial_of_maintenance", "of maintenance margin", "1", "3"},
    {"", "base_margin_factor", "of value", "0", "1"},
    {"", "base_initial_scale", "of margin", "0", "1"},
    {"", "perp_confidence_threshold", "confidence", "0", "1"},
    {"", "option_confidence_threshold", "confidence", "0", "1"},
    {"", "base_confidence_threshold", "confidence", "0", "1"},
    {"", "confidence_factor", "of value", "0", "1"},
    {"", "depeg_threshold", "quote price", "0", "1"},
    {"", "depeg_factor", "of value", "0", "3"},
    {"", "borrowing", "text", "yes|no", ""},
    {"markets", "asset", "text", "", "", optional},
}};

constexpr std::array<ParameterSpec, 11> linear{{
    {"", "rounding_decimals", "decimals of the quote", "0", "18"},
    {"", "open_interest_scale", "text", "yes|no", ""},
    {"tiers", "market", "text", "", ""},
    {"tiers", "from_notional", "quote", "0", "1000000000000"},
    {"tiers", "initial_fraction", "of notional", "0", "1"},
    {"tiers", "maintenance_of_initial", "of initial margin", "0", "1"},
    {"tiers", "open_interest_lower", "quote", "0", "1000000000000", optional},
    {"tiers", "open_interest_upper", "quote", "0", "1000000000000", optional},
    {"", "account_leverage", "times", "1", "1000", optional},
    {"collateral", "asset", "text", "", "", optional},
    {"collateral", "weight", "of value", "0", "1", optional},
}};

constexpr std::array<ParameterSpec, 45> scenario_grid{{
    {"", "volatility_range_up", "of volatility", "0", "10"},
    {"", "volatility_range_down", "of volatility", "0", "10"},
    {"", "short_term_power", "exponent", "-10", "10"},
    {"", "long_term_power", "exponent", "-10", "10"},
    {"", "expiry_floor_seconds", "s", "0", "34560000"},
    {"", "minimum_volatility_up", "volatility", "0", "20"},
    {"", "initial_factor", "of loss", "0.5", "10"},
    {"", "maintenance_factor", "of loss", "0.1", "10"},
    {"", "short_rate_multiplier", "of rate", "0", "10"},
    {"", "long_rate_multiplier", "of rate", "0", "10"},
    {"", "short_rate_add", "1/year", "0", "10"},
    {"", "long_rate_add", "1/year", "0", "10"},
    {"", "short_static_discount", "of value", "0", "4"},
    {"", "long_static_discount", "of value", "0", "4"},
    {"", "basis_spot_up", "of spot", "1", "3"},
    {"", "basis_spot_down", "of spot", "0", "1"},
    {"", "basis_add_factor", "of loss", "0", "20"},
    {"", "basis_multiple_factor", "of loss per year", "0", "20"},
    {"", "depeg_threshold", "quote price", "0", "100"},
    {"", "depeg_factor", "of loss", "0", "10"},
    {"", "confidence_threshold", "confidence", "0", "1"},
    {"", "confidence_factor", "of notional", "0", "20"},
    {"", "perp_maintenance_fraction", "of spot", "0", "3"},
    {"", "perp_initial_fraction", "of spot", "0", "3"},
    {"", "option_maintenance_fraction", "of spot", "0", "2"},
    {"", "option_initial_fraction", "of spot", "0", "2"},
    {"", "skew_linear_base_cap", "of volatility", "0", "10"},
    {"", "skew_absolute_base_cap", "of volatility", "0", "10"},
    {"", "skew_linear_cap_slope", "of volatility per root year", "-10", "10"},
    {"", "skew_absolute_cap_slope", "of volatility per root year", "-10", "10"},
    {"", "skew_minimum_width", "log moneyness", "0", "10"},
    {"", "skew_width_scale", "per root year", "0", "10"},
    {"", "skew_volatility_static", "volatility", "0", "10"},
    {"", "skew_volatility_scale", "volatility per root year", "-20", "20"},
    {"", "maximum_expiries", "expiries", "1", "30"},
    {"", "maximum_account_size", "assets", "8", "500"},
    {"scenarios", "spot", "of spot", "0", "100"},
    {"scenarios", "volatility", "text", "none|up|down|linear|absolute", ""},
    {"scenarios", "dampening", "of loss", "0", "1"},
    {"collateral", "asset", "text", "", "", optional},
    {"collateral", "cancels_risk_of", "text", "", "", optional},
    {"collateral", "maintenance_haircut", "of value", "0", "1", optional},
    {"collateral", "initial_haircut", "of value", "0", "1", optional},
    {"markets", "asset", "text", "", "", optional},
    {"", "borrowing", "text", "yes|no", ""},
}};

constexpr std::array<ParameterSpec, 15> risk_array{{
    {"", "price_scan_range", "of spot", "0", "1"},
    {"", "volatility_scan_range", "of volatility", "0", "10"},
    {"", "extreme_multiple", "price scan ranges", "1", "10"},
    {"", "extreme_cover", "of loss", "0", "1"},
    {"", "horizon_seconds", "s", "0", "31536000"},
    {"", "short_option_minimum", "of spot per contract", "0", "1"},
    {"", "calendar_spread_charge", "of spot per spread", "0", "1"},
    {"", "initial_of_maintenance", "of maintenance margin", "1", "10"},
    {"inter_commodity", "first", "text", "", "", optional},
    {"inter_commodity", "second", "text", "", "", optional},
    {"inter_commodity", "first_deltas", "deltas a spread", "0.000001", "1000000", optional},
    {"inter_commodity", "second_deltas", "deltas a spread", "0.000001", "1000000", optional},
    {"inter_commodity", "credit", "of scan risk", "0", "1", optional},
    {"collateral", "asset", "text", "", "", optional},
    {"collateral", "weight", "of value", "0", "1", optional},
}};

constexpr std::array<ParameterSpec, 10> greeks{{
    {"", "spot_shock", "of spot", "0", "1"},
    {"", "volatility_shock", "of volatility", "0", "10"},
    {"", "horizon_seconds", "s", "0", "31536000"},
    {"", "short_option_minimum", "of spot per contract", "0", "1"},
    {"", "perp_fraction", "of notional", "0", "1"},
    {"", "initial_of_maintenance", "of maintenance margin", "1", "10"},
    {"tails", "spot", "of spot", "0", "100"},
    {"tails", "dampening", "of loss", "0", "1"},
    {"collateral", "asset", "text", "", "", optional},
    {"collateral", "weight", "of value", "0", "1", optional},
}};

} // namespace

std::span<ParameterSpec const> common_schema() { return common; }

std::span<ParameterSpec const> schema_of(Kernel kernel) {
    switch (kernel) {
    case Kernel::ratio: return ratio;
    case Kernel::naked_bound: return naked_bound;
    case Kernel::shocked_black: return shocked_black;
    case Kernel::option_standard: return option_standard;
    case Kernel::linear: return linear;
    case Kernel::scenario_grid: return scenario_grid;
    case Kernel::risk_array: return risk_array;
    case Kernel::greeks: return greeks;
    }
    return {};
}

} // namespace plimsoll::risk
