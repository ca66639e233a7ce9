#include "risk/number/fast_tables.hpp"

#include "risk/number/fast_constants.hpp"

#include <algorithm>

/// Every series below runs at compile time in whole numbers that count 2^-100; what is stored is
/// rounded to nearest. So nothing is computed at start-up, and no constant comes out of a program that
/// is not here: what is given are 1/sqrt(2 pi) and ln 2.
namespace plimsoll::risk::fast {
namespace {

constexpr int work_bits = 100;
constexpr Int128 work_one = Int128{1} << work_bits;

[[nodiscard]] consteval std::int64_t rounded_signed(Int128 value, int shift) {
    return static_cast<std::int64_t>((value + (Int128{1} << (shift - 1))) >> shift);
}
[[nodiscard]] consteval std::uint64_t rounded(Int128 value, int shift) {
    return static_cast<std::uint64_t>((value + (Int128{1} << (shift - 1))) >> shift);
}

/// Taylor coefficients of the density around a point: p0 is its value there, and p'(x) = -x p(x) gives
/// (k + 1) p[k+1] = -(c p[k] + p[k-1]). The point is given in 1/32.
using Series = std::array<Int128, 25>;
[[nodiscard]] consteval Series density_series(Int128 value, int point) {
    Series series{};
    series[0] = value;
    for (std::size_t k = 1; k < series.size(); ++k) {
        Int128 const before = k > 1 ? series[k - 2] : Int128{0};
        series[k] = -(series[k - 1] * point / 32 + before) / static_cast<Int128>(k);
    }
    return series;
}

/// Walks from 0 in steps of 1/16, carrying density and tail from middle to middle.
[[nodiscard]] consteval std::array<TailStep, tail_steps> tails() {
    std::array<TailStep, tail_steps> table{};
    Int128 density = inverse_root_of_two_pi_work;
    Int128 tail = work_one / 2;
    auto walk = [&](Series const& series, int bits) { // by 2^-bits
        Int128 next = 0;
        for (std::size_t k = 0; k < series.size(); ++k) {
            Int128 const term = series[k] >> (bits * static_cast<int>(k));
            next += term;
            tail -= (term >> bits) / static_cast<Int128>(k + 1);
        }
        density = next;
    };
    walk(density_series(density, 0), 5);
    for (std::size_t i = 0; i < tail_steps; ++i) {
        Series const series = density_series(density, static_cast<int>(2 * i + 1));
        TailStep& step = table[i];
        step.middle = rounded_signed(tail, work_bits - 63);
        for (std::size_t k = 0; k < step.slope.size(); ++k) {
            Int128 const scaled = -(series[k] / static_cast<Int128>(k + 1));
            step.slope[k] = rounded_signed(scaled, work_bits - 68 + 4 * static_cast<int>(k + 1));
        }
        walk(series, 4);
    }
    return table;
}

/// -ln(c / 2^16) = 2 artanh((2^16 - c) / (2^16 + c)).
[[nodiscard]] consteval Int128 minus_logarithm(Int128 c) {
    Int128 const above = 65536 - c;
    Int128 const below = 65536 + c;
    Int128 power = work_one * above / below;
    Int128 sum = 0;
    for (int k = 1; power != 0; k += 2) {
        sum += power / k;
        power = power * above / below * above / below;
    }
    return 2 * sum;
}

[[nodiscard]] consteval std::array<LogarithmStep, logarithm_steps> logarithms() {
    std::array<LogarithmStep, logarithm_steps> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        std::uint64_t const middle = 256 + 2 * i + 1; // in 1/256
        table[i].reciprocal = ((std::uint64_t{1} << 25) / middle + 1) / 2;
        table[i].logarithm =
            rounded(minus_logarithm(static_cast<Int128>(table[i].reciprocal)), work_bits - 64);
    }
    return table;
}

[[nodiscard]] consteval std::array<std::uint64_t, exponential_steps> exponentials() {
    std::array<std::uint64_t, exponential_steps> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        Int128 term = work_one;
        Int128 sum = 0;
        for (int k = 1; term != 0; ++k) {
            sum += term;
            term = term * static_cast<Int128>(i) / (64 * k);
        }
        table[i] = rounded(sum, work_bits - 63);
    }
    return table;
}

[[nodiscard]] consteval std::array<std::uint16_t, 256> root_seeds() {
    std::array<std::uint16_t, 256> table{};
    for (std::uint64_t i = 64; i < table.size(); ++i) {
        // The largest y below 2^16 with (y / 2^15)^2 * (2i + 1) / 512 <= 1.
        std::uint64_t y = 0;
        for (std::uint64_t bit = 1 << 15; bit != 0; bit >>= 1) {
            std::uint64_t const tried = y + bit;
            if (tried * tried * (2 * i + 1) <= std::uint64_t{1} << 39) y = tried;
        }
        table[i] = static_cast<std::uint16_t>(y);
    }
    return table;
}

} // namespace

constinit std::array<TailStep, tail_steps> const tail_table = tails();
constinit std::array<LogarithmStep, logarithm_steps> const logarithm_table = logarithms();
constinit std::array<std::uint64_t, exponential_steps> const exponential_table = exponentials();
constinit std::array<std::uint16_t, 256> const root_seed_table = root_seeds();

} // namespace plimsoll::risk::fast
