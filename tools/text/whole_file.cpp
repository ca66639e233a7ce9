#include "tools/text/whole_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

namespace plimsoll::tools {

namespace fs = std::filesystem;

result<std::string> read_text(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    std::error_code error;
    if (!in || fs::is_directory(file, error)) return fail(Errc::file_unreadable, file.string());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) return fail(Errc::file_unreadable, file.string());
    return text;
}

result<void> write_text(fs::path const& file, std::string_view text) {
    std::error_code error;
    bool const in_place = fs::exists(file, error) && !fs::is_regular_file(file, error); // a pipe or device
    fs::path const part = in_place ? file.string() : file.string() + ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) return fail(Errc::file_unwritable, part.string());
    if (!in_place) fs::rename(part, file, error);
    if (error) return fail(Errc::file_unwritable, file.string() + ": " + error.message());
    return outcome::success();
}

} // namespace plimsoll::tools
