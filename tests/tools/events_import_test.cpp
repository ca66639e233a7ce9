#include "ledger/book/errc.hpp"
#include "tests/tools/event_story.hpp"
#include "tools/import/sequence_map.hpp"
#include "tools/text/lines.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ImportSummary must(result<ImportSummary> const& summary) {
    EXPECT_TRUE(summary) << summary.error().message();
    return summary ? summary.value() : ImportSummary{};
}

[[nodiscard]] std::vector<Event> log_of(ImportSetting& ledger) {
    std::vector<Event> events;
    auto const reader = ledger.reader();
    EXPECT_TRUE(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
        events.push_back(event);
        return true;
    }));
    return events;
}

TEST(EventsImport, TakesWhatPeopleWrite) {
    ImportSetting ledger;
    auto const summary = must(ledger.run(import_events, ledger.file(story)));
    EXPECT_EQ(summary.records_read, lines_in(story));
    EXPECT_EQ(summary.records_added, lines_in(story));
    EXPECT_EQ(summary.events_added, ledger.book().sequence());
    EXPECT_EQ(ledger.book().sequence(), lines_in(story) + 2 + 2); // two sources, two who meet funding
    EXPECT_EQ(ledger.balance("exchange", "USDT"), "0.35");
    EXPECT_EQ(ledger.balance("fund", "USDT"), "-3");
    ASSERT_TRUE(ledger.book().find_source("events") && ledger.book().find_source("engine"));
    EXPECT_EQ(ledger.book().sources[*ledger.book().find_source("events")].cursor, (Cursor{13, 0}));
}

TEST(EventsImport, TheDocumentsFirstFileIsOne) {
    std::ifstream document(std::filesystem::path(PLIMSOLL_SOURCE_DIR) / "tools" / "README.md");
    std::string const text{std::istreambuf_iterator<char>(document), {}};
    auto const section = text.find("## The events format");
    auto const begin = text.find("```\n", section) + 4;
    ASSERT_NE(section, std::string::npos);
    ImportSetting ledger;
    EXPECT_EQ(must(ledger.run(import_events, ledger.file(text.substr(begin, text.find("```", begin) - begin)))).records_added, 4U);
    EXPECT_EQ(ledger.balance("alice", "USDT"), "1000.5");
}

TEST(EventsImport, AnExportMakesTheSameLedger) {
    ImportSetting first;
    must(first.run(import_events, first.file(story)));
    std::string const lines = exported(*first.reader(), "events");

    ImportSetting second;
    auto const summary = must(second.run(import_events, second.file(lines)));
    EXPECT_EQ(summary.records_added, first.book().sequence());
    EXPECT_EQ(to_hex(second.engine().state_root()), to_hex(first.engine().state_root()));
    EXPECT_EQ(to_hex(second.reader()->log_root()), to_hex(first.reader()->log_root()));
    EXPECT_EQ(exported(*second.reader(), "events"), lines);
}

TEST(EventsImport, ASecondTimeAddsNothing) {
    ImportSetting ledger;
    must(ledger.run(import_events, ledger.file(story)));
    ledger.reopen();
    std::string const lines = exported(*ledger.reader(), "events");
    Hash const root = ledger.engine().state_root();

    auto const again = must(ledger.run(import_events, ledger.file(lines, "export")));
    EXPECT_EQ(again.records_duplicate, lines_in(lines));
    EXPECT_EQ(again.records_added + again.events_added, 0U);
    EXPECT_THAT(again.notes, ElementsAre(HasSubstr("2 events of no source were taken to be those at their places")));
    EXPECT_EQ(ledger.engine().state_root(), root);
}

TEST(EventsImport, AnOverlappingExportAddsItsEnd) {
    ImportSetting whole;
    must(whole.run(import_events, whole.file(story)));
    std::string const all = exported(*whole.reader(), "events");
    for (std::uint64_t const cut : {std::uint64_t{11}, std::uint64_t{15}, std::uint64_t{17}, std::uint64_t{28}}) {
        ImportSetting part;
        must(part.run(import_events, part.file(exported(*whole.reader(), "events", {1, cut}))));
        auto const rest = must(part.run(import_events, part.file(all)));
        EXPECT_EQ(rest.records_duplicate, cut);
        EXPECT_EQ(exported(*part.reader(), "events"), all);
    }
}

TEST(EventsImport, HalfARecordIsNotTheRecord) {
    ImportSetting whole;
    must(whole.run(import_events, whole.file(story)));
    ImportSetting part;
    must(part.run(import_events, part.file(exported(*whole.reader(), "events", {1, 16}))));
    auto const rest = part.run(import_events, part.file(exported(*whole.reader(), "events")));
    ASSERT_FALSE(rest);
    EXPECT_TRUE(rest.error().is(replay::Errc::record_conflicts));
    EXPECT_THAT(rest.error().message(), HasSubstr("input:16-17: the ledger has 1 of the record's 2 events"));
}

