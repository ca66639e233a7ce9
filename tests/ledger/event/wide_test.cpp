#include "ledger/event/wide.hpp"

#include "tests/ledger/event/random.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace plimsoll {
namespace {

using boost::multiprecision::cpp_int;
using testing_aid::Random;

constexpr auto int128_max = static_cast<Int128>((Uint128{1} << 127) - 1);
constexpr Int128 int128_min = -int128_max - 1;
constexpr std::array every_rounding{Rounding::floor, Rounding::ceiling, Rounding::toward_zero};

// The slow and obvious second implementation: unlimited integers, and the quotient by its definition.

[[nodiscard]] cpp_int big(Int128 value) {
    auto const magnitude = value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
    cpp_int wide = static_cast<std::uint64_t>(magnitude >> 64);
    wide = (wide << 64) + static_cast<std::uint64_t>(magnitude);
    return value < 0 ? cpp_int(-wide) : wide;
}

[[nodiscard]] std::string rounded(cpp_int numerator, cpp_int denominator, Rounding rounding) {
    if (denominator == 0) return "nothing";
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    cpp_int const magnitude = abs(numerator) / denominator;
    cpp_int floor = numerator < 0 ? cpp_int(-magnitude) : magnitude; // toward zero, so far
    cpp_int const zero_ward = floor;
    if (floor * denominator > numerator) --floor;
    cpp_int const ceiling = floor * denominator == numerator ? floor : cpp_int(floor + 1);
    cpp_int const result = rounding == Rounding::floor     ? floor
                           : rounding == Rounding::ceiling ? ceiling
                                                           : zero_ward;
    return abs(result) >= (cpp_int(1) << 127) ? "nothing" : result.str();
}

[[nodiscard]] std::string text(std::optional<Int128> const& value) {
    return value ? big(*value).str() : "nothing";
}

[[nodiscard]] Int128 int128(std::int64_t high, std::uint64_t low, unsigned shift) {
    auto const bits = static_cast<Uint128>(static_cast<std::uint64_t>(high)) << 64 | low;
    return static_cast<Int128>(bits) >> (shift % 128);
}

RC_GTEST_PROP(Wide, QuotientsAgreeWithUnlimitedIntegers,
              (std::int64_t a, std::int64_t b, std::int64_t c, std::uint64_t low, std::uint8_t shift)) {
    Int128 const x = int128(a, low, shift);
    Int128 const y = int128(b, low * 3, shift / 2U);
    Int128 const z = int128(c, low * 5, shift);
    for (Rounding const rounding : every_rounding) {
        RC_ASSERT(text(multiply_divide(x, y, z, rounding)) == rounded(big(x) * big(y), big(z), rounding));
    }
}

TEST(Wide, QuotientsAgreeAtEveryMagnitude) {
    Random random(20260417);
    for (int i = 0; i < 20'000; ++i) {
        Int128 const a = random.wide();
        Int128 const b = random.wide();
        Int128 const c = random.wide();
        Int128 const d = random.wide();
        for (Rounding const rounding : every_rounding) {
            ASSERT_EQ(text(multiply_divide(a, b, c, rounding)), rounded(big(a) * big(b), big(c), rounding))
                << "seed 20260417, round " << i << ": " << big(a) << " * " << big(b) << " / " << big(c);
            ASSERT_EQ(text(scaled_product(a, b, c, d, rounding)),
                      rounded(big(a) * big(b) * big(c), big(d) * big(one_units), rounding))
                << "seed 20260417, round " << i << ": " << big(a) << " * " << big(b) << " * " << big(c) << " / "
                << big(d);
        }
    }
}

struct Quotient {
    std::string name;
    Int128 a, b, c;
    std::string floor, ceiling, toward_zero;
    friend void PrintTo(Quotient const& row, std::ostream* out) { *out << row.name; }
};

class Quotients : public testing::TestWithParam<Quotient> {};

TEST_P(Quotients, RoundOnce) {
    auto const& [name, a, b, c, floor, ceiling, toward_zero] = GetParam();
    EXPECT_EQ(text(multiply_divide(a, b, c, Rounding::floor)), floor);
    EXPECT_EQ(text(multiply_divide(a, b, c, Rounding::ceiling)), ceiling);
    EXPECT_EQ(text(multiply_divide(a, b, c, Rounding::toward_zero)), toward_zero);
}

std::string const largest = "170141183460469231731687303715884105727"; // 2^127 - 1

// Worked by hand.
INSTANTIATE_TEST_SUITE_P(
    ByHand, Quotients,
    testing::Values(
        Quotient{"Exact", 6, 2, 4, "3", "3", "3"},
        Quotient{"PositiveRest", 7, 1, 2, "3", "4", "3"},
        Quotient{"NegativeNumerator", -7, 1, 2, "-4", "-3", "-3"},
        Quotient{"NegativeDenominator", 7, 1, -2, "-4", "-3", "-3"},
        Quotient{"BothNegative", -7, 1, -2, "3", "4", "3"},
        Quotient{"LessThanOne", 1, 1, 3, "0", "1", "0"},
        Quotient{"MoreThanMinusOne", -1, 1, 3, "-1", "0", "0"},
        Quotient{"ZeroNumerator", 0, int128_max, 3, "0", "0", "0"},
        Quotient{"DivisionByZero", 1, 1, 0, "nothing", "nothing", "nothing"},
        Quotient{"LargestExact", int128_max, 1, 1, largest, largest, largest},
        Quotient{"LargestThroughTheSquare", int128_max, int128_max, int128_max, largest, largest, largest},
        Quotient{"OnePastTheLargest", Int128{1} << 126, 2, 1, "nothing", "nothing", "nothing"},
        Quotient{"HalfPastTheLargest", int128_max, 3, 3, largest, largest, largest},
        Quotient{"CeilingAloneLeaves", int128_max, 4, 4, largest, largest, largest},
        Quotient{"SmallestIsRefused", int128_min, 1, 1, "nothing", "nothing", "nothing"},
        Quotient{"SmallestOverMinusOne", int128_min, 1, -1, "nothing", "nothing", "nothing"},
        Quotient{"SmallestIsAFineFactor", int128_min, 1, 2, "-85070591730234615865843651857942052864",
                 "-85070591730234615865843651857942052864", "-85070591730234615865843651857942052864"}),
    [](auto const& row) { return row.param.name; });

TEST(Wide, ScaledProductIsSizeTimesPriceTimesMultiplier) {
    // 3 contracts * 1.5 * 2/7 = 9/7 = 1.285714285714285714|28...
    Int128 const size = 3 * one_units;
    Int128 const price = one_units + one_units / 2;
    EXPECT_EQ(text(scaled_product(size, price, 2, 7, Rounding::floor)), "1285714285714285714");
    EXPECT_EQ(text(scaled_product(size, price, 2, 7, Rounding::ceiling)), "1285714285714285715");
    EXPECT_EQ(text(scaled_product(-size, price, 2, 7, Rounding::floor)), "-1285714285714285715");
    EXPECT_EQ(text(scaled_product(-size, price, 2, 7, Rounding::toward_zero)), "-1285714285714285714");
    EXPECT_EQ(text(scaled_product(size, price, 2, 0, Rounding::floor)), "nothing");
}

} // namespace
} // namespace plimsoll
