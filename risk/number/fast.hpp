/// Fixed-point logarithm, exponential, root and normal law: integer only, the same on every compiler.
///
/// Numbers are Q64.64 in an Int128 where they cross this header, and one 64-bit word inside: Q0.63 for
/// probabilities, Q5.59 for distances in standard deviations, mantissas with an exponent elsewhere.
/// Every product is truncated toward minus infinity where no rounding is said.
///
/// Errors, as tests/risk/fast_test.cpp holds them: ln 2^-61; exp 2^-61 relative, or the last place;
/// root 2^-59 relative, or the last place; the normal law and its density 2^-60, the rounding of their
/// argument to 2^-59 included.
#pragma once

#include "risk/number/fast_constants.hpp"
#include "risk/number/fast_tables.hpp"

#include <bit>
#include <optional>

namespace plimsoll::risk::fast {

/// The upper 64 bits of a product.
[[nodiscard]] constexpr std::uint64_t high(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>((Uint128{a} * b) >> 64);
}
[[nodiscard]] constexpr std::int64_t high(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>((Int128{a} * b) >> 64);
}

/// A positive whole number as mantissa * 2^(exponent - 63), the mantissa's top bit set; truncated.
struct Mantissa {
    std::uint64_t bits = 0;
    int exponent = 0;
};
[[nodiscard]] inline Mantissa mantissa_of(Uint128 positive) {
    auto const upper = static_cast<std::uint64_t>(positive >> 64);
    auto const lower = static_cast<std::uint64_t>(positive);
    if (upper == 0) {
        int const lead = std::countl_zero(lower);
        return {lower << lead, 63 - lead};
    }
    int const lead = std::countl_zero(upper);
    return {static_cast<std::uint64_t>(positive >> (64 - lead)), 127 - lead};
}

/// ln of a positive whole number, in Q64.64. With m = 2^(-exponent) * n in [1, 2) and c the table's
/// 1/m: ln m = -ln c + ln(1 + r), r = m c - 1 within 1/255.
[[nodiscard]] inline Int128 ln_of_whole(Uint128 positive) {
    Mantissa const m = mantissa_of(positive);
    LogarithmStep const& step = logarithm_table[(m.bits >> 56) & 127];
    auto const rest = static_cast<Int128>(Uint128{m.bits} * step.reciprocal) - (Int128{1} << 79);
    auto const r = static_cast<std::int64_t>(rest >> 9); // Q0.70; read as Q0.64 it is v = 64 r
    // ln(1 + r) = r + r W, W = sum of (-v / 64)^k / (k + 1) for k = 1 to 6, in Q0.69.
    constexpr std::int64_t w1 = -(std::int64_t{1} << 62);
    constexpr std::int64_t w2 = ((std::int64_t{1} << 57) + 1) / 3;
    constexpr std::int64_t w3 = -(std::int64_t{1} << 49);
    constexpr std::int64_t w4 = ((std::int64_t{1} << 45) + 2) / 5;
    constexpr std::int64_t w5 = -((std::int64_t{1} << 38) + 1) / 3;
    constexpr std::int64_t w6 = ((std::int64_t{1} << 33) + 3) / 7;
    std::int64_t const square = high(r, r);
    std::int64_t const odd = w1 + high(square, w3 + high(square, w5));
    std::int64_t const even = w2 + high(square, w4 + high(square, w6));
    std::int64_t const series = high(r, odd + high(r, even));
    std::int64_t const near_one = (r + (high(r, series) >> 5) + 32) >> 6;
    return static_cast<Int128>((static_cast<Uint128>(m.exponent) * ln_two_long) >> 56) +
           static_cast<Int128>(step.logarithm) + near_one;
}

/// 1/sqrt(M) in Q1.63 of M in [1/4, 1), Q0.64: a seed of 8 bits, then two steps of third order,
/// y (1 + e/2 + 3 e^2 / 8) with e = 1 - M y^2.
[[nodiscard]] inline std::uint64_t inverse_root(std::uint64_t m) {
    std::uint64_t y = std::uint64_t{root_seed_table[m >> 56]} << 48;
    for (int step = 0; step < 2; ++step) {
        auto const e = static_cast<std::int64_t>((std::uint64_t{1} << 62) - high(m, high(y, y)));
        std::int64_t const square = high(e, e);
        std::int64_t const correction = (e >> 1) + square + (square >> 1); // Q2.62
        Int128 const next = static_cast<Int128>(y) + ((static_cast<Int128>(y) * correction) >> 62);
        y = next >> 64 == 0 ? static_cast<std::uint64_t>(next) : ~std::uint64_t{0};
    }
    return y;
}

/// A standard deviation of the logarithm, sigma * sqrt(years), and its reciprocal: what the options of
/// one volatility and expiry share.
struct Deviation {
    std::uint64_t value = 0; ///< Q5.59; at 32, past every price of 2^120 units, it stays
    std::uint64_t reciprocal = 0; ///< mantissa, Q1.63
    int reciprocal_exponent = 0;

