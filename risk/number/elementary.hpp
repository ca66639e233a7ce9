/// Exponential, logarithm, root, power and normal distribution, to the last digit of Derive's.
#pragma once

#include "risk/number/wei.hpp"

namespace plimsoll::risk {

/// These are integer formulas, each step of which is one rounding; their last digits differ from the
/// mathematical value (exp(0) is 10^18 - 1), and margins are made of those digits. All take and give
/// counts of 10^-18.
///
/// Source: the published formulas of the Derive v2 protocol's maths library (exp and ln after Remco
/// Bloemen's rational approximations, the distribution after Hart 1968 in West's form, base 2^64).

/// 0 from -42.139678854452767551 down. Errors: Errc::exponent_too_large from 135.305999368893231589 up.
[[nodiscard]] Int256 exponential(Checked& on, Int256 const& x);
/// Errors: Errc::logarithm_of_non_positive.
[[nodiscard]] Int256 logarithm(Checked& on, Int256 const& x);
/// Rounded down. Errors: Errc::root_of_negative, arithmetic_overflow where x * 10^18 leaves 256 bits.
[[nodiscard]] Int256 root(Checked& on, Int256 const& x);
/// exp(ln(base) * exponent).
[[nodiscard]] Int256 power(Checked& on, Int256 const& base, Int256 const& exponent);
/// The chance that a standard normal number is at most x.
[[nodiscard]] Int256 normal_cdf(Checked& on, Int256 const& x);

/// Each of them as a calculation of its own.
[[nodiscard]] result<Int256> exponential(Int256 const& x);
[[nodiscard]] result<Int256> logarithm(Int256 const& x);
[[nodiscard]] result<Int256> root(Int256 const& x);
[[nodiscard]] result<Int256> power(Int256 const& base, Int256 const& exponent);
[[nodiscard]] result<Int256> normal_cdf(Int256 const& x);

/// Seconds as years of 365 days, rounded down.
[[nodiscard]] Int256 years(Checked& on, Int256 const& seconds);
inline constexpr Int128 seconds_per_year = 31'536'000;

} // namespace plimsoll::risk
