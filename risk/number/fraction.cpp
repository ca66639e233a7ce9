#include "risk/number/fraction.hpp"

#include "ledger/event/wide.hpp"

#include <array>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Uint128 magnitude(Int128 value) {
    return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

[[nodiscard]] std::uint64_t low(Uint128 value) { return static_cast<std::uint64_t>(value); }

/// The 256-bit product, least significant limb first.
[[nodiscard]] std::array<std::uint64_t, 4> product(Uint128 a, Uint128 b) {
    Uint128 const low_low = Uint128{low(a)} * low(b);
    Uint128 const low_high = Uint128{low(a)} * low(b >> 64);
    Uint128 const high_low = Uint128{low(a >> 64)} * low(b);
    Uint128 const high_high = Uint128{low(a >> 64)} * low(b >> 64);
    Uint128 const middle = (low_low >> 64) + low(low_high) + low(high_low);
    Uint128 const top = high_high + (low_high >> 64) + (high_low >> 64) + (middle >> 64);
    return {low(low_low), low(middle), low(top), low(top >> 64)};
}

/// Schoolbook division by one limb: each step's dividend is below divisor * 2^64.
[[nodiscard]] std::optional<Int128> divide_limbs(std::array<std::uint64_t, 4> limbs,
                                                 std::uint64_t divisor, bool negative) {
    std::uint64_t rest = 0;
    for (std::size_t i = limbs.size(); i-- > 0;) {
        if (rest == 0 && limbs[i] == 0) continue;
        Uint128 const dividend = (Uint128{rest} << 64) | limbs[i];
        limbs[i] = low(dividend / divisor);
        rest = low(dividend % divisor);
    }
    if ((limbs[3] | limbs[2]) != 0 || limbs[1] >> 63 != 0) return std::nullopt;
    auto const whole = static_cast<Int128>((Uint128{limbs[1]} << 64) | limbs[0]);
    if (!negative) return whole;
    return -whole - (rest != 0 ? 1 : 0);
}

[[nodiscard]] Uint128 greatest_common_divisor(Uint128 a, Uint128 b) {
    while (b != 0) {
        Uint128 const rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void reduce(Int128& numerator, Int128& denominator) {
    if (numerator == 0) return;
    auto const common =
        static_cast<Int128>(greatest_common_divisor(magnitude(numerator), magnitude(denominator)));
    numerator /= common;
    denominator /= common;
}

} // namespace

std::optional<Int128> floor_quotient(Int128 a, Int128 b, Int128 c) {
    PLIMSOLL_ASSERT(c > 0);
    Int128 small = 0;
    if (!__builtin_mul_overflow(a, b, &small)) {
        Int128 const whole = small / c;
        return small < 0 && whole * c != small ? whole - 1 : whole;
    }
    if (c >> 64 == 0) {
        return divide_limbs(product(magnitude(a), magnitude(b)), static_cast<std::uint64_t>(c),
                            (a < 0) != (b < 0));
    }
    return multiply_divide(a, b, c, Rounding::floor);
}

std::optional<Fraction> Fraction::of(Int128 a, Int128 b, Int128 c, Int128 d) {
    if (c <= 0 || d <= 0) return std::nullopt;
    reduce(a, c);
    reduce(a, d);
    reduce(b, c);
    reduce(b, d);
    Int128 numerator = 0;
    Int128 denominator = 0;
    if (__builtin_mul_overflow(a, b, &numerator) || __builtin_mul_overflow(c, d, &denominator)) {
        return std::nullopt;
    }
    return Fraction{numerator, denominator};
}

} // namespace plimsoll::risk
