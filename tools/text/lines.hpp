/// The lines of a file or of standard input, read by chunks: memory does not grow with the file.
#pragma once

#include "tools/errc.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

class LineReader {
public:
    /// Longer lines are refused, so that a file of other things cannot eat the memory.
    static constexpr std::size_t line_limit_bytes = std::size_t{16} << 20;

    /// "-" is standard input. Errors: Errc::file_unreadable.
    [[nodiscard]] static result<LineReader> open(std::filesystem::path const& path);

    /// The next line without its end (LF or CRLF), until the next call; nothing after the last. A
    /// byte order mark before the first line is passed over.
    /// Errors: Errc::file_unreadable, field_malformed (a line past the limit).
    [[nodiscard]] result<std::optional<std::string_view>> next();

    /// Of the line last given, from 1.
    [[nodiscard]] std::uint64_t line() const { return line_; }
    /// "file:line", for messages.
    [[nodiscard]] std::string place() const { return place(line_); }
    [[nodiscard]] std::string place(std::uint64_t line) const { return name_ + ":" + std::to_string(line); }
    [[nodiscard]] std::string const& name() const { return name_; }

    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
    /// 0 where unknown.
    [[nodiscard]] std::uint64_t bytes_in_all() const { return bytes_in_all_; }

private:
    struct Close {
        void operator()(std::FILE* file) const {
            if (file != stdin) std::fclose(file);
        }
    };

    LineReader() = default;
    [[nodiscard]] result<void> refill();

    std::unique_ptr<std::FILE, Close> file_;
    std::string name_;
    std::string buffer_;
    std::size_t begin_ = 0;   ///< of the next line in the buffer
    std::size_t scanned_ = 0; ///< no line ends before this
    std::uint64_t line_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_in_all_ = 0;
    bool at_end_ = false;
};

} // namespace plimsoll::tools
