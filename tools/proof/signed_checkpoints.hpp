/// The signed checkpoints of a ledger, kept under DIR/signed by size: they cannot be derived again, and bind whoever signed.
#pragma once

#include "tools/proof/checkpoint_note.hpp"
#include "tools/proof/note.hpp"

#include <filesystem>
#include <optional>

namespace plimsoll::tools {

/// A note as it lies there, its text read but its signatures not checked.
struct StoredCheckpoint {
    std::string note;
    CheckpointNote says;
};

/// Errors: Errc::file_unreadable; note_malformed, with the file.
[[nodiscard]] result<StoredCheckpoint> read_checkpoint(std::filesystem::path const& file);

/// The largest of at most `limit` events, if there is one. Errors: as read_checkpoint.
[[nodiscard]] result<std::optional<StoredCheckpoint>> newest_checkpoint(std::filesystem::path const& ledger,
                                                                        std::uint64_t limit = UINT64_MAX);

/// Keeps a note under its size, and as DIR/tiles/checkpoint for those who read the log as tlog-tiles says.
/// Errors: Errc::file_unwritable.
[[nodiscard]] result<void> keep_checkpoint(std::filesystem::path const& ledger, std::uint64_t size, std::string_view note);

/// "NAME+ID+BASE64" itself, or the file that holds it. Errors: Errc::key_malformed, file_unreadable.
[[nodiscard]] result<VerifierKey> verifier_from(std::string const& file_or_line);
/// Errors: Errc::key_malformed, file_unreadable.
[[nodiscard]] result<SigningKey> signing_key_in(std::filesystem::path const& file);

} // namespace plimsoll::tools
