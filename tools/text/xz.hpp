/// Files that are compressed with xz, read whole.
#pragma once

#include "tools/errc.hpp"

#include <filesystem>
#include <string>

namespace plimsoll::tools {

/// Whether the file begins as every xz file does. False where it cannot be read.
[[nodiscard]] bool is_xz(std::filesystem::path const& path);

/// What the file holds, unpacked: at most a gibibyte.
/// Errors: Errc::file_unreadable (damaged, cut short, larger, or needs more than 256 MiB to unpack).
[[nodiscard]] result<std::string> read_xz(std::filesystem::path const& path);

} // namespace plimsoll::tools
