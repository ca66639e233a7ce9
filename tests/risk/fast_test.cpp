#include "risk/number/fast.hpp"

#include "risk/number/q64.hpp"
#include "risk/pricing/fast_black.hpp"
#include "tests/risk/exact_black.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk::fast {
namespace {

using exact_testing::RandomTerms;
using exact_testing::Real;
using exact_testing::real;
using exact_testing::real_q64;

constexpr int rounds = 20'000;
constexpr Int128 one = q64_one;

[[nodiscard]] Real bits(int negative_power) { return pow(Real(2), -negative_power); }

/// A Q64.64 of at most so many bits, either sign where asked.
[[nodiscard]] Int128 some(RandomTerms& random, int most_bits) {
    Uint128 const word = (Uint128{random.word()} << 64) | random.word();
    auto const kept = 1 + static_cast<int>(random.word() % static_cast<std::uint64_t>(most_bits));
    return static_cast<Int128>(word >> (128 - kept));
}

class Fast : public testing::Test {
protected:
    std::uint64_t const seed_ = std::random_device{}();
    testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
    RandomTerms random_{seed_};
};

TEST_F(Fast, LogarithmIsWithinItsBound) {
    for (int round = 0; round < rounds; ++round) {
        Int128 const x = some(random_, 126) + 1;
        ASSERT_LT(abs(Real(real_q64(*ln(x)) - log(real_q64(x)))), bits(61)) << format_integer(x);
    }
}

TEST_F(Fast, ExponentialIsWithinItsBound) {
    for (int round = 0; round < rounds; ++round) {
        Int128 const size = some(random_, 69); // below 32
        for (Int128 const x : {size, -size}) {
            Real const want = exp(real_q64(x));
            ASSERT_LT(abs(Real(real_q64(*exp(x)) - want)), want * bits(61) + bits(64))
                << format_integer(x);
        }
    }
}

TEST_F(Fast, RootIsWithinItsBound) {
    for (int round = 0; round < rounds; ++round) {
        Int128 const x = some(random_, 126);
        Real const want = sqrt(real_q64(x));
        ASSERT_LT(abs(Real(real_q64(*sqrt(x)) - want)), want * bits(59) + bits(63))
            << format_integer(x);
    }
}

TEST_F(Fast, NormalLawIsWithinItsBound) {
    for (int round = 0; round < rounds / 10; ++round) {
        Int128 const size = some(random_, 68); // below 16
        for (Int128 const x : {size, -size}) {
            ASSERT_LT(abs(Real(real_q64(normal(x)) - exact_testing::normal(real_q64(x)))), bits(60))
                << format_integer(x);
            ASSERT_LT(abs(Real(real_q64(density(x)) - exact_testing::density(real_q64(x)))), bits(60))
                << format_integer(x);
        }
    }
}

/// Every step of the table, at its ends, where the polynomial is worst. One unit of distance apart the
/// law itself moves by at most 2^4 * 0.4 units; rounding may add two.
TEST(FastTables, StepsMeet) {
    for (std::uint64_t step = 1; step < tail_steps; ++step) {
        auto const before = static_cast<std::int64_t>(upper_tail((step << 55) - 1));
        auto const after = static_cast<std::int64_t>(upper_tail(step << 55));
        ASSERT_GE(before - after, -2) << "step " << step;
        ASSERT_LE(before - after, 9) << "step " << step;
    }
}

TEST(FastTables, ChancesAddUpToOneExactly) {
    for (std::int64_t d = 0; d < std::int64_t{12} << 59; d += std::int64_t{1} << 50) {
        ASSERT_EQ(above(d) + above(-d), probability_one);
    }
}

TEST(FastValues, AreThoseOfTheTextbooks) {
    EXPECT_TRUE(*ln(one) == 0);
    EXPECT_TRUE(*exp(0) == one);
    EXPECT_TRUE(*sqrt(0) == 0);
    EXPECT_LT(abs(Real(real_q64(*sqrt(4 * one)) - 2)), bits(60));
    EXPECT_TRUE(normal(0) == one / 2);
    // Abramowitz and Stegun, Handbook of Mathematical Functions (1964), table 26.1.
    EXPECT_LT(abs(Real(real_q64(normal(one)) - Real("0.841344746068543"))), Real("1e-15"));
    EXPECT_LT(abs(Real(real_q64(normal(2 * one)) - Real("0.977249868051821"))), Real("1e-15"));
    EXPECT_LT(abs(Real(real_q64(density(one)) - Real("0.241970724519143"))), Real("1e-15"));
}

TEST(FastValues, AreNothingWhereThereIsNone) {
    EXPECT_FALSE(ln(0));
    EXPECT_FALSE(ln(-one));
    EXPECT_FALSE(sqrt(-1));
    EXPECT_FALSE(exp(44 * one)) << "e^44 leaves 2^63";
    EXPECT_TRUE(exp(43 * one));
    EXPECT_TRUE(*exp(-47 * one) == 0) << "below the last place";
    EXPECT_TRUE(normal(40 * one) == one);
    EXPECT_TRUE(normal(-40 * one) == 0);
    EXPECT_TRUE(density(row_limit_units) == 0);
}

TEST(FastDeviation, HasItsEnds) {
    EXPECT_EQ(Deviation::of(0, one_units).value, 0U);
    EXPECT_EQ(Deviation::of(one_units, 0).value, 0U);
    EXPECT_EQ(Deviation::of(-one_units, one_units).value, 0U);
    EXPECT_EQ(Deviation::of(1, 1).value, 0U) << "10^-27 is below the last place";
    EXPECT_EQ(Deviation::of(event_limit_units, event_limit_units).value, ~std::uint64_t{0});
    EXPECT_EQ(Deviation::of(64 * one_units, one_units).value, ~std::uint64_t{0});
    EXPECT_GT(Deviation::of(32 * one_units, one_units).value, ~std::uint64_t{0} - 64);
    EXPECT_EQ(Deviation::of(one_units, one_units).value >> 54, std::uint64_t{31}) << "1, or just below";
}

TEST_F(Fast, DeviationAndItsReciprocalAgree) {
    for (int round = 0; round < rounds; ++round) {
        Terms const terms = random_.next();
        auto const deviation = Deviation::of(terms.volatility.units(), terms.years.units());
        Real const want = real(terms.volatility) * sqrt(real(terms.years));
        Real const got = real_q64(static_cast<Int128>(Uint128{deviation.value} << 5));
        ASSERT_LT(abs(Real(got - want)), want * bits(59) + bits(59));
        Real const product = real_q64(deviation.reciprocal_q64()) * want;
        ASSERT_LT(abs(Real(product - 1)), bits(58));
    }
}

struct Product {
    Int128 a, q;
    bool fits;
    Int128 want;
};

TEST(TimesQ64, RoundsDownAndStopsAt126Bits) {
    constexpr Int128 limit = row_limit_units;
    for (Product const& row :
         {Product{7, one, true, 7}, Product{7, one / 2, true, 3}, Product{-7, one / 2, true, -4},
          Product{7, -one / 2, true, -4}, Product{-7, -one / 2, true, 3},
          Product{limit - 1, one - 1, true, limit - 1 - (Int128{1} << 62)},
          Product{limit / 2, 2 * one - 1, true, limit - (Int128{1} << 61)},
          Product{limit / 2, 2 * one, false, 0}, Product{limit - 1, limit - 1, false, 0},
          Product{one, limit / 4, true, limit / 4}, Product{0, limit, true, 0}}) {
        auto const got = times_q64(row.a, row.q);
        ASSERT_EQ(got.has_value(), row.fits) << format_integer(row.a) << " * " << format_integer(row.q);
        if (got) {
            EXPECT_EQ(format_integer(*got), format_integer(row.want));
        }
    }
}

} // namespace
} // namespace plimsoll::risk::fast
