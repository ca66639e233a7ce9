/// Files that are compressed with xz, read and made whole.
#pragma once

#include "tools/errc.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// Whether the file begins as every xz file does. False where it cannot be read.
[[nodiscard]] bool is_xz(std::filesystem::path const& path);

/// What the file holds, unpacked: at most a gibibyte.
/// Errors: Errc::file_unreadable (damaged, cut short, larger, or needs more than 256 MiB to unpack).
[[nodiscard]] result<std::string> read_xz(std::filesystem::path const& path);

/// The same bytes for the same text and library.
[[nodiscard]] std::string to_xz(std::string_view text);

} // namespace plimsoll::tools
