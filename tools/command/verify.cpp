#include "replay/verify.hpp"

#include "replay/sample.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/proof/signed_comparison.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

#include <random>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Reads every byte: each batch and the hash chain, each event through the rules again, the balance of the book, every\n"
    "checkpoint and index, the event tree's tiles, the signed checkpoints and the witness, against what the log adds up to.\n"
    "--sample N draws N events and pages instead, for daily use: what is drawn is checked against all that binds it, and the\n"
    "end of the log is replayed. It prints its seed; the same seed draws the same. Exit status 4 where anything differs.\n"
    "\n"
    "  plimsoll verify books\n"
    "  plimsoll verify books --key books.pub            # also the signatures under DIR/signed\n"
    "  plimsoll verify books --sample 1000\n"
    "  plimsoll verify books --sample 1000 --seed 7 --json\n";

struct Ask {
    std::string directory;
    std::string key;
    std::uint64_t sample = 0;
    std::optional<std::uint64_t> seed;
};

/// The book may be what is damaged, so the basis comes from the report and the moment only adds the time.
[[nodiscard]] replay::Moment moment_of(std::string const& directory, bool is_sound, std::uint64_t events, Hash const& state_root,
                                       Hash const& log_root) {
    replay::Moment moment;
    if (is_sound) {
        auto reader = open_reader(directory);
        if (reader) {
            auto latest = reader.value()->at(events);
            if (latest) moment = std::move(latest.value());
        }
    }
    moment.basis = {events, moment.book.time(), state_root, log_root, events};
    return moment;
}

void write_findings(JsonWriter& json, std::vector<replay::Finding> const& findings) {
    json.key("findings").begin_array();
    for (auto const& finding : findings) {
        json.begin_object().field("what", finding.what).field("where", finding.where).end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string findings_text(std::vector<replay::Finding> const& findings, std::string_view sound) {
    std::string out;
    for (auto const& finding : findings) out += fmt::format("\nDIFFERS: {}: {}\n", finding.where, finding.what);
    return out + (findings.empty() ? fmt::format("\n{}\n", sound)
                                   : "\nDamaged: plimsoll repair DIR --from BACKUP, or import its sources anew.\n");
}

[[nodiscard]] std::string to_json(replay::VerifyReport const& report, SignedComparison const& notes, replay::Moment const& moment) {
    return json_answer("verify", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("sound", report.findings.empty()).field("events", report.events).field("batches", report.batches);
        json.field("checkpoints", report.checkpoints).field("pages", report.pages);
        json.field("index_entries", report.index_entries).field("history_epochs", report.history_epochs);
        json.field("tiles", report.tiles).field("signed_checkpoints", notes.size()).field("signatures_checked", notes.has_key());
        write_findings(json, report.findings);
    });
}

[[nodiscard]] std::string to_text(std::string const& directory, replay::VerifyReport const& report, SignedComparison const& notes,
                                  replay::Moment const& moment) {
    std::string out = fmt::format("Verified {}: {} in {} batches, {} with {} pages, {} index entries, {} of history,\n"
                                  "  {} of the event tree, {}{}\n",
                                  directory, people_plural(report.events, "event"), people_count(report.batches),
                                  people_plural(report.checkpoints, "checkpoint"), people_count(report.pages),
                                  people_count(report.index_entries), people_plural(report.history_epochs, "epoch"),
                                  people_plural(report.tiles, "tile"), people_plural(notes.size(), "signed checkpoint"),
                                  notes.size() == 0 || notes.has_key() ? "" : " (give --key to check the signatures)");
    out += findings_text(report.findings, "Sound: everything stored is what the log adds up to.");
    return out + people_foot(moment.book, moment.basis);
}

[[nodiscard]] result<Status> check_all(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(notes, SignedComparison::read(ask.directory, ask.key));
    Progress progress("verify", ProgressUnit::events);
    PLIMSOLL_TRY(report, replay::verify(
                             ask.directory, [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }, notes.sizes()));
    progress.clear();
    notes.compare(report);
    auto const moment = moment_of(ask.directory, report.findings.empty(), report.events, report.state_root, report.log_root);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, notes, moment) : to_text(ask.directory, report, notes, moment)));
    return report.findings.empty() ? Status::fine : Status::damaged;
}

[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole) {
    std::uint64_t const hundredths = whole == 0 ? 0 : part * 10'000 / whole; // rounds down: never more than was seen
    return fmt::format("{}.{:02} %", hundredths / 100, hundredths % 100);
}

[[nodiscard]] std::string to_text(std::string const& directory, replay::SampleReport const& report, replay::Moment const& moment) {
    std::string out = fmt::format(
        "Sampled {}, seed {}: {} in {}, {} of all;\n  {} of {} of {}, {} index entries, {} of the event tree's {} leaves\n", directory,
        report.seed, people_plural(report.sampled_events, "event"),
        report.sampled_batches == 1 ? "1 batch" : people_count(report.sampled_batches) + " batches",
        percent(report.sampled_events, report.events), people_plural(report.sampled_pages, "page"),
        people_count(report.sampled_checkpoints), people_plural(report.checkpoints, "checkpoint"), people_count(report.index_entries),
        people_count(report.sampled_leaves), people_count(report.tree_size));
    out += findings_text(report.findings, "Sound as far as it was drawn; plimsoll verify DIR reads everything.");
    return out + people_foot(moment.book, moment.basis);
}

[[nodiscard]] std::string to_json(replay::SampleReport const& report, replay::Moment const& moment) {
    return json_answer("verify", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("sound", report.findings.empty()).field("sampled", true).field("seed", report.seed).field("events", report.events);
        json.field("sampled_events", report.sampled_events).field("sampled_batches", report.sampled_batches);
        json.field("checkpoints", report.checkpoints).field("sampled_checkpoints", report.sampled_checkpoints);
        json.field("sampled_pages", report.sampled_pages).field("index_entries", report.index_entries);
        json.field("tree_size", report.tree_size).field("sampled_leaves", report.sampled_leaves);
        write_findings(json, report.findings);
    });
}

[[nodiscard]] result<Status> check_some(Shell const& shell, Ask const& ask) {
    std::uint64_t const seed = ask.seed ? *ask.seed : std::random_device{}(); // another part every day
    Progress progress("verify", ProgressUnit::steps);
    PLIMSOLL_TRY(report, replay::sample(ask.directory, ask.sample, seed,
                                        [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    auto const moment = moment_of(ask.directory, report.findings.empty(), report.events, report.state_root, report.log_root);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, moment) : to_text(ask.directory, report, moment)));
    return report.findings.empty() ? Status::fine : Status::damaged;
}

[[nodiscard]] result<Status> check(Shell const& shell, Ask const& ask) {
    if (ask.sample == 0 && ask.seed) return fail(Errc::usage, "--seed goes with --sample N");
    if (ask.sample != 0 && !ask.key.empty()) return fail(Errc::usage, "--key goes with a whole verify, not with --sample");
    return ask.sample == 0 ? check_all(shell, ask) : check_some(shell, ask);
}

} // namespace

void add_verify(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("verify", "Rebuild everything from the log, and compare", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--key", ask->key, "A verifier key: the signed checkpoints must bear its signature");
    command.add_option("--sample", ask->sample, "Draw so many events and pages instead of reading all")->check(CLI::PositiveNumber);
    command.add_option("--seed", ask->seed, "Of --sample: draw as then");
    shell.on_run(command, [&shell, ask] { return check(shell, *ask); });
}

} // namespace plimsoll::tools
