/// Imports a chain's saved records (tools/chain/README.md), proved and translated by a mapping.
#pragma once

#include "tools/import/importer.hpp"

namespace plimsoll::tools {

/// Each block's hash, parent and receipts are proved; then each log of a mapped contract becomes its
/// events. Logs without their block are taken only with options.unproved.
/// Errors: chain::Errc with file and line; Errc::usage without a mapping; those of submit.
[[nodiscard]] result<ImportSummary> import_evm_json(replay::Engine& engine, std::filesystem::path const& path,
                                                    ImportOptions const& options);

} // namespace plimsoll::tools
