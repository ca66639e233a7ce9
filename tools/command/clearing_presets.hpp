/// Clearing presets as `presets` shows them.
#pragma once

#include "tools/command/clearing_choice.hpp"
#include "tools/text/json_writer.hpp"

#include <cstdint>

namespace plimsoll::tools {

/// Whether a name or path means one: a shipped one, or a file that names no kernel.
[[nodiscard]] bool is_clearing_preset(std::string const& name);

/// "dydx-v4 1 (clearing: account, market_fund, shared_fund, auto_deleveraging)".
[[nodiscard]] std::string people_clearing(risk::ClearingPreset const& preset);
/// The table of those that travel with the program.
[[nodiscard]] result<std::string> clearing_table();
/// Fees, layers, discounts and breakers.
[[nodiscard]] std::string clearing_text(risk::ClearingPreset const& preset);
/// {"scope", "name", "version", "description", "source", "digest", "layers", "breakers", "adopted"}; adopted: the event, 0 none.
void write_clearing(JsonWriter& json, risk::ClearingPreset const& preset, std::uint64_t adopted);

} // namespace plimsoll::tools
