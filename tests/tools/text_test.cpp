#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/table.hpp"

#include "ledger/event/decimal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::tools {
namespace {

TEST(Grouped, PutsACommaBeforeEachThousand) {
    for (auto const& [given, want] : std::vector<std::pair<std::string, std::string>>{
             {"0", "0"}, {"999", "999"}, {"1000", "1,000"}, {"-999", "-999"}, {"-1000", "-1,000"},
             {"1234567.0001234", "1,234,567.0001234"}, {"-123456.5", "-123,456.5"}}) {
        EXPECT_EQ(grouped(given), want);
    }
}

TEST(PeopleValue, IsCutDownwardsToTheAssetsDecimals) {
    for (auto const& [given, decimals, want] : std::vector<std::tuple<std::string, int, std::string>>{
             {"1.239", 2, "1.23"}, {"-1.231", 2, "-1.24"}, {"-1.23", 2, "-1.23"}, {"1", 2, "1.00"},
             {"-0.000000000000000001", 2, "-0.01"}, {"5.5", 0, "5"}, {"-5.5", 0, "-6"},
             {"0.123456789012345678", 18, "0.123456789012345678"}}) {
        EXPECT_EQ(people_value(Amount{parse_decimal(given).value()}, decimals), want) << given;
    }
}

TEST(PeopleBytes, CountsInPowersOfTen) {
    for (auto const& [given, want] : std::vector<std::pair<std::uint64_t, std::string>>{
             {0, "0 bytes"}, {1, "1 byte"}, {999, "999 bytes"}, {1000, "1.0 kB"}, {999'949, "999.9 kB"},
             {1'000'000, "1.0 MB"}, {1'250'000'000, "1.2 GB"}, {12'000'000'000'000'000, "12000.0 TB"}}) {
        EXPECT_EQ(people_bytes(given), want);
    }
}

TEST(PeoplePlural, MindsTheOne) {
    EXPECT_EQ(people_plural(0, "event"), "0 events");
    EXPECT_EQ(people_plural(1, "event"), "1 event");
    EXPECT_EQ(people_plural(1'000, "event"), "1,000 events");
}

TEST(NearNames, FindsSlipsOfTheFinger) {
    std::vector<std::string_view> const names{"alice", "bob", "malice", "carol", "user-17", "user-171"};
    using testing::ElementsAre;
    EXPECT_THAT(near_names("alcie", names), ElementsAre("alice"));
    EXPECT_THAT(near_names("ALICE", names), ElementsAre("alice", "malice"));
    EXPECT_THAT(near_names("user-1", names), ElementsAre("user-17", "user-171"));
    EXPECT_THAT(near_names("zed", names), ElementsAre());
}

TEST(Table, AlignsTextToTheLeftAndNumbersToTheRight) {
    Table table({{"name"}, {"amount", Align::right}, {"note"}});
    EXPECT_TRUE(table.empty());
    table.row({"b\xC3\xB6" "b", "1,000.5", "x"});
    table.row({"alice", "2", ""});
    EXPECT_EQ(table.text(), "  name    amount  note\n"
                            "  b\xC3\xB6" "b    1,000.5  x\n"
                            "  alice        2\n");
}

TEST(Table, LetsNoBrokenNameThrough) {
    Table table({{"name"}});
    table.row({"a\xFF" "b"});
    EXPECT_EQ(table.text(0), "name\na\xEF\xBF\xBD" "b\n");
}

TEST(ProgressLine, SaysPercentRateAndWhatIsLeft) {
    using std::chrono::milliseconds;
    EXPECT_EQ(progress_line("import a.csv", ProgressUnit::bytes, 5'000'000, 20'000'000, milliseconds(1000)),
              "import a.csv  25 %  5.0 MB of 20.0 MB  5.0 MB/s  3 s left");
    EXPECT_EQ(progress_line("verify", ProgressUnit::events, 100, 0, milliseconds(500)),
              "verify  100 events  200 events/s") << "no percent where the whole is unknown";
    EXPECT_EQ(progress_line("timeline", ProgressUnit::steps, 1, 1'000, milliseconds(1000)),
              "timeline  0 %  1 step of 1,000 steps  1 step/s  17 min left");
    EXPECT_EQ(progress_line("x", ProgressUnit::steps, 4, 4, milliseconds(0)), "x  100 %  4 steps of 4 steps  4,000 steps/s");
}

TEST(Progress, IsSilentWhereStderrIsNoTerminal) {
    testing::internal::CaptureStderr();
    {
        Progress progress("import", ProgressUnit::bytes);
        progress.show(1, 2);
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
} // namespace plimsoll::tools
