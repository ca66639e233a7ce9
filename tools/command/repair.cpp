#include "replay/repair.hpp"

#include "ledger/event/time.hpp"
#include "tools/command/commands.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Puts a damaged ledger together again: each batch from the ledger's own files where it is whole, else from the backup; the\n"
    "hash chain proves that they belong together, and where both have a batch it must be the same. Then all is replayed,\n"
    "everything derived is made anew, and the damaged ledger is kept aside as DIR.damaged-1. Without --from only what is\n"
    "derived can be mended. Nothing that was acknowledged is given up but with --give-up, which says how much.\n"
    "Exit status: 0 repaired; 4 where acknowledged events would be missing, or the backup is damaged: nothing was changed.\n"
    "\n"
    "  plimsoll repair books --from /mnt/other/books.backup\n"
    "  plimsoll verify books\n";

struct Ask {
    std::string directory;
    std::string backup;
    bool give_up = false;
};

[[nodiscard]] std::string to_text(Ask const& ask, replay::RepairReport const& report) {
    std::string text = fmt::format("Repaired {}: {} up to {}\n", ask.directory, people_plural(report.built.events, "event"),
                                   format_time(report.built.time));
    for (auto const& run : report.runs) {
        text += fmt::format("  {} to {}  from {}\n", people_sequence(run.first), people_sequence(run.last),
                            run.is_from_backup ? ask.backup : "its own files");
    }
    if (!ask.backup.empty()) {
        text += fmt::format("  both had {}, proven equal batch by batch\n", people_plural(report.common_events, "event"));
    }
    for (auto const& line : report.damage) text += "  damaged: " + line + "\n";
    if (report.promise) {
        text += fmt::format("  promised {} (by {})\n", people_sequence(report.promise->sequence), report.witness);
    } else {
        text += "  " + report.witness + "\n";
    }
    if (report.given_up != 0) {
        text += fmt::format("  GIVEN UP: {} that had been acknowledged\n", people_plural(report.given_up, "event"));
    }
    text += fmt::format("  with {}{}\n", people_plural(report.signed_checkpoints, "signed checkpoint"),
                        report.has_tiles ? " and the event tree" : "");
    text += fmt::format("  log root   {}\n  state root {}\n", to_hex(report.built.log_root), to_hex(report.built.state_root));
    return text + fmt::format("The damaged ledger is kept in {}\nNext: plimsoll verify {}\n", report.kept_aside.string(), ask.directory);
}

[[nodiscard]] std::string to_json(Ask const& ask, replay::RepairReport const& report) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "repair").field("directory", ask.directory).field("backup", ask.backup);
    json.field("events", report.built.events).field("time", format_time(report.built.time));
    json.field("log_root", to_hex(report.built.log_root)).field("state_root", to_hex(report.built.state_root));
    json.key("taken").begin_array();
    for (auto const& run : report.runs) {
        json.begin_object().field("from", run.is_from_backup ? "backup" : "ledger");
        json.field("first", run.first).field("last", run.last).end_object();
    }
    json.end_array().field("common_events", report.common_events);
    json.key("damage").begin_array();
    for (auto const& line : report.damage) json.value(line);
    json.end_array().field("witness", report.witness);
    if (report.promise) json.field("promised_sequence", report.promise->sequence);
    json.field("given_up_events", report.given_up).field("signed_checkpoints", report.signed_checkpoints);
    json.field("tiles", report.has_tiles).field("kept_aside", report.kept_aside.string());
    json.field("build", build_version()).end_object();
    return text + "\n";
}

[[nodiscard]] result<Status> repair(Shell const& shell, Ask const& ask) {
    Progress progress("repair", ProgressUnit::events);
    PLIMSOLL_TRY(report, replay::repair(ask.directory, ask.backup, ask.give_up,
                                        [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(ask, report) : to_text(ask, report)));
    return Status::fine;
}

} // namespace

void add_repair(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("repair", "Put a damaged ledger together again, with a backup", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--from", ask->backup, "A backup of it (plimsoll backup)");
    command.add_flag("--give-up", ask->give_up, "Also where acknowledged events are in neither");
    shell.on_run(command, [&shell, ask] { return repair(shell, *ask); });
}

} // namespace plimsoll::tools
