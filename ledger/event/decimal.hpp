/// Decimal text to counted units and back, exact or refused.
#pragma once

#include "ledger/event/errc.hpp"
#include "ledger/event/number.hpp"

#include <string>
#include <string_view>

namespace plimsoll {

/// Reads "-12.5" as units of 10^-18. At most `decimals` digits after the point (trailing zeros count
/// for nothing). No exponent, no spaces, no thousands separators.
/// Errors: event::Errc::not_a_decimal, too_many_decimals, number_overflow.
[[nodiscard]] result<Int128> parse_decimal(std::string_view text, int decimals = fixed_decimals);

/// Reads an integer count of minor units (satoshi, wei) of an asset with `decimals` decimals.
/// Errors: event::Errc::not_a_decimal, number_overflow.
[[nodiscard]] result<Int128> parse_minor_units(std::string_view text, int decimals);

/// Reads a plain integer. Errors: event::Errc::not_a_decimal, number_overflow.
[[nodiscard]] result<Int128> parse_integer(std::string_view text);

/// Writes every digit: at least `minimum_decimals` after the point, more where the value has more.
[[nodiscard]] std::string format_decimal(Int128 units, int minimum_decimals = 0);
[[nodiscard]] std::string format_integer(Int128 value);

template <class Tag> [[nodiscard]] std::string format_decimal(Fixed<Tag> value, int minimum_decimals = 0) {
    return format_decimal(value.units(), minimum_decimals);
}

} // namespace plimsoll
