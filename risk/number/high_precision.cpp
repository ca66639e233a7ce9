#include "risk/number/high_precision.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Precise half(Precise const& x) { return Precise::of_units(x.units() / 2); }
[[nodiscard]] Precise by(Precise const& x, Wide const& divisor) {
    return Precise::of_units(x.units() / divisor);
}

/// arctan(1/n) by its series.
[[nodiscard]] Precise arctangent_of_inverse(std::int64_t n) {
    Precise power = Precise::ratio(1, n);
    Precise sum = power;
    for (std::int64_t odd = 3; !power.units().is_zero(); odd += 2) {
        power = by(power, -n * n);
        sum = sum + by(power, odd);
    }
    return sum;
}

/// pi = 16 arctan(1/5) - 4 arctan(1/239) (Machin).
[[nodiscard]] Precise const& pi() {
    static Precise const value =
        Precise::of_units(16 * arctangent_of_inverse(5).units() -
                          4 * arctangent_of_inverse(239).units());
    return value;
}

/// ln x = 2 artanh((x - 1) / (x + 1)), for x near 1.
[[nodiscard]] Precise logarithm_near_one(Precise const& x) {
    Precise const one = Precise::whole(1);
    Precise const ratio = (x - one) / (x + one);
    Precise const square = ratio * ratio;
    Precise power = ratio;
    Precise sum = ratio;
    for (int odd = 3; !power.units().is_zero(); odd += 2) {
        power = power * square;
        sum = sum + by(power, odd);
    }
    return sum + sum;
}

[[nodiscard]] Precise const& logarithm_of_two() {
    static Precise const value = logarithm_near_one(Precise::whole(2));
    return value;
}

[[nodiscard]] std::optional<Wide> digits(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
    auto const start = text.find_first_not_of('0'); // a leading 0 would mean octal
    return start == text.npos ? Wide{0} : Wide{std::string(text.substr(start))};
}

/// x as a multiple of 2^-`places`, the nearest one; of two the even one.
[[nodiscard]] Wide nearest_binary(Precise const& x, int places) {
    Wide const doubled = places >= -1 ? Wide{x.units() << (places + 1)}
                                      : Wide{x.units() >> -(places + 1)};
    Wide const halves = doubled / Precise::one_units();
    bool const exact = halves * Precise::one_units() == doubled;
    Wide const below = halves >> 1;
    bool const past_middle = (halves & 1) == 1 && (!exact || (below & 1) == 1);
    return past_middle ? Wide{below + 1} : below;
}

/// Decimal digits before the point: 10^(n - 1) <= x < 10^n, which may be below 0.
[[nodiscard]] int decimal_exponent(Precise const& x) {
    int n = 0;
    Wide const& units = x.units();
    while (units >= power_of_ten(Precise::decimals + n)) ++n;
    while (units < power_of_ten(Precise::decimals + n - 1)) --n;
    return n;
}

} // namespace

Wide const& Precise::one_units() {
    static Wide const one = power_of_ten(decimals);
    return one;
}

std::optional<Precise> Precise::parse(std::string_view text) {
    bool const negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    int exponent = 0;
    if (auto const e = text.find_first_of("eE"); e != text.npos) {
        std::string_view power = text.substr(e + 1);
        bool const below = power.starts_with('-');
        if (below || power.starts_with('+')) power.remove_prefix(1);
        auto const count = digits(power);
        if (!count || *count > 1000) return std::nullopt;
        exponent = static_cast<int>(*count) * (below ? -1 : 1);
        text = text.substr(0, e);
    }
    std::string all(text);
    if (auto const point = all.find('.'); point != all.npos) {
        exponent -= static_cast<int>(all.size() - point - 1);
        all.erase(point, 1);
    }
    auto const count = digits(all);
    if (!count) return std::nullopt;
    Wide const units = times_power_of_ten(*count, decimals + exponent, Rounding::toward_zero);
    return Precise{negative ? Wide{-units} : units};
}

