// One real account's wallet, six years, against the balances that its venue stated at two moments.
#include "tests/tools/import_setting.hpp"
#include "tools/import/bitmex_wallet.hpp"
#include "tools/reconcile/bitmex_snapshot.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::Contains;
using testing::HasSubstr;

class RealBitmex : public testing::Test {
protected:
    void SetUp() override {
        folder_ = shared_data("bitmex_account_2020_2026");
        if (!std::filesystem::exists(folder_)) GTEST_SKIP() << "real data is absent: " << folder_;
    }
    [[nodiscard]] ImportSummary import(std::string const& date) {
        auto summary = setting_.run(import_bitmex_wallet, folder_ / ("snapshot_" + date) /
                                                              "api-v1-user-walletHistory.csv");
        EXPECT_TRUE(summary) << summary.error().message();
        return std::move(summary.value());
    }
    [[nodiscard]] SnapshotReport reconcile(std::string const& date) {
        auto const reader = setting_.reader();
        auto report = reconcile_bitmex_snapshot(
            *reader, folder_ / ("snapshot_" + date) / "api-v1-user-wallet.snapshot-all.csv",
            "main");
        EXPECT_TRUE(report) << report.error().message();
        return std::move(report.value());
    }

    std::filesystem::path folder_;
    ImportSetting setting_;
};

// The figures of these tests are the "Known answers" of the data's README.

TEST_F(RealBitmex, EveryBatchFollowsFromTheOneBefore) {
    ImportSummary const first = import("2026-04-17");
    EXPECT_EQ(first.records_read, 17'099U);
    EXPECT_EQ(first.records_added, 17'097U);
    EXPECT_EQ(first.records_passed_over, 2U);
    EXPECT_THAT(first.notes,
                Contains(HasSubstr("12278 batches of one time and currency checked, 0 breaks")));
    EXPECT_THAT(first.notes, Contains(HasSubstr("1 row of UnrealisedPNL (Pending)")));
    EXPECT_THAT(first.notes, Contains(HasSubstr("1 row of Withdrawal (Canceled)")));
}

TEST_F(RealBitmex, OverlappingFilesAddExactlyTheNewRows) {
    static_cast<void>(import("2026-04-17"));
    setting_.reopen();
    ImportSummary const second = import("2026-05-03");
    EXPECT_EQ(second.records_read, 17'177U);
    EXPECT_EQ(second.records_added, 78U);
    EXPECT_EQ(second.records_duplicate, 17'097U);
    EXPECT_THAT(second.notes,
                Contains(HasSubstr("12352 batches of one time and currency checked, 0 breaks")));
    std::uint64_t const sequence = setting_.book().sequence();
    ImportSummary const third = import("2026-04-17");
    EXPECT_EQ(third.records_added, 0U);
    EXPECT_EQ(third.events_added, 0U);
    EXPECT_EQ(third.records_duplicate, 17'097U);
    EXPECT_EQ(setting_.book().sequence(), sequence);
}

TEST_F(RealBitmex, TheEarlierFileStopsBeforeItsOwnSnapshot) {
    static_cast<void>(import("2026-04-17"));
    SnapshotReport const report = reconcile("2026-04-17");
    ASSERT_EQ(report.rows.size(), 15U);
    EXPECT_EQ(report.matched, 14U);
    EXPECT_EQ(report.differing, 1U);
    EXPECT_EQ(report.rows[0].asset, "XBT");
    EXPECT_EQ(format_decimal(report.rows[0].difference), "0.00090659");
    EXPECT_EQ(format_decimal(report.rows[0].snapshot), "30.41393535");
}

TEST_F(RealBitmex, TheLaterFileExplainsTheDifference) {
    static_cast<void>(import("2026-04-17"));
    std::uint64_t const before = setting_.book().sequence();
    static_cast<void>(import("2026-05-03"));
    auto const reader = setting_.reader();
    std::uint64_t const then = reader->resolve("2026-04-17T14:23:57.017Z").value();
    std::vector<std::string> changes;
    ASSERT_TRUE(reader->for_events(before + 1, then, [&](std::uint64_t, Event const& event) {
        auto const& fact = std::get<Transferred>(event.body);
        changes.push_back(format_decimal(Amount{fact.amount.units() - fact.fee.units()}));
        return true;
    }));
    EXPECT_THAT(changes, testing::UnorderedElementsAre("-0.0000626", "-0.00023804", "-0.00006521",
                                                       "-0.00002543", "-0.00051531"));
}

TEST_F(RealBitmex, TheLaterFileStatesBothSnapshots) {
    static_cast<void>(import("2026-05-03"));
    for (auto const* date : {"2026-04-17", "2026-05-03"}) {
        SnapshotReport const report = reconcile(date);
        EXPECT_EQ(report.matched, 15U) << date;
        EXPECT_EQ(report.differing, 0U) << date;
        for (SnapshotRow const& row : report.rows)
            EXPECT_TRUE(row.difference.is_zero()) << date << " " << row.asset;
    }
    auto const reader = setting_.reader();
    auto at = [&](std::string_view moment, std::string_view asset) {
        auto const view = reader->account_at("main", reader->resolve(moment).value());
        return ImportSetting::balance(view.value().book, "main", asset);
    };
    EXPECT_EQ(at("2026-04-17T14:23:57.017Z", "XBT"), "30.41393535");
    EXPECT_EQ(at("2026-04-17T14:23:57.017Z", "USDT"), "294.847649");
    EXPECT_EQ(at("2026-04-17T14:23:57.017Z", "BMEX"), "11000.12");
    EXPECT_EQ(at("latest", "XBT"), "30.34754369");
    EXPECT_EQ(at("latest", "USDT"), "888.237518");
    EXPECT_EQ(at("latest", "BMEX"), "11000.12");
}

} // namespace
} // namespace plimsoll::tools
