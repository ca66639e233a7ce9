#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/command/settings.hpp"
#include "tools/import/importer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Each file is taken whole or not at all, while it brings no more than a million events; of a larger\n"
    "one, what came before a bad record stays. Importing a file again, or one that overlaps, adds what is\n"
    "new and nothing else.\n"
    "\n"
    "  plimsoll import books --format bitmex-wallet --account main walletHistory.csv\n"
    "  plimsoll import books --format stark-perpetual encoded-example.json\n"
    "  plimsoll import books --format deribit-chain snapshot_1.csv.xz snapshot_2.csv.xz\n"
    "  plimsoll import books --format events day1.jsonl day2.jsonl\n"
    "  plimsoll import books --format events --quarantine day3.jsonl   # set bad records aside, and say so\n"
    "  plimsoll import books --format evm-json --mapping erc20-vault --set vault=0x.. --set token=0x.. \\\n"
    "      --set fee_collector=0x.. --set insurance_fund=0x.. chain.jsonl       # tools/chain/README.md\n";

/// How many events of one file wait in memory for its end.
constexpr std::size_t hold_limit_events = 1'000'000;

struct Ask {
    std::string directory;
    std::string format;
    std::vector<std::string> files;
    ImportOptions options;
    std::vector<std::string> parameters; ///< "NAME=VALUE"
};

[[nodiscard]] std::string list_of_formats() {
    std::string list;
    for (auto const format : importer_formats()) list.append(list.empty() ? "" : ", ").append(format);
    return list;
}

/// One file. On failure what waits is dropped, and the message says what stays.
[[nodiscard]] result<ImportSummary> import_file(replay::Engine& engine, Importer importer, std::string const& file,
                                                ImportOptions options) {
    Progress progress("import " + file);
    options.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    std::uint64_t const before = engine.durable_sequence();
    engine.hold(hold_limit_events);
    auto summary = importer(engine, file, options);
    if (summary) {
        PLIMSOLL_TRYV(engine.commit());
        if (summary.value().file.empty()) summary.value().file = file;
        return summary;
    }
    Error const error = summary.error();
    PLIMSOLL_TRYV(engine.abandon());
    std::uint64_t const kept = engine.durable_sequence() - before;
    std::string const outlook =
        kept == 0 ? "; nothing of this file was kept"
                  : fmt::format("; {} before it are kept, and importing the mended file adds the rest",
                                people_plural(kept, "event"));
    return outcome::failure(Error(error.rule(), 0, error.detail() + outlook)); // only told from here on
}

[[nodiscard]] std::string short_name(std::string const& file) {
    return std::filesystem::path(file).filename().string();
}

[[nodiscard]] std::string people_text(Ask const& ask, std::vector<ImportSummary> const& summaries) {
    std::string out = fmt::format("Imported into {} ({})\n\n", ask.directory, ask.format);
    Table table({{"file"},
                 {"records", Align::right},
                 {"added", Align::right},
                 {"known", Align::right},
                 {"passed over", Align::right},
                 {"quarantined", Align::right},
                 {"events", Align::right}});
    for (ImportSummary const& each : summaries) {
        table.row({short_name(each.file), people_count(each.records_read), people_count(each.records_added),
                   people_count(each.records_duplicate), people_count(each.records_passed_over),
                   people_count(each.records_quarantined), people_count(each.events_added)});
    }
    out += table.text();
    for (ImportSummary const& each : summaries) {
        for (std::string const& note : each.notes) out += fmt::format("\nnote: {}: {}", short_name(each.file), note);
        if (!each.notes.empty()) out.push_back('\n');
    }
    return out;
}

void write_json(JsonWriter& json, Ask const& ask, std::vector<ImportSummary> const& summaries) {
    json.field("format", ask.format).key("files").begin_array();
    for (ImportSummary const& each : summaries) {
        json.begin_object().field("file", each.file);
        json.field("records_read", each.records_read).field("records_added", each.records_added);
        json.field("records_duplicate", each.records_duplicate);
        json.field("records_passed_over", each.records_passed_over);
        json.field("records_quarantined", each.records_quarantined).field("events_added", each.events_added);
        json.key("notes").begin_array();
        for (std::string const& note : each.notes) json.value(note);
        json.end_array().end_object();
    }
    json.end_array();
}

[[nodiscard]] result<ImportOptions> options_of(Ask const& ask) {
    ImportOptions options = ask.options;
    bool const is_mapped = ask.format == "evm-json";
    bool const asks_mapping = !options.mapping.empty() || !ask.parameters.empty() || options.unproved;
    if (asks_mapping && !is_mapped) return fail(Errc::usage, "--mapping, --set and --unproved are for --format evm-json");
    PLIMSOLL_TRYV(take_settings(ask.parameters, options.parameters));
    return options;
}

[[nodiscard]] result<Status> import(Shell const& shell, Ask const& ask) {
    Importer const importer = find_importer(ask.format);
    if (importer == nullptr) {
        return fail(Errc::unknown_format, "'" + ask.format + "'; there are " + list_of_formats());
    }
    PLIMSOLL_TRY(options, options_of(ask));
    PLIMSOLL_TRY(engine, replay::Engine::open(ask.directory));
    std::vector<ImportSummary> summaries;
    for (std::string const& file : ask.files) {
        PLIMSOLL_TRY(summary, import_file(*engine, importer, file, options));
        summaries.push_back(std::move(summary));
    }
    PLIMSOLL_TRYV(engine->close());
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    replay::Basis const basis = basis_of(*engine, *reader);
    PLIMSOLL_TRYV(Shell::print(
        shell.is_json() ? json_answer("import", engine->book(), basis,
                                      [&](JsonWriter& json) { write_json(json, ask, summaries); })
                        : people_text(ask, summaries) + people_foot(engine->book(), basis)));
    return Status::fine;
}

} // namespace

void add_import(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("import", "Add the records of files", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("FILE", ask->files, "The files, oldest first")->required();
    command.add_option("--format", ask->format, "One of: " + list_of_formats())->required();
    command.add_option("--account", ask->options.account, "The account whose wallet a wallet history is")
        ->capture_default_str();
    command.add_option("--source", ask->options.source, "Name of the source; else the format's own");
    command.add_flag("--quarantine", ask->options.quarantine, "Set bad records aside instead of stopping");
    command.add_option("--mapping", ask->options.mapping, "evm-json: a mapping's file, or the name of a shipped one");
    command.add_option("--set", ask->parameters, "evm-json: NAME=VALUE of the mapping, as a contract's address")
        ->take_all()
        ->allow_extra_args(false);
    command.add_flag("--unproved", ask->options.unproved, "evm-json: take logs without the blocks that prove them");
    shell.on_run(command, [&shell, ask] { return import(shell, *ask); });
}

} // namespace plimsoll::tools
