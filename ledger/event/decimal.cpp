#include "ledger/event/decimal.hpp"

#include <algorithm>
#include <cstddef>

namespace plimsoll {
namespace {

using event::Errc;

[[nodiscard]] bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[nodiscard]] bool push_digit(Int128& value, char digit) {
    return !__builtin_mul_overflow(value, Int128{10}, &value) &&
           !__builtin_add_overflow(value, Int128{digit - '0'}, &value);
}

/// Splits the sign off; the rest must begin with a digit.
[[nodiscard]] bool take_sign(std::string_view& text) {
    bool const negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    return negative;
}

} // namespace

result<Int128> parse_decimal(std::string_view text, int decimals) {
    std::string_view rest = text;
    bool const negative = take_sign(rest);
    auto const point = rest.find('.');
    std::string_view const whole = rest.substr(0, point);
    std::string_view fraction = point == std::string_view::npos ? "" : rest.substr(point + 1);
    bool const shaped = !whole.empty() && (point == std::string_view::npos || !fraction.empty());
    if (!shaped || !std::all_of(whole.begin(), whole.end(), is_digit) ||
        !std::all_of(fraction.begin(), fraction.end(), is_digit)) {
        return fail(Errc::not_a_decimal, "'" + std::string(text) + "'");
    }
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    if (fraction.size() > static_cast<std::size_t>(decimals)) {
        return fail(Errc::too_many_decimals,
                    "'" + std::string(text) + "' where " + std::to_string(decimals) + " are allowed");
    }
    Int128 value = 0;
    bool fits = true;
    for (char const c : whole) fits = fits && push_digit(value, c);
    for (std::size_t i = 0; i < fixed_decimals; ++i) {
        fits = fits && push_digit(value, i < fraction.size() ? fraction[i] : '0');
    }
    if (!fits) return fail(Errc::number_overflow, "'" + std::string(text) + "'");
    return negative ? -value : value;
}

result<Int128> parse_integer(std::string_view text) {
    std::string_view rest = text;
    bool const negative = take_sign(rest);
    if (rest.empty() || !std::all_of(rest.begin(), rest.end(), is_digit)) {
        return fail(Errc::not_a_decimal, "'" + std::string(text) + "'");
    }
    Int128 value = 0;
    for (char const c : rest) {
        if (!push_digit(value, c)) return fail(Errc::number_overflow, "'" + std::string(text) + "'");
    }
    return negative ? -value : value;
}

result<Int128> parse_minor_units(std::string_view text, int decimals) {
    PLIMSOLL_TRY(value, parse_integer(text));
    Int128 scale = 1;
    for (int i = decimals; i < fixed_decimals; ++i) scale *= 10;
    Int128 units = 0;
    if (__builtin_mul_overflow(value, scale, &units)) {
        return fail(Errc::number_overflow, "'" + std::string(text) + "'");
    }
    return units;
}

std::string format_integer(Int128 value) {
    Uint128 magnitude = value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
    std::string digits;
    do {
        digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
        magnitude /= 10;
    } while (magnitude != 0);
    if (value < 0) digits.push_back('-');
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::string format_decimal(Int128 units, int minimum_decimals) {
    Uint128 const magnitude = units < 0 ? -static_cast<Uint128>(units) : static_cast<Uint128>(units);
    auto const scale = static_cast<Uint128>(one_units);
    std::string text = units < 0 ? "-" : "";
    text += format_integer(static_cast<Int128>(magnitude / scale));
    std::string fraction = format_integer(static_cast<Int128>(magnitude % scale));
    fraction.insert(0, static_cast<std::size_t>(fixed_decimals) - fraction.size(), '0');
    while (fraction.size() > static_cast<std::size_t>(minimum_decimals) && fraction.back() == '0') {
        fraction.pop_back();
    }
    if (!fraction.empty()) text.append(".").append(fraction);
    return text;
}

} // namespace plimsoll
