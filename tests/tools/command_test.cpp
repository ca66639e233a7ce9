#include "tests/tools/command_story.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/store/errc.hpp"
#include "replay/errc.hpp"
#include "tools/errc.hpp"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <optional>
#include <ostream>

namespace plimsoll::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// ---- each command: its exit status, and a line that must appear ----

struct Row {
    std::string name;
    std::string words;
    int status;
    std::string line; ///< in what it prints, on either stream
    friend void PrintTo(Row const& row, std::ostream* out) { *out << row.words; }
};

/// One ledger for all rows that only read.
class Command : public testing::TestWithParam<Row> {
protected:
    static void SetUpTestSuite() {
        setting().emplace();
        setting()->tell_story();
    }
    static void TearDownTestSuite() { setting().reset(); }
    static std::optional<CommandSetting>& setting() {
        static std::optional<CommandSetting> one;
        return one;
    }
};

TEST_P(Command, EndsAsItShould) {
    Outcome const outcome = setting()->run(GetParam().words);
    EXPECT_EQ(outcome.status, GetParam().status) << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, HasSubstr(GetParam().line));
    if (GetParam().status > 1) {
        EXPECT_THAT(outcome.err, StartsWith("plimsoll: ")) << "a failure is told on stderr";
        EXPECT_THAT(outcome.out, Not(HasSubstr("basis")));
    }
}

