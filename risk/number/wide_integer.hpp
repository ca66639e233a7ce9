/// Whole numbers without a width, for protocols whose products leave 128 bits.
#pragma once

#include "ledger/event/wide.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <optional>

namespace plimsoll::risk {

/// Exact at any size, so that nothing wraps: a rad of Maker times a wad takes 210 bits, and the
/// intermediates of dYdX have no bound at all.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>,
                                           boost::multiprecision::et_off>;

/// numerator / denominator, rounded once. The denominator must not be 0.
[[nodiscard]] Wide quotient(Wide const& numerator, Wide const& denominator, Rounding rounding);

/// a * b / c, exact in between and rounded once. c must not be 0.
[[nodiscard]] inline Wide scale(Wide const& a, Wide const& b, Wide const& c, Rounding rounding) {
    return quotient(a * b, c, rounding);
}

/// The same number.
[[nodiscard]] Wide widened(Int128 value);
/// Nothing where it leaves 127 bits.
[[nodiscard]] std::optional<Int128> narrowed(Wide const& value);

/// 10^exponent for an exponent that is not negative.
[[nodiscard]] Wide power_of_ten(int exponent);

/// value * 10^exponent, where a negative exponent divides and rounds.
[[nodiscard]] Wide times_power_of_ten(Wide const& value, int exponent, Rounding rounding);

} // namespace plimsoll::risk
