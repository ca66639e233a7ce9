/// Importer of Deribit's option chains: snapshots of every option's mark, forward and volatility.
#pragma once

#include "tools/import/importer.hpp"

namespace plimsoll::tools {

/// CSV with a header, plain or xz; the columns are found by name. tools/README.md has the rules.
/// Errors: Errc::file_unreadable, unknown_column, line_truncated, field_malformed, asset_unlisted,
/// definition_differs; event::Errc; book::Errc (time_goes_back); replay::Errc::record_conflicts,
/// record_late. Each with file and line.
[[nodiscard]] result<ImportSummary> import_deribit_chain(replay::Engine& engine,
                                                         std::filesystem::path const& path,
                                                         ImportOptions const& options);

} // namespace plimsoll::tools
