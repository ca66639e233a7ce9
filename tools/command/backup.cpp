#include "replay/backup.hpp"

#include "ledger/event/time.hpp"
#include "tools/command/commands.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* backup_examples =
    "Copies a ledger to TO while others read and write it: the log as far as it is acknowledged, the signed checkpoints and\n"
    "the event tree's tiles; never a key. Every file is named by its SHA-256, and MANIFEST, written last, names them all.\n"
    "The same TO again: only what is new is added, once the common part is proven by the batches' hashes.\n"
    "Exit status: 0, or 3 where TO holds something else, 4 where the ledger is damaged or the disk refuses.\n"
    "\n"
    "  plimsoll backup books /mnt/other/books.backup\n"
    "  plimsoll restore /mnt/other/books.backup --check\n";

constexpr char const* restore_examples =
    "Makes a ledger at DIR out of a backup: checks every byte, replays every event, and compares log root and state root with\n"
    "what the backup says. DIR is absent or empty, and holds nothing until all is well. A damaged backup is refused with the\n"
    "file and both hashes (exit status 4). Where DIR.witness of the lost ledger is still there and promised more than the\n"
    "backup has, it is refused with both numbers, unless --give-up says to go on without.\n"
    "\n"
    "  plimsoll restore /mnt/other/books.backup books\n"
    "  plimsoll restore /mnt/other/books.backup --check\n";

/// What a backup is, in both answers.
void describe(JsonWriter& json, replay::BackupManifest const& manifest) {
    json.field("ledger", store::id_text(manifest.ledger)).field("events", manifest.events);
    json.field("time", format_time(manifest.time)).field("log_root", to_hex(manifest.log_root));
    json.field("state_root", to_hex(manifest.state_root)).field("files", manifest.files.size());
}
[[nodiscard]] std::string described(replay::BackupManifest const& manifest) {
    return fmt::format("  {} up to {}\n  log root   {}\n  state root {}\n", people_plural(manifest.events, "event"),
                       format_time(manifest.time), to_hex(manifest.log_root), to_hex(manifest.state_root));
}

[[nodiscard]] result<Status> answer(Shell const& shell, std::string const& text, std::string_view command,
                                    std::function<void(JsonWriter&)> const& fields) {
    if (!shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(text));
        return Status::fine;
    }
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("command", command);
    fields(json);
    json.field("build", build_version()).end_object();
    PLIMSOLL_TRYV(Shell::print(out + "\n"));
    return Status::fine;
}

[[nodiscard]] result<Status> back_up(Shell const& shell, std::string const& directory, std::string const& to) {
    Progress progress("backup", ProgressUnit::events);
    PLIMSOLL_TRY(report, replay::back_up(directory, to, [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    auto const& manifest = report.manifest;
    std::string text = fmt::format("Backed up {} to {}\n{}", directory, to, described(manifest));
    text += fmt::format("  new: {}, {} in {}\n", people_plural(manifest.events - report.events_before, "event"),
                        people_bytes(report.new_bytes), people_plural(report.new_files, "file"));
    text += fmt::format("  with {} and {}\n", people_plural(report.signed_checkpoints, "signed checkpoint"),
                        people_plural(report.tiles, "tile"));
    if (!report.note.empty()) text += "  note: " + report.note + "\n";
    text += fmt::format("Next: plimsoll restore {} --check\n", to);
    return answer(shell, text, "backup", [&](JsonWriter& json) {
        json.field("directory", directory).field("to", to);
        describe(json, manifest);
        json.field("new_events", manifest.events - report.events_before).field("new_files", report.new_files);
        json.field("new_bytes", report.new_bytes).field("signed_checkpoints", report.signed_checkpoints);
        json.field("tiles", report.tiles);
        if (!report.note.empty()) json.field("note", report.note);
    });
}

struct RestoreAsk {
    std::string backup;
    std::string directory;
    std::string witness;
    std::string mode;
    bool check = false;
    bool give_up = false;
};

[[nodiscard]] result<Status> check(Shell const& shell, RestoreAsk const& ask) {
    Progress progress("check", ProgressUnit::steps);
    PLIMSOLL_TRY(manifest, replay::check_backup(ask.backup, [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    std::string const text = fmt::format("{} is whole: all {} as they were written\n{}", ask.backup,
                                         people_plural(manifest.files.size(), "file"), described(manifest));
    return answer(shell, text, "restore", [&](JsonWriter& json) {
        json.field("backup", ask.backup).field("checked", true);
        describe(json, manifest);
    });
}

[[nodiscard]] result<Status> restore(Shell const& shell, RestoreAsk const& ask) {
    if (ask.check == !ask.directory.empty()) {
        return fail(Errc::usage, "restore takes either DIR, where the ledger is to be made, or --check");
    }
    if (ask.check) return check(shell, ask);
    std::optional<store::WitnessSetting> setting;
    if (!ask.witness.empty() || !ask.mode.empty()) {
        PLIMSOLL_TRY(parsed, store::WitnessSetting::parse(ask.mode.empty() ? "strict" : ask.mode,
                                                         ask.witness.empty() ? "" : std::filesystem::absolute(ask.witness).string()));
        setting = std::move(parsed);
    }
    Progress progress("restore", ProgressUnit::events);
    PLIMSOLL_TRY(report, replay::restore(ask.backup, ask.directory, setting, ask.give_up,
                                         [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    std::string text = fmt::format("Restored {} from {}\n{}", ask.directory, ask.backup, described(report.manifest));
    text += report.witness.empty() ? "  no witness\n" : fmt::format("  witness    {}\n", report.witness.string());
    if (report.given_up != 0) {
        text += fmt::format("  GIVEN UP: {} that had been acknowledged\n", people_plural(report.given_up, "event"));
    }
    text += fmt::format("What was acknowledged after event {} is not in this backup.\nNext: plimsoll verify {}\n",
                        people_sequence(report.manifest.events), ask.directory);
    return answer(shell, text, "restore", [&](JsonWriter& json) {
        json.field("backup", ask.backup).field("directory", ask.directory).field("checked", true);
        describe(json, report.manifest);
        json.field("witness", report.witness.string()).field("given_up_events", report.given_up);
    });
}

} // namespace

void add_backup(Shell& shell) {
    auto directory = std::make_shared<std::string>();
    auto to = std::make_shared<std::string>();
    CLI::App& command = shell.add("backup", "Copy a ledger while it is being written", backup_examples);
    command.add_option("DIR", *directory, "The ledger")->required();
    command.add_option("TO", *to, "Where: absent, empty, or an earlier backup of it")->required();
    shell.on_run(command, [&shell, directory, to] { return back_up(shell, *directory, *to); });
}

void add_restore(Shell& shell) {
    auto ask = std::make_shared<RestoreAsk>();
    CLI::App& command = shell.add("restore", "Make a ledger out of a backup, or check one", restore_examples);
    command.add_option("BACKUP", ask->backup, "What plimsoll backup made")->required();
    command.add_option("DIR", ask->directory, "The ledger to make: absent or empty");
    command.add_flag("--check", ask->check, "Only check every byte of the backup");
    command.add_flag("--give-up", ask->give_up, "Also where the lost ledger's witness promised more than the backup has");
    command.add_option("--witness", ask->witness, "Where the new ledger's witness lies; else DIR.witness");
    command.add_option("--witness-mode", ask->mode, "strict, batched:MS or none; else as the ledger had it");
    shell.on_run(command, [&shell, ask] { return restore(shell, *ask); });
}

} // namespace plimsoll::tools
