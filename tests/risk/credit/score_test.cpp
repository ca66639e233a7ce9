#include "ledger/event/decimal.hpp"
#include "risk/credit/score.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int128 number(std::string const& text) {
    auto const value = parse_decimal(text);
    EXPECT_TRUE(value) << text;
    return value ? value.value() : 0;
}

/// age in days, volume, repaid, liquidations, late, concentration; logit and chance of default by 60-digit decimals.
struct Owner {
    std::string name;
    std::array<std::string, score_component_count> values;
    std::string logit;
    std::string chance;
    friend void PrintTo(Owner const& row, std::ostream* out) { *out << row.name; }
};

class ScoreOf : public testing::TestWithParam<Owner> {};

TEST_P(ScoreOf, IsOneLessTheChanceOfDefault) {
    auto const& row = GetParam();
    ScoreValues values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = number(row.values[i]);
    Score const score = score_of(*shipped_credit_preset("reputation"), values);
    EXPECT_EQ(format_decimal(score.logit), row.logit);
    Int128 const off = score.default_probability - number(row.chance);
    EXPECT_TRUE(off >= -2 && off <= 3) << format_decimal(score.default_probability) << " is not " << row.chance; // of 10^-18
    EXPECT_TRUE(score.score + score.default_probability == one_units);
    Int128 sum = shipped_credit_preset("reputation")->bias;
    for (ScorePart const& part : score.parts) sum += part.points;
    EXPECT_TRUE(score.logit - sum >= 0 && score.logit - sum < 1'000'000'000) << "rounded up to 10^-9";
}

INSTANTIATE_TEST_SUITE_P(
    EachComponent, ScoreOf,
    testing::Values(Owner{"Stranger", {"0", "0", "0", "0", "0", "0"}, "2", "0.880797077977882444"},
                    Owner{"BestThereIs", {"365", "1000000", "50000", "0", "0", "0"}, "-3.5", "0.029312230751356319"},
                    Owner{"MoreThanEnoughIsEnough", {"10000", "1000000000", "1000000000", "0", "0", "0"}, "-3.5", "0.029312230751356319"},
                    Owner{"AgeAlone", {"91.25", "0", "0", "0", "0", "0"}, "1.625", "0.835483537103436837"},
                    Owner{"AQuarterOfAll", {"91.25", "250000", "12500", "0", "0", "0.5"}, "1.125", "0.754914986867628291"},
                    Owner{"WorstThereIs", {"0", "0", "0", "3", "10000", "1"}, "10", "0.999954602131297566"},
                    Owner{"TooManyLiquidations", {"0", "0", "0", "30", "10000", "1"}, "10", "0.999954602131297566"},
                    Owner{"ADollarOfVolume", {"0", "1", "0", "0", "0", "0"}, "1.999999", "0.880796972984257059"}),
    [](auto const& row) { return row.param.name; });

/// What is not exact is rounded against the owner: a third of a year less than a third, a third of what is late more.
TEST(Scores, RoundAgainstTheOwner) {
    auto const preset = *shipped_credit_preset("reputation");
    ScoreValues values{};
    values[static_cast<std::size_t>(ScoreComponent::age)] = number("100");
    values[static_cast<std::size_t>(ScoreComponent::late)] = 1;
    Score const score = score_of(preset, values);
    EXPECT_EQ(format_decimal(score.parts[0].share), "0.273972602739726027"); // 100 / 365, down
    EXPECT_EQ(format_decimal(score.parts[0].points), "-0.41095890410958904"); // times 1.5, down: ...0405
    EXPECT_EQ(format_decimal(score.parts[4].share), "0.000000000000000001"); // 10^-22 and up
    EXPECT_EQ(format_decimal(score.parts[4].points), "0.000000000000000004");
    EXPECT_EQ(format_decimal(score.logit), "1.589041096"); // 1.589041095890410964, up
}

TEST(Scores, NeverLeaveZeroToOne) {
    CreditPreset preset = *shipped_credit_preset("reputation");
    ScoreValues all{};
    all.fill(row_limit_units);
    for (ScoreTerm& term : preset.components) term.weight = 20 * one_units;
    for (Int128 const bias : {-20 * one_units, 20 * one_units}) {
        preset.bias = bias;
        for (ScoreValues const& values : {ScoreValues{}, all}) {
            Score const score = score_of(preset, values);
            EXPECT_TRUE(score.score >= 0 && score.score <= one_units && score.default_probability >= 1);
        }
    }
    // only what speaks for it: beyond what exp can tell apart
    preset.bias = -20 * one_units;
    std::erase_if(preset.components, [](ScoreTerm const& term) { return !speaks_for(term.component); });
    EXPECT_EQ(format_decimal(score_of(preset, all).logit), "-40");
    EXPECT_EQ(format_decimal(score_of(preset, all).default_probability), "0.000000000000000005") << "exp(-40) is 4.25 of 10^-18; up";
}

struct Limited {
    std::string name;
    std::string score;
    std::array<std::string, 3> values; ///< median equity, pool, staked
    bool is_closed = false;
    std::string limit;
    LimitPart by{};
    friend void PrintTo(Limited const& row, std::ostream* out) { *out << row.name; }
};

class LimitOf : public testing::TestWithParam<Limited> {};

TEST_P(LimitOf, IsTheLeastOfItsParts) {
    auto const& row = GetParam();
    CreditLimit const limit = limit_of(*shipped_credit_preset("reputation"), number(row.score),
                                       {number(row.values[0]), number(row.values[1]), number(row.values[2]), row.is_closed});
    EXPECT_EQ(format_decimal(limit.limit), row.limit);
    EXPECT_EQ(word(limit.bound_by), word(row.by));
}

// tier 10,000 from 0.2 and 100,000 from 0.5; half the equity; a tenth of the pool; four times the stake
INSTANTIATE_TEST_SUITE_P(
    EachPart, LimitOf,
    testing::Values(Limited{"Tier", "0.2", {"40000", "200000", "5000"}, false, "10000", LimitPart::tier},
                    Limited{"BelowTheTier", "0.199999999999999999", {"40000", "200000", "5000"}, false, "0", LimitPart::tier},
                    Limited{"Equity", "0.5", {"39999.999999999999999999", "300000", "8000"}, false, "19999.999999999999999999", LimitPart::equity},
                    Limited{"Pool", "0.5", {"80000", "123456.789", "8000"}, false, "12345.6789", LimitPart::pool},
                    Limited{"Vouched", "0.5", {"80000", "300000", "2500.5"}, false, "10002", LimitPart::vouched},
                    Limited{"NobodyVouches", "0.5", {"80000", "300000", "0"}, false, "0", LimitPart::vouched},
                    Limited{"TheFirstOfEquals", "0.5", {"20000", "100000", "2500"}, false, "10000", LimitPart::equity},
                    Limited{"Closed", "0.9", {"80000", "300000", "8000"}, true, "0", LimitPart::closed}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::risk
