/// Which clearing preset a command works with: shipped, or from a file.
#pragma once

#include "risk/clearing/clearing_preset.hpp"
#include "tools/errc.hpp"

namespace plimsoll::tools {

/// A shipped preset by name, or a file by path.
/// Errors: Errc::unknown_preset with the names there are; file_unreadable; risk::Errc::preset_*.
[[nodiscard]] result<risk::ClearingPreset> clearing_preset_named(std::string const& name);

} // namespace plimsoll::tools
