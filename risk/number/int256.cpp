#include "risk/number/int256.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Uint256 quotient_by_limb(Uint256 dividend, std::uint64_t divisor) {
    std::uint64_t rest = 0;
    for (std::size_t i = 4; i-- > 0;) {
        if (rest == 0 && dividend.limbs[i] == 0) continue;
        Uint128 const part = (Uint128{rest} << 64) | dividend.limbs[i];
        dividend.limbs[i] = low_half(part / divisor);
        rest = low_half(part % divisor);
    }
    return dividend;
}

/// Schoolbook long division in base 2^64 (Knuth, volume 2, 4.3.1, algorithm D); `limbs` counts the
/// divisor's, at least two.
[[nodiscard]] Uint256 long_quotient(Uint256 const& dividend, Uint256 const& divisor,
                                    std::size_t limbs) {
    int const shift = __builtin_clzll(divisor.limbs[limbs - 1]);
    Uint256 const d = divisor << shift;
    Uint256 const shifted = dividend << shift;
    std::array<std::uint64_t, 5> n{shifted.limbs[0], shifted.limbs[1], shifted.limbs[2],
                                   shifted.limbs[3],
                                   shift == 0 ? 0 : dividend.limbs[3] >> (64 - shift)};
    std::uint64_t const top = d.limbs[limbs - 1];
    std::uint64_t const next = d.limbs[limbs - 2];
    Uint256 whole;
    for (std::size_t j = 5 - limbs; j-- > 0;) {
        Uint128 const lead = (Uint128{n[j + limbs]} << 64) | n[j + limbs - 1];
        Uint128 guess = n[j + limbs] >= top ? ~std::uint64_t{0} : lead / top;
        Uint128 rest = lead - guess * top;
        while (rest >> 64 == 0 && guess * next > ((rest << 64) | n[j + limbs - 2])) {
            --guess;
            rest += top;
        }
        Uint128 carry = 0;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < limbs; ++i) {
            carry += guess * d.limbs[i];
            std::uint64_t const part = low_half(carry);
            carry >>= 64;
            std::uint64_t const before = n[j + i];
            n[j + i] = before - part - borrow;
            borrow = (Uint128{part} + borrow > before) ? 1 : 0;
        }
        std::uint64_t const before = n[j + limbs];
        n[j + limbs] = before - low_half(carry) - borrow;
        if (carry + borrow > before) { // one too many
            --guess;
            Uint128 sum = 0;
            for (std::size_t i = 0; i < limbs; ++i) {
                sum += Uint128{n[j + i]} + d.limbs[i];
                n[j + i] = low_half(sum);
                sum >>= 64;
            }
            n[j + limbs] += low_half(sum);
        }
        whole.limbs[j] = low_half(guess);
    }
    return whole;
}

} // namespace

int Uint256::bit_length() const {
    for (std::size_t i = 4; i-- > 0;) {
        if (limbs[i] != 0) return static_cast<int>(64 * i + 64) - __builtin_clzll(limbs[i]);
    }
    return 0;
}

Uint256 operator<<(Uint256 const& a, int bits) {
    if (bits >= 256) return {};
    auto const whole = static_cast<std::size_t>(bits / 64);
    int const part = bits % 64;
    Uint256 shifted;
    for (std::size_t i = 4; i-- > whole;) {
        shifted.limbs[i] = a.limbs[i - whole] << part;
        if (part != 0 && i > whole) shifted.limbs[i] |= a.limbs[i - whole - 1] >> (64 - part);
    }
    return shifted;
}

Uint256 operator>>(Uint256 const& a, int bits) {
    if (bits >= 256) return {};
    auto const whole = static_cast<std::size_t>(bits / 64);
    int const part = bits % 64;
    Uint256 shifted;
    for (std::size_t i = 0; i + whole < 4; ++i) {
        shifted.limbs[i] = a.limbs[i + whole] >> part;
        if (part != 0 && i + whole < 3) shifted.limbs[i] |= a.limbs[i + whole + 1] << (64 - part);
    }
    return shifted;
}

std::optional<Uint256> product(Uint256 const& a, Uint256 const& b) {
    if (a.fits_128() && b.fits_128()) return wide_product(a.low(), b.low());
    Uint256 total;
    for (std::size_t i = 0; i < 4; ++i) {
        if (a.limbs[i] == 0) continue;
        Uint128 carry = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            if (i + j >= 4) {
                if (b.limbs[j] != 0) return std::nullopt;
                continue;
            }
            carry += Uint128{a.limbs[i]} * b.limbs[j] + total.limbs[i + j];
            total.limbs[i + j] = low_half(carry);
            carry >>= 64;
        }
        if (carry != 0) return std::nullopt;
    }
    return total;
}

Uint256 quotient(Uint256 const& dividend, Uint256 const& divisor) {
    if (dividend.fits_128()) {
        return divisor.fits_128() ? Uint256(dividend.low() / divisor.low()) : Uint256{};
    }
    if (dividend < divisor) return {};
    std::size_t limbs = 4;
    while (divisor.limbs[limbs - 1] == 0) --limbs;
    if (limbs == 1) return quotient_by_limb(dividend, divisor.limbs[0]);
    return long_quotient(dividend, divisor, limbs);
}

/// Newton's rule falls until it stops falling, from a start above the root.
Uint256 square_root(Uint256 const& value) {
    if (value.is_zero()) return {};
    Uint256 root = Uint256(Uint128{1}) << ((value.bit_length() + 1) / 2);
    for (;;) {
        Uint256 const next = (root + quotient(value, root)) >> 1;
        if (next >= root) return root;
        root = next;
    }
}

Int256 shift_down(Int256 const& value, int bits) {
    if (!value.is_negative()) return Int256::of_bits(value.bits() >> bits);
    Uint256 const ones{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
    return Int256::of_bits(ones - ((ones - value.bits()) >> bits)); // floor(-a) = ~(~(-a) >> n)
}

std::optional<Int256> parse_int256(std::string_view text) {
    bool const negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    Uint256 value;
    for (char const letter : text) {
        if (letter < '0' || letter > '9') return std::nullopt;
        auto const tens = product(value, Uint256(Uint128{10}));
        if (!tens) return std::nullopt;
        value = *tens + Uint256(static_cast<Uint128>(letter - '0'));
        if (value < *tens) return std::nullopt;
    }
    return with_sign(value, negative);
}

std::string format_int256(Int256 const& value) {
    Uint256 rest = value.magnitude();
    std::string text;
    do {
        Uint256 const tenth = quotient(rest, Uint256(Uint128{10}));
        Uint256 const tens = (tenth << 3) + (tenth << 1);
        text.push_back(static_cast<char>('0' + (rest - tens).limbs[0]));
        rest = tenth;
    } while (!rest.is_zero());
    if (value.is_negative()) text.push_back('-');
    std::ranges::reverse(text);
    return text;
}

} // namespace plimsoll::risk
