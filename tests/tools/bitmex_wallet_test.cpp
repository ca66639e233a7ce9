#include "tools/import/bitmex_wallet.hpp"

#include "ledger/book/errc.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/errc.hpp"
#include "tools/import/bitmex_currencies.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string const header =
    "timestamp,transactTime,transactType,transactStatus,currency,network,amount,fee,"
    "walletBalance,orderID,transactID,address,marginBalance\r\n";

struct Row {
    std::string minute;
    std::string type;
    std::string amount;
    std::string fee;
    std::string balance;
    std::string address = {};
    std::string currency = "XBt";
    std::string status = "Completed";
};

[[nodiscard]] std::string line(Row const& row) {
    std::string const time = "2024-01-01T00:" + row.minute + ":00.000Z";
    return time + "," + time + "," + row.type + "," + row.status + "," + row.currency + ",," +
           row.amount + "," + row.fee + "," + row.balance + ",,id-" + row.amount + "," +
           row.address + ",\r\n";
}

[[nodiscard]] std::string history(std::vector<Row> const& rows) {
    std::string text = header;
    for (Row const& row : rows) text += line(row);
    return text;
}

Row const deposit{"00", "Deposit", "100000000", "", "100000000"};

[[nodiscard]] result<ImportSummary> import(ImportSetting& setting, std::string const& text,
                                           ImportOptions const& options = {}) {
    return setting.run(import_bitmex_wallet, setting.file(text, "wallet.csv"), options);
}

[[nodiscard]] ImportOptions quarantine() {
    ImportOptions options;
    options.quarantine = true;
    return options;
}

TEST(BitmexWallet, BooksARowAsOneTransfer) {
    ImportSetting setting;
    auto const summary =
        import(setting, history({
                            deposit,
                            {"01", "RealisedPNL", "-1500", "500", "99998500", "XBTUSD"},
                            {"02", "Funding", "-300", "300", "99998200", "ETHH21"},
                            {"03", "Withdrawal", "-50020000", "20000", "49978200", "Redacted"},
                            {"04", "SpotTrade", "2500000", "0", "2500000", "XBT_USDT", "USDt"},
                        }));
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_added, 5U);
    EXPECT_EQ(setting.balance("main", "XBT"), "0.499782");
    EXPECT_EQ(setting.balance("main", "USDT"), "2.5");
    EXPECT_EQ(setting.balance("bitmex", "XBT"), "-0.499782");

    std::vector<Transferred> facts;
    auto const reader = setting.reader();
    ASSERT_TRUE(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
        if (auto const* fact = std::get_if<Transferred>(&event.body)) facts.push_back(*fact);
        return true;
    }));
    ASSERT_EQ(facts.size(), 5U);
    struct Want {
        TransferType type;
        std::string_view amount;
        std::string_view fee;
        std::string_view instrument;
    };
    std::vector<Want> const want{{TransferType::deposit, "1", "0", ""},
                                 {TransferType::realised_pnl, "-0.00001", "0.000005", "XBTUSD"},
                                 {TransferType::funding, "-0.000003", "0", "ETHH21"},
                                 {TransferType::withdrawal, "-0.5", "0.0002", ""},
                                 {TransferType::spot_trade, "2.5", "0", "XBT_USDT"}};
    for (std::size_t i = 0; i < want.size(); ++i) {
        EXPECT_EQ(facts[i].type, want[i].type) << i;
        EXPECT_EQ(format_decimal(facts[i].amount), want[i].amount) << i;
        EXPECT_EQ(format_decimal(facts[i].fee), want[i].fee) << i;
        EXPECT_EQ(facts[i].instrument.is_some(), !want[i].instrument.empty()) << i;
        if (!facts[i].instrument.is_some()) continue;
        EXPECT_EQ(setting.book().instrument(facts[i].instrument).name.view(), want[i].instrument);
    }
    auto kind = [&](std::string_view name) {
        return setting.book().instrument(*setting.book().find_instrument(name)).kind;
    };
    EXPECT_EQ(kind("XBTUSD"), wire::InstrumentKind::perpetual);
    EXPECT_EQ(kind("ETHH21"), wire::InstrumentKind::future);
    EXPECT_EQ(kind("XBT_USDT"), wire::InstrumentKind::spot);
}

TEST(BitmexWallet, PassesOverWhatIsNotMoneyAndSaysSo) {
    ImportSetting setting;
    auto const summary = import(
        setting, history({
                     deposit,
                     {"01", "Withdrawal", "-10", "0", "99999990", "", "XBt", "Canceled"},
                     {"02", "UnrealisedPNL", "-63", "0", "100000000", "XBTUSD", "XBt", "Pending"},
                 }));
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_read, 3U);
    EXPECT_EQ(summary.value().records_added, 1U);
    EXPECT_EQ(summary.value().records_passed_over, 2U);
    EXPECT_THAT(summary.value().notes, Contains(HasSubstr("1 row of Withdrawal (Canceled)")));
    EXPECT_THAT(summary.value().notes, Contains(HasSubstr("1 row of UnrealisedPNL (Pending)")));
}

