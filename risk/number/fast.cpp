#include "risk/number/fast.hpp"

namespace plimsoll::risk::fast {
namespace {

/// (x / 2^64)^2 / 2 in Q64.64 for a distance in Q5.59.
[[nodiscard]] Int128 half_square(std::uint64_t d) {
    return static_cast<Int128>((Uint128{d} * d) >> 55);
}

/// |x| in Q5.59, at most 16.
[[nodiscard]] std::uint64_t distance_of(Int128 x) {
    Uint128 const magnitude = x < 0 ? Uint128{0} - static_cast<Uint128>(x) : static_cast<Uint128>(x);
    constexpr Uint128 most = Uint128{16} << 64;
    return static_cast<std::uint64_t>((magnitude < most ? magnitude : most) >> 5);
}

/// e^f - 1 for f below 1/64, both Q0.64: Taylor to f^8 / 8!.
[[nodiscard]] std::uint64_t small_exponential(std::uint64_t f) {
    constexpr Uint128 one = Uint128{1} << 64;
    constexpr std::array<std::uint64_t, 6> c{
        static_cast<std::uint64_t>(one / 40320), static_cast<std::uint64_t>(one / 5040),
        static_cast<std::uint64_t>(one / 720),   static_cast<std::uint64_t>(one / 120),
        static_cast<std::uint64_t>(one / 24),    static_cast<std::uint64_t>(one / 6)};
    std::uint64_t sum = 0;
    for (std::uint64_t const next : c) sum = next + high(sum, f);
    return f + high(f, high(f, (std::uint64_t{1} << 63) + high(f, sum)));
}

} // namespace

std::optional<Int128> ln(Int128 x) {
    if (x <= 0) return std::nullopt;
    return ln_of_whole(static_cast<Uint128>(x)) -
           static_cast<Int128>((Uint128{64} * ln_two_long) >> 56);
}

/// e^x = 2^k e^(i/64) e^f, with x = k ln 2 + i/64 + f.
std::optional<Int128> exp(Int128 x) {
    constexpr Int128 most = (Int128{0x2b} << 64) | 0xab13e5fca20e0000; // 63 ln 2, a little less
    constexpr Int128 least = -(Int128{46} << 64);
    if (x > most) return std::nullopt;
    if (x < least) return Int128{0};
    auto k = static_cast<int>((static_cast<std::int64_t>(x >> 40) * inverse_ln_two) >> 56);
    auto const whole_of = [](int of) {
        auto const product = (static_cast<Int128>(ln_two_long >> 8) * of) >> 48;
        return product;
    };
    Int128 rest = x - whole_of(k);
    if (rest < 0) rest = x - whole_of(--k);
    if (rest >= static_cast<Int128>(ln_two)) rest = x - whole_of(++k);
    auto const r = rest < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(rest);
    std::uint64_t const step = exponential_table[r >> 58];
    std::uint64_t const growth = small_exponential(r & ((std::uint64_t{1} << 58) - 1));
    Uint128 const mantissa = Uint128{step} + high(step, growth); // Q1.63
    if (k >= 0) return static_cast<Int128>(mantissa << (k + 1));
    if (k == -1) return static_cast<Int128>(mantissa);
    int const shift = -(k + 1);
    return static_cast<Int128>((mantissa + (Uint128{1} << (shift - 1))) >> shift);
}

std::optional<Int128> sqrt(Int128 x) {
    if (x < 0) return std::nullopt;
    if (x == 0) return Int128{0};
    Mantissa const m = mantissa_of(static_cast<Uint128>(x)); // x = M * 2^(exponent - 63), in Q64.64
    int const exponent = m.exponent + 1 - 64;
    int const odd = exponent & 1;
    std::uint64_t const halved = m.bits >> odd;
    std::uint64_t const root = high(halved, inverse_root(halved)); // Q1.63
    int const shift = (exponent + odd) / 2 + 1;
    return shift >= 0 ? static_cast<Int128>(Uint128{root} << shift)
                      : static_cast<Int128>(root >> -shift);
}

std::uint64_t density_at(std::uint64_t d) {
    auto const falling = exp(-half_square(d));
    auto const value = static_cast<Uint128>(*falling); // at most one, so never nothing
    return static_cast<std::uint64_t>((value * inverse_root_of_two_pi) >> 64);
}

Int128 normal(Int128 x) {
    auto const d = static_cast<std::int64_t>(distance_of(x) - (distance_of(x) >> 63));
    return static_cast<Int128>(Uint128{above(x < 0 ? d : -d)} << 1);
}

Int128 density(Int128 x) { return static_cast<Int128>(density_at(distance_of(x))); }

} // namespace plimsoll::risk::fast
