/// The ledger's balances against those that a dated BitMEX wallet snapshot states.
#pragma once

#include "replay/moment.hpp"
#include "tools/errc.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// One currency at the moment that its row of the snapshot is of.
struct SnapshotRow {
    std::string asset;
    int decimals = 0;
    TimeNs time = 0;
    std::uint64_t sequence = 0; ///< the last event at or before that moment
    Amount ledger;
    Amount snapshot;
    Amount difference; ///< ledger less snapshot: positive where the ledger has too much
    std::uint64_t line = 0;
    [[nodiscard]] bool is_matched() const { return difference.is_zero(); }
};

struct SnapshotReport {
    std::string file;
    std::string account;
    std::vector<SnapshotRow> rows; ///< in the file's order
    std::uint64_t matched = 0;
    std::uint64_t differing = 0;
};

/// Reads a snapshot (columns currency, amount in minor units, timestamp) and asks the ledger for
/// the account at each row's own moment. A currency that the account never held counts as zero.
/// Errors: Errc::file_unreadable, unknown_column, line_truncated, field_malformed, asset_unlisted
/// (a balance in a currency that BitMEX does not list); event::Errc; book::Errc::unknown_account
/// (at no time); store failures.
[[nodiscard]] result<SnapshotReport> reconcile_bitmex_snapshot(replay::Reader const& reader,
                                                               std::filesystem::path const& path,
                                                               std::string_view account);

} // namespace plimsoll::tools
