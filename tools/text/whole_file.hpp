/// Files as a whole; new ones appear under their name only once they are whole.
#pragma once

#include "tools/errc.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// Errors: Errc::file_unreadable.
[[nodiscard]] result<std::string> read_text(std::filesystem::path const& file);
/// Errors: Errc::file_unwritable.
[[nodiscard]] result<void> write_text(std::filesystem::path const& file, std::string_view text);

} // namespace plimsoll::tools
