#include "tools/forecast/price_path.hpp"
#include "tools/forecast/volatility_rule.hpp"

#include "tests/tools/command_story.hpp"
#include "tools/errc.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace plimsoll::tools {
namespace {

/// Files of a test, by name.
struct Files : CommandSetting {
    [[nodiscard]] result<PricePath> read(std::string const& text) {
        write("prices.csv", text);
        return read_candles((directory() / "prices.csv").string());
    }
};

struct BadFile {
    char const* name;
    char const* text;
    Errc want;
    char const* says;
};
class CandleRefusal : public testing::TestWithParam<BadFile> {};

TEST_P(CandleRefusal, SaysWhatAndWhere) {
    Files files;
    auto const path = files.read(GetParam().text);
    ASSERT_FALSE(path);
    EXPECT_TRUE(path.error().is(GetParam().want)) << path.error().message();
    EXPECT_NE(path.error().message().find(GetParam().says), std::string::npos) << path.error().message();
}
INSTANTIATE_TEST_SUITE_P(EveryReason, CandleRefusal,
                         testing::Values(BadFile{"NoTime", "when,close\n1,2\n", Errc::unknown_column, "timestamp"},
                                         BadFile{"NoClose", "timestamp,open\n2022-01-01,2\n", Errc::unknown_column, "close"},
                                         BadFile{"PriceOfNought", "timestamp,close\n2022-01-01,0\n", Errc::field_malformed, "prices.csv:2: close '0'"},
                                         BadFile{"PriceInWords", "timestamp,close\n2022-01-01,1\n2022-01-02,two\n", Errc::field_malformed, "prices.csv:3"},
                                         BadFile{"PriceThatIsInfinite", "timestamp,close\n2022-01-01,inf\n", Errc::field_malformed, "above zero"},
                                         BadFile{"TimeThatGoesBack", "timestamp,close\n2022-01-02,1\n2022-01-01,1\n", Errc::field_malformed, "prices.csv:3"},
                                         BadFile{"TimeTwice", "timestamp,close\n2022-01-02,1\n2022-01-02,1\n", Errc::field_malformed, "not after the one before"},
                                         BadFile{"OneCandle", "timestamp,close\n2022-01-02,1\n", Errc::field_malformed, "two candles"},
                                         BadFile{"Empty", "timestamp,close\n", Errc::field_malformed, "two candles"}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(DailyPrices, AreClosedAtMidnightByTheCandleThatEndsThere) {
    Files files;
    // Candles of 8 hours: the one of 16:00 closes its day. 2022-01-03 08:00 is missing; the 4th has not ended.
    auto const path = files.read("date,close,ticker\n2022-01-01 16:00:00,100,X\n2022-01-02 00:00:00,110,X\n2022-01-02 08:00:00,105,X\n2022-01-02 16:00:00,121,X\n"
                                 "2022-01-03 00:00:00,120,X\n2022-01-03 16:00:00,118,X\n2022-01-04 00:00:00,130,X\n");
    ASSERT_TRUE(path) << path.error().message();
    ASSERT_EQ(path.value().notes.size(), 1U);
    EXPECT_NE(path.value().notes[0].find("7 candles of 28800 s, 1 missing"), std::string::npos) << path.value().notes[0];
    auto const daily = by_days(path.value());
    ASSERT_EQ(daily.days.size(), 2U);
    EXPECT_EQ(format_time(daily.days[0].start), "2022-01-02T00:00:00Z");
    EXPECT_DOUBLE_EQ(daily.days[0].log_return, std::log(1.21));
    EXPECT_DOUBLE_EQ(daily.days[0].realised_variance, std::pow(std::log(1.1), 2) + std::pow(std::log(105.0 / 110), 2) + std::pow(std::log(121.0 / 105), 2));
    EXPECT_EQ(daily.days[0].prices, 3U);
    EXPECT_DOUBLE_EQ(daily.days[1].log_return, std::log(118.0 / 121));
    EXPECT_EQ(daily.days[1].prices, 2U);
}

TEST(DailyPrices, SpanDaysThatHaveNone) {
    Files files;
    auto const path = files.read("timestamp,close\n2022-01-01,100\n2022-01-02,100\n2022-01-03,100\n2022-01-06,200\n2022-01-07,200\n");
    ASSERT_TRUE(path);
    auto const daily = by_days(path.value());
    ASSERT_EQ(daily.days.size(), 4U);
    EXPECT_DOUBLE_EQ(daily.days[2].log_return, std::log(2.0));
    ASSERT_EQ(daily.notes.size(), 1U);
    EXPECT_NE(daily.notes[0].find("2 days have no price"), std::string::npos);
}

TEST(DailyPrices, OfSeveralFilesGoOnWhereOneEnds) {
    Files files;
    auto const first = files.read("timestamp,close\n2022-01-01,100\n2022-01-02,101\n2022-01-03,102\n").value();
    auto const second = files.read("timestamp,close\n2022-01-02,101\n2022-01-03,999\n2022-01-04,103\n").value();
    auto const both = merged({first, second});
    ASSERT_EQ(both.prices.size(), 4U);
    EXPECT_EQ(both.prices[2].price, 102) << "the first to have a time counts";
    EXPECT_EQ(both.prices[3].price, 103);
    EXPECT_EQ(both.notes.back(), "times that files share: 1 closes agree, 1 differ");
    EXPECT_TRUE(merged({}).prices.empty());
    EXPECT_TRUE(by_days({}).days.empty());
}

TEST(DailyPrices, HaveADigestThatAnyChangeChanges) {
    std::vector<DayOfPrices> days(3);
    for (std::size_t i = 0; i < 3; ++i) days[i] = {static_cast<TimeNs>(i) * 86'400'000'000'000, 100.0 + static_cast<double>(i), 0.01, 0.0001, 24};
    Hash const before = digest_of(days);
    EXPECT_EQ(digest_of(days), before);
    days[1].close = std::nextafter(days[1].close, 1e9);
    EXPECT_NE(digest_of(days), before);
}

} // namespace
} // namespace plimsoll::tools