[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Row> const& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Answers, Command,
    testing::Values(
        Row{"Account", "account day alice", 0, "  equity  -30.50 USD  UNDER WATER\n"},
        Row{"AccountQuick", "account day alice --quick", 0, "  equity  -30.50 USD  UNDER WATER\n"},
        Row{"AccountBeforeTheMark", "account day alice --at before:'#15'", 0, "1 position of PERP left out, no mark price.\n"},
        Row{"AccountAtATime", "account day alice --at 2026-01-01T00:30:00Z", 0, "  equity  50.00 USD\n"},
        Row{"AccountAfterTheEnd", "account day bob --at 2030-01-01", 0, "after event #15 (2026-01-01T02:00:00Z)"},
        Row{"AccountInAnAssetWithoutPrices", "account day bob --in COIN", 0, "1 balance of USD left out, no price in the valuation asset.\n"},
        Row{"Accounts", "accounts day --kind customer", 0, "  alice    customer         -30.50\n"},
        Row{"AccountsCut", "accounts day --limit 2", 0, "4 more: --offset 2\n"},
        Row{"Statement", "statement day alice", 0, "Opening and every part add up to closing.\n"},
        Row{"StatementOfAFee", "statement day alice --from '#13'", 0, "fee    USD           -0.50    49.50"},
        Row{"StatementOfNothing", "statement day alice --from '#14' --to '#15'", 0, "  no events in between\n"},
        Row{"Log", "log day", 0, "alice buys 2 PERP from bob at 100 for 200.00 USD, buyer fee 0.50 USD"},
        Row{"LogCut", "log day --limit 3", 0, "There are more: --from '#3'\n"},
        Row{"LogOfAKind", "log day --kind observed", 0, "PERP mark_price 60"},
        Row{"LogOfAnAccount", "log day --account fund", 0, "deposit 30.00 USD, world -> fund"},
        Row{"Solvency", "solvency day", 0, "  1 account below zero   -30.50\n"},
        Row{"SolvencyEarlier", "solvency day --at '#13'", 0, "  Nobody is under water.\n"},
        Row{"SolvencyClosesToZero", "solvency day", 0, "  sum of the book (zero)      0.00\n"},
        Row{"Timeline", "timeline day --every 30m", 0, "  2026-01-01T00:30:00Z    #13"},
        Row{"Diff", "diff day --from '#14' --events", 0, "  PERP mark_price 60"},
        Row{"DiffOfOne", "diff day --from '#13' --account alice", 0, "  alice    USD   balance   50.00    49.50    -0.50\n"},
        Row{"DiffOfNothing", "diff day --from latest", 0, "  the same moment\n"},
        Row{"Stats", "stats day", 0, "  Transferred            3\n"},
        Row{"Verify", "verify day", 0, "Sound: everything stored is what the log adds up to.\n"},
        Row{"ExportToStdout", "export day --format events --from '#14'", 0, R"("kind":"Observed")"},
        Row{"Help", "help", 0, "Exit status: 0 fine, 1 a finding, 2 usage, 3 bad input, 4 damaged ledger."},
        Row{"HelpOfOne", "help statement", 0, "plimsoll statement day user-17"},
        Row{"Version", "--version", 0, "plimsoll 0."}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    OnAnEmptyLedger, Command,
    testing::Values(Row{"EmptySolvency", "solvency empty", 0, "Nothing was recorded by then"},
                    Row{"EmptyAccounts", "accounts empty", 0, "nothing was recorded by then"},
                    Row{"EmptyStats", "stats empty", 0, "nothing was recorded yet"},
                    Row{"EmptyLog", "log empty", 0, "no events"},
                    Row{"EmptyAccount", "account empty alice", 3, "no accounts at that moment"},
                    Row{"EmptyTimeline", "timeline empty --every 1h", 2, "no assets at that moment"},
                    Row{"EmptyVerify", "verify empty", 0, "Sound"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Refusals, Command,
    testing::Values(
        Row{"NoSuchAccount", "account day zed", 3, "no such account: 'zed'; plimsoll accounts lists"},
        Row{"NearAccount", "account day alcie", 3, "did you mean 'alice'?"},
        Row{"NotYetAnAccount", "account day bob --at '#3'", 3, "'bob' at that moment; event #9 opens it"},
        Row{"FutureEvent", "account day alice --at '#99'", 2, "it ends after event #15"},
        Row{"NotAMoment", "solvency day --at yesterday", 2, "'yesterday'"},
        Row{"MomentForgotten", "solvency day --at", 2, "a shell takes # for a comment"},
        Row{"BackToFront", "statement day alice --from latest --to '#3'", 2, "exchange them"},
        Row{"NotALedger", "solvency /tmp", 3, "not a Plimsoll ledger (make one with: plimsoll init DIR): /tmp"},
        Row{"NoDirectory", "stats nowhere", 3, "nowhere"},
        Row{"InitTwice", "init day", 3, "the directory is not empty"},
        Row{"NoSuchCommand", "solve day", 2, "see plimsoll --help"},
        Row{"NoSuchFlag", "account day alice --verbose", 2, "see plimsoll account --help"},
        Row{"NoSuchKind", "log day --kind Foo", 2, "Foo not in"},
        Row{"NoSuchFormat", "import day --format xml story.jsonl", 2, "there are bitmex-wallet, stark-perpetual, deribit-chain, events"},
        Row{"NoSuchExport", "export day --format xml", 2, "there are events, csv, hledger"},
        Row{"NoSuchReconciliation", "reconcile day --format xml x", 2, "there is bitmex-wallet-snapshot"},
        Row{"NoSuchFile", "import day --format events missing.jsonl", 3, "missing.jsonl"},
        Row{"NoSuchAsset", "solvency day --in EUR", 3, "the ledger has USD, COIN"},
        Row{"NotADuration", "timeline day --every 1parsec", 2, "not a duration such as 15m, 8h or 1d"},
        Row{"TooManySteps", "timeline day --every 1ms", 2, "choose a longer one"},
        Row{"GenerateIntoAFullOne", "generate --ledger day", 2, "needs an empty ledger"},
        Row{"GenerateNowhere", "generate", 2, "FILE or --ledger DIR"},
        Row{"ExportOfTwoThings", "export day --format csv --json", 2, "needs --output FILE"},
        Row{"HelpOfNothing", "help solve", 2, "there is no command 'solve'"}),
    name_of);

// ---- JSON: what other programs rely on ----

struct Json {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
};

/// Runs, expects the status, parses stdout.
void ask(CommandSetting const& setting, std::string const& words, Json& json, int status = 0) {
    Outcome const outcome = setting.run(words + " --json");
    json.root = json.parser.parse(std::string_view("{}")); // what is asked of it then fails in words
    ASSERT_EQ(outcome.status, status) << outcome.err;
    ASSERT_EQ(json.parser.parse(outcome.out).get(json.root), simdjson::SUCCESS) << outcome.out;
}

[[nodiscard]] std::string text(simdjson::dom::element const& root, char const* pointer) {
    std::string_view value;
    return root.at_pointer(pointer).get(value) == simdjson::SUCCESS ? std::string(value)
                                                                    : "no text at " + std::string(pointer);
}
[[nodiscard]] std::int64_t number(simdjson::dom::element const& root, char const* pointer) {
    std::int64_t value = -1;
    return root.at_pointer(pointer).get(value) == simdjson::SUCCESS ? value : -1;
}
[[nodiscard]] bool flag(simdjson::dom::element const& root, char const* pointer) {
    bool value = false;
    return root.at_pointer(pointer).get(value) == simdjson::SUCCESS && value;
}
[[nodiscard]] std::size_t size(simdjson::dom::element const& root, char const* pointer) {
    simdjson::dom::array array;
    return root.at_pointer(pointer).get(array) == simdjson::SUCCESS ? array.size() : 999;
}

class CommandJson : public testing::Test {
protected:
    void SetUp() override { setting.tell_story(); }
    CommandSetting setting;
    Json json;
};

TEST_F(CommandJson, OfAnAccount) {
    ask(setting, "account day alice", json);
    EXPECT_EQ(text(json.root, "/balances/0/asset"), "USD");
    EXPECT_EQ(text(json.root, "/balances/0/amount"), "49.50") << "with the asset's own decimals";
    EXPECT_EQ(text(json.root, "/positions/0/instrument"), "PERP");
    EXPECT_EQ(text(json.root, "/positions/0/size"), "2");
    EXPECT_EQ(text(json.root, "/equity/asset"), "USD");
    EXPECT_EQ(text(json.root, "/equity/amount"), "-30.50");
    EXPECT_TRUE(flag(json.root, "/complete"));
    EXPECT_EQ(number(json.root, "/quarantined"), 0);
}

TEST_F(CommandJson, OfSolvency) {
    ask(setting, "solvency day", json);
    EXPECT_EQ(number(json.root, "/accounts_negative"), 1);
    EXPECT_EQ(text(json.root, "/asset"), "USD");
    EXPECT_EQ(text(json.root, "/equity_total"), "549.50");
    EXPECT_EQ(text(json.root, "/equity_negative_total"), "-30.50");
    EXPECT_EQ(text(json.root, "/insolvent/0/account"), "alice");
    EXPECT_EQ(text(json.root, "/insolvent/0/equity"), "-30.50");
    EXPECT_EQ(size(json.root, "/insolvent"), 1U);
}

TEST_F(CommandJson, NamesItsBasisEverywhere) {
    setting.write("copy.jsonl", crash_story);
    for (auto const* words :
         {"account day alice", "accounts day", "statement day alice", "log day", "solvency day",
          "timeline day --every 1h", "diff day --from '#3'", "stats day", "verify day", "checkpoint day",
          "import day --format events copy.jsonl", "export day --format csv --output day.csv"}) {
        SCOPED_TRACE(words);
        Json one;
        ask(setting, words, one);
        EXPECT_EQ(number(one.root, "/basis/sequence"), crash_story_events);
        EXPECT_EQ(number(one.root, "/basis/log_size"), crash_story_events);
        EXPECT_EQ(text(one.root, "/basis/time"), "2026-01-01T02:00:00Z");
        EXPECT_EQ(text(one.root, "/basis/state_root").size(), 64U);
        EXPECT_EQ(text(one.root, "/basis/log_root").size(), 64U);
        EXPECT_THAT(text(one.root, "/build"), StartsWith("plimsoll "));
    }
}

TEST_F(CommandJson, OfTheQuickWaySaysThatItHasNoRoot) {
    ask(setting, "account day alice --quick", json);
    simdjson::dom::element root;
    ASSERT_EQ(json.root.at_pointer("/basis/state_root").get(root), simdjson::SUCCESS);
    EXPECT_TRUE(root.is_null());
    EXPECT_EQ(text(json.root, "/equity/amount"), "-30.50");
}

TEST_F(CommandJson, OfALogIsWhatImportReads) {
    ask(setting, "log day --from '#10' --limit 2", json);
    EXPECT_EQ(size(json.root, "/events"), 2U);
    EXPECT_EQ(text(json.root, "/events/0/kind"), "Transferred");
    EXPECT_FALSE(flag(json.root, "/complete"));
    EXPECT_EQ(text(json.root, "/next"), "#12");
    Json rest;
    ask(setting, "log day --from '#12'", rest);
    EXPECT_EQ(size(rest.root, "/events"), 3U);
    EXPECT_TRUE(flag(rest.root, "/complete"));
}

TEST_F(CommandJson, OfAFailureGivesRuleAndStatus) {
    ask(setting, "account day zed", json, 3);
    EXPECT_EQ(text(json.root, "/error/rule"), "unknown_account");
    EXPECT_EQ(number(json.root, "/error/status"), 3);
    Json usage;
    ask(setting, "account day", usage, 2);
    EXPECT_EQ(text(usage.root, "/error/rule"), "usage");
    EXPECT_EQ(number(usage.root, "/error/status"), 2);
}

/// The rule that a program finds in the JSON is the name in the code.
TEST_F(CommandJson, OfAFailureNamesTheRuleThatItBroke) {
    struct Broken {
        char const* words;
        Rule rule;
    };
    for (Broken const& row : {
             Broken{"solvency day --at yesterday", describe(replay::Errc::not_a_moment)},
             Broken{"solvency day --at '#16'", describe(replay::Errc::moment_in_the_future)},
             Broken{"import day --format xml x", describe(Errc::unknown_format)},
             Broken{"import day --format events x", describe(Errc::file_unreadable)},
             Broken{"export day --format csv --output no/such/place", describe(Errc::file_unwritable)},
             Broken{"timeline empty --every 1h", describe(Errc::no_valuation_asset)},
             Broken{"generate --ledger day", describe(Errc::ledger_not_empty)},
             Broken{"solvency day --in EUR", describe(book::Errc::unknown_asset)},
             Broken{"init day", describe(store::Errc::directory_not_empty)},
             Broken{"init story.jsonl/below", describe(store::Errc::cannot_create)},
             Broken{"stats nowhere", describe(store::Errc::not_a_ledger)},
         }) {
        SCOPED_TRACE(row.words);
        Json failure;
        ask(setting, row.words, failure, static_cast<int>(row.rule.status));
        EXPECT_EQ(text(failure.root, "/error/rule"), row.rule.name);
        EXPECT_THAT(text(failure.root, "/error/message"), StartsWith(std::string(row.rule.sentence)));
    }
}

TEST_F(CommandJson, OfAStatementHasEveryPartAndTheBalanceAfterIt) {
    ask(setting, "statement day alice --from '#11'", json);
    EXPECT_EQ(text(json.root, "/opening/balances/0/amount"), "50.00");
    EXPECT_EQ(size(json.root, "/events"), 1U);
    EXPECT_EQ(size(json.root, "/events/0/components"), 3U);
    EXPECT_EQ(text(json.root, "/events/0/components/2/what"), "fee");
    EXPECT_EQ(text(json.root, "/events/0/components/2/amount"), "-0.50");
    EXPECT_EQ(text(json.root, "/events/0/components/2/after"), "49.50");
    EXPECT_EQ(text(json.root, "/closing/balances/0/amount"), "49.50");
    EXPECT_TRUE(flag(json.root, "/adds_up"));
}

// ---- what changes a ledger ----

TEST(CommandImport, TakesAFileOnceHoweverOftenItIsGiven) {
    CommandSetting setting;
    setting.tell_story();
    Json json;
    ask(setting, "import day --format events story.jsonl", json);
    EXPECT_EQ(number(json.root, "/files/0/events_added"), 0);
    EXPECT_EQ(number(json.root, "/basis/sequence"), crash_story_events);
}

TEST(CommandImport, KeepsNothingOfAFileWithABadRecord) {
    CommandSetting setting;
    setting.tell_story();
    setting.write("bad.jsonl",
                  R"({"kind":"Transferred","source":"venue","cursor":"6:0","time":"2026-01-01T03:00:00Z","type":"deposit","account":"bob","counter":"world","asset":"USD","amount":"1"}
{"kind":"Transferred","source":"venue","cursor":"7:0","time":"2026-01-01T03:00:00Z","type":"deposit","account":"bob","counter":"world","asset":"EUR","amount":"1"}
)");
    Outcome const outcome = setting.run("import day --format events bad.jsonl");
    EXPECT_EQ(outcome.status, 3);
    EXPECT_THAT(outcome.err, HasSubstr("bad.jsonl"));
    EXPECT_THAT(outcome.err, HasSubstr("nothing of this file was kept"));
    Json json;
    ask(setting, "stats day", json);
    EXPECT_EQ(number(json.root, "/basis/sequence"), crash_story_events);
}

TEST(CommandImport, TellsOfQuarantinedRecordsInEveryReportAfter) {
    CommandSetting setting;
    setting.tell_story();
    setting.write("odd.jsonl",
                  R"({"kind":"Transferred","source":"venue","cursor":"7:0","time":"2026-01-01T03:00:00Z","type":"deposit","account":"bob","counter":"world","asset":"EUR","amount":"1"}
)");
    Outcome const imported = setting.run("import day --format events --quarantine odd.jsonl");
    ASSERT_EQ(imported.status, 0) << imported.err;
    for (auto const* words : {"account day bob", "accounts day", "statement day bob", "log day", "solvency day",
                              "timeline day --every 1h", "diff day --from '#3'", "stats day", "verify day"}) {
        EXPECT_THAT(setting.run(words).out, HasSubstr("Quarantined: 1 record set aside")) << words;
    }
    EXPECT_THAT(setting.run("log day --kind Quarantined").out, HasSubstr("EUR"));
}

TEST(CommandExport, ImportsAgainToTheSameRoot) {
    CommandSetting setting;
    setting.tell_story();
    ASSERT_EQ(setting.run("export day --format events --output copy.jsonl").status, 0);
    ASSERT_EQ(setting.run("init copy").status, 0);
    Json copy;
    ask(setting, "import copy --format events copy.jsonl", copy);
    Json original;
    ask(setting, "stats day", original);
    EXPECT_EQ(text(copy.root, "/basis/state_root"), text(original.root, "/basis/state_root"));
    EXPECT_FALSE(std::filesystem::exists(setting.directory() / "copy.jsonl.part"));
}

TEST(CommandGenerate, MakesTheSameLedgerByBothRoads) {
    CommandSetting setting;
    Json straight;
    ask(setting, "generate --ledger a --accounts 20 --events 2000 --seed 7", straight);
    ASSERT_EQ(setting.run("generate day.jsonl --accounts 20 --events 2000 --seed 7").status, 0);
    ASSERT_EQ(setting.run("init b").status, 0);
    Json read;
    ask(setting, "import b --format events day.jsonl", read);
    EXPECT_EQ(number(straight.root, "/basis/sequence"), 2000);
    EXPECT_EQ(text(read.root, "/basis/state_root"), text(straight.root, "/basis/state_root"));
    Json account;
    ask(setting, "accounts a --kind customer --limit 5", account);
    EXPECT_EQ(size(account.root, "/accounts"), 5U);
}

TEST(CommandDamage, IsStatusFourWhateverIsAsked) {
    CommandSetting setting;
    setting.tell_story();
    for (auto const& entry : std::filesystem::recursive_directory_iterator(setting.directory() / "day")) {
        if (!entry.path().filename().string().starts_with("MANIFEST-")) continue;
        std::ofstream(entry.path(), std::ios::binary) << std::string(entry.file_size(), 'x');
    }
    for (auto const* words : {"solvency day", "account day alice", "verify day", "stats day", "checkpoint day"}) {
        Outcome const outcome = setting.run(words);
        EXPECT_EQ(outcome.status, static_cast<int>(Status::damaged)) << words << outcome.out;
        EXPECT_THAT(outcome.err, HasSubstr("damaged")) << words;
    }
}

TEST(CommandQuick, ValuesAsTheWholeBookDoes) {
    CommandSetting setting;
    ASSERT_EQ(setting.run("generate --ledger day --accounts 30 --events 4000 --seed 3").status, 0);
    Json all;
    ask(setting, "accounts day --limit 100", all);
    std::size_t const count = size(all.root, "/accounts");
    for (std::size_t i = 0; i < count; i += 7) {
        std::string const place = "/accounts/" + std::to_string(i);
        std::string const name = text(all.root, (place + "/account").c_str());
        Json quick;
        ask(setting, "account day '" + name + "' --quick", quick);
        EXPECT_EQ(text(quick.root, "/equity/amount"), text(all.root, (place + "/equity").c_str())) << name;
    }
}

/// The figures of shared/data/dydx_v3_state_update/README.md.
TEST(CommandOnRealData, FindsTheEightThatWereUnderWaterOnDydx) {
    auto const file = std::filesystem::path(PLIMSOLL_SHARED_DIR) / "data/dydx_v3_state_update/encoded-example.json";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "needs " << file;
    CommandSetting setting;
    ASSERT_EQ(setting.run("init dydx").status, 0);
    ASSERT_EQ(setting.run("import dydx --format stark-perpetual '" + file.string() + "'").status, 0);
    Json json;
    ask(setting, "solvency dydx", json);
    EXPECT_EQ(number(json.root, "/accounts_negative"), 8);
    EXPECT_THAT(text(json.root, "/equity_total"), StartsWith("23328319.50"));
    EXPECT_THAT(text(json.root, "/equity_negative_total"), StartsWith("-183814.10"));
    EXPECT_EQ(text(json.root, "/insolvent/0/account"), "24508");
    EXPECT_THAT(text(json.root, "/insolvent/0/equity"), StartsWith("-168015.43"));
    EXPECT_EQ(text(json.root, "/insolvent/1/account"), "12847");
    EXPECT_THAT(text(json.root, "/insolvent/1/equity"), StartsWith("-6581.57"));
}

/// The break that shared/data/bitmex_account_2020_2026/README.md describes, and its five rows.
TEST(CommandOnRealData, FindsAndExplainsTheBreakOnBitmex) {
    auto const data = std::filesystem::path(PLIMSOLL_SHARED_DIR) / "data/bitmex_account_2020_2026";
    if (!std::filesystem::exists(data)) GTEST_SKIP() << "needs " << data;
    auto file = [&](char const* date, char const* name) { return "'" + (data / date / name).string() + "'"; };
    std::string const reconcile = "reconcile books --format bitmex-wallet-snapshot " +
                                  file("snapshot_2026-04-17", "api-v1-user-wallet.snapshot-all.csv");
    std::string const import = "import books --format bitmex-wallet ";
    CommandSetting setting;
    ASSERT_EQ(setting.run("init books").status, 0);
    ASSERT_EQ(setting.run(import + file("snapshot_2026-04-17", "api-v1-user-walletHistory.csv")).status, 0);
    Json before;
    ask(setting, reconcile, before, 1);
    EXPECT_EQ(number(before.root, "/differing"), 1);
    EXPECT_EQ(text(before.root, "/rows/0/difference"), "0.00090659");

    ASSERT_EQ(setting.run(import + file("snapshot_2026-05-03", "api-v1-user-walletHistory.csv")).status, 0);
    Json after;
    ask(setting, reconcile, after);
    EXPECT_EQ(number(after.root, "/differing"), 0);
    Json statement;
    ask(setting, "statement books main --from 2026-04-17T12:14:00Z --to 2026-04-17T14:23:57.017Z", statement);
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < size(statement.root, "/events"); ++i) {
        parts.push_back(text(statement.root, ("/events/" + std::to_string(i) + "/components/0/amount").c_str()));
    }
    EXPECT_THAT(parts, ElementsAre("-0.00006260", "-0.00023804", "-0.00006521", "-0.00002543", "-0.00051531"));
    EXPECT_EQ(text(statement.root, "/closing/balances/0/amount"), "30.41393535");
}

} // namespace
} // namespace plimsoll::tools
