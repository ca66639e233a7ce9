/// Which margin rule a question means: a shipped one, a file, or the one in force at the moment.
#pragma once

#include "replay/moment.hpp"
#include "risk/margin/preset.hpp"
#include "tools/text/json_writer.hpp"

namespace plimsoll::tools {

struct ChosenPreset {
    risk::Preset preset;
    std::uint64_t adopted_sequence = 0; ///< the event that put it in force, 0: it was asked for
};

/// A shipped preset by name, or a file by path.
/// Errors: Errc::unknown_preset with the names there are; file_unreadable; risk::Errc::preset_*.
[[nodiscard]] result<risk::Preset> preset_named(std::string const& name);

/// The one in force after the moment's last event.
/// Errors: Errc::no_preset_in_force, with what to do; risk::Errc::preset_* where a newer program wrote it.
[[nodiscard]] result<ChosenPreset> preset_in_force(replay::Reader const& reader, book::Book const& book);

/// preset_named, or where `name` is empty preset_in_force.
[[nodiscard]] result<ChosenPreset> choose_preset(replay::Reader const& reader, book::Book const& book,
                                                 std::string const& name);

/// {"name", "version", "kernel", "family", "digest", "adopted"}.
void write_preset(JsonWriter& json, ChosenPreset const& chosen);
/// "derive-srm 1 (option_standard, dynamic risk-based margin), in force since #17".
[[nodiscard]] std::string people_preset(ChosenPreset const& chosen);

} // namespace plimsoll::tools
