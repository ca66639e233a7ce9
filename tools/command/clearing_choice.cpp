#include "tools/command/clearing_choice.hpp"

#include "tools/text/whole_file.hpp"

namespace plimsoll::tools {

result<risk::ClearingPreset> clearing_preset_named(std::string const& name) {
    if (name.find('/') != std::string::npos || name.ends_with(".toml")) {
        PLIMSOLL_TRY(body, read_text(name));
        return risk::ClearingPreset::parse(body, name);
    }
    if (auto preset = risk::shipped_clearing_preset(name)) return std::move(*preset);
    std::string names;
    for (risk::ShippedClearingPreset const& each : risk::shipped_clearing_presets()) {
        names += (names.empty() ? "" : ", ") + std::string(each.file.substr(0, each.file.rfind('.')));
    }
    return fail(Errc::unknown_preset, "'" + name + "' of clearing; there are " + names + ", or give the path of a .toml file");
}

} // namespace plimsoll::tools
