#include "risk/number/elementary.hpp"

namespace plimsoll::risk {
namespace {

/// Digits of a constant that no literal of the language can hold.
[[nodiscard]] consteval Int128 digits(std::string_view text) {
    Int128 value = 0;
    for (char const letter : text) value = value * 10 + (letter - '0');
    return value;
}
[[nodiscard]] constexpr Uint256 long_digits(std::string_view text) {
    Uint256 value;
    for (char const letter : text) {
        Uint256 const twice = value + value;
        Uint256 const eight = (twice + twice) + (twice + twice);
        value = (eight + twice) + Uint256(static_cast<Uint128>(letter - '0'));
    }
    return value;
}

constexpr Int128 five_to_18 = digits("3814697265625");

/// p * x / 2^bits + c, rounded down: one step of Horner's scheme in base 2^bits.
[[nodiscard]] Int128 step_96(Int128 p, Int128 x, Int128 c) {
    Int256 const product = wide_product(p, x);
    auto const& limbs = product.bits().limbs;
    Uint128 const shifted =
        (Uint128{limbs[2]} << 32) | (limbs[1] >> 32) | (Uint128{limbs[3]} << 96);
    return static_cast<Int128>(shifted) + c; // every step stays far below 2^127
}
[[nodiscard]] Uint128 step_64(Uint128 p, Uint128 x, Uint128 c) {
    auto const limbs = wide_product(p, x).limbs;
    return ((Uint128{limbs[2]} << 64) | limbs[1]) + c;
}

/// p * x + c * 2^96, the last step, which keeps its low digits.
[[nodiscard]] Int256 last_step_96(Int128 p, Int128 x, Int128 c) {
    Int256 const shifted = wide_product(c, Int128{1} << 96);
    return Int256::of_bits(wide_product(p, x).bits() + shifted.bits());
}

/// Toward zero.
[[nodiscard]] Int256 divided(Int256 const& p, Int128 q) {
    Uint256 const whole = quotient(p.magnitude(), Uint256(magnitude(q)));
    return Int256::of_bits(p.is_negative() != (q < 0) ? Uint256{} - whole : whole);
}

[[nodiscard]] Int256 wrapped_product(Int256 const& a, Int256 const& b) {
    auto const whole = product(a.magnitude(), b.magnitude());
    PLIMSOLL_ASSERT(whole); // the formulas bound both factors
    return Int256::of_bits(a.is_negative() != b.is_negative() ? Uint256{} - *whole : *whole);
}

/// z = |x| at most 37: the tail beyond it, of which half the distribution is the largest.
[[nodiscard]] Uint128 tail_of(Checked& on, Int128 z_units) {
    Int256 const exponent = on.unsigned_times(z_units >> 1, z_units); // halved before the product
    auto const to_base_2_64 = [](Int256 const& units) {
        return static_cast<Uint128>((units.to_128() << 46) / five_to_18);
    };
    Uint128 const e = to_base_2_64(exponential(on, on.negate(exponent)));
    Uint128 const z = to_base_2_64(z_units);
    Uint128 tail = 0;
    constexpr auto split =
        static_cast<Uint128>(digits("130438178253327725388")); // 7.07 in base 2^64
    if (z < split) {
        constexpr std::array numerator{
            digits("650478250178244362"),     digits("12919787143353136591"),
            digits("117578849504046139487"),  digits("625581961353917287603"),
            digits("2067498006223917203771"), digits("4080670594171652639712"),
            digits("4062099735652764000328")};
        constexpr std::array denominator{
            digits("1630477228166597028"),     digits("32386342837845824709"),
            digits("296331772558254578451"),   digits("1600821957476871612085"),
            digits("5470644798650576484341"),  digits("11756730424506726822413"),
            digits("14643514515380871948050"), digits("8124199471305528000657")};
        auto const horner = [z](auto const& constants) {
            auto value = static_cast<Uint128>(constants[0]);
            for (std::size_t i = 1; i < constants.size(); ++i) {
                value = step_64(value, z, static_cast<Uint128>(constants[i]));
            }
            return value;
        };
        tail = quotient(wide_product(horner(numerator), e), Uint256(horner(denominator))).low();
    } else {
        Uint128 f = static_cast<Uint128>(digits("11990383647911208550")); // 0.65 in base 2^64
        for (std::uint64_t j = 4; j >= 1; --j) {
            f = quotient(Uint256{0, 0, j, 0}, Uint256(z + f)).low();
        }
        f += z;
        f = step_64(f, static_cast<Uint128>(digits("46239130270042206915")), 0); // sqrt(2 pi)
        tail = quotient(wide_product(e, Uint128{1} << 64), Uint256(f)).low();
    }
    return (wide_product(tail, static_cast<Uint128>(five_to_18)) >> 46).low();
}

} // namespace

Int256 exponential(Checked& on, Int256 const& units) {
    constexpr Int256 lowest{-digits("42139678854452767551")};
    constexpr Int256 highest{digits("135305999368893231589")};
    if (units <= lowest) return {};
    if (units >= highest) {
        on.refuse(Errc::exponent_too_large);
        return {};
    }
    // x in base 2^96, then x = k * ln 2 + what is left, within half of ln 2
    Int256 const scaled = divided(wide_product(units.to_128(), Int128{1} << 78), five_to_18);
    Int128 x = scaled.to_128();
    constexpr Int128 ln_2 = digits("54916777467707473351141471128");
    Int128 const turns = divided(wide_product(x, Int128{1} << 96), ln_2).to_128();
    auto const k = static_cast<int>((turns + (Int128{1} << 95)) >> 96);
    x -= k * ln_2;

    Int128 p = x + digits("2772001395605857295435445496992");
    p = step_96(p, x, digits("44335888930127919016834873520032"));
    p = step_96(p, x, digits("398888492587501845352592340339721"));
    p = step_96(p, x, digits("1993839819670624470859228494792842"));
    Int256 const numerator = last_step_96(p, x, digits("4385272521454847904632057985693276"));

    Int128 z = x + digits("750530180792738023273180420736");
    z = step_96(z, x, digits("32788456221302202726307501949080"));
    Int128 w = x - digits("2218138959503481824038194425854");
    w = step_96(w, z, digits("892943633302991980437332862907700"));
    Int128 q = z + w - digits("78174809823045304726920794422040");
    q = step_96(q, w, digits("4203224763890128580604056984195872"));

    constexpr Uint256 scale = long_digits("3822833074963236453042738258902158003155416615667");
    auto const whole = product(divided(numerator, q).bits(), scale);
    PLIMSOLL_ASSERT(whole); // up to nearly 256 bits, which is why this product has no sign
    return Int256::of_bits(*whole >> (195 - k));
}

Int256 logarithm(Checked& on, Int256 const& units) {
    if (units.is_negative() || units.is_zero()) {
        on.refuse(Errc::logarithm_of_non_positive);
        return {};
    }
    int const k = units.bits().bit_length() - 1 - 96;
    Uint256 const normal = k >= 0 ? units.bits() >> k : units.bits() << -k;
    auto const x = static_cast<Int128>(normal.low());

    Int128 p = x + digits("3273285459638523848632254066296");
    p = step_96(p, x, digits("24828157081833163892658089445524"));
    p = step_96(p, x, digits("43456485725739037958740375743393"));
    p = step_96(p, x, -digits("11111509109440967052023855526967"));
    p = step_96(p, x, -digits("45023709667254063763336534515857"));
    p = step_96(p, x, -digits("14706773417378608786704636184526"));
    Int256 const numerator = last_step_96(p, x, -digits("795164235651350426258249787498"));

    Int128 q = x + digits("5573035233440673466300451813936");
    q = step_96(q, x, digits("71694874799317883764090561454958"));
    q = step_96(q, x, digits("283447036172924575727196451306956"));
    q = step_96(q, x, digits("401686690394027663651624208769553"));
    q = step_96(q, x, digits("204048457590392012362485061816622"));
    q = step_96(q, x, digits("31853899698501571402653359427138"));
    q = step_96(q, x, digits("909429971244387300277376558375"));

    constexpr Int256 scale =
        Int256::of_bits(long_digits("1677202110996718588342820967067443963516166"));
    constexpr Int256 ln_2 = Int256::of_bits(
        long_digits("16597577552685614221487285958193947469193820559219878177908093499208371"));
    constexpr Int256 offset = Int256::of_bits(
        long_digits("600920179829731861736702779321621459595472258049074101567377883020018308"));
    Int256 const sum = Int256::of_bits(wrapped_product(divided(numerator, q), scale).bits() +
                                       wrapped_product(ln_2, Int128{k}).bits() + offset.bits());
    return shift_down(sum, 174);
}

Int256 root(Checked& on, Int256 const& units) {
    if (units.is_negative()) {
        on.refuse(Errc::root_of_negative);
        return {};
    }
    auto const square = product(units.bits(), one_wei.bits());
    if (!square) {
        on.refuse(Errc::arithmetic_overflow);
        return {};
    }
    return Int256::of_bits(square_root(*square));
}

Int256 power(Checked& on, Int256 const& base, Int256 const& exponent) {
    Int256 const ln = logarithm(on, base);
    return exponential(on, on.times(ln, exponent));
}

Int256 normal_cdf(Checked& on, Int256 const& x) {
    constexpr Int256 farthest{37 * one_units};
    Int256 const z = on.absolute(x);
    Int256 tail;
    if (z <= farthest) tail = Int256::of_bits(Uint256(tail_of(on, z.to_128())));
    bool const left = x.is_negative() || x.is_zero();
    return left ? tail : on.subtract(one_wei, tail);
}

namespace {

template <class Function> [[nodiscard]] result<Int256> alone(Function function) {
    Checked on;
    Int256 const value = function(on);
    return on.settle(value);
}

} // namespace

result<Int256> exponential(Int256 const& x) {
    return alone([&](Checked& on) { return exponential(on, x); });
}
result<Int256> logarithm(Int256 const& x) {
    return alone([&](Checked& on) { return logarithm(on, x); });
}
result<Int256> root(Int256 const& x) {
    return alone([&](Checked& on) { return root(on, x); });
}
result<Int256> power(Int256 const& base, Int256 const& exponent) {
    return alone([&](Checked& on) { return power(on, base, exponent); });
}
result<Int256> normal_cdf(Int256 const& x) {
    return alone([&](Checked& on) { return normal_cdf(on, x); });
}

Int256 years(Checked& on, Int256 const& seconds) {
    return on.unsigned_fraction(seconds, one_wei, seconds_per_year);
}

} // namespace plimsoll::risk
