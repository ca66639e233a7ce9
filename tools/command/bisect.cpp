#include "tools/golden/bisect.hpp"

#include "tools/command/commands.hpp"
#include "tools/command/event_text.hpp"
#include "tools/command/question.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/event_writer.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/whole_file.hpp"
#include "tools/text/xz.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <chrono>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "The first event at which two ledgers part, or after which two builds of the program part over one ledger; with the\n"
    "row, the field and both values. With A alone, what its stored checkpoints say against what this build makes of its\n"
    "events. Exit status 0: they do not part. 1: they do.\n"
    "\n"
    "  plimsoll bisect day copy\n"
    "  plimsoll bisect day --golden day.golden\n"
    "  plimsoll bisect day --build /opt/plimsoll-0.9/bin/plimsoll     # it must know \"state-root DIR --serve\"\n";

struct Ask {
    std::string a;
    std::string b;
    std::string golden;
    std::string build;
};

/// What is said of it, whatever was compared.
struct Found {
    Parting at;
    std::string how;               ///< "the logs", "the states"
    std::vector<std::string> sides; ///< what a and b are
    std::vector<std::string> lines; ///< the event as each has it, as JSON
    std::string words;             ///< of the event, for people
    std::string field;             ///< of the event, where logs part
    std::vector<std::string> values;
    std::int64_t milliseconds = 0;
};

/// Event #sequence in words and as JSON; "" where the log has none.
[[nodiscard]] result<std::string> event_line(replay::Reader const& reader, replay::StateProbe& probe, std::uint64_t sequence, std::string* words) {
    std::string line;
    if (sequence > reader.log_size()) return line;
    PLIMSOLL_TRY(book, probe.book_at(sequence));
    PLIMSOLL_TRYV(reader.for_events(sequence, sequence, [&](std::uint64_t, Event const& event) {
        EventWriter(*book).write(line, sequence, event);
        if (words != nullptr) *words = fmt::format("{}: {}", kind_of(event), event_text(*book, event));
        return false;
    }));
    line.erase(line.find_last_not_of('\n') + 1);
    return line;
}

/// The first field of two lines that is not the same.
void compare_fields(Found& found) {
    if (found.lines.size() != 2 || found.lines[0].empty() || found.lines[1].empty()) return;
    simdjson::dom::parser left;
    simdjson::dom::parser right;
    simdjson::dom::object a;
    simdjson::dom::object b;
    if (left.parse(found.lines[0]).get(a) != simdjson::SUCCESS || right.parse(found.lines[1]).get(b) != simdjson::SUCCESS) return;
    auto look = [&](simdjson::dom::object const& from, simdjson::dom::object const& in, bool is_swapped) {
        for (auto const field : from) {
            simdjson::dom::element other;
            std::string const mine = simdjson::minify(field.value);
            std::string const its = in[field.key].get(other) == simdjson::SUCCESS ? simdjson::minify(other) : "left out";
            if (mine == its || !found.field.empty()) continue;
            found.field = field.key;
            found.values = is_swapped ? std::vector{its, mine} : std::vector{mine, its};
        }
    };
    look(a, b, false);
    look(b, a, true);
}

[[nodiscard]] std::vector<GoldenState> stored_states(std::vector<replay::StoredState> const& stored) {
    std::vector<GoldenState> states;
    for (auto const& each : stored) states.push_back({each.sequence, each.state_root});
    return states;
}

/// What a ledger's stored checkpoints say, against its events; true where they part.
[[nodiscard]] result<bool> check_stored(replay::StateProbe& probe, std::string const& directory, Found& found) {
    PLIMSOLL_TRY(stored, probe.checkpoints());
    PLIMSOLL_TRY(parting, part_states(probe, stored_states(stored)));
    found.at.probes += parting.probes;
    if (!parting.is_found()) return false;
    found.how = "the stored states";
    found.sides = {directory + " as this build replays it", directory + " as its checkpoint stores it"};
    std::uint64_t const probes = found.at.probes;
    found.at = parting;
    found.at.probes = probes;
    PLIMSOLL_TRY(as_stored, probe.stored_book(parting.parted));
    PLIMSOLL_TRY(replayed, probe.book_at(parting.parted));
    found.at.row = first_row_difference(*replayed, as_stored);
    return true;
}

[[nodiscard]] result<Found> with_ledger(Ask const& ask, replay::Reader const& reader, replay::StateProbe& a) {
    Found found;
    if (!ask.b.empty()) {
        PLIMSOLL_TRY(other, open_reader(ask.b));
        PLIMSOLL_TRY(b, replay::StateProbe::open(ask.b));
        PLIMSOLL_TRY(parting, part_logs(a, b));
        found.at = parting;
        if (parting.is_found()) {
            found.how = "the logs";
            found.sides = {ask.a, ask.b};
            std::string words;
            PLIMSOLL_TRY(mine, event_line(reader, a, parting.parted, &found.words));
            PLIMSOLL_TRY(its, event_line(*other, b, parting.parted, &words));
            found.lines = {mine, its};
            if (found.words.empty()) found.words = words;
            compare_fields(found);
            return found;
        }
        PLIMSOLL_TRY(parts, check_stored(b, ask.b, found));
        if (parts) return found;
    }
    PLIMSOLL_TRYV(check_stored(a, ask.a, found));
    return found;
}

