#include "tests/tools/event_story.hpp"
#include "tools/export/hledger_names.hpp"
#include "tools/import/bitmex_wallet.hpp"
#include "tools/text/csv.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <map>
#include <streambuf>

namespace plimsoll::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The story in a ledger, closed and opened again.
class Export : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(ledger_.run(import_events, ledger_.file(story)));
        ledger_.reopen();
    }
    ImportSetting ledger_;
};

TEST_F(Export, RangesAreExact) {
    auto const reader = ledger_.reader();
    std::string const all = exported(*reader, "events");
    EXPECT_EQ(lines_in(all), reader->log_size());
    EXPECT_EQ(exported(*reader, "events", {1, 5}) + exported(*reader, "events", {6, 7}) +
                  exported(*reader, "events", {8, reader->log_size() + 1}),
              all);
    EXPECT_EQ(exported(*reader, "events", {reader->log_size() + 1, reader->log_size() + 2}), "");
    std::ostringstream out;
    auto const summary = export_events(*reader, out, {6, 7}).value();
    EXPECT_EQ(summary.events_read, 2U);
    EXPECT_EQ(summary.events_written, 2U);
    EXPECT_EQ(summary.bytes_written, out.str().size());
}

TEST_F(Export, AFullDiskIsSaid) {
    struct Full : std::streambuf {
    } full; // takes nothing
    std::ostream out(&full);
    for (auto const format : exporter_formats()) {
        auto const summary = find_exporter(format)(*ledger_.reader(), out, {});
        ASSERT_FALSE(summary) << format;
        EXPECT_TRUE(summary.error().is(Errc::file_unwritable));
    }
    EXPECT_EQ(find_exporter("xml"), nullptr);
}

TEST_F(Export, CsvHasARowALeg) {
    auto const path = ledger_.file(exported(*ledger_.reader(), "csv"), "legs.csv");
    auto csv = CsvReader::open(path).value();
    std::vector<std::string> first_trade;
    std::map<std::string, Int128> sums;
    while (csv.next().value()) {
        auto const field = [&](std::string_view name) { return std::string(csv.field(csv.column(name).value())); };
        std::string const commodity = field("leg") == "size" ? "size of " + field("instrument") : field("asset");
        sums[commodity] += parse_decimal(field("amount")).value();
        if (field("kind") == "Traded" && field("cursor") == "1:0" && field("instrument") != "USDT" &&
            field("type") == "order_book") {
            first_trade.push_back(field("account") + " " + field("leg") + " " + field("amount") + " " +
                                  field("is_fee"));
        }
    }
    EXPECT_THAT(first_trade, ElementsAre("alice: a size 2 0", "alice: a quote -200 0", "b\u00f6b size -2 0",
                                         "b\u00f6b quote 200 0", "alice: a cash -0.1 1", "exchange cash 0.1 1"));
    for (auto const& [commodity, sum] : sums) EXPECT_EQ(format_decimal(sum), "0") << commodity;
    EXPECT_THAT(exported(*ledger_.reader(), "csv", {13, 13}),
                "sequence,time,source,cursor,kind,type,account,leg,asset,instrument,amount,is_fee\r\n"
                "13,2026-01-01T00:00:01.500Z,events,12:0,Transferred,deposit,b\xC3\xB6"
                "b,cash,USDT,,500,0\r\n"
                "13,2026-01-01T00:00:01.500Z,events,12:0,Transferred,deposit,\"venue; \"\"main\"\"\",cash,USDT,,-500,0\r\n");
}

TEST_F(Export, HledgerTransactionsSayWhereTheyComeFrom) {
    EXPECT_THAT(exported(*ledger_.reader(), "hledger"),
                HasSubstr("\n2026-01-01 Transferred deposit #12  ; time:2026-01-01T00:00:00Z, source:events, cursor:11:0\n"
                          "    customers:alice%3A%20a  1000.5 USDT\n"
                          "    outside:venue%3B%20%22main%22  -1000.5 USDT\n"
                          "    customers:alice%3A%20a  -0.25 USDT\n"
                          "    fees:exchange  0.25 USDT\n\n"));
}

TEST(HledgerNames, TwoNamesNeverBecomeOne) {
    EXPECT_EQ(hledger_word("BTC-PERP_2.0/x@y+z#"), "BTC-PERP_2.0/x@y+z#");
    EXPECT_EQ(hledger_word("a:b"), "a%3Ab");
    EXPECT_EQ(hledger_word("a%3Ab"), "a%253Ab");
    EXPECT_EQ(hledger_word("a  b;\"\xC3\xB6"), "a%20%20b%3B%22%C3%B6");
}

/// What a command prints; an empty optional where it fails.
[[nodiscard]] std::optional<std::string> output_of(std::string const& command) {
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return std::nullopt;
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text.push_back(static_cast<char>(c));
    return ::pclose(pipe) == 0 ? std::optional(text) : std::nullopt;
}

