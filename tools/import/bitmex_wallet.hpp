/// Imports the wallet history that BitMEX hands out as CSV: every deposit, fee and profit of one
/// account.
#pragma once

#include "tools/import/importer.hpp"

namespace plimsoll::tools {

/// Rows of one timestamp are one record and one atomic group, whatever their order. tools/README.md
/// says how a row becomes an event.
/// Errors: Errc::file_unreadable, unknown_column, line_truncated, field_malformed, asset_unlisted,
/// balance_breaks, ledger_disagrees; event::Errc; book::Errc; replay::Errc::record_conflicts,
/// record_late.
[[nodiscard]] result<ImportSummary> import_bitmex_wallet(replay::Engine& engine,
                                                         std::filesystem::path const& path,
                                                         ImportOptions const& options);

} // namespace plimsoll::tools
