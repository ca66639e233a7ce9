#include "replay/state_probe.hpp"

#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/golden/golden.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/whole_file.hpp"
#include "tools/text/xz.hpp"

#include <fmt/core.h>

#include <chrono>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "A golden file holds a log and what it must add up to: state roots on the way and at the end, the roots of log and\n"
    "event tree, each asset's balance sheet, counts by kind. \"run\" replays it from nothing with this program; no ledger is\n"
    "needed. Exit status 0: all the same. 1: one differs, and where first. 3: a file is damaged, or of a newer program.\n"
    "\n"
    "  plimsoll replay-test record day day.golden\n"
    "  plimsoll replay-test record day day.golden.xz --states 20     # compressed, by its name\n"
    "  plimsoll replay-test run tests/golden/*                       # in a project's own continuous integration\n";

struct Ask {
    std::string directory;
    std::string output;
    std::uint64_t states = 8;
    std::vector<std::string> files;
};

// ---- record ----

/// `count` moments spread over the log, its end the last.
[[nodiscard]] std::vector<std::uint64_t> spread(std::uint64_t events, std::uint64_t count) {
    std::vector<std::uint64_t> stops;
    for (std::uint64_t i = 1; i <= count; ++i) {
        std::uint64_t const stop = static_cast<std::uint64_t>(static_cast<Uint128>(events) * i / count);
        if (stop != 0 && (stops.empty() || stops.back() != stop)) stops.push_back(stop);
    }
    return stops;
}

[[nodiscard]] result<Status> record(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory)); // its failures say what to do
    PLIMSOLL_TRY(probe, replay::StateProbe::open(ask.directory));
    Golden golden;
    PLIMSOLL_TRYV(probe.for_batches([&](Bytes bytes) -> result<void> {
        golden.batches.emplace_back(reinterpret_cast<char const*>(bytes.data()), bytes.size());
        return outcome::success();
    }));
    Progress progress("record", ProgressUnit::events);
    PLIMSOLL_TRY(expected, add_up(golden.batches, spread(probe.log_size(), ask.states),
                                  [&](std::uint64_t done) { progress.show(done, probe.log_size()); }));
    progress.clear();
    // What the ledger's own checkpoints say must be what is recorded, or a wrong state would become the measure.
    PLIMSOLL_TRY(moment, reader->at(expected.events));
    if (moment.basis.state_root != expected.states.back().root) {
        return fail(Errc::ledger_disagrees, ask.directory + ": its stored checkpoints give another state root than its events; nothing was recorded (plimsoll verify)");
    }
    golden.expected = std::move(expected);
    std::string const text = golden.text();
    bool const packs = ask.output.ends_with(".xz");
    std::string const written = packs ? to_xz(text) : text;
    PLIMSOLL_TRYV(write_text(ask.output, written));
    Expectation const& says = golden.expected;
    std::string out;
    if (shell.is_json()) {
        JsonWriter json(out, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "replay-test record").field("file", ask.output).field("bytes", written.size());
        json.field("events", says.events).field("states", says.states.size()).field("state_root", to_hex(says.states.back().root));
        json.field("log_root", to_hex(says.log_root)).field("tree_root", to_hex(says.tree_root)).field("build", build_version()).end_object();
        out += "\n";
    } else {
        out = fmt::format("Recorded {} in {} ({}): {} on the way, the last {}, and a report of {}.\n", people_plural(says.events, "event"),
                          ask.output, people_bytes(written.size()), people_plural(says.states.size(), "state root"),
                          to_hex(says.states.back().root).substr(0, 16), people_plural(says.report.size(), "line"));
    }
    PLIMSOLL_TRYV(Shell::print(out));
    return Status::fine;
}

// ---- run ----

/// What became of one file.
struct Verdict {
    std::string file;
    std::uint64_t events = 0;
    std::optional<GoldenDifference> difference;
    std::optional<Error> refused; ///< it could not be run
    std::string state_root;
    std::int64_t milliseconds = 0;
};

[[nodiscard]] result<Golden> read_golden(std::string const& file) {
    PLIMSOLL_TRY(text, is_xz(file) ? read_xz(file) : read_text(file));
    auto golden = Golden::parse(text);
    if (!golden) return outcome::failure(golden.error().at(file));
    return golden;
}

