#include "ledger/event/decimal.hpp"
#include "risk/credit/credit_preset.hpp"

#include <gtest/gtest.h>

namespace plimsoll::risk {
namespace {

[[nodiscard]] Int128 number(std::string const& text) {
    auto const value = parse_decimal(text);
    EXPECT_TRUE(value) << text;
    return value ? value.value() : 0;
}

TEST(CreditPresets, ThatAreShippedAreSound) {
    std::vector<std::string> names;
    for (ShippedCreditPreset const& each : shipped_credit_presets()) {
        auto const preset = CreditPreset::parse(each.body, each.file);
        ASSERT_TRUE(preset) << preset.error().message();
        EXPECT_EQ(preset.value().name + ".toml", each.file);
        names.push_back(preset.value().name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"fully-vouched", "reputation"}));
    EXPECT_FALSE(shipped_credit_preset("nobody's"));
    EXPECT_EQ(shipped_credit_preset("reputation")->term, 30 * credit_day_ns);
}

TEST(CreditPresets, AreAdoptedWithTheirWholeText) {
    auto const preset = *shipped_credit_preset("reputation");
    PresetAdopted const fact = adoption_of(preset);
    EXPECT_EQ(fact.scope, "credit");
    EXPECT_EQ(fact.body, preset.body);
    EXPECT_EQ(CreditPreset::parse(fact.body, "again").value().digest, preset.digest);
}

TEST(CreditPresets, CapsRiseAtTheirScores) {
    auto const preset = *shipped_credit_preset("reputation");
    for (auto const& [score, cap] : {std::pair("0", "0"), std::pair("0.199999999999999999", "0"), std::pair("0.2", "10000"),
                                     std::pair("0.5", "100000"), std::pair("0.9", "1000000"), std::pair("1", "1000000")}) {
        EXPECT_EQ(format_decimal(preset.cap_of(number(score))), cap) << score;
    }
}

/// 150 % to 105 %: 1.5 - 0.45 score, risk-models 2.10; rounded up where it is not exact.
TEST(CreditPresets, CollateralRatiosLieOnTheLine) {
    auto const preset = *shipped_credit_preset("reputation");
    for (auto const& [score, ratio] : {std::pair("0", "1.5"), std::pair("0.5", "1.275"), std::pair("1", "1.05"),
                                       std::pair("0.000000000000000001", "1.5"), std::pair("0.000000000000000003", "1.499999999999999999")}) {
        EXPECT_EQ(format_decimal(preset.ratio_of(number(score))), ratio) << score;
    }
}

/// One change of a shipped text, and what must be said of it.
struct Absurd {
    std::string name;
    std::string from;
    std::string to;
    Errc want{};
    std::string reason;
    friend void PrintTo(Absurd const& row, std::ostream* out) { *out << row.name; }
};

class CreditRefusal : public testing::TestWithParam<Absurd> {};

TEST_P(CreditRefusal, SaysWhy) {
    auto const& row = GetParam();
    std::string body = shipped_credit_preset("reputation")->body;
    auto const at = body.find(row.from);
    ASSERT_NE(at, std::string::npos);
    body.replace(at, row.from.size(), row.to);
    auto const preset = CreditPreset::parse(body, "x.toml");
    ASSERT_FALSE(preset);
    EXPECT_TRUE(preset.error().is(row.want)) << preset.error().message();
    EXPECT_NE(preset.error().message().find(row.reason), std::string::npos) << preset.error().message();
    EXPECT_NE(preset.error().message().find("x.toml"), std::string::npos) << preset.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    EachReason, CreditRefusal,
    testing::Values(
        Absurd{"NoToml", "term_days = ", "term_days ", Errc::preset_unreadable, "line"},
        Absurd{"KeyMissing", "grace_days = \"3\"\n", "", Errc::preset_key_missing, "grace_days is missing"},
        Absurd{"ListMissing", "[[ratios]]\nscore = \"0\"\nratio = \"1.5\"\nsource = \"risk-models 2.10: 150 % of a stranger\"\n\n[[ratios]]", "[[ratio]]",
               Errc::preset_key_missing, "[[ratios]] is missing"},
        Absurd{"UnknownKey", "bias = \"2\"", "bias = \"2\"\ntip = \"1\"", Errc::preset_key_unknown, "tip is read by nothing"},
        Absurd{"UnknownKeyInARow", "cap = \"0\"\n", "cap = \"0\"\nfee = \"0\"\n", Errc::preset_key_unknown, "number 1: fee is read by nothing"},
        Absurd{"NoSource", "source = \"design: a stranger has no credit\"\n", "", Errc::preset_key_missing, "source is missing"},
        Absurd{"NumberWithoutQuotes", "term_days = \"30\"", "term_days = 30", Errc::preset_value_not_a_number, "in quotes"},
        Absurd{"NotANumber", "pool_share = \"0.1\"", "pool_share = \"some\"", Errc::preset_value_not_a_number, "some"},
        Absurd{"HalfADay", "term_days = \"30\"", "term_days = \"0.5\"", Errc::preset_value_out_of_bounds, "0.5 is below 1"},
        Absurd{"DayAndAHalf", "term_days = \"30\"", "term_days = \"1.5\"", Errc::preset_value_out_of_bounds, "1.5 is no whole number"},
        Absurd{"TooManyDays", "equity_days = \"90\"", "equity_days = \"366\"", Errc::preset_value_out_of_bounds, "is above 365"},
        Absurd{"MoreThanThePool", "pool_share = \"0.1\"", "pool_share = \"1.01\"", Errc::preset_value_out_of_bounds, "all of it (100 %)"},
        Absurd{"NothingOfThePool", "pool_share = \"0.1\"", "pool_share = \"0\"", Errc::preset_contradicts_itself, "pool_share is 0: nobody could ever draw"},
        Absurd{"NothingOfTheEquity", "equity_multiple = \"0.5\"", "equity_multiple = \"0\"", Errc::preset_contradicts_itself, "equity_multiple is 0"},
        Absurd{"NothingForVouchers", "vouched_multiple = \"4\"", "vouched_multiple = \"0\"", Errc::preset_contradicts_itself, "vouched_multiple is 0"},
        Absurd{"HundredTimesTheStake", "vouched_multiple = \"4\"", "vouched_multiple = \"101\"", Errc::preset_value_out_of_bounds, "is above 100"},
        Absurd{"UnknownComponent", "component = \"volume\"", "component = \"charm\"", Errc::preset_value_out_of_bounds, "there is no charm"},
        Absurd{"ComponentTwice", "component = \"volume\"", "component = \"age\"", Errc::preset_contradicts_itself, "age is named twice"},
        Absurd{"ShareOfNothing", "full = \"1000000\"", "full = \"0\"", Errc::preset_contradicts_itself, "volume: full is 0"},
        Absurd{"CountsNothing", "weight = \"1.5\"", "weight = \"0\"", Errc::preset_contradicts_itself, "age: weight is 0"},
        Absurd{"CountsBackwards", "weight = \"1.5\"", "weight = \"-1\"", Errc::preset_value_out_of_bounds, "-1 is below 0"},
        Absurd{"OutweighsEverything", "weight = \"1.5\"", "weight = \"21\"", Errc::preset_value_out_of_bounds, "is above 20"},
        Absurd{"MoreThanAllExposure", "full = \"1\"", "full = \"2\"", Errc::preset_contradicts_itself, "concentration: full is above 1"},
        Absurd{"TiersFromTheMiddle", "score_from = \"0\"", "score_from = \"0.1\"", Errc::preset_contradicts_itself, "does not start at a score of 0"},
        Absurd{"TiersOutOfOrder", "score_from = \"0.5\"", "score_from = \"0.2\"", Errc::preset_contradicts_itself, "score_from must rise"},
        Absurd{"BetterHasLess", "cap = \"1000000\"", "cap = \"99999\"", Errc::preset_contradicts_itself, "a better score would have less"},
        Absurd{"ScoreAboveOne", "score_from = \"0.9\"", "score_from = \"1.1\"", Errc::preset_value_out_of_bounds, "is above 1"},
        Absurd{"NothingOfOnesOwn", "ratio = \"1.05\"", "ratio = \"1\"", Errc::preset_contradicts_itself, "leaves nothing of the owner's own"},
        Absurd{"InDefaultAtOnce", "default_below = \"1.02\"", "default_below = \"1.06\"", Errc::preset_contradicts_itself, "in default at once"},
        Absurd{"BetterPledgesMore", "ratio = \"1.05\"", "ratio = \"1.51\"", Errc::preset_contradicts_itself, "a better score would pledge more"},
        Absurd{"LineFromTheMiddle", "score = \"0\"", "score = \"0.1\"", Errc::preset_contradicts_itself, "not that of a score of 0"},
        Absurd{"LineThatEndsEarly", "score = \"1\"", "score = \"0.9\"", Errc::preset_contradicts_itself, "not that of a score of 1"}),
    [](auto const& row) { return row.param.name; });

TEST(CreditPresets, NeedSomethingThatSpeaksForAnOwner) {
    CreditPreset preset = *shipped_credit_preset("reputation");
    std::erase_if(preset.components, [](ScoreTerm const& term) { return speaks_for(term.component); });
    EXPECT_NE(broken_rule(preset).value_or("").find("no score could ever rise"), std::string::npos);
    preset = *shipped_credit_preset("reputation");
    for (CreditTier& tier : preset.tiers) tier.cap = 0;
    EXPECT_NE(broken_rule(preset).value_or("").find("cap every score at 0"), std::string::npos);
}

} // namespace
} // namespace plimsoll::risk
