#include "ledger/event/number.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace plimsoll {
namespace {

constexpr auto int128_max = static_cast<Int128>((Uint128{1} << 127) - 1);
constexpr Int128 int128_min = -int128_max - 1;

TEST(Number, CountsTenToTheMinusEighteen) {
    EXPECT_EQ(Amount::whole(3).units(), 3 * one_units);
    EXPECT_EQ(Amount::whole(-3).units(), -3 * one_units);
    EXPECT_TRUE(Amount::zero().is_zero());
    EXPECT_TRUE(Amount{-1}.is_negative());
    EXPECT_FALSE(Amount{1}.is_negative());
    EXPECT_FALSE(Amount{Int128{1} << 64}.is_zero()); // its low half is zero
}

RC_GTEST_PROP(Number, KeepsAll128Bits, (std::uint64_t low, std::int64_t high)) {
    auto const units = static_cast<Int128>(static_cast<Uint128>(static_cast<std::uint64_t>(high)) << 64 | low);
    RC_ASSERT(Amount{units}.units() == units);
    RC_ASSERT(Amount{units}.is_negative() == (units < 0));
    RC_ASSERT((Amount{units} <=> Amount::zero()) == (units <=> 0));
}

TEST(Number, ComparesByValueNotByHalves) {
    EXPECT_LT(Amount{-1}, Amount{0}); // the low half of -1 is the largest of all
    EXPECT_LT(Amount{Int128{1} << 63}, Amount{Int128{1} << 64});
    EXPECT_LT(Amount{int128_min}, Amount{int128_max});
}

TEST(Number, AddsUpToTheLastUnitAndNoFurther) {
    Amount amount{int128_max - 1};
    EXPECT_TRUE(amount.add(Amount{1}));
    EXPECT_EQ(amount.units(), int128_max);
    EXPECT_FALSE(amount.add(Amount{1}));
    EXPECT_EQ(amount.units(), int128_max) << "a refused sum changes nothing";

    amount = Amount{int128_min + 1};
    EXPECT_TRUE(amount.add(Amount{-1}));
    EXPECT_FALSE(amount.add(Amount{-1}));
    EXPECT_EQ(amount.units(), int128_min);
}

TEST(Number, NegatesEveryValueWithoutTrapping) {
    EXPECT_EQ((-Amount{5}).units(), -5);
    EXPECT_EQ((-Amount{int128_max}).units(), -int128_max);
    // Damaged bytes may hold it: it wraps to itself, and every limit refuses it.
    EXPECT_EQ((-Amount{int128_min}).units(), int128_min);
}

TEST(Number, LimitsAreInclusiveOnBothSides) {
    EXPECT_TRUE(within(event_limit_units, event_limit_units));
    EXPECT_FALSE(within(event_limit_units + 1, event_limit_units));
    EXPECT_TRUE(within(-event_limit_units, event_limit_units));
    EXPECT_FALSE(within(-event_limit_units - 1, event_limit_units));
    EXPECT_FALSE(within(int128_min, row_limit_units));
    EXPECT_FALSE(within(int128_max, row_limit_units));
}

TEST(Number, IdsCountFromOneAndZeroIsNone) {
    EXPECT_FALSE(AccountId{}.is_some());
    EXPECT_TRUE(AccountId{1}.is_some());
    EXPECT_EQ(AccountId{7}.number(), 7U);
    EXPECT_LT(AccountId{1}, AccountId{2});
}

} // namespace
} // namespace plimsoll
