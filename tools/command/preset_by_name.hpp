/// Presets of every kind: a shipped one by name, or a file by path.
#pragma once

#include "tools/errc.hpp"
#include "tools/text/whole_file.hpp"

#include <span>
#include <string>
#include <string_view>

namespace plimsoll::tools {

[[nodiscard]] inline bool is_preset_path(std::string const& name) { return name.find('/') != std::string::npos || name.ends_with(".toml"); }

/// Errors: Errc::unknown_preset with the names there are; file_unreadable; risk::Errc::preset_*.
template <class Preset, class Shipped>
[[nodiscard]] result<Preset> preset_by_name(std::string const& name, std::string_view kind, std::span<Shipped const> shipped) {
    if (is_preset_path(name)) {
        PLIMSOLL_TRY(body, read_text(name));
        return Preset::parse(body, name);
    }
    std::string names;
    for (Shipped const& each : shipped) {
        std::string_view const known = each.file.substr(0, each.file.rfind('.'));
        if (known == name) return Preset::parse(each.body, each.file);
        names.append(names.empty() ? "" : ", ").append(known);
    }
    return fail(Errc::unknown_preset,
                "'" + name + "' of " + std::string(kind) + "; there are " + names + ", or give the path of a .toml file");
}

} // namespace plimsoll::tools
