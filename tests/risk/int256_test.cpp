#include "risk/number/wei.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

namespace mp = boost::multiprecision;

constexpr std::string_view largest =
    "57896044618658097711785492504343953926634992332820282019728792003956564819967";
constexpr std::string_view smallest =
    "-57896044618658097711785492504343953926634992332820282019728792003956564819968";

[[nodiscard]] Int256 wei(std::string_view text) { return parse_int256(text).value(); }
[[nodiscard]] mp::cpp_int wide(Int256 const& value) { return mp::cpp_int(format_int256(value)); }

/// Of every length, so that each number of limbs meets each other.
[[nodiscard]] Int256 number(std::array<std::uint64_t, 4> const& limbs, unsigned bits,
                            bool negative) {
    Uint256 const cut =
        Uint256{limbs[0], limbs[1], limbs[2], limbs[3]} >> static_cast<int>(1 + bits % 255);
    return Int256::of_bits(negative ? Uint256{} - cut : cut);
}

TEST(Int256, ReadsAndWritesAllOfItsRange) {
    for (std::string_view const text :
         {"0", "1", "-1", "18446744073709551616", "-340282366920938463463374607431768211456"}) {
        EXPECT_EQ(format_int256(wei(text)), text);
    }
    EXPECT_EQ(format_int256(wei(largest)), largest);
    EXPECT_EQ(format_int256(wei(smallest)), smallest);
}

TEST(Int256, RefusesTextThatIsNoIntegerOfItsRange) {
    for (std::string_view const text :
         {"", "-", "1.5", "+1", " 1", "0x1",
          "57896044618658097711785492504343953926634992332820282019728792003956564819968",
          "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
          "115792089237316195423570985008687907853269984665640564039457584007913129639936"}) {
        EXPECT_FALSE(parse_int256(text)) << text;
    }
}

TEST(Int256, ShiftsDownTowardMinusInfinity) {
    EXPECT_EQ(shift_down(wei("-1"), 96), wei("-1"));
    EXPECT_EQ(shift_down(wei("-4"), 1), wei("-2"));
    EXPECT_EQ(shift_down(wei("-5"), 1), wei("-3"));
    EXPECT_EQ(shift_down(wei("5"), 1), wei("2"));
    EXPECT_EQ(shift_down(wei(smallest), 255), wei("-1"));
}

RC_GTEST_PROP(Checked, AgreesWithUnlimitedIntegers,
              (std::array<std::uint64_t, 4> a_limbs, std::array<std::uint64_t, 4> b_limbs,
               std::array<std::uint64_t, 4> c_limbs, std::array<std::uint8_t, 3> bits,
               bool a_negative, bool b_negative)) {
    Int256 const a = number(a_limbs, bits[0], a_negative);
    Int256 const b = number(b_limbs, bits[1], b_negative);
    Int256 const c = number(c_limbs, bits[2], false);
    auto const agrees = [](auto step, mp::cpp_int const& want, bool refused) {
        Checked on;
        Int256 const got = step(on);
        bool const fits = want <= wide(wei(largest)) && want >= wide(wei(smallest));
        RC_ASSERT(on.broken() == (refused || !fits));
        if (!on.broken()) RC_ASSERT(wide(got) == want);
    };
    mp::cpp_int const one = wide(one_wei);
    mp::cpp_int const limit = wide(wei(largest)) + 1;
    auto const leaves = [&](mp::cpp_int const& value) { return value >= limit || value < -limit; };
    mp::cpp_int const product = wide(a) * wide(b);
    agrees([&](Checked& on) { return on.add(a, b); }, wide(a) + wide(b), false);
    agrees([&](Checked& on) { return on.subtract(a, b); }, wide(a) - wide(b), false);
    agrees([&](Checked& on) { return on.multiply(a, b); }, product, false);
    agrees([&](Checked& on) { return on.times(a, b); }, product / one, leaves(product));
    bool const zero = b.is_zero();
    agrees([&](Checked& on) { return on.divide(a, b); }, zero ? mp::cpp_int(0) : wide(a) / wide(b),
           zero);
    mp::cpp_int const scaled = wide(a) * one;
    agrees([&](Checked& on) { return on.over(a, b); }, zero ? mp::cpp_int(0) : scaled / wide(b),
           zero || leaves(scaled));
    Int256 const d = Int256::of_bits(a.magnitude());
    Int256 const e = Int256::of_bits(b.magnitude());
    mp::cpp_int const whole = wide(d) * wide(e);
    agrees([&](Checked& on) { return on.unsigned_fraction(d, e, c); },
           c.is_zero() ? mp::cpp_int(0) : whole / wide(c), c.is_zero() || whole >= 2 * limit);
}

RC_GTEST_PROP(SquareRoot, IsTheLargestWhoseSquareFits,
              (std::array<std::uint64_t, 4> limbs, std::uint8_t bits)) {
    Uint256 const value = Uint256{limbs[0], limbs[1], limbs[2], limbs[3]} >> bits;
    mp::cpp_int const root = wide(Int256::of_bits(square_root(value)));
    mp::cpp_int const square = wide(Int256::of_bits(value >> 1)) * 2 + (value.limbs[0] & 1);
    RC_ASSERT(root * root <= square && (root + 1) * (root + 1) > square);
}

TEST(Checked, TruncatesTowardZeroOnBothSides) {
    Checked on;
    EXPECT_EQ(on.divide(wei("-7"), wei("2")), wei("-3"));
    EXPECT_EQ(on.times(wei("-1"), wei("1")), wei("0"));
    EXPECT_EQ(on.over(wei("-1"), wei("3000000000000000000")), wei("0"));
    EXPECT_FALSE(on.broken());
}

TEST(Checked, RemembersTheFirstRuleBroken) {
    Checked on;
    (void)on.divide(wei("1"), wei("0"));
    (void)on.add(wei(largest), wei("1"));
    EXPECT_TRUE(on.settle(wei("1")).error().is(Errc::division_by_zero));
    Checked other;
    (void)other.subtract(wei(smallest), wei("1"));
    EXPECT_TRUE(other.settle(wei("1")).error().is(Errc::arithmetic_overflow));
}

TEST(Checked, OnlyMinusOneLeavesTheRangeByDivision) {
    Checked on;
    (void)on.divide(wei(smallest), wei("-1"));
    EXPECT_TRUE(on.broken());
    Checked fine;
    EXPECT_EQ(fine.divide(wei(smallest), wei("1")), wei(smallest));
    EXPECT_FALSE(fine.broken());
}

} // namespace
} // namespace plimsoll::risk
