/// Millionths in 64 bits: what the generator reckons in, exact for its ticks, lots and fees.
#pragma once

#include "ledger/event/number.hpp"
#include "ledger/event/wide.hpp"

namespace plimsoll::tools {

/// A count of 10^-6: of a dollar, a contract, a coin, or a price.
using Micro = std::int64_t;
inline constexpr Micro one_micros = 1'000'000;
inline constexpr std::int64_t units_per_micro = 1'000'000'000'000;

[[nodiscard]] constexpr Int128 units_of(Micro value) { return Int128{value} * units_per_micro; }

/// Quotient of a positive divisor, rounded as named.
[[nodiscard]] constexpr Int128 divide(Int128 value, std::int64_t divisor, Rounding rounding) {
    Int128 whole = value / divisor;
    Int128 const rest = value % divisor;
    if (rest < 0 && rounding == Rounding::floor) --whole;
    if (rest > 0 && rounding == Rounding::ceiling) ++whole;
    return whole;
}

[[nodiscard]] constexpr Micro floor_micros(Int128 units) {
    return static_cast<Micro>(divide(units, units_per_micro, Rounding::floor));
}

/// a * b / c for c > 0, through 128 bits.
[[nodiscard]] constexpr std::int64_t scale(std::int64_t a, std::int64_t b, std::int64_t c,
                                           Rounding rounding = Rounding::floor) {
    return static_cast<std::int64_t>(divide(Int128{a} * b, c, rounding));
}

/// `value` less `ppm` millionths of itself, where ppm is positive.
[[nodiscard]] constexpr Micro less_ppm(Micro value, std::int64_t ppm) {
    return scale(value, 1'000'000 - ppm, 1'000'000);
}

/// On the grid of `step`, at least one step.
[[nodiscard]] constexpr Micro on_grid(Micro value, Micro step,
                                      Rounding rounding = Rounding::floor) {
    Int128 const steps = divide(value, step, rounding);
    return steps < 1 ? step : static_cast<Micro>(steps) * step;
}

/// The whole part of the square root.
[[nodiscard]] constexpr std::int64_t whole_root(std::int64_t value) {
    std::int64_t root = 0;
    for (std::int64_t bit = std::int64_t{1} << 31; bit != 0; bit >>= 1) {
        std::int64_t const tried = root | bit;
        if (tried <= value / tried) root = tried;
    }
    return root;
}

} // namespace plimsoll::tools
