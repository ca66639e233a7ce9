#include "tools/text/lines.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace plimsoll::tools {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 18;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

result<LineReader> LineReader::open(std::filesystem::path const& path) {
    LineReader reader;
    bool const is_stdin = path == "-";
    reader.name_ = is_stdin ? "standard input" : path.string();
    reader.file_.reset(is_stdin ? stdin : std::fopen(path.c_str(), "rb"));
    if (!reader.file_) return fail(Errc::file_unreadable, reader.name_ + ": " + std::strerror(errno));
    std::error_code unknown;
    auto const bytes = is_stdin ? 0 : std::filesystem::file_size(path, unknown);
    reader.bytes_in_all_ = unknown ? 0 : bytes;
    PLIMSOLL_TRYV(reader.refill());
    if (reader.buffer_.starts_with(byte_order_mark)) reader.begin_ = reader.scanned_ = byte_order_mark.size();
    return reader;
}

result<void> LineReader::refill() {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    if (buffer_.size() > line_limit_bytes) {
        return fail(Errc::field_malformed, place(line_ + 1) + ": a line of more than 16 MiB is no event");
    }
    std::size_t const kept = buffer_.size();
    buffer_.resize(kept + chunk_bytes);
    std::size_t const count = std::fread(buffer_.data() + kept, 1, chunk_bytes, file_.get());
    buffer_.resize(kept + count);
    bytes_read_ += count;
    if (count < chunk_bytes && std::ferror(file_.get()) != 0) {
        return fail(Errc::file_unreadable, name_ + ": " + std::strerror(errno));
    }
    at_end_ = count < chunk_bytes;
    return outcome::success();
}

result<std::optional<std::string_view>> LineReader::next() {
    auto end = buffer_.find('\n', scanned_);
    while (end == std::string::npos && !at_end_) {
        scanned_ = buffer_.size();
        PLIMSOLL_TRYV(refill());
        end = buffer_.find('\n', scanned_);
    }
    bool const is_last = end == std::string::npos;
    if (is_last && begin_ == buffer_.size()) return std::optional<std::string_view>{};
    std::string_view line(buffer_.data() + begin_, (is_last ? buffer_.size() : end) - begin_);
    begin_ = scanned_ = is_last ? buffer_.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return std::optional(line);
}

} // namespace plimsoll::tools
