#include "risk/margin/shipped_presets.hpp"

namespace plimsoll::risk {

std::optional<Preset> shipped_preset(std::string_view name) {
    for (ShippedPreset const& each : shipped_presets()) {
        if (each.file.substr(0, each.file.rfind('.')) != name) continue;
        auto preset = Preset::parse(each.body, each.file);
        PLIMSOLL_ASSERT(preset.has_value()); // a test parses each
        return std::move(preset).value();
    }
    return std::nullopt;
}

} // namespace plimsoll::risk
