#include "tools/import/events.hpp"

#include "tools/import/definitions.hpp"
#include "tools/import/event_group.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/lines.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t progress_every_lines = 4096;
constexpr std::size_t quarantined_text_bytes = 4096;

/// Where a record lies in its source, or a failing disk, no setting aside can mend.
[[nodiscard]] bool can_be_set_aside(Error const& error) {
    return error.status() == Status::bad_input && error.rule().room != "replay" && error.rule().room != "store";
}

class EventsImport {
public:
    EventsImport(replay::Engine& engine, LineReader lines, ImportOptions const& options)
        : engine_(engine), lines_(std::move(lines)), options_(options), names_(engine.book()),
          own_source_(options.source.empty() ? "events" : options.source), start_(engine.book().sequence()) {}

    [[nodiscard]] result<ImportSummary> run();

private:
    enum class Outcome : std::uint8_t { none, added, duplicate };

    [[nodiscard]] book::Book const& book() const { return engine_.book(); }
    [[nodiscard]] result<void> take(std::string_view text);
    [[nodiscard]] EventGroup::Key key_of(EventLine const& line) const;
    [[nodiscard]] result<void> take_bad(std::string_view text, Error const& error);
    void begin(EventGroup::Key key, EventLine const& line);
    void add_line(std::string_view text, EventLine const& line);
    [[nodiscard]] result<bool> flush();
    [[nodiscard]] result<bool> submit();
    [[nodiscard]] result<void> submit_group();
    [[nodiscard]] result<void> set_aside(Error const& why);
    [[nodiscard]] result<void> set_line_aside(EventGroup::Line const& line, std::string const& reason);
    void count_duplicate(std::uint64_t lines);
    [[nodiscard]] bool is_in_its_place() const;
    [[nodiscard]] std::string place_of_group() const;
    void write_notes();

    replay::Engine& engine_;
    LineReader lines_;
    ImportOptions const& options_;
    EventReader reader_;
    Names names_;
    std::string own_source_; ///< of lines that have no cursor, and of what is set aside
    std::uint64_t start_;    ///< events before this import
    EventGroup group_;
    SequenceMap sequences_;
    Outcome last_ = Outcome::none;
    std::uint64_t taken_for_known_ = 0;
    ImportSummary summary_;
};

result<ImportSummary> EventsImport::run() {
    summary_.file = lines_.name();
    while (true) {
        PLIMSOLL_TRY(line, lines_.next());
        if (!line) break;
        if (lines_.line() % progress_every_lines == 0) options_.progress(lines_.bytes_read(), lines_.bytes_in_all());
        if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
        ++summary_.records_read;
        PLIMSOLL_TRYV(take(*line));
    }
    PLIMSOLL_TRYV(flush());
    options_.progress(lines_.bytes_read(), lines_.bytes_in_all());
    write_notes();
    return std::move(summary_);
}

result<void> EventsImport::take(std::string_view text) {
    auto read = reader_.read(text, names_);
    EventGroup::Key key = key_of(reader_.last());
    bool const continues = !group_.empty() && key.is_record() && key == group_.key;
    if (!continues) {
        PLIMSOLL_TRY(names_stand, flush());
        if (!names_stand) read = reader_.read(text, names_);
    }
    if (!read && !options_.quarantine) {
        return outcome::failure(read.error().at(lines_.place() + " (mend the line, or set it aside with --quarantine)"));
    }
    if (!continues) begin(std::move(key), reader_.last());
    if (!read) return take_bad(text, read.error());
    add_line(text, read.value());
    if (group_.key.is_record()) return outcome::success();
    PLIMSOLL_TRYV(flush());
    return outcome::success();
}

EventGroup::Key EventsImport::key_of(EventLine const& line) const {
    EventGroup::Key key{std::string(line.source), line.event.origin.cursor};
    bool const is_of_no_record = key.cursor == Cursor{} && line.sequence != 0; // an export says so
    if (line.is_definition || (line.has_cursor && (key.cursor != Cursor{} || is_of_no_record))) return key;
    if (key.source.empty()) key.source = own_source_;
    key.cursor = {lines_.line(), 0};
    return key;
}

/// Opens the group, and defines its source where nobody has.
void EventsImport::begin(EventGroup::Key key, EventLine const& line) {
    group_.key = std::move(key);
    group_.is_definition = line.is_definition;
    if (group_.key.source.empty() || names_.source(group_.key.source)) return;
    SourceDefined source;
    source.name = group_.key.source;
    source.kind = wire::SourceKind::file;
    Event event;
    event.origin.source_time = line.event.origin.source_time;
    event.origin.cause = Cause::definition;
    event.body = rare(std::move(source));
    names_.announce(event);
    group_.add(std::move(event), 0);
}

void EventsImport::add_line(std::string_view text, EventLine const& line) {
    Event event = line.event;
    event.origin.cursor = group_.key.cursor;
    event.origin.source = group_.key.source.empty() ? std::uint16_t{0} : *names_.source(group_.key.source);
    names_.announce(event);
    group_.add(std::move(event), line.sequence);
    group_.lacks_record = group_.lacks_record || !line.has_record;
    bool const needs_text = options_.quarantine || !line.has_record;
    group_.lines.push_back({lines_.line(), std::string(needs_text ? text : "")});
}

result<void> EventsImport::take_bad(std::string_view text, Error const& error) {
    group_.lines.push_back({lines_.line(), std::string(text)});
    if (!group_.bad) group_.bad = error.at(fmt::format("line {}", lines_.line()));
    if (group_.key.is_record()) return outcome::success();
    PLIMSOLL_TRYV(flush());
    return outcome::success();
}

