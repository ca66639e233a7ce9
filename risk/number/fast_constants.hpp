/// The few irrational numbers of the fast family, as whole numbers rounded to nearest.
#pragma once

#include "ledger/event/number.hpp"

namespace plimsoll::risk::fast {

/// 1/sqrt(2 pi) in 2^-100, and in Q0.64.
inline constexpr Int128 inverse_root_of_two_pi_work =
    (Int128{0x662114cf5} << 64) | 0xd942343f2cf1403;
inline constexpr std::uint64_t inverse_root_of_two_pi = 0x662114cf50d94234;

/// ln 2 in 2^-120, and in Q0.64.
inline constexpr Uint128 ln_two_long = (Uint128{0x00b17217f7d1cf79} << 64) | 0xabc9e3b39803f2f7;
inline constexpr std::uint64_t ln_two = 0xb17217f7d1cf79ac;
/// 1/ln 2 in 2^-32: it only proposes a whole number.
inline constexpr std::int64_t inverse_ln_two = 0x171547653;

/// ln 10^18 in Q64.64.
inline constexpr Int128 ln_one_units = (Int128{0x29} << 64) | 0x724fe657ff706672;

/// 10^-54 = mantissa * 2^(exponent - 64): the unit of volatility^2 * years, each counting 10^-18.
inline constexpr std::uint64_t variance_unit_mantissa = 0xc428d05aa4751e4c;
inline constexpr int variance_unit_exponent = -179;

} // namespace plimsoll::risk::fast
