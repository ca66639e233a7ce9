/// A backup as it lies on a disk: a manifest that names every file by the hash of its bytes, and the files under those names.
#pragma once

#include "ledger/event/event.hpp"
#include "ledger/event/hash.hpp"
#include "ledger/store/marker.hpp"
#include "ledger/store/segment.hpp"
#include "replay/errc.hpp"

#include <functional>
#include <map>
#include <vector>

namespace plimsoll::replay {

/// `progress(done, of)`.
using Progressing = std::function<void(std::uint64_t, std::uint64_t)>;

struct BackupFile {
    std::string path; ///< "log/FIRST-LAST", "signed/SIZE", "tiles/..."
    std::uint64_t bytes = 0;
    Hash hash{};
};

/// What a backup holds. As text, TO/MANIFEST:
///
///     plimsoll backup, format 1
///     ledger ID                          32 hexadecimal digits
///     witness strict                     as in DIR/PLIMSOLL
///     events 1000                        the log's first so many
///     time 1700000000000000000           ledger time there
///     log_root HASH                      of the last batch
///     state_root HASH
///     file HASH BYTES PATH               one line a file, sorted by path; its bytes are in TO/files/HASH
///     end HASH                           of all lines above
struct BackupManifest {
    store::LedgerId ledger{};
    store::WitnessSetting witness;
    std::uint64_t events = 0;
    TimeNs time = 0;
    Hash log_root{};
    Hash state_root{};
    std::map<std::string, BackupFile> files;

    [[nodiscard]] std::string encode() const;
    /// Errors: Errc::backup_damaged, with both hashes; not_a_backup.
    [[nodiscard]] static result<BackupManifest> decode(std::string_view text, std::filesystem::path const& file);
};

inline constexpr char const* manifest_name = "MANIFEST";

/// Where the bytes of a hash lie.
[[nodiscard]] std::filesystem::path stored_at(std::filesystem::path const& backup, Hash const& hash);

/// Errors: Errc::not_a_backup, backup_damaged.
[[nodiscard]] result<BackupManifest> read_manifest(std::filesystem::path const& backup);
/// Every file's every byte against its hash. Errors: Errc::backup_damaged, with the file and both hashes.
[[nodiscard]] result<void> check_files(std::filesystem::path const& backup, BackupManifest const& manifest,
                                       Progressing const& progress);
/// Its batches, to be found by sequence.
[[nodiscard]] store::BatchFiles batches_of(std::filesystem::path const& backup, BackupManifest const& manifest);
/// Copies the files whose path begins with `folder` below `directory`. Errors: store::Errc::disk_failed.
[[nodiscard]] result<std::size_t> copy_files(std::filesystem::path const& backup, BackupManifest const& manifest,
                                             std::string_view folder, std::filesystem::path const& directory);

/// A whole file. Errors: store::Errc::disk_failed.
[[nodiscard]] result<std::string> file_text(std::filesystem::path const& file);
/// A whole file, under its name once it is whole and on the disk. Errors: store::Errc::disk_failed.
[[nodiscard]] result<void> put_file(std::filesystem::path const& file, std::string_view text);
/// Everything written below a folder, on the disk. Errors: store::Errc::disk_failed.
[[nodiscard]] result<void> sync_folder(std::filesystem::path const& folder);

} // namespace plimsoll::replay
