/// Bridge presets as `presets` shows, checks and adopts them.
#pragma once

#include "risk/bridge/bridge_preset.hpp"
#include "tools/command/shell.hpp"
#include "tools/text/json_writer.hpp"

namespace plimsoll::tools {

/// Whether a name or path means one: a shipped one, or a file with a list of chains.
[[nodiscard]] bool is_bridge_preset(std::string const& name);
/// A shipped preset by name, or a file by path. Errors: Errc::unknown_preset with the names there are; file_unreadable;
/// risk::Errc::preset_*.
[[nodiscard]] result<risk::BridgePreset> bridge_preset_named(std::string const& name);

/// The table of those that travel with the program.
[[nodiscard]] result<std::string> bridge_table();
/// {"scope", "name", "version", "description", "source", "digest", "chains", "assets", "limits", "adopted"}; adopted: the event, 0 none.
void write_bridge(JsonWriter& json, risk::BridgePreset const& preset, std::uint64_t adopted);

[[nodiscard]] result<Status> show_bridge(Shell const& shell, std::string const& name, bool as_toml);
[[nodiscard]] result<void> check_bridge(Shell const& shell, std::string const& name);
/// Also opens what accounts and defines what assets it needs. Errors: those of risk::adoption_of and Engine.
[[nodiscard]] result<Status> adopt_bridge(Shell const& shell, std::string const& directory, std::string const& name);

} // namespace plimsoll::tools
