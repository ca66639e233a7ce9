#include "ledger/event/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace plimsoll {
namespace {

using event::Errc;

constexpr auto int128_max = static_cast<Int128>((Uint128{1} << 127) - 1);
constexpr Int128 int128_min = -int128_max - 1;
// 2^127 - 1, in whole ones: the largest number that is read.
std::string const largest = "170141183460469231731.687303715884105727";

// ---- what is read ----

struct Read {
    std::string name;
    std::string text;
    int decimals;
    Int128 want;
    friend void PrintTo(Read const& row, std::ostream* out) { *out << row.name; }
};

class DecimalRead : public testing::TestWithParam<Read> {};

TEST_P(DecimalRead, IsExact) {
    auto const value = parse_decimal(GetParam().text, GetParam().decimals);
    ASSERT_TRUE(value) << value.error().message();
    EXPECT_TRUE(value.value() == GetParam().want)
        << format_integer(value.value()) << " instead of " << format_integer(GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    EveryShape, DecimalRead,
    testing::Values(Read{"Zero", "0", 18, 0}, Read{"MinusZero", "-0", 18, 0},
                    Read{"MinusZeroWithPoint", "-0.0", 0, 0}, Read{"One", "1", 0, one_units},
                    Read{"MinusOne", "-1", 0, -one_units}, Read{"Half", "0.5", 1, one_units / 2},
                    Read{"MinusTwelveAndAHalf", "-12.5", 1, -12 * one_units - one_units / 2},
                    Read{"LastDigit", "0.000000000000000001", 18, 1},
                    Read{"MinusLastDigit", "-0.000000000000000001", 18, -1},
                    Read{"AllDecimalsUsed", "1.123456", 6, 1'123'456 * (one_units / 1'000'000)},
                    Read{"TrailingZerosCountForNothing", "1.50000000000000000000000", 1, one_units * 3 / 2},
                    Read{"ZerosWhereNoDecimals", "7.000", 0, 7 * one_units},
                    Read{"LeadingZeros", "007.1", 1, 7 * one_units + one_units / 10},
                    Read{"Largest", largest, 18, int128_max},
                    Read{"LargestNegative", "-" + largest, 18, -int128_max}),
    [](auto const& row) { return row.param.name; });

// ---- what is refused ----

struct Refused {
    std::string name;
    std::string text;
    int decimals;
    Errc want;
    friend void PrintTo(Refused const& row, std::ostream* out) { *out << row.name; }
};

class DecimalRefused : public testing::TestWithParam<Refused> {};

TEST_P(DecimalRefused, SaysWhyAndShowsTheText) {
    auto const value = parse_decimal(GetParam().text, GetParam().decimals);
    ASSERT_FALSE(value) << format_decimal(value.value());
    EXPECT_TRUE(value.error().is(GetParam().want)) << value.error().message();
    EXPECT_NE(value.error().message().find("'" + GetParam().text + "'"), std::string::npos);
    EXPECT_EQ(value.error().status(), Status::bad_input);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, DecimalRefused,
    testing::Values(
        Refused{"Nothing", "", 18, Errc::not_a_decimal}, Refused{"MinusAlone", "-", 18, Errc::not_a_decimal},
        Refused{"PointAlone", ".", 18, Errc::not_a_decimal},
        Refused{"NothingAfterThePoint", "1.", 18, Errc::not_a_decimal},
        Refused{"NothingBeforeThePoint", ".5", 18, Errc::not_a_decimal},
        Refused{"Exponent", "1e3", 18, Errc::not_a_decimal}, Refused{"Plus", "+1", 18, Errc::not_a_decimal},
        Refused{"TwoMinuses", "--1", 18, Errc::not_a_decimal},
        Refused{"MinusInside", "1.-5", 18, Errc::not_a_decimal},
        Refused{"TwoPoints", "1.2.3", 18, Errc::not_a_decimal},
        Refused{"SpaceBefore", " 1", 18, Errc::not_a_decimal}, Refused{"SpaceAfter", "1 ", 18, Errc::not_a_decimal},
        Refused{"ThousandsSeparator", "1,000", 18, Errc::not_a_decimal},
        Refused{"NotANumber", "NaN", 18, Errc::not_a_decimal}, Refused{"Infinity", "-inf", 18, Errc::not_a_decimal},
        Refused{"Hexadecimal", "0x10", 18, Errc::not_a_decimal},
        Refused{"NulInside", std::string("1\0", 2), 18, Errc::not_a_decimal},
        Refused{"OneDecimalTooMany", "1.1234567", 6, Errc::too_many_decimals},
        Refused{"AnyDecimalWhereNoneAllowed", "1.1", 0, Errc::too_many_decimals},
        Refused{"NineteenDecimals", "0.0000000000000000001", 18, Errc::too_many_decimals},
        Refused{"OneUnitTooLarge", "170141183460469231731.687303715884105728", 18, Errc::number_overflow},
        Refused{"OneUnitTooSmall", "-170141183460469231731.687303715884105728", 18, Errc::number_overflow},
        Refused{"OneWholeTooLarge", "170141183460469231732", 18, Errc::number_overflow},
        Refused{"FiftyDigits", std::string(50, '9'), 18, Errc::number_overflow}),
    [](auto const& row) { return row.param.name; });

// ---- integers and minor units ----

TEST(Decimal, ReadsMinorUnitsAtTheAssetsScale) {
    EXPECT_TRUE(parse_minor_units("99990659", 8).value() == 99'990'659 * (one_units / 100'000'000));
    EXPECT_TRUE(parse_minor_units("-1", 18).value() == -1);
    EXPECT_TRUE(parse_minor_units("1", 0).value() == one_units);
    // floor((2^127 - 1) / 10^18), and one more
    EXPECT_TRUE(parse_minor_units("170141183460469231731", 0).has_value());
    EXPECT_TRUE(parse_minor_units("170141183460469231732", 0).error().is(Errc::number_overflow));
    EXPECT_TRUE(parse_minor_units("-170141183460469231732", 0).error().is(Errc::number_overflow));
    EXPECT_TRUE(parse_minor_units("1.0", 8).error().is(Errc::not_a_decimal));
    EXPECT_TRUE(parse_minor_units("", 8).error().is(Errc::not_a_decimal));
}

TEST(Decimal, ReadsPlainIntegersUpTo127Bits) {
    EXPECT_TRUE(parse_integer("170141183460469231731687303715884105727").value() == int128_max);
    EXPECT_TRUE(parse_integer("-170141183460469231731687303715884105727").value() == -int128_max);
    EXPECT_TRUE(parse_integer("170141183460469231731687303715884105728").error().is(Errc::number_overflow));
    EXPECT_TRUE(parse_integer("-").error().is(Errc::not_a_decimal));
    EXPECT_TRUE(parse_integer("1.5").error().is(Errc::not_a_decimal));
    EXPECT_TRUE(parse_integer("+5").error().is(Errc::not_a_decimal));
}

// ---- writing ----

TEST(Decimal, WritesEveryDigitAndNoMore) {
    EXPECT_EQ(format_decimal(Int128{0}), "0");
    EXPECT_EQ(format_decimal(Int128{0}, 2), "0.00");
    EXPECT_EQ(format_decimal(Amount::whole(-7)), "-7");
    EXPECT_EQ(format_decimal(Amount::whole(7), 2), "7.00");
    EXPECT_EQ(format_decimal(Int128{1}), "0.000000000000000001");
    EXPECT_EQ(format_decimal(Int128{-1}, 2), "-0.000000000000000001");
    EXPECT_EQ(format_decimal(one_units * 5 / 4, 1), "1.25") << "more digits where the value has more";
    EXPECT_EQ(format_decimal(one_units / 2, 6), "0.500000");
    EXPECT_EQ(format_decimal(int128_max), largest);
    EXPECT_EQ(format_decimal(int128_min), "-170141183460469231731.687303715884105728");
    EXPECT_EQ(format_integer(int128_min), "-170141183460469231731687303715884105728");
}

RC_GTEST_PROP(Decimal, ReadsWhatItWrote, (std::uint64_t low, std::int64_t high, std::uint8_t shift)) {
    auto const bits = static_cast<Uint128>(static_cast<std::uint64_t>(high)) << 64 | low;
    Int128 const units = static_cast<Int128>(bits) >> (shift % 128);
    RC_PRE(units != int128_min);
    for (int minimum : {0, 6, 18}) {
        auto const again = parse_decimal(format_decimal(units, minimum));
        RC_ASSERT(again.has_value());
        RC_ASSERT(again.value() == units);
    }
    RC_ASSERT(parse_integer(format_integer(units)).value() == units);
}

} // namespace
} // namespace plimsoll
