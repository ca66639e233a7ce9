/// The tables behind fast.hpp: whole numbers, worked out by the compiler from their definitions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace plimsoll::risk::fast {

/// The upper tail Q(d) = 1 - N(d) of the normal law on one step of d, as a polynomial in u, the
/// distance from the step's middle in steps (-1/2 to 1/2, Q0.64):
///     Q = middle (Q0.63) + u * sum over k of slope[k] * u^k (Q0.68)
struct TailStep {
    std::int64_t middle = 0;
    std::array<std::int64_t, 9> slope{};
};
inline constexpr int tail_steps_per_one = 16;
inline constexpr std::size_t tail_steps = 148; ///< to 9.25, past which Q is below 2^-66

/// For a mantissa m in [1, 2): a 16-bit 1/m (Q0.16) of the middle of its step, and the logarithm of
/// what it stands for, -ln(1/m), in Q0.64.
struct LogarithmStep {
    std::uint64_t reciprocal = 0;
    std::uint64_t logarithm = 0;
};
inline constexpr std::size_t logarithm_steps = 128;

inline constexpr std::size_t exponential_steps = 45; ///< of 1/64: ln 2 is 44.4 of them

extern constinit std::array<TailStep, tail_steps> const tail_table;
extern constinit std::array<LogarithmStep, logarithm_steps> const logarithm_table;
/// e^(i/64) in Q1.63.
extern constinit std::array<std::uint64_t, exponential_steps> const exponential_table;
/// 1/sqrt of the middle of [i/256, (i+1)/256), in Q1.15, for i from 64.
extern constinit std::array<std::uint16_t, 256> const root_seed_table;

} // namespace plimsoll::risk::fast
