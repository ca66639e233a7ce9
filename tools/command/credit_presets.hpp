/// Credit presets as `presets` shows them, and as other commands find them.
#pragma once

#include "risk/credit/credit_preset.hpp"
#include "tools/errc.hpp"
#include "tools/text/json_writer.hpp"

#include <cstdint>

namespace plimsoll::tools {

/// Whether a name or path means one: a shipped one, or a file with score components.
[[nodiscard]] bool is_credit_preset(std::string const& name);
/// A shipped preset by name, or a file by path.
/// Errors: Errc::unknown_preset with the names there are; file_unreadable; risk::Errc::preset_*.
[[nodiscard]] result<risk::CreditPreset> credit_preset_named(std::string const& name);

/// "reputation 1 (credit: age, volume, ...)".
[[nodiscard]] std::string people_credit(risk::CreditPreset const& preset);
/// The table of those that travel with the program.
[[nodiscard]] result<std::string> credit_table();
/// Terms, components, tiers and ratios.
[[nodiscard]] std::string credit_text(risk::CreditPreset const& preset);
/// {"scope", "name", "version", "description", "source", "digest", "components", "adopted"}; adopted: the event, 0 none.
void write_credit(JsonWriter& json, risk::CreditPreset const& preset, std::uint64_t adopted);

} // namespace plimsoll::tools
