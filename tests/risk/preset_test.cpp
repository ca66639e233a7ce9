#include "risk/margin/preset_schema.hpp"
#include "risk/margin/shipped_presets.hpp"

#include <gmock/gmock.h>

namespace plimsoll::risk {
namespace {

using testing::HasSubstr;

TEST(Preset, EveryShippedOneIsSound) {
    std::vector<std::string> names;
    for (ShippedPreset const& each : shipped_presets()) {
        auto const preset = Preset::parse(each.body, each.file);
        ASSERT_TRUE(preset.has_value()) << preset.error().message();
        EXPECT_EQ(preset.value().name() + ".toml", each.file);
        names.push_back(preset.value().name());
    }
    EXPECT_THAT(names, testing::UnorderedElementsAre("maker-cdp", "opyn-gamma", "lyra-v1-amm", "derive-srm", "derive-pmrm2",
                                                     "dydx-v4-perp", "hyperliquid-perp", "span-like", "greeks"));
    EXPECT_FALSE(shipped_preset("nobody").has_value());
}

TEST(Preset, EveryNumberHasAUnitAndASource) {
    for (ShippedPreset const& each : shipped_presets()) {
        Preset const preset = Preset::parse(each.body, each.file).value();
        for (Parameter const& parameter : preset.scalars().columns()) {
            EXPECT_FALSE(preset.note("", parameter.key).unit.empty()) << each.file << " " << parameter.key;
            EXPECT_FALSE(preset.note("", parameter.key).source.empty()) << each.file << " " << parameter.key;
        }
        for (auto const& [list, rows] : preset.lists()) {
            for (ParameterRow const& row : rows) {
                for (Parameter const& parameter : row.columns()) {
                    EXPECT_FALSE(preset.note(list, parameter.key).source.empty()) << each.file << " " << list << " " << parameter.key;
                }
            }
        }
    }
}

TEST(Preset, EveryKernelIsUsedAndEveryFamilyToldApart) {
    std::array<int, kernel_count> used{};
    std::array<int, 3> families{};
    for (ShippedPreset const& each : shipped_presets()) {
        Kernel const kernel = Preset::parse(each.body, each.file).value().kernel();
        ++used[static_cast<std::size_t>(kernel)];
        ++families[static_cast<std::size_t>(family_of(kernel))];
    }
    EXPECT_THAT(used, testing::Each(testing::Ge(1)));
    EXPECT_THAT(families, testing::Each(testing::Ge(2)));
}

TEST(Preset, ValuesAreExact) {
    Preset const preset = shipped_preset("hyperliquid-perp").value();
    ParameterRow const& first = preset.list("tiers").front();
    EXPECT_EQ(first["initial_fraction"].units, one_units);
    EXPECT_EQ(first["initial_fraction"].divisor, 40 * one_units);
    EXPECT_EQ(shipped_preset("derive-pmrm2")->number("basis_spot_up"), Int128{1'045'000'000'000'000'000});
    EXPECT_EQ(shipped_preset("derive-pmrm2")->list("scenarios").size(), 31U);
    EXPECT_TRUE(shipped_preset("derive-pmrm2")->list("nothing").empty());
    EXPECT_EQ(preset.digest(), sha256(bytes_of(std::string_view(preset.body()))));
}

/// One change to a shipped preset, and what the check says of it.
struct BadPreset {
    std::string name;
    std::string preset;
    std::string from;
    std::string to;
    Errc want;
    std::string says;
};
void PrintTo(BadPreset const& bad, std::ostream* out) { *out << bad.name; }

class PresetRefusal : public testing::TestWithParam<BadPreset> {};

TEST_P(PresetRefusal, NamesFileKeyAndReason) {
    BadPreset const& bad = GetParam();
    std::string body(shipped_preset(bad.preset)->body());
    auto const at = body.find(bad.from);
    ASSERT_NE(at, std::string::npos);
    body.replace(at, bad.from.size(), bad.to);
    auto const preset = Preset::parse(body, "mine.toml");
    ASSERT_FALSE(preset.has_value());
    EXPECT_TRUE(preset.error().is(bad.want)) << preset.error().message();
    EXPECT_THAT(preset.error().message(), HasSubstr("mine.toml"));
    EXPECT_THAT(preset.error().message(), HasSubstr(bad.says));
    EXPECT_EQ(preset.error().status(), Status::bad_input);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, PresetRefusal,
    testing::Values(
        BadPreset{"NotToml", "derive-srm", "[parameters]", "[parameters", Errc::preset_unreadable, "line"},
        BadPreset{"UnknownKernel", "derive-srm", "kernel = \"option_standard\"", "kernel = \"astrology\"", Errc::preset_kernel_unknown, "there are ratio"},
        BadPreset{"NoVersion", "derive-srm", "version = \"1\"", "", Errc::preset_key_missing, "version"},
        BadPreset{"NoYear", "derive-srm", "year_seconds = 31536000", "", Errc::preset_key_missing, "year_seconds"},
        BadPreset{"YearOfADay", "derive-srm", "31536000", "86400", Errc::preset_value_out_of_bounds, "year_seconds"},
        BadPreset{"NoParameter", "derive-srm", "base_margin_factor = ", "base_margin_facto = ", Errc::preset_key_missing, "base_margin_factor is missing (of value)"},
        BadPreset{"OneTooMany", "derive-srm", "[parameters]", "[parameters]\nluck = { value = \"1\", unit = \"s\", source = \"me\" }", Errc::preset_key_unknown, "luck"},
        BadPreset{"NoSuchKey", "derive-srm", "[parameters]", "luck = 7\n[parameters]", Errc::preset_key_unknown, "luck"},
        BadPreset{"AFloat", "derive-srm", "value = \"0.065\"", "value = 0.065", Errc::preset_value_not_a_number, "in quotes"},
        BadPreset{"NotANumber", "derive-srm", "value = \"0.065\"", "value = \"0.06x\"", Errc::preset_value_not_a_number, "perp_maintenance_fraction"},
        BadPreset{"FractionByZero", "hyperliquid-perp", "\"1/40\"", "\"1/0\"", Errc::preset_value_not_a_number, "fraction"},
        BadPreset{"AboveItsBound", "derive-srm", "value = \"0.065\"", "value = \"1.000000000000000001\"", Errc::preset_value_out_of_bounds, "above 1 (of notional)"},
        BadPreset{"BelowItsBound", "derive-srm", "value = \"0.065\"", "value = \"-0.000000000000000001\"", Errc::preset_value_out_of_bounds, "below 0"},
        BadPreset{"FractionAboveItsBound", "hyperliquid-perp", "\"1/40\"", "\"41/40\"", Errc::preset_value_out_of_bounds, "above 1"},
        BadPreset{"NoSuchWord", "derive-srm", "borrowing = { value = \"yes\"", "borrowing = { value = \"maybe\"", Errc::preset_value_out_of_bounds, "yes|no"},
        BadPreset{"AnotherUnit", "derive-srm", "unit = \"of notional\"", "unit = \"per mille\"", Errc::preset_unit_wrong, "of notional"},
        BadPreset{"NoSource", "derive-srm", ", source = \"Derive v2 deployment script (v2-core 7736900d)\" }\nperp_initial", " }\nperp_initial", Errc::preset_key_missing, "has no source"},
        BadPreset{"MaintenanceAboveInitial", "derive-srm", "value = \"0.065\"", "value = \"0.11\"", Errc::preset_contradicts_itself, "perp_maintenance_fraction is above perp_initial_fraction"},
        BadPreset{"ColumnWithoutSource", "opyn-gamma", "bound = { unit", "bount = { unit", Errc::preset_key_unknown, "bount"},
        BadPreset{"RowWithoutColumn", "opyn-gamma", "seconds = \"604800\"", "", Errc::preset_key_missing, "number 1: seconds"},
        BadPreset{"RowWithAnother", "opyn-gamma", "seconds = \"604800\"", "seconds = \"604800\"\nluck = \"1\"", Errc::preset_key_unknown, "luck"},
        BadPreset{"NoRows", "opyn-gamma", "[[tenors]]", "[[tenorz]]", Errc::preset_key_unknown, "tenorz"},
        BadPreset{"TenorsFall", "opyn-gamma", "seconds = \"604800\"", "seconds = \"1209601\"", Errc::preset_contradicts_itself, "must rise"},
        BadPreset{"FirstTierNotAtZero", "hyperliquid-perp", "from_notional = \"0\"", "from_notional = \"1\"", Errc::preset_contradicts_itself, "does not start at 0"},
        BadPreset{"TierRateFalls", "hyperliquid-perp", "initial_fraction = \"1/20\"", "initial_fraction = \"1/41\"", Errc::preset_contradicts_itself, "falls"},
        BadPreset{"AssetTwice", "maker-cdp", "asset = \"BTC\"", "asset = \"ETH\"", Errc::preset_contradicts_itself, "ETH occurs twice"},
        BadPreset{"SkewMovesSpot", "derive-pmrm2", "spot = \"1\"\nvolatility = \"linear\"", "spot = \"1.18\"\nvolatility = \"linear\"", Errc::preset_contradicts_itself, "must leave the spot at 1"},
        BadPreset{"SkewTwice", "derive-pmrm2", "volatility = \"absolute\"", "volatility = \"linear\"", Errc::preset_contradicts_itself, "may occur once"},
        BadPreset{"DampeningAboveOne", "derive-pmrm2", "dampening = \"0.012\"", "dampening = \"1.2\"", Errc::preset_value_out_of_bounds, "dampening"},
        BadPreset{"HaircutsAboveOne", "derive-pmrm2", "initial_haircut = \"0.05\"", "initial_haircut = \"0.9\"", Errc::preset_contradicts_itself, "sum to more than 1"},
        BadPreset{"BasisDoesNotRise", "derive-pmrm2", "value = \"1.045\"", "value = \"1\"", Errc::preset_contradicts_itself, "basis_spot_up"}),
    [](auto const& row) { return row.param.name; });

TEST(Preset, ANumberInQuotesMayBeWholeWithout) {
    std::string body(shipped_preset("derive-srm")->body());
    auto const at = body.find("value = \"2\"");
    ASSERT_NE(at, std::string::npos);
    body.replace(at, 11, "value = 2");
    EXPECT_EQ(Preset::parse(body, "mine.toml").value().number("depeg_factor"), 2 * one_units);
}

TEST(Preset, AnyBytesAreRefusedOrSound) {
    // A preset comes from outside: whatever is cut from one is told apart, never believed in part.
    std::string const body(shipped_preset("derive-pmrm2")->body());
    std::size_t sound = 0;
    for (std::size_t cut = 0; cut < body.size(); cut += 7) {
        if (Preset::parse(body.substr(0, cut), "cut.toml")) ++sound;
    }
    EXPECT_LT(sound, 40U); // only where whole rows of the last list are missing
}

} // namespace
} // namespace plimsoll::risk
