#include "ledger/event/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

namespace plimsoll {
namespace {

using event::Errc;

constexpr TimeNs second_ns = 1'000'000'000;

struct Moment {
    std::string text;
    TimeNs want;
    std::string written; ///< as format_time says it
};

class TimeRead : public testing::TestWithParam<Moment> {};

TEST_P(TimeRead, IsThatMoment) {
    auto const time_ns = parse_time(GetParam().text);
    ASSERT_TRUE(time_ns) << time_ns.error().message();
    EXPECT_EQ(time_ns.value(), GetParam().want);
    EXPECT_EQ(format_time(GetParam().want), GetParam().written);
}

// Seconds from `date -u -d ... +%s`.
INSTANTIATE_TEST_SUITE_P(
    Table, TimeRead,
    testing::Values(
        Moment{"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
        Moment{"1970-01-01", 0, "1970-01-01T00:00:00Z"},
        Moment{"2026-04-17T14:23:57.017Z", 1'776'435'837 * second_ns + 17'000'000, "2026-04-17T14:23:57.017Z"},
        Moment{"2026-04-17t14:23:57.017z", 1'776'435'837 * second_ns + 17'000'000, "2026-04-17T14:23:57.017Z"},
        Moment{"2026-04-17 14:23:57Z", 1'776'435'837 * second_ns, "2026-04-17T14:23:57Z"},
        Moment{"2026-04-17T14:23:57.0170000Z", 1'776'435'837 * second_ns + 17'000'000, "2026-04-17T14:23:57.017Z"},
        Moment{"2000-02-29T00:00:00Z", 951'782'400 * second_ns, "2000-02-29T00:00:00Z"},
        Moment{"2024-02-29T23:59:59.999999999Z", 1'709'251'199 * second_ns + 999'999'999,
               "2024-02-29T23:59:59.999999999Z"},
        Moment{"2100-02-28T00:00:00Z", 4'107'456'000 * second_ns, "2100-02-28T00:00:00Z"},
        Moment{"1969-12-31T23:59:59Z", -second_ns, "1969-12-31T23:59:59Z"},
        Moment{"1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999999Z"},
        Moment{"1900-03-01T00:00:00Z", -2'203'891'200 * second_ns, "1900-03-01T00:00:00Z"},
        Moment{"1678-01-01T00:00:00Z", -9'214'560'000 * second_ns, "1678-01-01T00:00:00Z"},
        Moment{"2261-12-31T23:59:59Z", 9'214'646'399 * second_ns, "2261-12-31T23:59:59Z"},
        Moment{"2026-01-01T01:30:00+01:30", 1'767'225'600 * second_ns, "2026-01-01T00:00:00Z"},
        Moment{"2025-12-31T19:00:00-05:00", 1'767'225'600 * second_ns, "2026-01-01T00:00:00Z"},
        Moment{"2026-01-01T00:00:00-00:00", 1'767'225'600 * second_ns, "2026-01-01T00:00:00Z"},
        Moment{"2025-12-31T00:01:00-23:59", 1'767'225'600 * second_ns, "2026-01-01T00:00:00Z"},
        Moment{"2026-01-01T00:00:00.000001Z", 1'767'225'600 * second_ns + 1'000, "2026-01-01T00:00:00.000001Z"}));

class TimeRefused : public testing::TestWithParam<std::string> {};

TEST_P(TimeRefused, IsNotATime) {
    auto const time_ns = parse_time(GetParam());
    ASSERT_FALSE(time_ns) << format_time(time_ns.value());
    EXPECT_TRUE(time_ns.error().is(Errc::not_a_time));
    EXPECT_NE(time_ns.error().message().find("'" + GetParam() + "'"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, TimeRefused,
    testing::Values("", "2026", "2026-04", "2026-4-17", "2026-04-17T", "2026-04-17T14", "2026-04-17T14:23",
                    "2026-04-17T14:23:57", // no zone: whose time?
                    "2026-04-17T14:23:57.Z", "2026-04-17T14:23:57.1234567890Z", "2026-04-17T14:23:57ZZ",
                    "2026-04-17T14:23:57Z ", " 2026-04-17", "2026-04-17T24:00:00Z", "2026-04-17T23:60:00Z",
                    "2026-04-17T23:59:60Z", // leap seconds are not counted
                    "2026-00-17", "2026-13-17", "2026-04-00", "2026-04-31", "2026-02-29", "2024-02-30", "1900-02-29",
                    "2100-02-29", "1677-12-31", "2262-01-01", "-2026-04-17", "2026-04-17T14:23:57+1:00",
                    "2026-04-17T14:23:57+24:00", "2026-04-17T14:23:57+01:60", "2026-04-17T14:23:57+0100",
                    "2026-04-17Z", "17/04/2026", "20260417", "2026-04-17T14:23:57,5Z", "2026-04-1x"));

RC_GTEST_PROP(Time, ReadsWhatItWrote, ()) {
    // 1678 up to and without 2262
    auto const seconds = *rc::gen::inRange<std::int64_t>(-9'214'560'000, 9'214'646'400);
    auto const scale = *rc::gen::element(1, 1'000, 1'000'000, 1'000'000'000);
    auto const rest = *rc::gen::inRange(0, 1'000'000'000) / scale * scale;
    TimeNs const time_ns = seconds * second_ns + rest;
    RC_ASSERT(parse_time(format_time(time_ns)).value() == time_ns);
}

TEST(Time, WritesTheWholeRangeOf64Bits) {
    // 2^63 ns is 292 years, 99 days, 23:47:16.854775807 (or ...808 back).
    EXPECT_EQ(format_time(std::numeric_limits<TimeNs>::max()), "2262-04-11T23:47:16.854775807Z");
    EXPECT_EQ(format_time(std::numeric_limits<TimeNs>::min()), "1677-09-21T00:12:43.145224192Z");
}

TEST(Time, DaysFollowEachOther) {
    std::string before = format_time(parse_time("1678-01-01").value());
    for (TimeNs day = parse_time("1678-01-02").value(); day < parse_time("2261-12-31").value(); day += 86'400 * second_ns) {
        std::string const now = format_time(day);
        ASSERT_LT(before, now);
        ASSERT_EQ(parse_time(now.substr(0, 10)).value(), day);
        before = now;
    }
}

TEST(Duration, ReadsACountAndAUnit) {
    EXPECT_EQ(parse_duration("250ms").value(), 250'000'000);
    EXPECT_EQ(parse_duration("90s").value(), 90 * second_ns);
    EXPECT_EQ(parse_duration("15m").value(), 900 * second_ns);
    EXPECT_EQ(parse_duration("8h").value(), 28'800 * second_ns);
    EXPECT_EQ(parse_duration("1d").value(), 86'400 * second_ns);
    EXPECT_EQ(parse_duration("2w").value(), 1'209'600 * second_ns);
    EXPECT_EQ(parse_duration("999999999s").value(), 999'999'999 * second_ns);
}

TEST(Duration, RefusesEverythingElse) {
    for (auto const* text : {"", "s", "15", "0s", "-1h", "+1h", "1.5h", "1 h", "1H", "1h ", "1y", "1d1h", "1000000000s",
                             "999999999w"}) {
        auto const duration = parse_duration(text);
        ASSERT_FALSE(duration) << text;
        EXPECT_TRUE(duration.error().is(Errc::not_a_time)) << text;
    }
    EXPECT_TRUE(parse_duration("15250w").has_value()) << "106,751 days fit 63 bits of nanoseconds";
    EXPECT_FALSE(parse_duration("15251w").has_value());
}

} // namespace
} // namespace plimsoll