[[nodiscard]] Verdict run_one(std::string const& file) {
    auto const start = std::chrono::steady_clock::now();
    Verdict verdict;
    verdict.file = file;
    auto const golden = read_golden(file);
    if (!golden) {
        verdict.refused = golden.error();
        return verdict;
    }
    Expectation const& expected = golden.value().expected;
    std::vector<std::uint64_t> stops;
    for (GoldenState const& state : expected.states) stops.push_back(state.sequence);
    Progress progress("replay  " + file, ProgressUnit::events);
    auto const found = add_up(golden.value().batches, stops, [&](std::uint64_t done) { progress.show(done, expected.events); });
    progress.clear();
    verdict.events = expected.events;
    if (!found) {
        // The file is whole, so it is this program that no longer takes the log.
        verdict.difference = GoldenDifference{"the replay", "to come to its end", found.error().message()};
    } else {
        verdict.difference = first_difference(expected, found.value());
        verdict.state_root = to_hex(found.value().states.back().root);
    }
    verdict.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    return verdict;
}

[[nodiscard]] std::string to_text(Verdict const& verdict) {
    if (verdict.refused) return fmt::format("  ERROR  {}\n", verdict.refused->message());
    if (!verdict.difference) {
        return fmt::format("  same   {}  {}, state root {}, {} ms\n", verdict.file, people_plural(verdict.events, "event"),
                           verdict.state_root.substr(0, 16), people_count(static_cast<std::uint64_t>(verdict.milliseconds)));
    }
    GoldenDifference const& difference = *verdict.difference;
    return fmt::format("  DIFFER {}  {}, first at the {}\n           expected {}\n           found    {}\n", verdict.file,
                       people_plural(verdict.events, "event"), difference.what, difference.expected, difference.found);
}

void write(JsonWriter& json, Verdict const& verdict) {
    json.begin_object().field("file", verdict.file);
    json.field("verdict", verdict.refused ? "error" : verdict.difference ? "differs" : "same").field("events", verdict.events);
    if (verdict.refused) json.field("message", verdict.refused->message());
    if (verdict.difference) {
        json.key("first_difference").begin_object().field("what", verdict.difference->what);
        json.field("expected", verdict.difference->expected).field("found", verdict.difference->found).end_object();
    }
    if (!verdict.state_root.empty()) json.field("state_root", verdict.state_root);
    json.field("milliseconds", verdict.milliseconds).end_object();
}

[[nodiscard]] result<Status> run(Shell const& shell, Ask const& ask) {
    std::vector<Verdict> verdicts;
    std::uint64_t differ = 0;
    std::uint64_t refused = 0;
    std::uint64_t events = 0;
    Status status = Status::fine;
    std::string people;
    for (std::string const& file : ask.files) {
        verdicts.push_back(run_one(file));
        Verdict const& verdict = verdicts.back();
        people += to_text(verdict);
        events += verdict.events;
        differ += verdict.difference ? 1U : 0U;
        refused += verdict.refused ? 1U : 0U;
    }
    if (differ != 0) status = Status::finding;
    if (refused != 0) status = Status::bad_input;
    std::string const sum = fmt::format("Tests run: {}, Failures: {}, Errors: {} ({})", verdicts.size(), differ, refused, people_plural(events, "event"));
    std::string out;
    if (shell.is_json()) {
        JsonWriter json(out, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "replay-test run").field("tests", verdicts.size()).field("failures", differ);
        json.field("errors", refused).key("files").begin_array();
        for (Verdict const& verdict : verdicts) write(json, verdict);
        json.end_array().field("build", build_version()).end_object();
        out += "\n";
    } else {
        out = people + sum + ", by " + build_version() + "\n";
    }
    PLIMSOLL_TRYV(Shell::print(out));
    return status;
}

} // namespace

void add_replay_test(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("replay-test", "Golden files: record what a log adds up to, and replay it later with another build", examples);
    command.require_subcommand(1);
    auto add = [&](std::string const& word, std::string const& sentence) -> CLI::App& {
        CLI::App& action = *command.add_subcommand(word, sentence);
        action.fallthrough(); // --json after the word
        return action;
    };
    CLI::App& recording = add("record", "Write a golden file of a ledger");
    recording.add_option("DIR", ask->directory, "The ledger")->required();
    recording.add_option("FILE", ask->output, "The file to write; compressed where its name ends in .xz")->required();
    recording.add_option("--states", ask->states, "State roots to expect, spread over the log")->capture_default_str()->check(CLI::Range(1, 100'000));
    shell.on_run(recording, [&shell, ask] { return record(shell, *ask); });
    CLI::App& running = add("run", "Replay golden files and compare");
    running.add_option("FILE", ask->files, "Golden files")->required();
    shell.on_run(running, [&shell, ask] { return run(shell, *ask); });
}

} // namespace plimsoll::tools
