/// Imports Plimsoll's own JSON lines. tools/README.md says what a line holds.
#pragma once

#include "tools/import/importer.hpp"

namespace plimsoll::tools {

/// Lines that follow each other with equal source and cursor are one record: all of it goes in, or
/// none. A line without a cursor is a record of its own, at its line number in options.source (or
/// "events"); a definition without one belongs to no record, and is new or there already. "-" reads
/// standard input. With options.quarantine, what cannot be read or is refused is set aside at its
/// line number.
/// Errors: Errc::file_unreadable, json_malformed, field_missing, field_unknown, field_malformed,
/// name_unresolved, definition_differs; event::Errc of numbers, times and names; those of submit.
[[nodiscard]] result<ImportSummary> import_events(replay::Engine& engine, std::filesystem::path const& path,
                                                  ImportOptions const& options);

} // namespace plimsoll::tools