TEST(BitmexWallet, TakesColumnsInAnyOrderAndMoreOfThem) {
    ImportSetting setting;
    auto const summary = import(
        setting, "extra,walletBalance,fee,amount,currency,transactStatus,transactType,address,"
                 "timestamp\n\"a,b\",5,,5,XBt,Completed,Deposit,,2024-01-01T00:00:00Z\n");
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(setting.balance("main", "XBT"), "0.00000005");
}

TEST(BitmexWallet, NamesTheAccountAndItsSource) {
    ImportSetting setting;
    ImportOptions options;
    options.account = "desk";
    ASSERT_TRUE(import(setting, history({deposit}), options));
    EXPECT_EQ(setting.balance("desk", "XBT"), "1");
    EXPECT_TRUE(setting.book().find_source("bitmex:desk"));
    options.account = "bitmex";
    EXPECT_TRUE(import(setting, history({deposit}), options).error().is(Errc::usage));
}

TEST(BitmexWallet, OfARefusedFileLeavesNothing) {
    ImportSetting setting;
    auto const refused = import(setting, history({deposit, {"01", "Transfer", "1", "", "7"}}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(setting.book().sequence(), 0U);
    ASSERT_TRUE(import(setting, history({deposit, {"01", "Transfer", "1", "", "100000001"}})));
    setting.reopen();
    EXPECT_EQ(setting.balance("main", "XBT"), "1.00000001");
}

// ---- refusals ----

struct Refusal {
    std::string name;
    std::string text;
    Rule rule;
    std::vector<std::string> told;
    friend void PrintTo(Refusal const& row, std::ostream* out) { *out << row.name; }
};

[[nodiscard]] std::string with_second(Row const& row) { return history({deposit, row}); }

class BitmexRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(BitmexRefusal, StopsWithFileLineAndReason) {
    ImportSetting setting;
    auto const summary = import(setting, GetParam().text);
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().rule().name, GetParam().rule.name);
    EXPECT_EQ(summary.error().status(), Status::bad_input);
    EXPECT_THAT(summary.error().message(), HasSubstr("wallet.csv:"));
    for (auto const& words : GetParam().told)
        EXPECT_THAT(summary.error().message(), HasSubstr(words));
    EXPECT_EQ(setting.book().sequence(), 0U) << "nothing is written";
}

TEST_P(BitmexRefusal, IsSetAsideWithQuarantine) {
    ImportSetting setting;
    std::string const text = GetParam().text;
    bool const is_header = GetParam().rule.name == "unknown_column";
    auto const summary = import(setting, text, quarantine());
    if (is_header) {
        EXPECT_FALSE(summary);
        return;
    }
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_quarantined, 1U);
    EXPECT_EQ(summary.value().records_added, 1U);
    EXPECT_EQ(setting.book().head[1].quarantined, 1U);
    EXPECT_EQ(setting.balance("main", "XBT"), "1");
    auto const again = import(setting, text, quarantine());
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().events_added, 0U);
    EXPECT_EQ(again.value().records_duplicate, 2U);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, BitmexRefusal,
    testing::Values(
        Refusal{"ColumnMissing",
                "timestamp,transactType\n",
                describe(Errc::unknown_column),
                {"transactStatus"}},
        Refusal{"LineTruncated",
                history({deposit}) + "2024-01-01T00:01:00.000Z,2024",
                describe(Errc::line_truncated),
                {"wallet.csv:3", "2 fields where the header has 13", "--quarantine"}},
        Refusal{"LineOfMoreFields",
                history({deposit}) + ",,,,,,,,,,,,,\n",
                describe(Errc::field_malformed),
                {"wallet.csv:3", "14 fields"}},
        Refusal{"UnknownAsset",
                with_second({"01", "Deposit", "1", "", "1", "", "ZZz"}),
                describe(Errc::asset_unlisted),
                {"wallet.csv:3", "'ZZz'", "--quarantine"}},
        Refusal{"UnknownType",
                with_second({"01", "Airdrop", "1", "", "100000001"}),
                describe(Errc::field_malformed),
                {"wallet.csv:3", "'Airdrop'"}},
        Refusal{"AmountWithDecimals",
                with_second({"01", "Transfer", "1.5", "", "100000001"}),
                describe(event::Errc::too_many_decimals),
                {"wallet.csv:3", "amount '1.5'"}},
        Refusal{"AmountNotANumber",
                with_second({"01", "Transfer", "1e5", "", "100000001"}),
                describe(event::Errc::not_a_decimal),
                {"wallet.csv:3", "amount", "'1e5'"}},
        Refusal{"AmountMissing",
                with_second({"01", "Transfer", "", "", "100000001"}),
                describe(event::Errc::not_a_decimal),
                {"wallet.csv:3"}},
        Refusal{"FeeWithDecimals",
                with_second({"01", "RealisedPNL", "1", "0.5", "100000001"}),
                describe(event::Errc::too_many_decimals),
                {"fee '0.5'"}},
        Refusal{"Overflow",
                with_second({"01", "Transfer", "170141183460469231731687303715884105727", "", "0"}),
                describe(event::Errc::number_overflow),
                {"wallet.csv:3"}},
        Refusal{"PastTheLimitOfAnEvent",
                with_second({"01", "Transfer", "132922799578491587290380707", "", "0"}),
                describe(event::Errc::number_overflow),
                {"wallet.csv:3"}}, // 2^120 units and a little
        Refusal{"TimeMalformed",
                with_second({"0x", "Transfer", "1", "", "100000001"}),
                describe(event::Errc::not_a_time),
                {"wallet.csv:3"}},
        Refusal{"TimeGoesBack",
                history({{"05", "Deposit", "100000000", "", "100000000"},
                         {"04", "Transfer", "1", "", "100000001"}}),
                describe(book::Errc::time_goes_back),
                {"wallet.csv:3", "2024-01-01T00:04:00Z stands behind 2024-01-01T00:05:00Z"}},
        Refusal{
            "BalanceBreaks",
            with_second({"01", "Transfer", "5", "", "100000006"}),
            describe(Errc::balance_breaks),
            {"wallet.csv:3", "1.00000000 before", "give 1.00000005", "line 3 states 1.00000006"}},
        Refusal{"SignDisagrees",
                with_second({"01", "Deposit", "-5", "", "99999995"}),
                describe(book::Errc::amount_sign_disagrees),
                {"wallet.csv:3", "--quarantine"}}),
    [](auto const& row) { return row.param.name; });

