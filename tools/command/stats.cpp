#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/event_text.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <map>

namespace plimsoll::tools {
namespace {

constexpr char const* examples = "What the ledger holds: events by kind, accounts, sources with their cursors, and its size on disk.\n"
                                 "\n"
                                 "  plimsoll stats day\n"
                                 "  plimsoll stats day --json\n";

struct Stats {
    std::map<std::string_view, std::uint64_t> kinds;
    std::uint64_t size_bytes = 0;
};

[[nodiscard]] std::uint64_t size_on_disk(std::string const& directory) {
    std::uint64_t bytes = 0;
    std::error_code ignored; // a file may vanish while a writer is at work
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory, ignored)) {
        std::uint64_t const size = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
        if (!ignored) bytes += size;
    }
    return bytes;
}

[[nodiscard]] result<Stats> count(replay::Reader const& reader, std::string const& directory) {
    Stats stats;
    stats.size_bytes = size_on_disk(directory);
    Progress progress("stats", ProgressUnit::events);
    PLIMSOLL_TRYV(reader.for_events(1, reader.log_size(), [&](std::uint64_t sequence, Event const& event) {
        ++stats.kinds[kind_of(event)];
        if (sequence % 4096 == 0) progress.show(sequence, reader.log_size());
        return true;
    }));
    return stats;
}

[[nodiscard]] std::map<std::string_view, std::uint64_t> accounts_by_kind(book::Book const& book) {
    std::map<std::string_view, std::uint64_t> kinds;
    for (book::AccountRow const& row : book.accounts.rows()) ++kinds[word(row.kind)];
    return kinds;
}

[[nodiscard]] std::string cursor_text(Cursor const& cursor) { return fmt::format("{}:{}", cursor.major, cursor.minor); }

/// Calls f(words, rows) for the tables that say how large the book is.
template <class F> void for_sizes(book::Book const& book, F&& f) {
    f("accounts", book.accounts.size());
    f("assets", book.assets.size());
    f("instruments", book.instruments.size());
    f("balances", book.balances.size());
    f("positions", book.positions.size());
    f("liquidations", book.liquidations.size());
    f("losses", book.losses.size());
}

void write_counts(JsonWriter& json, std::string_view field, std::map<std::string_view, std::uint64_t> const& counts) {
    json.key(field).begin_object();
    for (auto const& [name, number] : counts) json.field(name, number);
    json.end_object();
}

[[nodiscard]] std::string to_json(replay::Moment const& moment, Stats const& stats) {
    book::Book const& book = moment.book;
    return json_answer("stats", book, moment.basis, [&](JsonWriter& json) {
        json.field("size_bytes", stats.size_bytes);
        write_counts(json, "events_by_kind", stats.kinds);
        json.key("rows").begin_object();
        for_sizes(book, [&](char const* words, std::uint32_t rows) { json.field(words, rows); });
        json.end_object();
        write_counts(json, "accounts_by_kind", accounts_by_kind(book));
        json.key("sources").begin_array();
        for (book::SourceRow const& row : book.sources.rows()) {
            json.begin_object().field("source", row.name.view());
            json.field("kind", word(static_cast<wire::SourceKind>(row.kind))).field("cursor", cursor_text(row.cursor));
            json.field("time", format_time(row.time)).field("events", row.events);
            json.field("quarantined", row.quarantined).end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string to_text(std::string const& directory, replay::Moment const& moment, Stats const& stats) {
    book::Book const& book = moment.book;
    std::uint64_t const events = moment.basis.log_size;
    std::string out = fmt::format("{}: {}, {} on disk", directory, people_plural(events, "event"),
                                  people_bytes(stats.size_bytes));
    if (events != 0) out += fmt::format(" ({} an event)", people_plural(stats.size_bytes / events, "byte"));
    out += "\n\n";
    Table kinds({{"event"}, {"count", Align::right}});
    for (auto const& [name, number] : stats.kinds) kinds.row({std::string(name), people_count(number)});
    out += kinds.empty() ? "  nothing was recorded yet (plimsoll import adds records)\n" : kinds.text() + "\n";
    Table rows({{"in the book"}, {"rows", Align::right}});
    for_sizes(book, [&](char const* words, std::uint32_t number) { rows.row({words, people_count(number)}); });
    if (events != 0) out += rows.text();
    Table accounts({{"accounts of kind"}, {"count", Align::right}});
    for (auto const& [name, number] : accounts_by_kind(book)) accounts.row({std::string(name), people_count(number)});
    if (!accounts.empty()) out += "\n" + accounts.text();
    Table sources({{"source"}, {"kind"}, {"cursor", Align::right}, {"time"}, {"events", Align::right}, {"quarantined", Align::right}});
    for (book::SourceRow const& row : book.sources.rows()) {
        sources.row({std::string(row.name.view()), std::string(word(static_cast<wire::SourceKind>(row.kind))),
                     cursor_text(row.cursor), format_time(row.time), people_count(row.events),
                     people_count(row.quarantined)});
    }
    if (!sources.empty()) out += "\n" + sources.text();
    return out + people_foot(book, moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, std::string const& directory) {
    PLIMSOLL_TRY(reader, open_reader(directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
    PLIMSOLL_TRY(stats, count(*reader, directory));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(moment, stats) : to_text(directory, moment, stats)));
    return Status::fine;
}

} // namespace

void add_stats(Shell& shell) {
    auto directory = std::make_shared<std::string>();
    CLI::App& command = shell.add("stats", "What the ledger holds, and its size", examples);
    command.add_option("DIR", *directory, "The ledger")->required();
    shell.on_run(command, [&shell, directory] { return show(shell, *directory); });
}

} // namespace plimsoll::tools
