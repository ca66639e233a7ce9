/// Presets of option pools as `presets` shows them and `pool` puts them in force.
#pragma once

#include "risk/pool/pool_preset.hpp"
#include "tools/errc.hpp"
#include "tools/text/json_writer.hpp"

#include <cstdint>

namespace plimsoll::tools {

/// Whether a name or path means one: a shipped one, or a file with a section of volatility impact.
[[nodiscard]] bool is_pool_preset(std::string const& name);
/// A shipped preset by name, or a file by path.
/// Errors: Errc::unknown_preset with the names there are; file_unreadable; risk::Errc::preset_*.
[[nodiscard]] result<risk::pool::PoolPreset> pool_preset_named(std::string const& name);

/// "lyra-v1 1 (pool)".
[[nodiscard]] std::string people_pool(risk::pool::PoolPreset const& preset);
/// The table of those that travel with the program.
[[nodiscard]] result<std::string> pool_table();
/// Its file, which says the unit and source of each number.
[[nodiscard]] std::string pool_text(risk::pool::PoolPreset const& preset);
/// {"scope", "name", "version", "description", "source", "digest", "adopted"}; adopted: the event, 0 none.
void write_pool(JsonWriter& json, risk::pool::PoolPreset const& preset, std::uint64_t adopted);

} // namespace plimsoll::tools