TEST(BitmexWallet, GoesOnBehindWhatWasSetAsideAndTellsTheDifference) {
    ImportSetting setting;
    auto const summary = import(setting,
                                history({
                                    deposit,
                                    {"01", "Transfer", "7", "", "100000007"},
                                    {"01", "Airdrop", "3", "", "100000010"},
                                    {"02", "Transfer", "1", "", "100000011"},
                                }),
                                quarantine());
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_added, 2U);
    EXPECT_EQ(summary.value().records_quarantined, 2U) << "a time is taken whole or not at all";
    EXPECT_EQ(setting.balance("main", "XBT"), "1.00000001");
    EXPECT_THAT(
        summary.value().notes,
        Contains(HasSubstr("XBT: the ledger ends at 1.00000001, the file states 1.00000011")));
}

// ---- the same file, an overlapping file, another file ----

TEST(BitmexWallet, ImportedAgainAddsNothing) {
    ImportSetting setting;
    std::string const text = history({deposit, {"01", "Transfer", "1", "", "100000001"}});
    ASSERT_TRUE(import(setting, text));
    setting.reopen();
    auto const again = import(setting, text);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().records_added, 0U);
    EXPECT_EQ(again.value().events_added, 0U);
    EXPECT_EQ(again.value().records_duplicate, 2U);
}

TEST(BitmexWallet, OrderInsideATimestampDoesNotMatter) {
    Row const first{"01", "RealisedPNL", "-10", "0", "99999990", "XBTUSD"};
    Row const second{"01", "RealisedPNL", "4", "0", "99999994", "ETHUSD"};
    Row const third{"01", "Deposit", "3000000", "", "3000000", "", "USDt"};
    Row const later{"02", "Transfer", "6", "", "100000000"};
    ImportSetting setting;
    ASSERT_TRUE(import(setting, history({deposit, first, second, third})));
    auto const shuffled = import(setting, history({deposit, second, third, first, later}));
    ASSERT_TRUE(shuffled) << shuffled.error().message();
    EXPECT_EQ(shuffled.value().records_duplicate, 4U);
    EXPECT_EQ(shuffled.value().records_added, 1U);
    EXPECT_EQ(setting.balance("main", "XBT"), "1");
}

