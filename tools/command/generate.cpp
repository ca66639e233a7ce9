#include "tools/generate/decided.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/margin/shipped_presets.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Makes a day of an options and perpetuals protocol: deposits, trades, prices, funding, liquidations, bad debt and\n"
    "who paid for it. The same words make the same bytes, everywhere.\n"
    "\n"
    "  plimsoll generate --ledger day --accounts 1000 --events 100000 --seed 1 --scenario crash\n"
    "  plimsoll generate --ledger day --decide dydx-v4-perp --clearing dydx-v4    # margin and losses by the rules\n"
    "  plimsoll generate day.jsonl --accounts 100000 --events 10000000 --scenario calm\n"
    "  plimsoll init copy && plimsoll import copy --format events day.jsonl\n";

struct Ask {
    std::string file;
    std::string ledger;
    std::string scenario = "crash";
    std::string start;
    std::string margin;
    std::string clearing = "dydx-v4";
    std::uint64_t sweep_every_seconds = 30;
    DayOptions day;
};

[[nodiscard]] std::string summary_text(GenerateSummary const& made, std::string const& where) {
    std::string out = fmt::format("Made {}: {}, {}, {}, {} with bad debt, to {}\n", where,
                                  people_plural(made.events, "event"), people_plural(made.customers, "customer"),
                                  people_plural(made.liquidations, "liquidation"), people_count(made.losses),
                                  format_time(made.time));
    for (std::string const& note : made.notes) out += "note: " + note + "\n";
    return out;
}

void write_summary(JsonWriter& json, GenerateSummary const& made, Ask const& ask) {
    json.field("scenario", ask.scenario).field("seed", ask.day.seed).field("events", made.events);
    json.field("customers", made.customers).field("liquidations", made.liquidations).field("losses", made.losses);
    json.field("time", format_time(made.time)).key("notes").begin_array();
    for (std::string const& note : made.notes) json.value(note);
    json.end_array();
}

[[nodiscard]] result<Status> to_ledger(Shell const& shell, Ask const& ask) {
    std::error_code ignored;
    if (!std::filesystem::exists(ask.ledger, ignored) || std::filesystem::is_empty(ask.ledger, ignored)) {
        PLIMSOLL_TRYV(replay::Engine::create(ask.ledger));
    }
    PLIMSOLL_TRY(engine, replay::Engine::open(ask.ledger));
    Progress progress("generate " + ask.ledger, ProgressUnit::events);
    PLIMSOLL_TRY(made, generate_to_ledger(*engine, ask.day, [&](std::uint64_t done, std::uint64_t all) {
                     progress.show(done, all);
                 }));
    progress.clear();
    PLIMSOLL_TRYV(engine->close());
    PLIMSOLL_TRY(reader, open_reader(ask.ledger));
    replay::Basis const basis = basis_of(*engine, *reader);
    std::string text = summary_text(made, ask.ledger);
    text += fmt::format("Next: plimsoll timeline {0} --every 1h; plimsoll solvency {0}\n", ask.ledger);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? json_answer("generate", engine->book(), basis,
                                                             [&](JsonWriter& json) {
                                                                 json.field("ledger", ask.ledger);
                                                                 write_summary(json, made, ask);
                                                             })
                                               : text + people_foot(engine->book(), basis)));
    return Status::fine;
}

[[nodiscard]] std::string decided_text(DecidedSummary const& out, Ask const& ask) {
    std::string text = summary_text(out.made, ask.ledger);
    text += fmt::format("Decided under {} and {}: {}, {} refused, everybody looked at {}\n", ask.margin, ask.clearing,
                        people_plural(out.commands, "command"), people_count(out.refused), people_plural(out.sweeps, "time"));
    for (auto const& [rule, count] : out.refused_by_rule) text += fmt::format("  {} {}\n", people_count(count), rule);
    return text + fmt::format("Next: plimsoll solvency {0}; plimsoll fund {0} insurance; plimsoll losses {0}\n", ask.ledger);
}