[[nodiscard]] result<Found> with_build(Ask const& ask, replay::Reader const& reader, replay::StateProbe& a) {
    Found found;
    PLIMSOLL_TRY(other, OtherBuild::start(ask.build, ask.a));
    Progress progress("bisect", ProgressUnit::steps);
    PLIMSOLL_TRY(parting, part_builds(a, other, [&](std::uint64_t probes) { progress.show(probes, 24); }));
    progress.clear();
    found.at = parting;
    if (!parting.is_found()) return found;
    found.how = "the states";
    found.sides = {"this build", ask.build};
    PLIMSOLL_TRY(line, event_line(reader, a, parting.parted, &found.words));
    found.lines = {line};
    return found;
}

[[nodiscard]] result<Found> with_golden(Ask const& ask, replay::Reader const& reader, replay::StateProbe& a) {
    Found found;
    PLIMSOLL_TRY(text, is_xz(ask.golden) ? read_xz(ask.golden) : read_text(ask.golden));
    auto const golden = Golden::parse(text);
    if (!golden) return outcome::failure(golden.error().at(ask.golden));
    found.sides = {ask.a, ask.golden};
    PLIMSOLL_TRY(log, part_from_golden(a, golden.value()));
    found.at = log;
    found.how = "the logs";
    if (!log.is_found()) {
        PLIMSOLL_TRY(states, part_states(a, golden.value().expected.states));
        found.at = states;
        found.how = "the states";
        return found;
    }
    PLIMSOLL_TRY(line, event_line(reader, a, log.parted, &found.words));
    found.lines = {line};
    return found;
}

[[nodiscard]] std::string to_json(Found const& found) {
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "bisect").field("parts", found.at.is_found());
    json.field("equal_up_to", found.at.equal);
    if (found.at.is_found()) {
        json.field("what", found.how).field("sequence", found.at.parted).key("sides").begin_array();
        for (std::string const& side : found.sides) json.value(side);
        json.end_array().key("events").begin_array();
        for (std::string const& line : found.lines) line.empty() ? json.null() : json.json(line);
        json.end_array();
        if (!found.field.empty()) {
            json.field("field", found.field).key("values").begin_array();
            for (std::string const& value : found.values) json.value(value);
            json.end_array();
        }
        if (auto const& row = found.at.row) {
            json.key("row").begin_object().field("table", row->table).field("number", row->row).field("owner", row->owner);
            json.field("field", row->field).key("values").begin_array().value(row->a).value(row->b).end_array().end_object();
        }
    }
    json.field("probes", found.at.probes).field("milliseconds", found.milliseconds).field("build", build_version()).end_object();
    return out + "\n";
}

[[nodiscard]] std::string to_text(Found const& found) {
    std::string const cost = fmt::format("  {}, {:.1f} s, by {}\n", people_plural(found.at.probes, "probe"),
                                         static_cast<double>(found.milliseconds) / 1000, build_version());
    if (!found.at.is_found()) return fmt::format("They do not part: the same up to {}.\n{}", people_sequence(found.at.equal), cost);
    bool const is_event = found.at.parted == found.at.equal + 1;
    std::string out = is_event ? fmt::format("In {}, they part at event {}.\n", found.how, people_sequence(found.at.parted))
                               : fmt::format("In {}, they part after event {} and not later than {}.\n", found.how,
                                             people_sequence(found.at.equal), people_sequence(found.at.parted));
    if (!found.words.empty()) out += "  event   " + found.words + "\n";
    for (std::size_t i = 0; i < found.sides.size(); ++i) {
        out += fmt::format("  {}       {}\n", i == 0 ? 'a' : 'b', found.sides[i]);
        if (found.lines.size() == 2) out += "          " + (found.lines[i].empty() ? "has no such event: its log ends before" : found.lines[i]) + "\n";
    }
    auto values = [&](std::string const& field, std::string const& a, std::string const& b) {
        out += fmt::format("  field   {}\n  in a    {}\n  in b    {}\n", field, a, b);
    };
    if (!found.field.empty()) values(found.field, found.values[0], found.values[1]);
    if (auto const& row = found.at.row) {
        out += fmt::format("  row     {} {}{}{}\n", row->table, row->row, row->owner.empty() ? "" : ", ", row->owner);
        values(row->field, row->a, row->b);
    }
    return out + cost;
}

[[nodiscard]] result<Status> search(Shell const& shell, Ask const& ask) {
    int const others = (ask.b.empty() ? 0 : 1) + (ask.golden.empty() ? 0 : 1) + (ask.build.empty() ? 0 : 1);
    if (others > 1) return fail(Errc::usage, "one of B, --golden and --build at a time");
    auto const start = std::chrono::steady_clock::now();
    PLIMSOLL_TRY(reader, open_reader(ask.a));
    PLIMSOLL_TRY(a, replay::StateProbe::open(ask.a));
    auto found = !ask.build.empty()    ? with_build(ask, *reader, a)
                 : !ask.golden.empty() ? with_golden(ask, *reader, a)
                                       : with_ledger(ask, *reader, a);
    if (!found) return outcome::failure(found.error());
    if (!found.value().at.is_found()) found.value().at.equal = std::max(found.value().at.equal, a.log_size());
    found.value().milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(found.value()) : to_text(found.value())));
    return found.value().at.is_found() ? Status::finding : Status::fine;
}

} // namespace

void add_bisect(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("bisect", "The first event at which two ledgers, or two builds, part", examples);
    command.add_option("A", ask->a, "A ledger")->required();
    command.add_option("B", ask->b, "Another");
    command.add_option("--golden", ask->golden, "A golden file in its place");
    command.add_option("--build", ask->build, "Another build of plimsoll, run over A");
    shell.on_run(command, [&shell, ask] { return search(shell, *ask); });
}

} // namespace plimsoll::tools