    /// Both count 10^-18. Zero or less of either is a deviation of zero.
    [[nodiscard]] static Deviation of(Int128 volatility, Int128 years) {
        if (volatility <= 0 || years <= 0) return {};
        Mantissa const sigma = mantissa_of(static_cast<Uint128>(volatility));
        Mantissa const time = mantissa_of(static_cast<Uint128>(years));
        std::uint64_t const variance =
            high(high(high(sigma.bits, sigma.bits), time.bits), variance_unit_mantissa);
        int const lead = std::countl_zero(variance);
        int const exponent =
            2 * (sigma.exponent + 1) + time.exponent + 1 + variance_unit_exponent - lead;
        int const odd = exponent & 1;
        std::uint64_t const m = variance << lead >> odd;
        int const half = (exponent + odd) / 2;
        if (half > 5) return {~std::uint64_t{0}, std::uint64_t{1} << 63, -5};
        if (half < -59) return {};
        std::uint64_t const y = inverse_root(m);
        std::uint64_t const root = high(m, y); // sqrt(M) in Q1.63
        return {half > 4 ? root << 1 : root >> (4 - half), y, -half};
    }

    /// 1 / value in Q64.64; truncated.
    [[nodiscard]] Int128 reciprocal_q64() const {
        int const shift = reciprocal_exponent + 1;
        return static_cast<Int128>(shift >= 0 ? Uint128{reciprocal} << shift
                                              : Uint128{reciprocal >> -shift});
    }

    /// |x| / deviation in Q5.59, below 16; x is Q64.64 below 2^8. Past 16 nothing is left of a price:
    /// a deviation of 14 or more, which could bring it back, would need x past 2^7.7.
    [[nodiscard]] std::uint64_t distance(Uint128 x) const {
        constexpr std::uint64_t most = (std::uint64_t{1} << 63) - 1; // fits a signed word
        int const drop = x >> 64 == 0 ? 0 : 8;
        auto const word = static_cast<std::uint64_t>(x >> drop);
        if (word == 0) return 0;
        int const shift = 68 - drop - reciprocal_exponent;
        if (shift <= 0) return most;
        Uint128 const quotient = shift < 128 ? (Uint128{word} * reciprocal) >> shift : 0;
        return quotient < most ? static_cast<std::uint64_t>(quotient) : most;
    }
};

/// Q(d) = 1 - N(d) in Q0.63 for d from 0, Q5.59.
[[nodiscard]] inline std::uint64_t upper_tail(std::uint64_t d) {
    std::uint64_t const index = d >> 55;
    if (index >= tail_steps) return 0;
    TailStep const& step = tail_table[index];
    auto const u = static_cast<std::int64_t>((d << 9) ^ (std::uint64_t{1} << 63));
    auto const& k = step.slope;
    std::int64_t const square = high(u, u);
    std::int64_t const even =
        k[0] + high(square, k[2] + high(square, k[4] + high(square, k[6] + high(square, k[8]))));
    std::int64_t const odd =
        k[1] + high(square, k[3] + high(square, k[5] + high(square, k[7])));
    std::int64_t const slope = even + high(u, odd);
    std::int64_t const tail = step.middle + ((high(u, slope) + 16) >> 5);
    return tail > 0 ? static_cast<std::uint64_t>(tail) : 0;
}

inline constexpr std::uint64_t probability_one = std::uint64_t{1} << 63;

/// The chance of lying above d, in Q0.63; d is Q5.59 and may be negative.
[[nodiscard]] inline std::uint64_t above(std::int64_t d) {
    std::uint64_t const tail = upper_tail(static_cast<std::uint64_t>(d < 0 ? -d : d));
    return d < 0 ? probability_one - tail : tail;
}

/// amount * p with p a word counting 2^-64 (a Q0.63 goes in doubled by the caller's shift); truncated.
[[nodiscard]] constexpr Uint128 times_word(Uint128 amount, std::uint64_t word) {
    return (amount >> 64) * word +
           ((Uint128{static_cast<std::uint64_t>(amount)} * word) >> 64);
}

/// amount * p for p in Q0.63; the amount is below 2^126. Truncated.
[[nodiscard]] constexpr Uint128 times_probability(Uint128 amount, std::uint64_t p) {
    return p == probability_one ? amount : times_word(amount, p << 1);
}

// ---- by the name, in Q64.64 ----

/// Nothing where x is not positive.
[[nodiscard]] std::optional<Int128> ln(Int128 x);
/// Nothing where e^x leaves 2^63.
[[nodiscard]] std::optional<Int128> exp(Int128 x);
/// Nothing where x is negative.
[[nodiscard]] std::optional<Int128> sqrt(Int128 x);
/// N(x), and the density at x.
[[nodiscard]] Int128 normal(Int128 x);
[[nodiscard]] Int128 density(Int128 x);

/// The density at a distance, Q5.59, as a word counting 2^-64.
[[nodiscard]] std::uint64_t density_at(std::uint64_t d);

} // namespace plimsoll::risk::fast
