/// Numbers and times as text: what format_decimal and format_time say, at the end of a string, for hot paths.
#pragma once

#include "ledger/event/number.hpp"
#include "ledger/event/time.hpp"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// A text that is one whole number and nothing else. Nothing where it is not, or does not fit.
template <std::unsigned_integral Number = std::uint64_t> [[nodiscard]] std::optional<Number> read_unsigned(std::string_view text) {
    Number number = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

void append_unsigned(std::string& out, std::uint64_t number);
void append_integer(std::string& out, std::int64_t number);

/// As format_decimal: every digit, no trailing zeros.
void append_decimal(std::string& out, Int128 units);

/// As format_time. Consecutive events mostly share their day, so its text is kept.
class TimeText {
public:
    /// Holds until the next call.
    [[nodiscard]] std::string_view text(TimeNs time_ns);

private:
    std::string text_;
    TimeNs day_ = 0; ///< days since 1970
    std::string date_ = "1970-01-01T";
};

} // namespace plimsoll::tools
