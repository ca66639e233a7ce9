#include "tools/text/csv.hpp"

#include "tools/text/xz.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace plimsoll::tools {
namespace {

constexpr int end_of_file = -1;
constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

} // namespace

result<CsvReader> CsvReader::open(std::filesystem::path const& path) {
    CsvReader reader(path);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return fail(Errc::file_unreadable, path.string());
    reader.bytes_in_all_ = std::filesystem::file_size(path, error);
    if (is_xz(path)) {
        PLIMSOLL_TRY(text, read_xz(path));
        reader.bytes_in_all_ = text.size();
        reader.buffer_ = std::move(text); // and the stream, not opened, is at its end
    } else {
        reader.file_.open(path, std::ios::binary);
        if (error || !reader.file_) return fail(Errc::file_unreadable, path.string());
    }
    for (char const mark : {'\xef', '\xbb', '\xbf'}) { // UTF-8's byte order mark
        if (reader.peek() != static_cast<unsigned char>(mark)) break;
        static_cast<void>(reader.take());
    }
    reader.text_.clear();
    auto const found = reader.next();
    if (!found) return outcome::failure(found.error().at(reader.place()));
    if (!found.value()) return fail(Errc::unknown_column, path.string() + " is empty");
    reader.header_ = reader.fields_;
    return reader;
}

std::optional<std::size_t> CsvReader::find_column(std::string_view name) const {
    auto const found = std::find(header_.begin(), header_.end(), name);
    if (found == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
}

result<std::size_t> CsvReader::column(std::string_view name) const {
    auto const count = std::count(header_.begin(), header_.end(), name);
    if (count == 1) return *find_column(name);
    return fail(Errc::unknown_column, path_.string() + ":1: '" + std::string(name) + "' " +
                                          (count == 0 ? "is not there" : "is there twice"));
}

result<bool> CsvReader::next() {
    End end = End::line;
    do {
        end = read_record();
        if (file_.bad()) return fail(Errc::file_unreadable);
    } while (text_.empty() && end == End::line);
    if (text_.empty()) return false;
    if (quote_open_) return fail(Errc::line_truncated, "the file ends in a quoted field");
    if (quote_stray_) return fail(Errc::field_malformed, "a quote stands inside a field");
    if (header_.empty() || fields_.size() == header_.size()) return true;
    std::string const counts = std::to_string(fields_.size()) + " fields where the header has " +
                               std::to_string(header_.size());
    if (fields_.size() > header_.size()) return fail(Errc::field_malformed, counts);
    return fail(Errc::line_truncated,
                counts + (end == End::file ? "; the file ends in this line" : ""));
}

CsvReader::End CsvReader::read_record() {
    text_.clear();
    fields_.assign(1, {});
    quote_open_ = quote_stray_ = false;
    line_ = next_line_;
    while (true) {
        int const c = take();
        if (c == end_of_file) return End::file;
        if (c == '\n' || (c == '\r' && peek() == '\n')) {
            if (c == '\r') static_cast<void>(take());
            text_.resize(text_.size() - (c == '\r' ? 2 : 1));
            return End::line;
        }
        if (c == ',') {
            fields_.emplace_back();
        } else if (c == '"') {
            bool const opens = text_.size() == 1 || text_[text_.size() - 2] == ',';
            if (opens && fields_.back().empty()) {
                read_quoted();
            } else {
                quote_stray_ = true;
            }
        } else {
            fields_.back().push_back(static_cast<char>(c));
        }
    }
}

void CsvReader::read_quoted() {
    while (true) {
        int const c = take();
        if (c == end_of_file) {
            quote_open_ = true;
            return;
        }
        if (c == '"') {
            int const after = peek();
            if (after != '"') {
                quote_stray_ = quote_stray_ || (after != ',' && after != '\n' && after != '\r' &&
                                                after != end_of_file);
                return;
            }
            static_cast<void>(take());
        }
        fields_.back().push_back(static_cast<char>(c));
    }
}

int CsvReader::peek() {
    if (buffer_at_ == buffer_.size()) {
        buffer_.resize(buffer_bytes);
        file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        buffer_.resize(static_cast<std::size_t>(file_.gcount()));
        buffer_at_ = 0;
    }
    return buffer_.empty() ? end_of_file : static_cast<unsigned char>(buffer_[buffer_at_]);
}

int CsvReader::take() {
    int const c = peek();
    if (c == end_of_file) return c;
    ++buffer_at_;
    ++bytes_read_;
    if (c == '\n') ++next_line_;
    text_.push_back(static_cast<char>(c));
    return c;
}

std::string CsvReader::place() const { return path_.string() + ":" + std::to_string(line_); }

} // namespace plimsoll::tools
