/// The presets that travel inside the program: risk/presets, one file each.
#pragma once

#include "risk/margin/preset.hpp"

namespace plimsoll::risk {

struct ShippedPreset {
    std::string_view file; ///< "derive-srm.toml"
    std::string_view body;
};

/// By file name, ascending.
[[nodiscard]] std::span<ShippedPreset const> shipped_presets();

/// The shipped preset of that name, checked. Nothing where there is none.
[[nodiscard]] std::optional<Preset> shipped_preset(std::string_view name);

} // namespace plimsoll::risk
