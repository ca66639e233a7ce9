#include "risk/margin/shipped_presets.hpp"

#include "risk/preset_head.hpp"

namespace plimsoll::risk {

std::optional<Preset> shipped_preset(std::string_view name) { return shipped_as<Preset>(name, shipped_presets()); }

} // namespace plimsoll::risk
