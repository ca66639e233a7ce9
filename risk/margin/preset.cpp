#include "risk/margin/preset.hpp"

#include <algorithm>
#include <array>

namespace plimsoll::risk {

std::string_view word(Kernel kernel) {
    constexpr std::array<std::string_view, kernel_count> words{
        "ratio", "naked_bound", "shocked_black", "option_standard", "linear", "scenario_grid", "risk_array", "greeks"};
    return words[static_cast<std::size_t>(kernel)];
}

std::string_view word(Family family) {
    constexpr std::array<std::string_view, 3> words{"static overcollateralisation", "dynamic risk-based margin",
                                                    "portfolio margin"};
    return words[static_cast<std::size_t>(family)];
}

Family family_of(Kernel kernel) {
    switch (kernel) {
    case Kernel::ratio:
    case Kernel::naked_bound: return Family::static_overcollateralisation;
    case Kernel::shocked_black:
    case Kernel::option_standard:
    case Kernel::linear: return Family::dynamic_margin;
    case Kernel::scenario_grid:
    case Kernel::risk_array:
    case Kernel::greeks: return Family::portfolio_margin;
    }
    return Family::portfolio_margin;
}

Parameter const* ParameterRow::find(std::string_view key) const {
    auto const found = std::ranges::find(columns_, key, &Parameter::key);
    return found == columns_.end() ? nullptr : &*found;
}

Parameter const& ParameterRow::operator[](std::string_view key) const {
    Parameter const* const found = find(key);
    PLIMSOLL_ASSERT(found != nullptr);
    return *found;
}

std::span<ParameterRow const> Preset::list(std::string_view name) const {
    auto const found = lists_.find(name);
    if (found == lists_.end()) return {};
    return found->second;
}

ParameterNote const& Preset::note(std::string_view list, std::string_view key) const {
    auto const found = notes_.find(std::string(list) + "." + std::string(key));
    PLIMSOLL_ASSERT(found != notes_.end());
    return found->second;
}

} // namespace plimsoll::risk