TEST(EventsImport, SequencesMoveWithTheirEvents) {
    ImportSetting first;
    must(first.run(import_events, first.file(story)));
    ImportSetting second;
    must(second.run(import_events, second.file(R"({"kind":"FeedDefined","name":"a"}
{"kind":"FeedDefined","name":"b"}
)")));
    must(second.run(import_events, second.file(exported(*first.reader(), "events"))));
    auto const before = log_of(first);
    auto const after = log_of(second);
    ASSERT_EQ(after.size(), before.size() + 2);
    int moved = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        std::uint64_t const cause = before[i].origin.cause_sequence;
        EXPECT_EQ(after[i + 2].origin.cause_sequence, cause == 0 ? 0 : cause + 2);
        moved += cause == 0 ? 0 : 1;
    }
    EXPECT_EQ(moved, 2); // both who met funding
    auto const& reversal = *std::get<RareFact>(after[after.size() - 2].body)->AsReversed();
    EXPECT_EQ(reversal.sequence, 12U + 2);
}

TEST(EventsImport, LinesMayEndInAnyWay) {
    ImportSetting ledger;
    std::string text = "\xEF\xBB\xBF" + std::string(story.substr(0, story.size() - 1)); // and the last without an end
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 5)) text.replace(at, 1, "\r\n\r\n ");
    EXPECT_EQ(must(ledger.run(import_events, ledger.file(text))).records_added, lines_in(story));
}

/// One more line, at the end of the story, that stops the import.
struct Stop {
    std::string name;
    std::string line;
    std::string message;
    bool (*is_rule)(Error const&);
    friend void PrintTo(Stop const& row, std::ostream* out) { *out << row.name; }
};
template <auto Code> bool is(Error const& error) { return error.is(Code); }

class EventsImportStop : public testing::TestWithParam<Stop> {};