TEST(BitmexWallet, ADuplicateWithOtherContentIsAConflict) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, history({deposit, {"01", "Transfer", "1", "", "100000001"}})));
    auto const other =
        import(setting, history({deposit, {"01", "Transfer", "2", "", "100000002"}}));
    ASSERT_FALSE(other);
    EXPECT_TRUE(other.error().is(replay::Errc::record_conflicts)) << other.error().message();
    EXPECT_THAT(other.error().message(), HasSubstr("wallet.csv:3"));
    auto const late = import(setting, history({deposit, {"00", "Transfer", "1", "", "100000001"}}));
    EXPECT_TRUE(late.error().is(replay::Errc::record_conflicts))
        << "another row in a time that was whole";
}

TEST(BitmexWallet, ARowBetweenImportedOnesIsLate) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, history({deposit, {"05", "Transfer", "1", "", "100000001"}})));
    auto const late =
        import(setting, history({deposit, {"03", "Transfer", "1", "", "100000001"}}), quarantine());
    ASSERT_FALSE(late);
    EXPECT_TRUE(late.error().is(replay::Errc::record_late)) << late.error().message();
}

TEST(BitmexWallet, ContinuesFromWhereTheLedgerStands) {
    Row const second{"01", "Transfer", "1", "", "100000001"};
    Row const third{"02", "Transfer", "1", "", "100000002"};
    {
        ImportSetting setting;
        ASSERT_TRUE(import(setting, history({deposit})));
        auto const rest = import(setting, history({second, third}));
        ASSERT_TRUE(rest) << rest.error().message();
        EXPECT_EQ(rest.value().records_added, 2U);
    }
    ImportSetting setting;
    ASSERT_TRUE(import(setting, history({deposit})));
    auto const gap = import(setting, history({third}));
    ASSERT_FALSE(gap);
    EXPECT_TRUE(gap.error().is(Errc::ledger_disagrees)) << gap.error().message();
    EXPECT_THAT(gap.error().message(),
                HasSubstr("the file stands at 1.00000001 XBT, the ledger at 1.00000000"));
    EXPECT_FALSE(import(setting, history({third}), quarantine())) << "a gap is not a bad record";
}

TEST(BitmexWallet, ABatchOfSeveralRowsNeedsOneThatStatesItsEnd) {
    Row const first{"01", "RealisedPNL", "-10",
                    "0",  "99999994",    "XBTUSD"}; // states the end, stands first
    Row const second{"01", "RealisedPNL", "4", "0", "100000004", "ETHUSD"};
    ImportSetting setting;
    EXPECT_TRUE(import(setting, history({deposit, first, second})));
    Row const wrong{"01", "RealisedPNL", "-10", "0", "99999995", "XBTUSD"};
    ImportSetting other;
    EXPECT_TRUE(import(other, history({deposit, wrong, second})).error().is(Errc::balance_breaks));
}

/// What rows that come first tell of the balance before them: the rest of the history is not there.
TEST(BitmexWallet, FindsItsFootingBehindRowsThatWereSetAside) {
    Row const bad{"01", "Airdrop", "1", "", "100000001"};
    auto quarantined = [&](std::vector<Row> rows) {
        ImportSetting setting;
        rows.insert(rows.begin(), {deposit, bad});
        auto const summary = import(setting, history(rows), quarantine());
        EXPECT_TRUE(summary);
        return summary ? summary.value().records_quarantined : 0;
    };
    Row const next{"03", "Transfer", "1", "", "500000004"};
    Row const off_by_one{"03", "Transfer", "1", "", "500000005"};
    std::vector<Row> const both_state_the_end{{"02", "Transfer", "1", "", "500000003"},
                                              {"02", "Transfer", "2", "", "500000003"}};
    std::vector<Row> const steps{{"02", "Transfer", "2", "", "500000003"},
                                 {"02", "Transfer", "1", "", "500000001"}};
    for (auto rows : {both_state_the_end, steps}) {
        rows.push_back(next);
        EXPECT_EQ(quarantined(rows), 1U);
        rows.back() = off_by_one;
        EXPECT_EQ(quarantined(rows), 2U);
    }
}

TEST(BitmexCurrencies, HaveTheirAssetAndDecimals) {
    struct Want {
        std::string_view code;
        std::string_view asset;
        int decimals;
    };
    for (Want const& want :
         {Want{"XBt", "XBT", 8}, Want{"USDt", "USDT", 6}, Want{"BMEx", "BMEX", 6},
          Want{"Gwei", "ETH", 9}, Want{"LAMp", "SOL", 9}, Want{"s", "S", 8}}) {
        auto const* const found = find_bitmex_currency(want.code);
        ASSERT_NE(found, nullptr) << want.code;
        EXPECT_EQ(found->asset, want.asset);
        EXPECT_EQ(found->decimals, want.decimals);
        EXPECT_EQ(find_bitmex_asset(want.asset), found);
    }
    EXPECT_EQ(find_bitmex_currency("XBT"), nullptr) << "the asset is not its minor unit";
}

} // namespace
} // namespace plimsoll::tools
