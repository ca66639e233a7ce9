#include "tools/text/number_text.hpp"

#include "ledger/event/decimal.hpp"

#include <fmt/format.h>

namespace plimsoll::tools {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t day_ns = 86'400 * second_ns;

/// Exactly `width` digits, with leading zeros.
void append_padded(std::string& out, std::uint64_t number, std::size_t width) {
    std::size_t const start = out.size();
    out.append(width, '0');
    for (std::size_t at = start + width; number != 0 && at-- > start; number /= 10) {
        out[at] = static_cast<char>('0' + number % 10);
    }
}

} // namespace

void append_unsigned(std::string& out, std::uint64_t number) {
    fmt::format_int const text(number);
    out.append(text.data(), text.size());
}

void append_integer(std::string& out, std::int64_t number) {
    fmt::format_int const text(number);
    out.append(text.data(), text.size());
}

void append_decimal(std::string& out, Int128 units) {
    constexpr Int128 fast_limit = one_units << 64; // whole part of 64 bits
    if (!within(units, fast_limit - 1)) {
        out += format_decimal(units);
        return;
    }
    if (units < 0) out.push_back('-');
    auto const magnitude = static_cast<Uint128>(units < 0 ? -units : units);
    constexpr auto one = static_cast<Uint128>(one_units);
    bool const is_short = (magnitude >> 64) == 0; // then one division of 64 bits does
    std::uint64_t const whole = is_short ? static_cast<std::uint64_t>(magnitude) / static_cast<std::uint64_t>(one)
                                         : static_cast<std::uint64_t>(magnitude / one);
    auto const fraction = static_cast<std::uint64_t>(magnitude - whole * one);
    append_unsigned(out, whole);
    if (fraction == 0) return;
    out.push_back('.');
    append_padded(out, fraction, fixed_decimals);
    out.erase(out.find_last_not_of('0') + 1);
}

std::string_view TimeText::text(TimeNs time_ns) {
    std::int64_t day = time_ns / day_ns;
    std::int64_t rest_ns = time_ns % day_ns;
    if (rest_ns < 0) {
        rest_ns += day_ns;
        --day;
    }
    if (day != day_) {
        std::string const whole = format_time(time_ns);
        day_ = day;
        date_.assign(whole, 0, whole.find('T') + 1);
    }
    text_ = date_;
    auto const second = static_cast<std::uint64_t>(rest_ns / second_ns);
    append_padded(text_, second / 3'600, 2);
    text_.push_back(':');
    append_padded(text_, second / 60 % 60, 2);
    text_.push_back(':');
    append_padded(text_, second % 60, 2);
    auto const fraction_ns = static_cast<std::uint64_t>(rest_ns % second_ns);
    if (fraction_ns != 0) {
        text_.push_back('.');
        if (fraction_ns % 1'000'000 == 0) {
            append_padded(text_, fraction_ns / 1'000'000, 3);
        } else if (fraction_ns % 1'000 == 0) {
            append_padded(text_, fraction_ns / 1'000, 6);
        } else {
            append_padded(text_, fraction_ns, 9);
        }
    }
    text_.push_back('Z');
    return text_;
}

} // namespace plimsoll::tools