TEST_P(EventsImportStop, NamesFileLineAndReasonAndLeavesNothing) {
    ImportSetting ledger;
    auto const summary = ledger.run(import_events, ledger.file(std::string(story) + GetParam().line, "day.jsonl"));
    ASSERT_FALSE(summary);
    EXPECT_TRUE(GetParam().is_rule(summary.error())) << summary.error().message();
    EXPECT_THAT(summary.error().message(), HasSubstr("day.jsonl:26"));
    EXPECT_THAT(summary.error().message(), HasSubstr(GetParam().message));
    EXPECT_EQ(ledger.book().sequence(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, EventsImportStop,
    testing::Values(
        Stop{"Truncated", R"({"kind":"Transferred","type":"dep)", "not a line of JSON", is<Errc::json_malformed>},
        Stop{"OtherDefinition", R"({"kind":"AssetDefined","name":"USDT","decimals":8,"asset_kind":"stablecoin"})",
             "the ledger has this name already, with another definition", is<Errc::definition_differs>},
        Stop{"TooManyDecimals",
             R"({"kind":"Transferred","time":"2026-01-03","type":"transfer","account":"market","counter":"fund",)"
             R"("asset":"USDT","amount":"0.0000001"})",
             "amount: '0.0000001' where 6 are allowed", is<event::Errc::too_many_decimals>},
        Stop{"TimeGoesBack",
             R"({"kind":"Observed","source":"engine","cursor":"7:0","time":"2026-01-01T10:59:59Z",)"
             R"("observation":"rate","subject":"BTC-PERP","value":"0"})",
             "engine is at 2026-01-01T11:00:00Z", is<book::Errc::time_goes_back>},
        Stop{"CursorGoesBack",
             R"({"kind":"Observed","source":"engine","cursor":"5:1","time":"2026-01-03",)"
             R"("observation":"rate","subject":"BTC-PERP","value":"0"})",
             "engine 5:1", is<replay::Errc::record_late>},
        Stop{"DuplicateWithOtherContent",
             R"({"kind":"Observed","source":"engine","cursor":"2:0","time":"2026-01-01T02:00:00Z",)"
             R"("observation":"mark_price","subject":"BTC-PERP","value":"102"})",
             "engine 2:0", is<replay::Errc::record_conflicts>},
        Stop{"RefusedByTheBook",
             R"({"kind":"Transferred","time":"2026-01-03","type":"deposit","account":"market","counter":"fund",)"
             R"("asset":"USDT","amount":"1"})",
             "(mend the line, or set it aside with --quarantine)", is<book::Errc::counter_must_be_outside>}),
    [](auto const& row) { return row.param.name; });

TEST(EventsImport, WhatIsBadCanBeSetAside) {
    ImportSetting ledger;
    ImportOptions options;
    options.quarantine = true;
    options.source = "aside";
    std::string const bad = "{\"kind\":\"Teleported\"}\n" + std::string(5'000, '\xE4') + "\n";
    // The second line of this record is bad, and takes the first and the third with it: an account
    // that the record opens is not there for the line that follows, which names its own.
    std::string const record = R"({"kind":"AccountOpened","source":"engine","cursor":"8:0","name":"carol","account_kind":"customer"}
{"kind":"Observed","source":"engine","cursor":"8:0","time":"2026-01-03","observation":"luck","subject":"USDT","value":"0"}
{"kind":"FeedDefined","source":"engine","cursor":"8:0","name":"c"}
{"kind":"AccountOpened","name":"dora","account_kind":"customer"}
)";
    auto const path = ledger.file(std::string(story) + bad + record, "day.jsonl");
    auto const summary = must(ledger.run(import_events, path, options));
    EXPECT_EQ(summary.records_added, lines_in(story) + 1);
    EXPECT_EQ(summary.records_quarantined, 5U);
    EXPECT_EQ(ledger.book().head[1].quarantined, 5U);
    EXPECT_THAT(summary.notes, ElementsAre(HasSubstr("5 lines set aside under source aside")));
    EXPECT_FALSE(ledger.book().find_account("carol") || ledger.book().find_feed("c"));
    EXPECT_TRUE(ledger.book().find_account("dora"));

    std::vector<Quarantined> aside;
    for (Event const& event : log_of(ledger)) {
        if (auto const* rare = std::get_if<RareFact>(&event.body)) {
            if (auto const* fact = (*rare)->AsQuarantined()) aside.push_back(*fact);
        }
    }
    ASSERT_EQ(aside.size(), 5U);
    EXPECT_THAT(aside[0].place, HasSubstr("day.jsonl:26"));
    EXPECT_EQ(aside[0].record, R"({"kind":"Teleported"})");
    EXPECT_THAT(aside[0].reason, HasSubstr("'Teleported' is no kind of event"));
    EXPECT_EQ(aside[1].record.size(), 4'095U); // 1,365 characters that say "not UTF-8", of 3 bytes each
    EXPECT_THAT(aside[2].reason, HasSubstr("line 29: observation: 'luck'"));

    auto const again = must(ledger.run(import_events, path, options));
    EXPECT_EQ(again.records_duplicate, again.records_read);
    EXPECT_EQ(again.events_added, 0U);
}

TEST(EventsImport, TwoFilesWithoutCursorsNeedTwoSources) {
    ImportSetting ledger;
    must(ledger.run(import_events, ledger.file(story)));
    std::string const other = R"({"kind":"ParameterSet","time":"2026-01-03","name":"x","value":"1"})";
    auto const refused = ledger.run(import_events, ledger.file("\n\n\n\n\n\n\n\n\n\n" + other));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(replay::Errc::record_conflicts));
    EXPECT_THAT(refused.error().message(), HasSubstr("needs a source of its own: --source"));
    ImportOptions options;
    options.source = "parameters";
    EXPECT_EQ(must(ledger.run(import_events, ledger.file(other), options)).records_added, 1U);
}

TEST(EventsImport, AFileThatIsNotThereIsSaid) {
    ImportSetting ledger;
    for (std::filesystem::path const& path : {ledger.ledger() / "nothing.jsonl", ledger.ledger()}) {
        auto const summary = ledger.run(import_events, path);
        ASSERT_FALSE(summary);
        EXPECT_TRUE(summary.error().is(Errc::file_unreadable)) << summary.error().message();
    }
}

TEST(LineReader, GivesLinesOverTheEdgesOfItsChunks) {
    ImportSetting setting;
    std::string text;
    std::vector<std::string> want;
    for (int const length : {0, 1, 262'142, 262'143, 262'144, 262'145, 600'000, 0, 3}) {
        want.emplace_back(static_cast<std::size_t>(length), 'x');
        text += want.back() + "\n";
    }
    auto reader = LineReader::open(setting.file(text));
    ASSERT_TRUE(reader);
    for (auto const& line : want) EXPECT_EQ(reader.value().next().value(), line);
    EXPECT_EQ(reader.value().next().value(), std::nullopt);
    EXPECT_EQ(reader.value().bytes_read(), text.size());
}

TEST(LineReader, RefusesLinesThatNeverEnd) {
    ImportSetting setting;
    auto reader = LineReader::open(setting.file("\n" + std::string(LineReader::line_limit_bytes + (1 << 19), 'x')));
    ASSERT_TRUE(reader);
    EXPECT_TRUE(reader.value().next());
    auto const line = reader.value().next();
    ASSERT_FALSE(line);
    EXPECT_THAT(line.error().message(), HasSubstr(":2: a line of more than 16 MiB"));
}

TEST(SequenceMap, FollowsRuns) {
    SequenceMap map;
    EXPECT_EQ(map.translate(7), 7U); // nothing known: as it stands
    map.record(10, 110);
    map.record(11, 111);
    map.record(20, 20);
    EXPECT_EQ(map.translate(9), 109U);
    EXPECT_EQ(map.translate(15), 115U);
    EXPECT_EQ(map.translate(19), 119U);
    EXPECT_EQ(map.translate(20), 20U);
    EXPECT_EQ(map.translate(1'000), 1'000U);
    map.record(1'001, 1);
    EXPECT_EQ(map.translate(1'001), 1U);
    EXPECT_EQ(map.translate(1'000), 1'000U);
    SequenceMap cut;
    cut.record(101, 1);
    EXPECT_EQ(cut.translate(100), 0U); // before all that the ledger has of the file
    EXPECT_EQ(cut.translate(101), 1U);
}

} // namespace
} // namespace plimsoll::tools
