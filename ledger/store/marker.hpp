/// DIR/PLIMSOLL: the file that says what a directory is, which ledger it holds and who witnesses its end.
#pragma once

#include "ledger/store/errc.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace plimsoll::store {

/// Tells one ledger from another: random, given at birth and whenever a witness is accepted anew.
using LedgerId = std::array<unsigned char, 16>;
[[nodiscard]] LedgerId fresh_ledger_id();
[[nodiscard]] std::string id_text(LedgerId const& id);

/// When the witness must be on disk: `strict` before each acknowledgement, `batched` within a window.
enum class WitnessMode : std::uint8_t { none, batched, strict };

struct WitnessSetting {
    WitnessMode mode = WitnessMode::strict;
    std::uint32_t window_ms = 0; ///< of batched: what a power cut may leave unwitnessed
    std::string file;            ///< empty: beside the ledger, DIR.witness

    /// "strict", "batched 50" or "none".
    [[nodiscard]] std::string text() const;
    /// Reads text(), also with a colon for the blank. Errors: Errc::setting_malformed.
    [[nodiscard]] static result<WitnessSetting> parse(std::string_view text, std::string file);
};

struct Marker {
    LedgerId id{};
    WitnessSetting witness{WitnessMode::none, 0, ""}; ///< ledgers made before there were witnesses have none
};

/// Errors: Errc::not_a_ledger, format_newer, setting_malformed.
[[nodiscard]] result<Marker> read_marker(std::filesystem::path const& directory);
/// Writes it in one step, fsynced. Errors: Errc::cannot_create.
[[nodiscard]] result<void> write_marker(std::filesystem::path const& directory, Marker const& marker);

/// Where the ledger's witness lies: outside its directory, so that whoever puts an older copy of the
/// directory in its place does not put back the witness too.
[[nodiscard]] std::filesystem::path witness_file(std::filesystem::path const& directory, WitnessSetting const& setting);

/// A file's bytes, or a directory's names, on the disk.
[[nodiscard]] bool sync_path(std::filesystem::path const& path);

} // namespace plimsoll::store
