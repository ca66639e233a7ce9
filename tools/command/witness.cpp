#include "replay/witness.hpp"

#include "tools/command/commands.hpp"
#include "tools/text/json_writer.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "A ledger's witness is a small file outside its directory, DIR.witness, that says up to where the log was promised.\n"
    "A ledger that lacks any of it (a lost write-ahead log, an older copy) is refused. 'show' compares both and exits with\n"
    "4 where they contradict each other. 'accept' takes a copied, restored or moved ledger as it is; where acknowledged\n"
    "events would be given up by that, it asks for --give-up.\n"
    "\n"
    "  plimsoll witness books show\n"
    "  plimsoll witness copy accept\n"
    "  plimsoll witness books accept --file /other/disk/books.witness --mode batched:50\n";

struct Ask {
    std::string directory;
    std::string verb;
    std::string file;
    std::string mode;
    bool give_up = false;
};

[[nodiscard]] std::string to_json(replay::WitnessReport const& report, std::string const& verb) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "witness").field("verb", verb);
    json.field("ledger", store::id_text(report.marker.id)).field("mode", report.marker.witness.text());
    json.field("file", report.file.string()).field("sequence", report.sequence).field("log_root", to_hex(report.log_root));
    if (report.is_read) {
        json.field("promised_sequence", report.promised_sequence).field("promised_log_root", to_hex(report.promised_root));
        json.field("checkpoint", report.checkpoint).field("checkpoint_state_root", to_hex(report.state_root));
        json.field("counter", report.counter);
    }
    json.field("agrees", !report.verdict);
    if (report.verdict) json.field("rule", report.verdict->rule().name).field("message", report.verdict->message());
    json.field("build", build_version()).end_object();
    return text + "\n";
}

[[nodiscard]] std::string to_text(replay::WitnessReport const& report, std::string const& directory) {
    if (report.marker.witness.mode == store::WitnessMode::none) {
        return fmt::format("{} has no witness: a lost write-ahead log or an older copy would not be noticed.\n"
                           "Next: plimsoll witness {} accept --mode strict\n", directory, directory);
    }
    std::string out = fmt::format("{}: ledger {}, witness {} ({})\n", directory, store::id_text(report.marker.id),
                                  report.file.string(), report.marker.witness.text());
    if (report.marker.witness.mode == store::WitnessMode::batched) {
        out += fmt::format("  a power cut may leave the last {} ms unwitnessed\n", report.marker.witness.window_ms);
    }
    out += fmt::format("  have     #{} {}\n", report.sequence, to_hex(report.log_root));
    if (report.is_read) {
        out += fmt::format("  promised #{} {}\n", report.promised_sequence, to_hex(report.promised_root));
    }
    out += report.verdict ? "\nREFUSED: " + report.verdict->message() + "\n" : "\nThe ledger has all that was promised.\n";
    return out;
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(report, replay::look_at_witness(ask.directory));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, ask.verb) : to_text(report, ask.directory)));
    return report.verdict ? report.verdict->status() : Status::fine;
}

[[nodiscard]] result<Status> accept(Shell const& shell, Ask const& ask) {
    std::optional<store::WitnessSetting> setting;
    if (!ask.mode.empty() || !ask.file.empty()) {
        PLIMSOLL_TRY(parsed, store::WitnessSetting::parse(ask.mode.empty() ? "strict" : ask.mode,
                                                         ask.file.empty() ? "" : std::filesystem::absolute(ask.file).string()));
        setting = std::move(parsed);
    }
    PLIMSOLL_TRY(before, replay::accept_witness(ask.directory, setting, ask.give_up));
    PLIMSOLL_TRY(after, replay::look_at_witness(ask.directory));
    if (shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(to_json(after, ask.verb)));
        return Status::fine;
    }
    std::string text = to_text(after, ask.directory);
    if (before.verdict) text += fmt::format("Before: {}\n", before.verdict->message());
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

} // namespace

void add_witness(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("witness", "What was promised outside the ledger, against what is in it", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("VERB", ask->verb, "show or accept")->required()->check(CLI::IsMember({"show", "accept"}));
    command.add_option("--file", ask->file, "accept: where the witness is to lie from now on; else DIR.witness");
    command.add_option("--mode", ask->mode, "accept: strict, batched:MS or none");
    command.add_flag("--give-up", ask->give_up, "accept: also where acknowledged events are missing");
    shell.on_run(command, [&shell, ask] { return ask->verb == "show" ? show(shell, *ask) : accept(shell, *ask); });
}

} // namespace plimsoll::tools