using Balances = std::map<std::string, std::string>; // "account commodity" to decimal, zeros left out

[[nodiscard]] Balances balances_by_hledger(ImportSetting& ledger, std::filesystem::path const& journal) {
    std::string const command = "hledger -f '" + journal.string() + "' balance --flat --no-total --layout=bare -O csv";
    auto csv = CsvReader::open(ledger.file(output_of(command).value_or(""), "balances.csv")).value();
    Balances balances;
    while (csv.next().value()) {
        std::string const amount = format_decimal(parse_decimal(csv.field(2)).value());
        if (amount != "0") balances.emplace(std::string(csv.field(0)) + " " + std::string(csv.field(1)), amount);
    }
    return balances;
}

[[nodiscard]] Balances balances_by_plimsoll(book::Book const& book) {
    Balances balances;
    auto add = [&](std::string const& account, std::string symbol, auto const& amount) {
        std::erase(symbol, '"');
        if (!amount.is_zero()) balances.emplace(account + " " + symbol, format_decimal(amount));
    };
    for (book::BalanceRow const& row : book.balances.rows()) {
        add(hledger_account(book, row.account), hledger_symbol(book, row.asset), row.amount);
    }
    for (book::PositionRow const& row : book.positions.rows()) {
        auto const account = hledger_position(book, row.account, row.instrument);
        add(account, hledger_symbol(book, book.instrument(row.instrument).settle), row.quote);
        add(account, hledger_symbol(book, row.instrument), row.size);
    }
    return balances;
}

[[nodiscard]] bool has_hledger() { return output_of("hledger --version 2>/dev/null").has_value(); }
constexpr auto no_hledger = "hledger is not installed: apt-get install hledger";

/// Strict checks and every balance, by hledger, after `moment` events.
void expect_hledger_agrees(ImportSetting& ledger, std::uint64_t moment) {
    auto const reader = ledger.reader();
    auto const journal = ledger.file(exported(*reader, "hledger", {1, moment}), "day.journal");
    EXPECT_TRUE(output_of("LC_ALL=C hledger -f '" + journal.string() + "' check --strict"));
    auto const book = reader->at(moment).value().book;
    EXPECT_GE(book.balances.size(), 4U);
    EXPECT_EQ(balances_by_hledger(ledger, journal), balances_by_plimsoll(book)) << "at #" << moment;
}

TEST_F(Export, HledgerAgreesOnEveryBalance) {
    if (!has_hledger()) GTEST_SKIP() << no_hledger;
    for (std::uint64_t const moment : {ledger_.reader()->log_size(), std::uint64_t{17}, std::uint64_t{14}}) {
        expect_hledger_agrees(ledger_, moment);
    }
}

/// Both dated snapshots of the BitMEX account, whose README tells what they are.
TEST(ExportBitmex, HledgerAgreesAtBothDates) {
    auto const data = shared_data("bitmex_account_2020_2026");
    if (!std::filesystem::exists(data)) GTEST_SKIP() << "no " << data;
    if (!has_hledger()) GTEST_SKIP() << no_hledger;
    ImportSetting ledger;
    for (auto const* date : {"snapshot_2026-04-17", "snapshot_2026-05-03"}) {
        ASSERT_TRUE(ledger.run(import_bitmex_wallet, data / date / "api-v1-user-walletHistory.csv"));
        expect_hledger_agrees(ledger, ledger.book().sequence());
    }
}

struct RealInput {
    std::string name;
    std::string format;
    std::string file;
    friend void PrintTo(RealInput const& row, std::ostream* out) { *out << row.name; }
};

class ExportOfRealData : public testing::TestWithParam<RealInput> {};

TEST_P(ExportOfRealData, ImportsToTheSameStateRoot) {
    auto const file = shared_data(GetParam().file);
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
    ImportSetting ledger;
    ASSERT_TRUE(ledger.run(find_importer(GetParam().format), file));
    std::string const lines = exported(*ledger.reader(), "events");
    ImportSetting second;
    auto const summary = second.run(import_events, second.file(lines));
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_added, ledger.book().sequence());
    EXPECT_EQ(to_hex(second.engine().state_root()), to_hex(ledger.engine().state_root()));
    EXPECT_EQ(exported(*second.reader(), "events"), lines);
}

INSTANTIATE_TEST_SUITE_P(
    BothInputs, ExportOfRealData,
    testing::Values(RealInput{"Bitmex", "bitmex-wallet",
                              "bitmex_account_2020_2026/snapshot_2026-05-03/api-v1-user-walletHistory.csv"},
                    RealInput{"Stark", "stark-perpetual", "dydx_v3_state_update/encoded-example.json"}),
    [](auto const& row) { return row.param.name; });

} // namespace
} // namespace plimsoll::tools
