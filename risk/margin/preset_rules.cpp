#include "risk/margin/preset_rules.hpp"

#include <set>

namespace plimsoll::risk {
namespace {

using Broken = std::optional<std::string>;

[[nodiscard]] Broken twice(Preset const& preset, std::string_view list, std::string_view key) {
    std::set<std::string> seen;
    for (ParameterRow const& row : preset.list(list)) {
        if (row.has(key) && !seen.insert(row.text(key)).second) {
            return "[[" + std::string(list) + "]] " + std::string(key) + " " + row.text(key) + " occurs twice";
        }
    }
    return std::nullopt;
}

[[nodiscard]] Broken at_most(Preset const& preset, std::string_view smaller, std::string_view larger) {
    if (preset.number(smaller) <= preset.number(larger)) return std::nullopt;
    return "[parameters] " + std::string(smaller) + " is above " + std::string(larger);
}

[[nodiscard]] Broken tenors(Preset const& preset) {
    Int128 before = 0;
    for (ParameterRow const& row : preset.list("tenors")) {
        if (row.number("seconds") <= before) return "[[tenors]] seconds must rise from row to row";
        before = row.number("seconds");
    }
    return std::nullopt;
}

/// Of each market: the first tier from 0, bounds that rise, a charge that does not fall.
[[nodiscard]] Broken tiers(Preset const& preset) {
    ParameterRow const* before = nullptr;
    std::set<std::string> done;
    for (ParameterRow const& row : preset.list("tiers")) {
        bool const is_first = before == nullptr || before->text("market") != row.text("market");
        if (is_first && !done.insert(row.text("market")).second) {
            return "[[tiers]] the tiers of " + row.text("market") + " do not stand together";
        }
        if (is_first && row.number("from_notional") != 0) return "[[tiers]] the first tier of " + row.text("market") + " does not start at 0";
        if (!is_first && row.number("from_notional") <= before->number("from_notional")) {
            return "[[tiers]] from_notional of " + row.text("market") + " must rise from tier to tier";
        }
        // fractions of at most 10^24 units: cross products within 127 bits
        auto const& fraction = row["initial_fraction"];
        if (!is_first) {
            auto const& last = (*before)["initial_fraction"];
            Int128 const scale = 1'000'000;
            if (fraction.units / scale * (last.divisor / scale) < last.units / scale * (fraction.divisor / scale)) {
                return "[[tiers]] initial_fraction of " + row.text("market") + " falls from tier to tier";
            }
        }
        if (row.has("open_interest_lower") != row.has("open_interest_upper") ||
            (row.has("open_interest_lower") && row.number("open_interest_lower") > row.number("open_interest_upper"))) {
            return "[[tiers]] open_interest_lower and _upper of " + row.text("market") + " must both be there, in order";
        }
        before = &row;
    }
    return std::nullopt;
}

/// A skew scenario leaves the spot as it is, and occurs once: derive-margin.md, parameters.
[[nodiscard]] Broken scenarios(Preset const& preset) {
    constexpr std::size_t most = 40;
    if (preset.list("scenarios").size() > most) return "[[scenarios]] has more than 40 rows";
    std::set<std::string> skews;
    for (ParameterRow const& row : preset.list("scenarios")) {
        std::string const& rule = row.text("volatility");
        if (rule != "linear" && rule != "absolute") continue;
        if (row.number("spot") != one_units) return "[[scenarios]] a " + rule + " scenario must leave the spot at 1";
        if (!skews.insert(rule).second) return "[[scenarios]] a " + rule + " scenario may occur once";
    }
    return std::nullopt;
}

[[nodiscard]] Broken grid(Preset const& preset) {
    if (preset.number("basis_spot_up") <= one_units) return "[parameters] basis_spot_up must be above 1";
    if (preset.number("basis_spot_down") >= one_units) return "[parameters] basis_spot_down must be below 1";
    for (ParameterRow const& row : preset.list("collateral")) {
        if (!row.has("asset") || !row.has("maintenance_haircut") || !row.has("initial_haircut")) {
            return "[[collateral]] needs asset, maintenance_haircut and initial_haircut";
        }
        if (row.number("maintenance_haircut") + row.number("initial_haircut") > one_units) {
            return "[[collateral]] the haircuts of " + row.text("asset") + " sum to more than 1";
        }
    }
    return scenarios(preset);
}

[[nodiscard]] Broken weights(Preset const& preset) {
    for (ParameterRow const& row : preset.list("collateral")) {
        if (!row.has("asset") || !row.has("weight")) return "[[collateral]] needs asset and weight";
    }
    for (ParameterRow const& row : preset.list("inter_commodity")) {
        if (row.columns().size() != 5) return "[[inter_commodity]] needs first, second, their deltas and credit";
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> broken_rule(Preset const& preset) {
    for (std::string_view const list : {"collateral", "markets"}) {
        if (auto broken = twice(preset, list, "asset")) return broken;
    }
    switch (preset.kernel()) {
    case Kernel::ratio: return std::nullopt;
    case Kernel::naked_bound: return tenors(preset);
    case Kernel::shocked_black: {
        if (auto broken = at_most(preset, "short_term_seconds", "long_term_seconds")) return broken;
        return weights(preset);
    }
    case Kernel::option_standard: return at_most(preset, "perp_maintenance_fraction", "perp_initial_fraction");
    case Kernel::linear: {
        if (auto broken = tiers(preset)) return broken;
        return weights(preset);
    }
    case Kernel::scenario_grid: return grid(preset);
    case Kernel::risk_array:
    case Kernel::greeks: return weights(preset);
    }
    return std::nullopt;
}

} // namespace plimsoll::risk
