/// Between Q64.64 and units of 10^-18, and products with a Q64.64: each rounded toward minus infinity.
#pragma once

#include "ledger/event/number.hpp"

#include <optional>

namespace plimsoll::risk::fast {

inline constexpr Int128 q64_one = Int128{1} << 64;

/// a * q / 2^64. Nothing where it leaves 2^126.
[[nodiscard]] std::optional<Int128> times_q64(Int128 a, Int128 q);

/// units / 10^18 in Q64.64. Nothing where it leaves 2^126: past 4.6e18 whole ones.
[[nodiscard]] std::optional<Int128> q64_of_units(Int128 units);

/// q / 2^64 in units. Nothing where it leaves 2^126.
[[nodiscard]] std::optional<Int128> units_of_q64(Int128 q);

} // namespace plimsoll::risk::fast
