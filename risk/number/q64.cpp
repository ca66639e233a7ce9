#include "risk/number/q64.hpp"

#include "ledger/event/wide.hpp"

namespace plimsoll::risk::fast {
namespace {

[[nodiscard]] Uint128 magnitude(Int128 value) {
    return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

[[nodiscard]] std::optional<Int128> within_rows(std::optional<Int128> value) {
    if (!value || !within(*value, row_limit_units)) return std::nullopt;
    return value;
}

} // namespace

std::optional<Int128> times_q64(Int128 a, Int128 q) {
    if (q == q64_one) return within_rows(a);
    Uint128 const x = magnitude(a);
    Uint128 const y = magnitude(q);
    auto const x_low = static_cast<std::uint64_t>(x);
    auto const y_low = static_cast<std::uint64_t>(y);
    Uint128 const x_high = x >> 64;
    Uint128 const y_high = y >> 64;
    Uint128 const top = x_high * y_high; // counts 2^64 of the result
    if (top >> 62 != 0) return std::nullopt;
    Uint128 const bottom = Uint128{x_low} * y_low;
    Uint128 product = (top << 64) + (bottom >> 64); // below 2^126 + 2^64
    if (__builtin_add_overflow(product, x_high * y_low, &product) ||
        __builtin_add_overflow(product, y_high * x_low, &product) || product >> 126 != 0) {
        return std::nullopt;
    }
    auto const value = static_cast<Int128>(product);
    if ((a < 0) == (q < 0)) return value;
    return -value - (static_cast<std::uint64_t>(bottom) != 0 ? 1 : 0);
}

std::optional<Int128> q64_of_units(Int128 units) {
    return within_rows(multiply_divide(units, q64_one, one_units, Rounding::floor));
}

std::optional<Int128> units_of_q64(Int128 q) {
    return times_q64(q, one_units);
}

} // namespace plimsoll::risk::fast
