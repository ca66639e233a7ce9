#include "tools/text/progress.hpp"

#include "tools/text/people.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace plimsoll::tools {
namespace {

constexpr std::chrono::milliseconds redraw_every{100};

[[nodiscard]] std::string amount_of(std::uint64_t count, ProgressUnit unit) {
    switch (unit) {
    case ProgressUnit::bytes: return people_bytes(count);
    case ProgressUnit::events: return people_plural(count, "event");
    case ProgressUnit::steps: return people_plural(count, "step");
    }
    return {};
}

[[nodiscard]] std::string time_left(std::uint64_t seconds) {
    if (seconds < 100) return fmt::format("{} s left", seconds);
    return fmt::format("{} min left", (seconds + 59) / 60);
}

} // namespace

std::string progress_line(std::string_view what, ProgressUnit unit, std::uint64_t done, std::uint64_t all,
                          std::chrono::milliseconds spent) {
    auto const milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(spent.count(), 1));
    std::uint64_t const per_second = done * 1000 / milliseconds;
    std::string line(what);
    if (all != 0) line += fmt::format("  {} %", done * 100 / all);
    line += "  " + amount_of(done, unit);
    if (all != 0) line += " of " + amount_of(all, unit);
    line += fmt::format("  {}/s", amount_of(per_second, unit));
    if (all > done && per_second != 0) line += "  " + time_left((all - done) / per_second);
    return line;
}

Progress::Progress(std::string what, ProgressUnit unit)
    : what_(std::move(what)), unit_(unit), is_terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()),
      next_(start_ + redraw_every) {}

void Progress::show(std::uint64_t done, std::uint64_t all) {
    if (!is_terminal_) return;
    auto const now = Clock::now();
    if (now < next_) return;
    next_ = now + redraw_every;
    auto const spent = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_);
    fmt::print(stderr, "\r\033[K{}", progress_line(what_, unit_, done, all, spent));
    std::fflush(stderr);
    is_shown_ = true;
}

void Progress::clear() {
    if (!is_shown_) return;
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
    is_shown_ = false;
}

} // namespace plimsoll::tools
