/// A progress bar on stderr, where that is a terminal: percent, rate, time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// What is being counted: bytes are shown as sizes, others with their noun ("events").
enum class ProgressUnit : std::uint8_t { bytes, events, steps };

/// "import  wallet.csv  42 %  12.3 MB of 29.1 MB  4.1 MB/s  4 s left". `all` 0: unknown.
[[nodiscard]] std::string progress_line(std::string_view what, ProgressUnit unit, std::uint64_t done, std::uint64_t all,
                                        std::chrono::milliseconds spent);

/// Redraws one line at most ten times a second; clears it at the end. Silent on a pipe or file.
class Progress {
public:
    explicit Progress(std::string what, ProgressUnit unit = ProgressUnit::bytes);
    ~Progress() { clear(); }
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    void show(std::uint64_t done, std::uint64_t all);
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    std::string what_;
    ProgressUnit unit_;
    bool is_terminal_;
    bool is_shown_ = false;
    Clock::time_point start_;
    Clock::time_point next_;
};

} // namespace plimsoll::tools
