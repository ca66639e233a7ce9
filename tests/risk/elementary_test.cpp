#include "risk/number/elementary.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int256 wei(std::string_view text) { return parse_int256(text).value(); }

struct Row {
    std::string name;
    std::string_view x;
    std::string_view want; ///< "" where it is refused
    friend void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }
};

/// Figures: the deployed contracts' answers; the refusals' neighbours on both sides.
template <class Function>
void expect_rows(Function function, std::vector<Row> const& rows, Errc refusal) {
    for (Row const& row : rows) {
        SCOPED_TRACE(row.name);
        auto const got = function(wei(row.x));
        if (row.want.empty()) {
            ASSERT_FALSE(got);
            EXPECT_TRUE(got.error().is(refusal));
            continue;
        }
        ASSERT_TRUE(got) << got.error().message();
        EXPECT_EQ(format_int256(got.value()), row.want);
    }
}

TEST(Exponential, HasItsLastDigits) {
    expect_rows([](Int256 const& x) { return exponential(x); },
                {{"ZeroIsOneUnitShort", "0", "999999999999999999"},
                 {"OneUnit", "1", "1000000000000000000"},
                 {"MinusOneUnit", "-1", "999999999999999998"},
                 {"One", "1000000000000000000", "2718281828459045235"},
                 {"HalfOfLnTwo", "346573590279972655", "1414213562373095049"},
                 {"OneUnitLess", "346573590279972654", "1414213562373095047"},
                 {"LowCutoff", "-42139678854452767551", "0"},
                 {"AboveLowCutoff", "-42139678854452767550", "0"},
                 {"BelowLowCutoff", "-42139678854452767552", "0"},
                 {"LastUnit", "-41149187277008165927", "1"},
                 {"HighCutoff", "135305999368893231589", ""},
                 {"BelowHighCutoff", "135305999368893231588",
                  "57896044618658097649809650847705537384645150747719143657509713249170749644355"}},
                Errc::exponent_too_large);
}

TEST(Logarithm, HasItsLastDigits) {
    expect_rows([](Int256 const& x) { return logarithm(x); },
                {{"Zero", "0", ""},
                 {"Negative", "-1", ""},
                 {"OneUnit", "1", "-41446531673892822313"},
                 {"One", "1000000000000000000", "0"},
                 {"BelowOne", "999999999999999999", "-1"},
                 {"AboveOne", "1000000000000000001", "1"},
                 {"Largest",
                  "57896044618658097711785492504343953926634992332820282019728792003956564819967",
                  "135305999368893231589"}},
                Errc::logarithm_of_non_positive);
}

TEST(Root, IsRoundedDown) {
    expect_rows([](Int256 const& x) { return root(x); },
                {{"Zero", "0", "0"},
                 {"OneUnit", "1", "1000000000"},
                 {"Two", "2000000000000000000", "1414213562373095048"},
                 {"Negative", "-1", ""}},
                Errc::root_of_negative);
    auto const largest = root(wei("115792089237316195423570985008687907853269984665640564039457"));
    ASSERT_TRUE(largest);
    EXPECT_EQ(format_int256(largest.value()),
              "340282366920938463463374607431768211455"); // 2^128 - 1
    auto const larger = root(wei("115792089237316195423570985008687907853269984665640564039458"));
    ASSERT_FALSE(larger);
    EXPECT_TRUE(larger.error().is(Errc::arithmetic_overflow));
}

TEST(NormalCdf, HasItsLastDigits) {
    expect_rows([](Int256 const& x) { return normal_cdf(x); },
                {{"ZeroIsOneUnitShort", "0", "499999999999999999"},
                 {"OneUnit", "1", "500000000000000001"},
                 {"MinusOneUnit", "-1", "499999999999999999"},
                 {"LastOfTheFraction", "7071067811865469999", "999999999999231271"},
                 {"FirstOfTheTail", "7071067811865470001", "999999999999231271"},
                 {"LeftTail", "-7071067811865470000", "768729"},
                 {"EightLeft", "-8000000000000000000", "622"},
                 {"EightRight", "8000000000000000000", "999999999999999378"},
                 {"Farthest", "37000000000000000000", "1000000000000000000"},
                 {"Beyond", "37000000000000000001", "1000000000000000000"},
                 {"BeyondLeft", "-37000000000000000001", "0"}},
                Errc::arithmetic_overflow);
}

TEST(Power, NeedsAPositiveBase) {
    EXPECT_TRUE(power(wei("0"), wei("1")).error().is(Errc::logarithm_of_non_positive));
    EXPECT_EQ(power(one_wei, wei("123")).value(), wei("999999999999999999")); // exp(0)
}

/// Further apart than the approximation's last digits, larger numbers have larger exponentials.
RC_GTEST_PROP(Exponential, RisesFromStepToStep, (std::uint32_t place, std::uint16_t step)) {
    Int256 const low{(Int128{place} - (Int128{1} << 31)) * 15'000'000'000};
    Int256 const high{low.to_128() + (Int128{step} + 1) * 1'000'000};
    RC_ASSERT(exponential(low).value() <= exponential(high).value());
}

/// The two sides of the distribution add up to one, but for the unit missing at 0.
RC_GTEST_PROP(NormalCdf, SidesAddUpToOne, (std::uint64_t distance)) {
    Int256 const x{Int128{distance} + 1};
    Int256 const minus_x{-(Int128{distance} + 1)};
    Int128 const sum = normal_cdf(x).value().to_128() + normal_cdf(minus_x).value().to_128();
    RC_ASSERT(sum == one_units);
}

} // namespace
} // namespace plimsoll::risk
