/// Imports state updates of a StarkEx perpetual exchange (dYdX v3) from the words that it put on
/// chain.
#pragma once

#include "tools/import/importer.hpp"

namespace plimsoll::tools {

/// One file is one update, taken whole or not at all: its words cannot be told apart once one of
/// them is wrong, so there is nothing to quarantine. tools/README.md says how words become events.
/// Errors: Errc::file_unreadable, json_malformed, words_malformed; event::Errc; book::Errc;
/// replay::Errc::record_conflicts, record_late.
[[nodiscard]] result<ImportSummary> import_stark_perpetual(replay::Engine& engine,
                                                           std::filesystem::path const& path,
                                                           ImportOptions const& options);

} // namespace plimsoll::tools