/// False where the group was set aside: names that it announced do not stand, and what was read after
/// it must be read again.
result<bool> EventsImport::flush() {
    if (group_.empty()) return true;
    PLIMSOLL_TRY(is_taken, submit());
    group_ = {};
    names_.settle();
    return is_taken;
}

/// True where the group is in the ledger, false where it was set aside.
result<bool> EventsImport::submit() {
    auto const verdict = group_.bad ? result<void>(outcome::failure(*group_.bad)) : submit_group();
    if (verdict) return true;
    bool const is_mendable = can_be_set_aside(verdict.error());
    if (is_mendable && options_.quarantine) {
        PLIMSOLL_TRYV(set_aside(verdict.error()));
        return false;
    }
    std::string place = place_of_group();
    if (is_mendable) place += " (mend the line, or set it aside with --quarantine)";
    if (group_.key.source == own_source_) place += " (a file without cursors needs a source of its own: --source)";
    return outcome::failure(verdict.error().at(place));
}

result<void> EventsImport::submit_group() {
    std::uint64_t lines = group_.lines.size();
    auto const source = book().find_source(group_.key.source);
    bool const may_be_there = group_.key.is_record() && source && group_.key.cursor <= book().sources[*source].cursor;
    if (!may_be_there) {
        std::size_t const events = group_.events.size();
        PLIMSOLL_TRYV(group_.drop_known_definitions(book()));
        std::uint64_t const known = events - group_.events.size();
        if (known != 0) count_duplicate(known);
        lines -= known;
        if (lines == 0) return outcome::success();
        if (is_in_its_place()) {
            ++taken_for_known_;
            count_duplicate(lines);
            return outcome::success();
        }
        group_.record_sequences(sequences_, book().sequence() + 1);
    }
    group_.fill_records();
    group_.translate_sequences(sequences_);
    PLIMSOLL_TRY(receipt, engine_.submit(group_.events));
    if (receipt.is_duplicate) {
        if (receipt.count < group_.events.size()) {
            return fail(replay::Errc::record_conflicts,
                        fmt::format("the ledger has {} of the record's {} events", receipt.count, group_.events.size()));
        }
        group_.record_sequences(sequences_, receipt.first_sequence);
        count_duplicate(lines);
        return outcome::success();
    }
    summary_.records_added += lines;
    summary_.events_added += receipt.count;
    last_ = Outcome::added;
    return outcome::success();
}

void EventsImport::count_duplicate(std::uint64_t lines) {
    summary_.records_duplicate += lines;
    last_ = Outcome::duplicate;
}

/// An event of no record (a parameter set by hand, say) has nothing to know it by but its place. It is
/// taken to be there where what stands before it was there, and the ledger went on from there.
bool EventsImport::is_in_its_place() const {
    std::uint64_t const in_file = group_.sequences.back();
    return !group_.key.is_record() && !group_.is_definition && last_ == Outcome::duplicate && in_file != 0 &&
           sequences_.translate(in_file) <= start_;
}

result<void> EventsImport::set_aside(Error const& why) {
    for (EventGroup::Line const& line : group_.lines) {
        PLIMSOLL_TRYV(set_line_aside(line, why.message()));
    }
    return outcome::success();
}

/// The line becomes an event of our own source: what it says of its own place cannot be relied on.
result<void> EventsImport::set_line_aside(EventGroup::Line const& line, std::string const& reason) {
    std::string const place = lines_.place(line.number);
    Definitions definitions(engine_);
    PLIMSOLL_TRY(source, definitions.source(own_source_, wire::SourceKind::file));
    Quarantined fact;
    fact.place = valid_utf8(place);
    fact.reason = valid_utf8(reason);
    fact.record = valid_utf8(line.text, quarantined_text_bytes);
    Event event;
    event.origin.source = source;
    event.origin.cursor = {line.number, 0};
    event.origin.source_time = book().sources[source].time;
    event.origin.record = record_fingerprint(line.text);
    event.body = rare(std::move(fact));
    auto const receipt = engine_.submit(event);
    if (!receipt) return outcome::failure(receipt.error().at(place + " (set aside; try a source of its own: --source)"));
    summary_.events_added += definitions.events();
    if (receipt.value().is_duplicate) {
        ++summary_.records_duplicate;
        return outcome::success();
    }
    ++summary_.records_quarantined;
    summary_.events_added += receipt.value().count;
    return outcome::success();
}

std::string EventsImport::place_of_group() const {
    std::string place = lines_.place(group_.lines.front().number);
    if (group_.lines.size() > 1) place += "-" + std::to_string(group_.lines.back().number);
    return place;
}

void EventsImport::write_notes() {
    if (taken_for_known_ != 0) {
        summary_.notes.push_back(fmt::format("{} events of no source were taken to be those at their places in the "
                                             "ledger, which has the records before them",
                                             taken_for_known_));
    }
    if (summary_.records_quarantined != 0) {
        summary_.notes.push_back(fmt::format("{} lines set aside under source {}: the ledger has no part of them",
                                             summary_.records_quarantined, own_source_));
    }
}

} // namespace

result<ImportSummary> import_events(replay::Engine& engine, std::filesystem::path const& path,
                                    ImportOptions const& options) {
    PLIMSOLL_TRY(lines, LineReader::open(path));
    return EventsImport(engine, std::move(lines), options).run();
}

} // namespace plimsoll::tools
