#include "tools/import/stark_words.hpp"

#include "tests/tools/import_setting.hpp"
#include "tests/tools/stark_sample.hpp"

#include <functional>
#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;
using Pages = std::vector<StarkPage>;

TEST(StarkWords, AreDecodedByTheirLayout) {
    auto const decoded = decode_stark_words(SampleUpdate{}.pages());
    ASSERT_TRUE(decoded) << decoded.error().message();
    StarkUpdate const& update = decoded.value();
    EXPECT_EQ(update.configured_assets.size(), 2U);
    EXPECT_EQ(update.configured_assets[0].id, "BTC-10");
    EXPECT_EQ(update.configured_assets[0].symbol, "BTC");
    EXPECT_EQ(update.configured_assets[0].resolution, 10);
    EXPECT_EQ(update.old_state.funding.time_seconds, 3'600U);
    EXPECT_EQ(update.old_state.funding.indices[1].value, -500);
    EXPECT_EQ(update.old_state.prices[0].value, 1U << 30);
    EXPECT_EQ(update.old_state.words.size(), 16U);
    EXPECT_EQ(update.new_state.system_time_seconds, 10'860U);
    EXPECT_EQ(update.minimum_expiration_hours, 450'705U);
    ASSERT_EQ(update.modifications.size(), 2U);
    EXPECT_EQ(update.modifications[0].difference, 5'000'000);
    EXPECT_EQ(update.modifications[1].difference, -2'000'000);
    EXPECT_EQ(update.forced_actions, 2U);
    EXPECT_EQ(update.conditions, 1U);
    ASSERT_EQ(update.funding.size(), 2U);
    EXPECT_EQ(update.funding[1].time_seconds, 10'800U);
    ASSERT_EQ(update.positions.size(), 3U);
    EXPECT_EQ(update.positions[1].collateral, -1'000'000);
    EXPECT_EQ(update.positions[1].balances[0].value, -5);
    EXPECT_EQ(update.positions[1].words.size(), 7U);
    EXPECT_EQ(update.indices_at(7'200)->front().value, 1'100);
    EXPECT_EQ(update.indices_at(3'600)->front().value, 1'000);
    EXPECT_EQ(update.indices_at(7'201), nullptr);
    EXPECT_EQ(to_text(word_of(0xabc)), "0x" + std::string(61, '0') + "abc");
}

TEST(StarkWords, MayBeCutIntoPagesAnywhereBehindTheFirst) {
    Pages pages = SampleUpdate{}.pages();
    StarkPage rest = pages[1];
    rest.insert(rest.end(), pages[2].begin(), pages[2].end());
    for (std::size_t cut = 0; cut <= rest.size(); ++cut) {
        auto const at = rest.begin() + static_cast<std::ptrdiff_t>(cut);
        Pages const cut_pages{pages[0], StarkPage(rest.begin(), at), StarkPage(at, rest.end())};
        ASSERT_TRUE(decode_stark_words(cut_pages)) << cut;
    }
}

struct Malformed {
    std::string name;
    std::function<void(Pages&)> bend;
    std::string told;
    friend void PrintTo(Malformed const& row, std::ostream* out) { *out << row.name; }
};

class StarkRefusal : public testing::TestWithParam<Malformed> {};

TEST_P(StarkRefusal, NamesPageAndWord) {
    Pages pages = SampleUpdate{}.pages();
    GetParam().bend(pages);
    auto const decoded = decode_stark_words(pages);
    ASSERT_FALSE(decoded);
    EXPECT_TRUE(decoded.error().is(Errc::words_malformed));
    EXPECT_THAT(decoded.error().message(), HasSubstr(GetParam().told));
}

/// Page 0 of the sample: 0 configuration; 1 to 5 assets; 6 and 23 state sizes; 40 expiration; 41 to
/// 47 modifications; 48 to 63 forced actions; 64 and 65 conditions.
[[nodiscard]] Malformed set(std::string name, std::size_t page, std::size_t word, StarkWord value,
                            std::string told) {
    return {std::move(name), [=](Pages& pages) { pages[page][word] = value; }, std::move(told)};
}

[[nodiscard]] StarkWord high_bit() {
    StarkWord word{};
    word[0] = 0x80;
    return word;
}

INSTANTIATE_TEST_SUITE_P(
    EveryPlace, StarkRefusal,
    testing::Values(
        Malformed{"NoPages", [](Pages& pages) { pages.clear(); }, "0 pages"},
        Malformed{"OnlyTheFirstPage", [](Pages& pages) { pages.resize(1); }, "1 pages"},
        set("MoreAssetsThanWords", 0, 1, word_of(1'000),
            "page 0 word 1: 1000 asset configurations"),
        set("AssetCountPast64Bits", 0, 1, high_bit(),
            "page 0 word 1: the number of asset configurations does not fit"),
        set("AssetIdWithoutDecimals", 0, 2, asset_word("BTC"), "page 0 word 2"),
        set("AssetIdOfTooManyDecimals", 0, 2, asset_word("BTC-19"),
            "page 0 word 2: asset id 'BTC-19'"),
        set("AssetIdWithoutSymbol", 0, 2, asset_word("-10"), "page 0 word 2"),
        set(
            "AssetIdWithAHole", 0, 2,
            [] {
                auto w = asset_word("BTC-10");
                w[31] = '1';
                return w;
            }(),
            "page 0 word 2"),
        set(
            "AssetIdWithPadding", 0, 2,
            [] {
                auto w = asset_word("BTC-10");
                w[0] = 1;
                return w;
            }(),
            "page 0 word 2"),
        set("StateTooLong", 0, 6, word_of(17), "page 0 word 22: the state has 16 words, not 17"),
        set("StateTooShort", 0, 23, word_of(15), "page 0 word 39: the state has 16 words, not 15"),
        set("StatePastTheEnd", 0, 23, word_of(5'000), "page 0 word 23"),
        set("AssetTwice", 0, 14, asset_word("BTC-10"), "page 0 word 14: BTC-10 comes twice"),
        set("IndexPast64Bits", 0, 13, word_of(0, 1),
            "page 0 word 13: a funding index does not fit 64 bits"),
        set("TimePast32Bits", 0, 16, word_of(std::uint64_t{1} << 32),
            "page 0 word 16: a funding time does not fit"),
        set("NewStateOlder", 0, 33, word_of(3'599), "the new state is older"),
        set("PricePast64Bits", 0, 19, word_of(0, 1), "page 0 word 19: an oracle price"),
        set("DifferencePast65Bits", 0, 44, word_of(0, 2),
            "page 0 word 44: a difference is out of range"),
        set("MoreModifications", 0, 41, word_of(9), "page 0 word 41: 9 modifications"),
        set("ModificationOfNoUpdate", 0, 43, word_of(77),
            "page 0 word 42: position 77 is paid to or from"),
        set("ForcedActionOfNoKind", 0, 50, word_of(2), "page 0 word 50: neither"),
        set("ForcedActionsOfOtherSize", 0, 48, word_of(13),
            "the forced actions have 14 words, not 13"),
        set("FewerConditions", 0, 64, word_of(0), "page 0 word 65: the page goes on"),
        set("MoreConditions", 0, 64, word_of(2), "page 0 word 64: 2 conditions"),
        Malformed{"WordBehindTheLast", [](Pages& pages) { pages[0].push_back({}); },
                  "page 0 word 66: the page goes on"},
        Malformed{"FirstPageCut", [](Pages& pages) { pages[0].resize(40); },
                  "page 0 word 39: the words end before"},
        set("OneFundingEntryTooMany", 1, 0, word_of(3), "page 2 word 1: not an asset id"),
        set("MoreFundingEntriesThanWords", 1, 0, word_of(1'000),
            "page 1 word 0: 1000 funding entries"),
        set("FundingTimeGoesBack", 1, 6, word_of(3'599), "page 1 word 6: a funding time outside"),
        set("FundingTimeAfterTheNewState", 1, 12, word_of(10'801),
            "page 1 word 12: a funding time outside"),
        set("PositionOfThreeWords", 2, 0, word_of(3), "page 2 word 0: a position of fewer than 4"),
        set("PositionOfMoreWords", 2, 13, word_of(9), "page 2 word 13: 9 words of a position"),
        set("PositionTwice", 2, 7, word_of(7), "page 2 word 7: position 7 comes twice"),
        set("PositionIdPast64Bits", 2, 1, word_of(0, 1), "page 2 word 1: a position id"),
        set("CollateralPast64Bits", 2, 3, word_of(0, 1), "page 2 word 3: a collateral balance"),
        set("SettledAtAnUnknownTime", 2, 4, word_of(7'201),
            "page 2 word 4: position 7 was settled at 7201"),
        set("HoldsWhatHasNoIndex", 2, 5, balance_word("DOGE-5", 1),
            "page 2 word 5: position 7 holds DOGE-5"),
        set(
            "BalanceWithPadding", 2, 5,
            [] {
                auto w = balance_word("BTC-10", 1);
                w[0] = 1;
                return w;
            }(),
            "page 2 word 5: not an asset's balance"),
        set("BalanceTwice", 2, 12, balance_word("BTC-10", 3), "page 2 word 12: BTC-10 comes twice"),
        Malformed{"LastPageCut", [](Pages& pages) { pages[2].pop_back(); },
                  "page 2 word 13: 4 words of a position do not fit"},
        Malformed{"LastPageGoesOn", [](Pages& pages) { pages[2].push_back({}); },
                  "page 2 word 18: a position of fewer than 4"}),
    [](auto const& row) { return row.param.name; });

TEST(StarkPages, AreJsonArraysOfWords) {
    Pages const pages = SampleUpdate{}.pages();
    auto const parsed = parse_stark_pages(json_of(pages));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(parsed.value(), pages);
    EXPECT_EQ(parse_stark_pages("[[\"" + to_text(word_of(5)) + "\"]]").value()[0][0], word_of(5))
        << "with 0x";
}

TEST(StarkPages, OfAnyOtherShapeAreRefused) {
    for (std::string_view const text : {"", "[", "{}", "[1]", "[[\"00\"]", "\"00\""}) {
        auto const parsed = parse_stark_pages(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_TRUE(parsed.error().is(Errc::json_malformed)) << text;
    }
    std::string const good(64, '0');
    for (std::string const& word : {std::string("\"00\""), std::string("5"), "\"" + good + "0\"",
                                    "\"g" + good.substr(1) + "\""}) {
        auto const parsed = parse_stark_pages("[[\"" + good + "\"," + word + "]]");
        ASSERT_FALSE(parsed) << word;
        EXPECT_TRUE(parsed.error().is(Errc::words_malformed));
        EXPECT_THAT(parsed.error().message(), HasSubstr("page 0 word 1"));
    }
}

} // namespace
} // namespace plimsoll::tools
