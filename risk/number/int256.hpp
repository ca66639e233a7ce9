/// A signed 256-bit integer, and the few operations that exact margin rules are made of.
#pragma once

#include "ledger/event/number.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::risk {

[[nodiscard]] constexpr std::uint64_t low_half(Uint128 value) {
    return static_cast<std::uint64_t>(value);
}
[[nodiscard]] constexpr std::uint64_t high_half(Uint128 value) {
    return static_cast<std::uint64_t>(value >> 64);
}
[[nodiscard]] constexpr Uint128 magnitude(Int128 value) {
    return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

/// 256 bits without a sign, least significant limb first.
struct Uint256 {
    std::array<std::uint64_t, 4> limbs{};

    constexpr Uint256() = default;
    constexpr Uint256(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d)
        : limbs{a, b, c, d} {}
    constexpr explicit Uint256(Uint128 value) : limbs{low_half(value), high_half(value), 0, 0} {}

    [[nodiscard]] constexpr Uint128 low() const { return (Uint128{limbs[1]} << 64) | limbs[0]; }
    [[nodiscard]] constexpr Uint128 high() const { return (Uint128{limbs[3]} << 64) | limbs[2]; }
    [[nodiscard]] constexpr bool is_zero() const { return low() == 0 && high() == 0; }
    [[nodiscard]] constexpr bool fits_128() const { return high() == 0; }
    [[nodiscard]] int bit_length() const;

    friend constexpr bool operator==(Uint256 const&, Uint256 const&) = default;
    friend constexpr std::strong_ordering operator<=>(Uint256 const& a, Uint256 const& b) {
        if (a.high() != b.high()) return a.high() <=> b.high();
        return a.low() <=> b.low();
    }
};

/// Modulo 2^256.
[[nodiscard]] constexpr Uint256 operator+(Uint256 const& a, Uint256 const& b) {
    Uint128 const low = a.low() + b.low();
    Uint128 const high = a.high() + b.high() + (low < a.low() ? 1U : 0U);
    return {low_half(low), high_half(low), low_half(high), high_half(high)};
}
[[nodiscard]] constexpr Uint256 operator-(Uint256 const& a, Uint256 const& b) {
    Uint128 const low = a.low() - b.low();
    Uint128 const high = a.high() - b.high() - (a.low() < b.low() ? 1U : 0U);
    return {low_half(low), high_half(low), low_half(high), high_half(high)};
}
[[nodiscard]] Uint256 operator<<(Uint256 const& a, int bits);
[[nodiscard]] Uint256 operator>>(Uint256 const& a, int bits);

/// The whole product of two 128-bit numbers.
[[nodiscard]] constexpr Uint256 wide_product(Uint128 a, Uint128 b) {
    Uint128 const low_low = Uint128{low_half(a)} * low_half(b);
    Uint128 const low_high = Uint128{low_half(a)} * high_half(b);
    Uint128 const high_low = Uint128{high_half(a)} * low_half(b);
    Uint128 const high_high = Uint128{high_half(a)} * high_half(b);
    Uint128 const middle = (low_low >> 64) + low_half(low_high) + low_half(high_low);
    Uint128 const top = high_high + (low_high >> 64) + (high_low >> 64) + (middle >> 64);
    return {low_half(low_low), low_half(middle), low_half(top), high_half(top)};
}

/// Nothing where the product leaves 256 bits.
[[nodiscard]] std::optional<Uint256> product(Uint256 const& a, Uint256 const& b);

/// Rounded down; the divisor must not be zero.
[[nodiscard]] Uint256 quotient(Uint256 const& dividend, Uint256 const& divisor);

/// Division of two limbs by one by multiplying with a reciprocal (Moeller and Granlund, "Improved
/// division by invariant integers", 2011). The divisor's top bit must be set.
struct Reciprocal {
    std::uint64_t divisor;
    std::uint64_t inverse; ///< floor((2^128 - 1) / divisor) - 2^64

    constexpr explicit Reciprocal(std::uint64_t normalised)
        : divisor(normalised), inverse(low_half(~Uint128{0} / normalised)) {}

    /// (rest, limb) / divisor; rest is below the divisor, and becomes the new rest.
    [[nodiscard]] constexpr std::uint64_t step(std::uint64_t& rest, std::uint64_t limb) const {
        Uint128 const guess = Uint128{inverse} * rest + ((Uint128{rest} << 64) | limb);
        std::uint64_t whole = high_half(guess) + 1;
        std::uint64_t left = limb - whole * divisor;
        bool const over = left > low_half(guess);
        whole -= over ? 1 : 0;
        left += over ? divisor : 0;
        if (left >= divisor) [[unlikely]] {
            ++whole;
            left -= divisor;
        }
        rest = left;
        return whole;
    }
};

/// The same quotient by 10^18, with multiplications only: it ends nearly every step of a margin.
[[nodiscard]] constexpr Uint256 quotient_by_one(Uint256 const& dividend) {
    constexpr int shift = 4; // 10^18 has 60 bits
    constexpr Reciprocal one(static_cast<std::uint64_t>(one_units) << shift);
    auto const& n = dividend.limbs;
    if ((n[1] | n[2] | n[3]) == 0)
        return Uint256(Uint128{n[0] / static_cast<std::uint64_t>(one_units)});
    std::uint64_t const low = n[0] << shift;
    std::uint64_t const next = (n[1] << shift) | (n[0] >> (64 - shift));
    std::uint64_t const third = (n[2] << shift) | (n[1] >> (64 - shift));
    if (n[3] == 0 && n[2] >> 59 == 0)
        [[likely]] { // third is below the divisor: two limbs of result
        std::uint64_t rest = third;
        std::uint64_t const high_limb = one.step(rest, next);
        return {one.step(rest, low), high_limb, 0, 0};
    }
    std::uint64_t rest = n[3] >> (64 - shift);
    Uint256 whole;
    whole.limbs[3] = one.step(rest, (n[3] << shift) | (n[2] >> (64 - shift)));
    whole.limbs[2] = one.step(rest, third);
    whole.limbs[1] = one.step(rest, next);
    whole.limbs[0] = one.step(rest, low);
    return whole;
}
/// Rounded down, exact.
[[nodiscard]] Uint256 square_root(Uint256 const& value);

/// Two's complement, so that -2^255 is the smallest; Int128 widens by itself.
class Int256 {
public:
    constexpr Int256() = default;
    constexpr Int256(Int128 value) // NOLINT: every Int128 is one
        : bits_(low_half(static_cast<Uint128>(value)), high_half(static_cast<Uint128>(value)),
                value < 0 ? ~std::uint64_t{0} : 0, value < 0 ? ~std::uint64_t{0} : 0) {}
    [[nodiscard]] static constexpr Int256 of_bits(Uint256 const& bits) {
        Int256 value;
        value.bits_ = bits;
        return value;
    }

    [[nodiscard]] constexpr Uint256 const& bits() const { return bits_; }
    [[nodiscard]] constexpr bool is_negative() const { return bits_.limbs[3] >> 63 != 0; }
    [[nodiscard]] constexpr bool is_zero() const { return bits_.is_zero(); }
    [[nodiscard]] constexpr bool fits_128() const {
        auto const sign = static_cast<std::int64_t>(bits_.limbs[1]) < 0 ? ~std::uint64_t{0} : 0;
        return bits_.limbs[2] == sign && bits_.limbs[3] == sign;
    }
    /// The low half, which is the value where fits_128.
    [[nodiscard]] constexpr Int128 to_128() const { return static_cast<Int128>(bits_.low()); }
    [[nodiscard]] constexpr Uint256 magnitude() const {
        return is_negative() ? Uint256{} - bits_ : bits_;
    }

    friend constexpr bool operator==(Int256 const&, Int256 const&) = default;
    friend constexpr std::strong_ordering operator<=>(Int256 const& a, Int256 const& b) {
        if (a.is_negative() != b.is_negative()) {
            return a.is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
        }
        return a.bits_ <=> b.bits_;
    }

private:
    Uint256 bits_;
};

/// Nothing where the magnitude does not fit: 2^255 does when negative only.
[[nodiscard]] constexpr std::optional<Int256> with_sign(Uint256 const& magnitude, bool negative) {
    Int256 const value = Int256::of_bits(negative ? Uint256{} - magnitude : magnitude);
    if (!magnitude.is_zero() && value.is_negative() != negative) return std::nullopt;
    return value;
}

/// The whole product of two signed 128-bit numbers.
[[nodiscard]] constexpr Int256 wide_product(Int128 a, Int128 b) {
    Uint256 const product = wide_product(magnitude(a), magnitude(b));
    return Int256::of_bits((a < 0) != (b < 0) ? Uint256{} - product : product);
}
/// Rounded down, also below zero: an arithmetic shift.
[[nodiscard]] Int256 shift_down(Int256 const& value, int bits);

/// Reads a plain integer with an optional minus; nothing where it is none or leaves 256 bits.
[[nodiscard]] std::optional<Int256> parse_int256(std::string_view text);
[[nodiscard]] std::string format_int256(Int256 const& value);

} // namespace plimsoll::risk