Precise exponential(Precise const& x) {
    // x = k ln 2 + r, and r / 2^32 is so small that a few terms reach every digit.
    Wide const k = quotient(x.units(), logarithm_of_two().units(), Rounding::floor);
    constexpr int halvings = 32;
    Precise const small = Precise::of_units((x.units() - k * logarithm_of_two().units()) >> halvings);
    Precise term = Precise::whole(1);
    Precise sum = term;
    for (int n = 1; !term.units().is_zero(); ++n) {
        term = by(term * small, n);
        sum = sum + term;
    }
    for (int i = 0; i < halvings; ++i) sum = sum * sum;
    auto const shift = static_cast<int>(k);
    return Precise::of_units(shift >= 0 ? Wide{sum.units() << shift} : Wide{sum.units() >> -shift});
}

Precise logarithm(Precise const& x) {
    PLIMSOLL_ASSERT(x.units() > 0);
    Precise scaled = x;
    Precise const low = Precise::ratio(3, 4);
    Precise const high = Precise::ratio(3, 2);
    std::int64_t twos = 0;
    for (; scaled > high; ++twos) scaled = half(scaled);
    for (; scaled < low; --twos) scaled = scaled + scaled;
    return logarithm_near_one(scaled) + Precise::of_units(logarithm_of_two().units() * twos);
}

Precise root(Precise const& x) {
    PLIMSOLL_ASSERT(x.units() >= 0);
    return Precise::of_units(boost::multiprecision::sqrt(Wide{x.units() * Precise::one_units()}));
}

namespace {

/// sqrt(2 pi)
[[nodiscard]] Precise const& density_scale() {
    static Precise const value = root(pi() + pi());
    return value;
}

} // namespace

Precise normal_density(Precise const& x) {
    return exponential(-half(x * x)) / density_scale();
}

Precise normal_distribution(Precise const& x) {
    static Precise const beyond = Precise::whole(40); // what lies past it is less than 10^-80
    if (x > beyond) return Precise::whole(1);
    if (x < -beyond) return Precise{};
    // 1/2 + (x + x^3/3 + x^5/(3*5) + ...) / (e^(x^2/2) sqrt(2 pi)): all terms of one sign, and both
    // sides of the quotient large where the tail is small, so that its digits are not lost.
    Precise const square = x * x;
    Precise term = x;
    Precise sum = x;
    for (int odd = 3; !term.units().is_zero(); odd += 2) {
        term = by(term * square, odd);
        sum = sum + term;
    }
    return Precise::ratio(1, 2) + sum / (exponential(half(square)) * density_scale());
}

Precise normal_quantile(Precise const& probability) {
    PLIMSOLL_ASSERT(probability.units() > 0 && probability < Precise::whole(1));
    Precise low = Precise::whole(-18);
    Precise high = Precise::whole(18);
    for (int i = 0; i < 16; ++i) {
        Precise const middle = half(low + high);
        (normal_distribution(middle) < probability ? low : high) = middle;
    }
    // Newton doubles the digits each time, from three to past all.
    Precise x = half(low + high);
    for (int i = 0; i < 8; ++i) {
        x = x - (normal_distribution(x) - probability) / normal_density(x);
    }
    return x;
}

Precise shortest_binary64(Precise const& x) {
    PLIMSOLL_ASSERT(x.units() > 0);
    constexpr int significant_bits = 53;
    int places = 0; // of the last of 53 bits
    while ((x.units() << std::max(places, 0)) < (Precise::one_units() << (significant_bits - 1))) {
        ++places;
    }
    Wide const binary = nearest_binary(x, places);
    int const before = decimal_exponent(x);
    for (int digits = 1; digits <= 17; ++digits) {
        Wide const step = power_of_ten(Precise::decimals + before - digits);
        // The binary number itself, rounded half up to so many digits.
        Wide const exact = binary * Precise::one_units() >> places;
        Precise const candidate = Precise::of_units((exact + step / 2) / step * step);
        if (nearest_binary(candidate, places) == binary) return candidate;
    }
    return x;
}

} // namespace plimsoll::risk