/// The day's trades and payments are commands, and liquidations are the house's.
[[nodiscard]] result<Status> to_house(Shell const& shell, Ask const& ask) {
    auto margin = risk::shipped_preset(ask.margin);
    if (!margin) return fail(Errc::usage, "--decide " + ask.margin + ": no such margin preset; plimsoll presets list");
    if (margin->kernel() != risk::Kernel::linear) {
        return fail(Errc::usage, "--decide " + ask.margin + ": the day lists linear perpetuals; take dydx-v4-perp or hyperliquid-perp");
    }
    auto clearing = risk::shipped_clearing_preset(ask.clearing);
    if (!clearing) return fail(Errc::usage, "--clearing " + ask.clearing + ": no such clearing preset; see risk/README.md");
    std::error_code ignored;
    if (std::filesystem::exists(ask.ledger, ignored) && !std::filesystem::is_empty(ask.ledger, ignored)) {
        return fail(Errc::ledger_not_empty, ask.ledger + "; a decided day needs a directory of its own");
    }
    DecidedDay const decided{std::move(*margin), std::move(*clearing), static_cast<TimeNs>(ask.sweep_every_seconds) * 1'000'000'000};
    Progress progress("generate " + ask.ledger, ProgressUnit::events);
    PLIMSOLL_TRY(out, generate_decided(ask.ledger, ask.day, decided, [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    PLIMSOLL_TRY(reader, open_reader(ask.ledger));
    PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
    std::string const text = shell.is_json() ? json_answer("generate", moment.book, moment.basis,
                                                           [&](JsonWriter& json) {
                                                               json.field("ledger", ask.ledger);
                                                               write_summary(json, out.made, ask);
                                                               json.field("margin", ask.margin).field("clearing", ask.clearing);
                                                               json.field("commands", out.commands).field("refused", out.refused);
                                                               json.key("refused_by_rule").begin_object();
                                                               for (auto const& [rule, count] : out.refused_by_rule) json.field(rule, count);
                                                               json.end_object();
                                                           })
                                             : decided_text(out, ask) + people_foot(moment.book, moment.basis);
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

[[nodiscard]] result<Status> to_file(Shell const& shell, Ask const& ask) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(ask.file.c_str(), "wb"), std::fclose);
    if (!file) return fail(Errc::file_unwritable, ask.file);
    Progress progress("generate " + ask.file, ProgressUnit::events);
    PLIMSOLL_TRY(made, generate_to_file(file.get(), ask.day,
                                        [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    if (std::fclose(file.release()) != 0) return fail(Errc::file_unwritable, ask.file + "; it is cut");
    if (!shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(summary_text(made, ask.file) +
                                   fmt::format("Next: plimsoll init DIR && plimsoll import DIR --format events {}\n", ask.file)));
        return Status::fine;
    }
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "generate").field("file", ask.file);
    write_summary(json, made, ask);
    json.key("basis").null(); // there is no ledger yet
    json.field("build", build_version()).end_object();
    PLIMSOLL_TRYV(Shell::print(out + "\n"));
    return Status::fine;
}

[[nodiscard]] result<Status> generate(Shell const& shell, Ask ask) {
    if (ask.file.empty() == ask.ledger.empty()) {
        return fail(Errc::usage, "give either a FILE or --ledger DIR; see plimsoll generate --help");
    }
    ask.day.scenario = find_scenario(ask.scenario).value_or(Scenario::crash);
    if (!ask.start.empty()) {
        PLIMSOLL_TRY(start, parse_time(ask.start));
        ask.day.start = start;
    }
    if (!ask.margin.empty() && !ask.file.empty()) return fail(Errc::usage, "--decide needs --ledger: a house decides on a book");
    if (!ask.margin.empty()) return to_house(shell, ask);
    return ask.file.empty() ? to_ledger(shell, ask) : to_file(shell, ask);
}

} // namespace

void add_generate(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("generate", "Make a synthetic day of a protocol", examples);
    command.add_option("FILE", ask->file, "Write JSON lines (import --format events)");
    command.add_option("--ledger", ask->ledger, "Write straight into this new or empty ledger");
    command.add_option("--accounts", ask->day.accounts, "Customers")->capture_default_str();
    command.add_option("--events", ask->day.events, "Events in all")->capture_default_str();
    command.add_option("--seed", ask->day.seed, "Another seed, another day")->capture_default_str();
    command.add_option("--scenario", ask->scenario, "calm or crash")
        ->check(CLI::IsMember({"calm", "crash"}))
        ->capture_default_str();
    command.add_option("--decide", ask->margin, "Trades, payments and liquidations are decided under this margin preset");
    command.add_option("--clearing", ask->clearing, "With --decide: who pays losses")->capture_default_str();
    command.add_option("--sweep-every", ask->sweep_every_seconds, "With --decide: liquidate whoever is below maintenance, in seconds")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{86'400}))
        ->capture_default_str();
    command.add_option("--start", ask->start, "When the day begins (RFC 3339)");
    shell.on_run(command, [&shell, ask] { return generate(shell, *ask); });
}

} // namespace plimsoll::tools
