/// Products and quotients through 256 bits; each names its rounding.
#pragma once

#include "ledger/event/number.hpp"

#include <optional>

namespace plimsoll {

/// Which way a quotient goes when it is not exact.
enum class Rounding { floor, ceiling, toward_zero };

/// a * b / c, exact in 256 bits and rounded once. Nothing where c is 0 or the quotient leaves 127 bits.
[[nodiscard]] std::optional<Int128> multiply_divide(Int128 a, Int128 b, Int128 c, Rounding rounding);

/// a * b * c / (d * 10^18), rounded once: size * price * multiplier, where the multiplier is the
/// fraction c / d of plain integers. Nothing where d is 0 or the quotient leaves 127 bits.
[[nodiscard]] std::optional<Int128> scaled_product(Int128 a, Int128 b, Int128 c, Int128 d,
                                                   Rounding rounding);

} // namespace plimsoll
