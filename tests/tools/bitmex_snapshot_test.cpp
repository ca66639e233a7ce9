#include "tools/reconcile/bitmex_snapshot.hpp"

#include "ledger/book/errc.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/import/bitmex_wallet.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;

std::string const wallet =
    "timestamp,transactType,transactStatus,currency,amount,fee,walletBalance,address\n"
    "2024-01-01T00:00:00Z,Deposit,Completed,XBt,100,,100,\n"
    "2024-01-02T00:00:00Z,Transfer,Completed,XBt,11,,111,\n"
    "2024-01-02T00:00:00Z,Deposit,Completed,USDt,5,,5,\n";

class BitmexSnapshot : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(setting_.run(import_bitmex_wallet, setting_.file(wallet)));
    }

    [[nodiscard]] result<SnapshotReport> reconcile(std::string const& rows,
                                                   std::string_view account = "main") {
        auto const reader = setting_.reader();
        return reconcile_bitmex_snapshot(
            *reader, setting_.file("timestamp,currency,amount,deposited\n" + rows, "snapshot.csv"),
            account);
    }
    /// The difference of the only row.
    [[nodiscard]] std::string difference(std::string const& row) {
        auto const report = reconcile(row);
        return report ? format_decimal(report.value().rows.at(0).difference)
                      : std::string(report.error().rule().name);
    }

    ImportSetting setting_;
};

TEST_F(BitmexSnapshot, AsksTheLedgerAtEachRowsOwnMoment) {
    EXPECT_EQ(difference("2023-12-31T23:59:59.999Z,XBt,0,0\n"), "0");
    EXPECT_EQ(difference("2024-01-01T00:00:00Z,XBt,100,0\n"), "0");
    EXPECT_EQ(difference("2024-01-01T23:59:59.999Z,XBt,100,0\n"), "0");
    EXPECT_EQ(difference("2024-01-02T00:00:00Z,XBt,111,0\n"), "0");
    EXPECT_EQ(difference("2030-01-01T00:00:00Z,USDt,5,0\n"), "0");
    EXPECT_EQ(difference("2024-01-01T00:00:00Z,USDt,5,0\n"), "-0.000005") << "it came a day later";
}

TEST_F(BitmexSnapshot, CountsWhatDiffers) {
    auto const report = reconcile("2024-01-02T00:00:00Z,XBt,110,0\n2024-01-02T00:00:00Z,USDt,5,0\n"
                                  "2024-01-02T00:00:00Z,ADa,0,0\n2024-01-02T00:00:00Z,NEWx,0,0\n");
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report.value().matched, 3U);
    EXPECT_EQ(report.value().differing, 1U);
    SnapshotRow const& row = report.value().rows[0];
    EXPECT_FALSE(row.is_matched());
    EXPECT_EQ(row.asset, "XBT");
    EXPECT_EQ(row.line, 2U);
    EXPECT_EQ(row.sequence, setting_.book().sequence());
    EXPECT_EQ(format_decimal(row.ledger), "0.00000111");
    EXPECT_EQ(format_decimal(row.snapshot), "0.0000011");
    EXPECT_EQ(format_decimal(row.difference), "0.00000001");
}

TEST_F(BitmexSnapshot, RefusesWhatItCannotCompare) {
    EXPECT_EQ(difference("2024-01-02T00:00:00Z,NEWx,1,0\n"), "asset_unlisted");
    EXPECT_EQ(difference("2024-01-02T00:00:00Z,XBt,1.5,0\n"), "not_a_decimal");
    EXPECT_EQ(difference("yesterday,XBt,1,0\n"), "not_a_time");
    EXPECT_EQ(difference("2024-01-02T00:00:00Z,XBt\n"), "line_truncated");
    EXPECT_EQ(difference("2024-01-02T00:00:00Z,XBt,17014118346046923173168730371588410572,0\n"),
              "number_overflow");
    auto const placed = reconcile("2024-01-02T00:00:00Z,XBt,111,0\n2024-01-02T00:00:00Z,XBt,x,0\n");
    ASSERT_FALSE(placed);
    EXPECT_THAT(placed.error().message(), HasSubstr("snapshot.csv:3"));
    auto const nobody = reconcile("2024-01-02T00:00:00Z,XBt,111,0\n", "nobody");
    ASSERT_FALSE(nobody);
    EXPECT_TRUE(nobody.error().is(book::Errc::unknown_account)) << nobody.error().message();
}

} // namespace
} // namespace plimsoll::tools
