#include "risk/margin/tally.hpp"

#include "ledger/event/wide.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

struct ProductRow {
    std::string name;
    Int128 a;
    Int128 b;
    Int128 down;
    Int128 up;
    friend void PrintTo(ProductRow const& row, std::ostream* out) { *out << row.name; }
};
class TallyProduct : public testing::TestWithParam<ProductRow> {};
TEST_P(TallyProduct, RoundsTheWayItIsCalled) {
    Tally on;
    EXPECT_EQ(on.product_down(GetParam().a, GetParam().b), GetParam().down);
    EXPECT_EQ(on.product_up(GetParam().a, GetParam().b), GetParam().up);
    EXPECT_FALSE(on.broken());
}
INSTANTIATE_TEST_SUITE_P(EverySign, TallyProduct,
                         testing::Values(ProductRow{"Zero", 0, -5, 0, 0}, ProductRow{"Exact", 3 * one_units, 7, 21, 21},
                                         ProductRow{"ExactBelowZero", -3 * one_units, 7, -21, -21},
                                         ProductRow{"Rest", 1, 1, 0, 1}, ProductRow{"RestBelowZero", 1, -1, -1, 0},
                                         ProductRow{"RestOfTwoNegatives", -1, -1, 0, 1},
                                         ProductRow{"Largest", row_limit_units, one_units, row_limit_units, row_limit_units},
                                         ProductRow{"Least", -row_limit_units, one_units, -row_limit_units, -row_limit_units}),
                         [](auto const& row) { return row.param.name; });

/// The same as one division of 256 bits.
RC_GTEST_PROP(TallyProducts, AreExactQuotients, (std::int64_t a, std::int64_t b, std::uint8_t left, std::uint8_t right)) {
    Int128 const x = Int128{a} << (left % 63);
    Int128 const y = Int128{b} << (right % 63);
    auto const want = multiply_divide(x, y, one_units, Rounding::floor);
    Tally on;
    Int128 const got = on.product_down(x, y);
    bool const fits = want && within(*want, row_limit_units);
    RC_ASSERT(on.broken() != fits);
    if (fits) RC_ASSERT(got == *want);
}

/// Three thirds of a unit are a unit, and not three times nothing; below zero likewise.
TEST(TallyProductSum, IsRoundedOnce) {
    for (Int128 const sign : {1, -1}) {
        Tally on;
        ProductSum sum;
        for (int i = 0; i < 4; ++i) on.add_product(sum, sign, one_units / 4);
        EXPECT_EQ(on.down(sum), sign);
        on.add_product(sum, 1, 1);
        EXPECT_EQ(on.down(sum), sign);
        on.add_product(sum, 1, -2);
        EXPECT_EQ(on.down(sum), sign - 1);
        EXPECT_FALSE(on.broken());
    }
}
TEST(TallyProductSum, TellsOfSumsPast256Bits) {
    for (Int128 const sign : {1, -1}) {
        Tally on;
        ProductSum sum;
        for (int i = 0; i < 7; ++i) on.add_product(sum, row_limit_units, sign * row_limit_units); // 2^252 each
        EXPECT_FALSE(on.broken());
        on.add_product(sum, row_limit_units, sign * row_limit_units);
        on.add_product(sum, row_limit_units, sign * row_limit_units);
        EXPECT_TRUE(on.broken());
    }
}

TEST(Tally, RemembersTheFirstStepTooLarge) {
    Tally sum;
    EXPECT_EQ(sum.add(row_limit_units, 0), row_limit_units);
    EXPECT_FALSE(sum.broken());
    EXPECT_EQ(sum.add(row_limit_units, 1), 0);
    EXPECT_EQ(sum.add(1, 1), 2); // goes on
    EXPECT_TRUE(sum.settle("margin").error().is(Errc::arithmetic_overflow));
    EXPECT_EQ(sum.settle("margin").error().detail(), "margin");
    Tally product;
    (void)product.product_down(row_limit_units, one_units + 1);
    EXPECT_TRUE(product.broken());
    Tally below;
    (void)below.fraction_up(-row_limit_units, 3, 2);
    EXPECT_TRUE(below.broken());
}

} // namespace
} // namespace plimsoll::risk
