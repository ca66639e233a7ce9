/// Backups: the log in segments and what cannot be derived again, taken while a writer is at work; and a ledger out of them.
#pragma once

#include "replay/backup_files.hpp"
#include "replay/rebuild.hpp"

namespace plimsoll::replay {

struct BackupReport {
    BackupManifest manifest;
    std::uint64_t events_before = 0; ///< that an earlier backup in the same place had already
    std::size_t new_files = 0;
    std::uint64_t new_bytes = 0;
    std::size_t signed_checkpoints = 0;
    std::size_t tiles = 0;
    std::string note; ///< what the backup does without, a sentence; empty as a rule
};

/// Copies a ledger to `to`, which is absent, empty, or an earlier backup of it: then only what is new is written, and the
/// common part is proven by the batches' hashes. Takes the part of the log that is promised to be durable, even while another
/// process appends; the signed checkpoints, and the event tree's tiles. The manifest is written last: a backup that is cut
/// short leaves the one before. No keys: they are not in a ledger's directory, and nothing else is taken from it.
/// Errors: store::Errc; Errc::backup_of_another, backup_busy, backup_damaged, not_a_backup, chain_broken, sequence_gap.
[[nodiscard]] result<BackupReport> back_up(std::filesystem::path const& directory, std::filesystem::path const& to,
                                           Progressing const& progress);

/// Checks every byte of a backup and changes nothing. Errors: Errc::not_a_backup, backup_damaged.
[[nodiscard]] result<BackupManifest> check_backup(std::filesystem::path const& backup, Progressing const& progress);

struct RestoreReport {
    BackupManifest manifest;
    Rebuilt built;
    std::filesystem::path witness; ///< empty: the ledger has none
    std::uint64_t given_up = 0;    ///< acknowledged events of the lost ledger that the backup does not have
};

/// Makes a ledger out of a backup: every byte checked first, all events replayed, both roots compared with what the backup
/// says. `setting`: nothing keeps the mode of the ledger that was backed up, its witness beside the new one. Where a
/// witness of the same ledger still lies there and promised more than the backup has, it is refused but with `give_up`.
/// Errors: store::Errc::directory_not_empty, history_missing, history_differs; Errc::backup_damaged, not_a_backup.
[[nodiscard]] result<RestoreReport> restore(std::filesystem::path const& backup, std::filesystem::path const& directory,
                                            std::optional<store::WitnessSetting> const& setting, bool give_up,
                                            Progressing const& progress);

} // namespace plimsoll::replay
