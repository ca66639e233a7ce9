#include "risk/number/fraction.hpp"

#include "ledger/event/wide.hpp"

#include <gtest/gtest.h>

#include <random>

namespace plimsoll::risk {
namespace {

constexpr Int128 largest = row_limit_units - 1 + row_limit_units; // 2^127 - 1

TEST(FloorQuotient, AgreesWithTheExactOneInEveryRegister) {
    std::uint64_t const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto some = [&] {
        auto const bits = static_cast<int>(random() % 127);
        auto const value = static_cast<Int128>(((static_cast<Uint128>(random()) << 64) | random()) >> (127 - bits));
        return random() % 2 == 0 ? value >> 1 : -(value >> 1);
    };
    int outside = 0;
    for (int round = 0; round < 200'000; ++round) {
        Int128 const a = some();
        Int128 const b = some();
        Int128 const c = std::max<Int128>(1, some());
        auto const got = floor_quotient(a, b, c);
        auto const want = multiply_divide(a, b, c, Rounding::floor);
        ASSERT_EQ(got.has_value(), want.has_value()) << "round " << round;
        if (want) {
            ASSERT_TRUE(*got == *want) << "round " << round;
        } else {
            ++outside;
        }
    }
    EXPECT_GT(outside, 100) << "the rows must reach past 127 bits";
}

struct Row {
    Int128 a, b, c;
    bool fits;
    Int128 want;
};

TEST(FloorQuotient, StopsAt127Bits) {
    for (Row const& row : {Row{largest, 1, 1, true, largest}, Row{-largest, 1, 1, true, -largest},
                           Row{largest, 7, 7, true, largest}, Row{largest, 2, 1, false, 0},
                           Row{largest, 3, 2, false, 0}, Row{-largest, 3, 3, true, -largest},
                           Row{7, 1, 2, true, 3}, Row{-7, 1, 2, true, -4}, Row{0, largest, 3, true, 0}}) {
        auto const got = floor_quotient(row.a, row.b, row.c);
        EXPECT_EQ(got.has_value(), row.fits);
        if (got) {
            EXPECT_TRUE(*got == row.want);
        }
    }
}

TEST(Fraction, IsInLowestTerms) {
    auto const fraction = Fraction::of(60'000 * one_units, 1, one_units, 10);
    ASSERT_TRUE(fraction);
    EXPECT_TRUE(fraction->numerator() == 6'000 && fraction->denominator() == 1);
    auto const negative = Fraction::of(-one_units, 100, 50 * one_units, 1);
    ASSERT_TRUE(negative);
    EXPECT_TRUE(negative->numerator() == -2 && negative->denominator() == 1);
}

TEST(Fraction, RefusesWhatLeaves127BitsOrHasNoDivisor) {
    EXPECT_FALSE(Fraction::of(largest, 2, 1, 1));
    EXPECT_FALSE(Fraction::of(1, 1, largest, 2));
    EXPECT_TRUE(Fraction::of(largest, 2, 2, 1));
    EXPECT_FALSE(Fraction::of(1, 1, 0, 1));
    EXPECT_FALSE(Fraction::of(1, 1, 1, -1));
}

TEST(Fraction, RoundsAgainstTheHolder) {
    auto const third = Fraction::of(1, 1, 3, 1);
    ASSERT_TRUE(third);
    EXPECT_TRUE(third->floor_of(10) == Int128{3});
    EXPECT_TRUE(third->floor_of(-10) == Int128{-4});
    EXPECT_TRUE(Fraction::one().floor_of(-10) == Int128{-10});
}

} // namespace
} // namespace plimsoll::risk
