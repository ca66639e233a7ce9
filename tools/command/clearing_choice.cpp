#include "tools/command/clearing_choice.hpp"

#include "tools/command/preset_by_name.hpp"

namespace plimsoll::tools {

result<risk::ClearingPreset> clearing_preset_named(std::string const& name) {
    return preset_by_name<risk::ClearingPreset>(name, "clearing", risk::shipped_clearing_presets());
}

} // namespace plimsoll::tools
