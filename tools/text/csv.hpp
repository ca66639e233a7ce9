/// Comma-separated values as RFC 4180 has them, read as a stream, with columns found by name.
#pragma once

#include "tools/errc.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

/// Reads one record at a time; the first is the header. Quoted fields may hold commas, quotes and
/// line breaks; lines end in LF or CRLF; a byte order mark and empty lines are passed over. Columns
/// may come in any order, and there may be more than are asked for.
class CsvReader {
public:
    /// Opens a file, packed with xz or not, and reads its header. Errors: Errc::file_unreadable, unknown_column (no
    /// header), line_truncated, field_malformed.
    [[nodiscard]] static result<CsvReader> open(std::filesystem::path const& path);

    /// Where a column is. Errors: Errc::unknown_column (absent, or there twice).
    [[nodiscard]] result<std::size_t> column(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> find_column(std::string_view name) const;

    /// Reads the next record; false at the end of the file. After an error it stands behind the bad
    /// record and may be asked again. Its errors leave the place to the caller.
    /// Errors: Errc::line_truncated (fewer fields than the header, or the file ends in a quoted
    /// field), field_malformed (more fields than the header, stray quotes), file_unreadable.
    [[nodiscard]] result<bool> next();

    /// A field of the record, valid until next().
    [[nodiscard]] std::string_view field(std::size_t column) const { return fields_[column]; }
    /// The record as it stands in the file, without its line break.
    [[nodiscard]] std::string_view text() const { return text_; }
    /// The line on which the record begins; the header is line 1.
    [[nodiscard]] std::uint64_t line() const { return line_; }
    /// "file:line", for messages.
    [[nodiscard]] std::string place() const;

    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
    [[nodiscard]] std::uint64_t bytes_in_all() const { return bytes_in_all_; }

private:
    enum class End { line, file };

    explicit CsvReader(std::filesystem::path path) : path_(std::move(path)) {}
    [[nodiscard]] int take();
    [[nodiscard]] int peek();
    /// Splits the next record into fields_, whatever is wrong with it.
    [[nodiscard]] End read_record();
    void read_quoted();

    std::filesystem::path path_;
    std::ifstream file_;
    std::string buffer_;
    std::size_t buffer_at_ = 0;
    std::vector<std::string> header_;
    std::vector<std::string> fields_;
    std::string text_;
    std::uint64_t line_ = 0;
    std::uint64_t next_line_ = 1;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_in_all_ = 0;
    bool quote_open_ = false;  ///< the file ended in a quoted field
    bool quote_stray_ = false; ///< a quote stands where none may
};

} // namespace plimsoll::tools
