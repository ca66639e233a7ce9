#include "tests/replay/pool/pool_ledger.hpp"

#include <gmock/gmock.h>

namespace plimsoll::risk::pool {
namespace {

using testing::HasSubstr;
using testing_aid::pool_terms;

TEST(PoolPreset, EachThatIsShippedIsSound) {
    ASSERT_FALSE(shipped_pool_presets().empty());
    for (ShippedPoolPreset const& each : shipped_pool_presets()) {
        auto const preset = PoolPreset::parse(each.body, each.file);
        ASSERT_TRUE(preset.has_value()) << preset.error().message();
        EXPECT_EQ(preset.value().name + ".toml", each.file);
    }
    EXPECT_FALSE(shipped_pool_preset("nobody").has_value());
}

struct Absurd {
    char const* place;
    char const* value;
    Errc rule;
    char const* said;
};

TEST(PoolPreset, RefusesWhatMakesNoSenseWithItsPlace) {
    for (Absurd const& row : {Absurd{"fees option", "1.01", Errc::preset_value_out_of_bounds, "[fees] option: 1.01 is above 1"},
                              Absurd{"fees option", "-0.01", Errc::preset_value_out_of_bounds, "is below 0"},
                              Absurd{"fees option", "much", Errc::preset_value_not_a_number, "[fees] option: much"},
                              Absurd{"pricing standard_size", "0", Errc::preset_value_out_of_bounds, "standard_size"},
                              Absurd{"pricing year_seconds", "86400", Errc::preset_value_out_of_bounds, "below 31104000"},
                              Absurd{"queue exit_fee", "0.51", Errc::preset_value_out_of_bounds, "above 0.5"},
                              Absurd{"bounds delta_least", "0.6", Errc::preset_value_out_of_bounds, "above 0.5"},
                              Absurd{"hedge short_buffer", "0.9", Errc::preset_value_out_of_bounds, "below 1"},
                              Absurd{"bounds base_least", "2", Errc::preset_contradicts_itself, "base_least is not below base_most"},
                              Absurd{"bounds skew_most", "0.5", Errc::preset_contradicts_itself, "skew_least is not below skew_most"},
                              Absurd{"bounds volatility_most", "0.5", Errc::preset_contradicts_itself, "volatility_least is not below"},
                              Absurd{"reserve put_most", "0.9", Errc::preset_contradicts_itself, "put_least is above put_most"},
                              Absurd{"reserve utilisation_from", "1", Errc::preset_contradicts_itself, "utilisation_from is not below"},
                              Absurd{"fees spot_single_seconds", "7257600", Errc::preset_contradicts_itself, "spot_single_seconds"}}) {
        auto const preset = PoolPreset::parse(pool_terms({{row.place, row.value}}), "mine.toml");
        ASSERT_FALSE(preset.has_value()) << row.place;
        EXPECT_TRUE(preset.error().is(row.rule)) << preset.error().message();
        EXPECT_THAT(preset.error().message(), HasSubstr(row.said));
        EXPECT_THAT(preset.error().message(), HasSubstr("mine.toml"));
    }
}

TEST(PoolPreset, RefusesKeysThatAreMissingUnknownOrUnsourced) {
    std::string const whole = pool_terms({});
    auto without = [&](std::string const& line) {
        std::string body = whole;
        auto const at = body.find(line);
        return body.erase(at, body.find('\n', at) + 1 - at);
    };
    struct Row {
        std::string body;
        Errc rule;
        char const* said;
    };
    for (Row const& row : {Row{without("exit_fee"), Errc::preset_key_missing, "[queue] exit_fee is missing"},
                           Row{whole + "exit_tax = \"1\"\n", Errc::preset_key_unknown, "exit_tax is read by nothing"},
                           Row{"colour = \"red\"\n" + whole, Errc::preset_key_unknown, "colour is read by nothing"},
                           Row{without("source = \"trade limits\""), Errc::preset_key_missing, "[bounds] source is missing"},
                           Row{"name = ", Errc::preset_unreadable, "line 1"}}) {
        auto const preset = PoolPreset::parse(row.body, "mine.toml");
        ASSERT_FALSE(preset.has_value()) << row.said;
        EXPECT_TRUE(preset.error().is(row.rule)) << preset.error().message();
        EXPECT_THAT(preset.error().message(), HasSubstr(row.said));
    }
}

struct UtilisationRow {
    char const* utilisation;
    char const* share;
};

/// Panoptic's line: 20 % up to half of the pool, all of it from nine tenths on (design/risk-models.md, F117).
TEST(PoolPreset, WhatStandsBehindAPutGrowsWithUtilisation) {
    auto const preset = PoolPreset::parse(pool_terms({{"reserve put_least", "0.2"}, {"reserve utilisation_from", "0.5"}, {"reserve utilisation_to", "0.9"}}), "line").value();
    for (UtilisationRow const& row : {UtilisationRow{"0", "0.2"}, UtilisationRow{"0.5", "0.2"}, UtilisationRow{"0.500000000000000001", "0.200000000000000002"},
                                      UtilisationRow{"0.7", "0.6"}, UtilisationRow{"0.899999999999999999", "0.999999999999999998"}, UtilisationRow{"0.9", "1"},
                                      UtilisationRow{"50", "1"}}) {
        EXPECT_EQ(format_decimal(put_share(preset, parse_decimal(row.utilisation).value())), row.share) << row.utilisation;
    }
}

TEST(VolatilityPath, MeanIsThatOfWhatWasInForce) {
    VolatilityPath path;
    path.add(0, 2 * one_units);
    path.add(10, 8 * one_units);
    auto const off = [&](TimeNs from, TimeNs to, std::int64_t want) {
        Precise const gap = path.mean(from, to) - Precise::whole(want);
        return gap < Precise{} ? -gap : gap;
    };
    Precise const noise = Precise::of_units(power_of_ten(20));
    EXPECT_LT(off(0, 20, 4), noise); // the root of 2 * 8
    EXPECT_LT(off(-5, 5, 2), noise); // before the first, it was the first; and an earlier window than the last one asked for
    EXPECT_LT(off(-20, 40, 4), noise); // half of the time each
    EXPECT_EQ(path.mean(10, 10), Precise::whole(8));
}

} // namespace
} // namespace plimsoll::risk::pool
