/// UTC time as signed 64-bit nanoseconds since 1970, and its RFC 3339 text.
#pragma once

#include "ledger/event/errc.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace plimsoll {

/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Years 1678 to 2261 fit.
using TimeNs = std::int64_t;

/// Reads 2026-04-17T14:23:57[.fraction up to 9 digits](Z|+hh:mm|-hh:mm), or a plain date as its
/// midnight. Errors: event::Errc::not_a_time.
[[nodiscard]] result<TimeNs> parse_time(std::string_view text);

/// Writes the shortest of seconds, milliseconds, microseconds or nanoseconds that is exact.
[[nodiscard]] std::string format_time(TimeNs time_ns);

/// Reads 90s, 15m, 8h, 1d, 2w, 250ms. Errors: event::Errc::not_a_time.
[[nodiscard]] result<TimeNs> parse_duration(std::string_view text);

} // namespace plimsoll
