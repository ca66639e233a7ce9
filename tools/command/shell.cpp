#include "tools/command/shell.hpp"

#include "ledger/event/batch.hpp"
#include "tools/text/json_writer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace plimsoll::tools {
namespace {

constexpr std::string_view version = "0.1.0";

#if defined(__clang__)
constexpr std::string_view compiler = "clang++ " __clang_version__;
#else
constexpr std::string_view compiler = "g++ " __VERSION__;
#endif

constexpr char const* about = "Plimsoll: an event-sourced clearing ledger. It keeps every event for ever and shows any\n"
                              "account, and the whole book, as it stood at any moment.";

constexpr char const* about_moments =
    "A moment M is one of\n"
    "  latest                  after the last event (the default)\n"
    "  '#1234'                 after event 1234 (quote it: a shell takes # for a comment)\n"
    "  before:#1234            just before event 1234\n"
    "  2025-10-10T21:16:04Z    after the last event at or before that time (RFC 3339; a date is its midnight)\n"
    "\n"
    "Exit status: 0 fine, 1 a finding, 2 usage, 3 bad input, 4 damaged ledger.\n"
    "\n"
    "Start here:\n"
    "  plimsoll generate --ledger day --accounts 1000 --events 100000 --seed 1 --scenario crash\n"
    "  plimsoll timeline day --every 1h\n"
    "  plimsoll solvency day\n"
    "  plimsoll help account\n";

/// One line: CLI11 breaks some of its messages.
[[nodiscard]] std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text.erase(text.find_last_not_of(' ') + 1);
}

void write_error_json(std::string_view rule, std::string_view message, Status status) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("error").begin_object();
    json.field("rule", rule).field("message", message).field("status", static_cast<int>(status));
    json.end_object().end_object();
    fmt::print("{}\n", out);
}

} // namespace

std::string const& build_version() {
    static std::string const text =
        fmt::format("plimsoll {} (schema {}, {})", version, schema_version, compiler.substr(0, compiler.find(" (")));
    return text;
}

Shell::Shell() : app_(about, "plimsoll") {
    app_.footer(about_moments);
    app_.set_version_flag("--version", build_version());
    app_.require_subcommand(0, 1);
    app_.set_help_flag("-h,--help", "Print this help and exit");
    CLI::App& command = *app_.add_subcommand("help", "What a command does, with examples");
    command.add_option("COMMAND", help_topic_, "The command");
    on_run(command, [this] { return help(); });
}

CLI::App& Shell::add(std::string const& name, std::string const& sentence, std::string const& examples) {
    CLI::App& command = *app_.add_subcommand(name, sentence);
    command.footer(examples);
    command.add_flag("--json", is_json_, "Answer in JSON: amounts are decimal strings with every digit");
    return command;
}

void Shell::on_run(CLI::App& command, Action action) {
    command.callback([this, action = std::move(action)] { action_ = action; });
}

result<Status> Shell::help() {
    if (help_topic_.empty()) {
        app_.clear(); // else CLI11 prints the help of the command that was read: this one
        PLIMSOLL_TRYV(print(app_.help()));
        return Status::fine;
    }
    for (CLI::App const* command : app_.get_subcommands([](CLI::App const*) { return true; })) {
        if (command->get_name() != help_topic_) continue;
        PLIMSOLL_TRYV(print(command->help("plimsoll")));
        return Status::fine;
    }
    return fail(Errc::usage, "there is no command '" + help_topic_ + "'; plimsoll help lists them");
}

int Shell::run(int argc, char const* const* argv) {
    for (int i = 1; i < argc; ++i) is_json_ = is_json_ || std::string_view(argv[i]) == "--json";
    try {
        app_.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        if (error.get_exit_code() == 0) return app_.exit(error); // --help and --version
        return misused(error);
    }
    if (!action_) {
        std::fputs(app_.help().c_str(), stdout);
        return static_cast<int>(Status::usage);
    }
    result<Status> const status = action_();
    if (!status) return fail_with(status.error());
    return static_cast<int>(status.value());
}

result<void> Shell::print(std::string_view text) {
    bool const ok = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!ok) return fail(Errc::file_unwritable, "standard output; the answer is cut");
    return outcome::success();
}

int Shell::fail_with(Error const& error) const {
    fmt::print(stderr, "plimsoll: {}\n", error.message());
    if (is_json_) write_error_json(error.rule().name, error.message(), error.status());
    return static_cast<int>(error.status());
}

int Shell::misused(CLI::ParseError const& error) {
    std::string message = one_line(error.what());
    auto const commands = app_.get_subcommands();
    std::string const command = commands.empty() ? "" : " " + commands.front()->get_name();
    if (message.find("requires") != std::string::npos || message.find("required") != std::string::npos) {
        message += " (an event's number is written '#1234', in quotes: a shell takes # for a comment)";
    }
    message += "; see plimsoll" + command + " --help";
    fmt::print(stderr, "plimsoll: usage: {}\n", message);
    if (is_json_) write_error_json("usage", message, Status::usage);
    return static_cast<int>(Status::usage);
}

} // namespace plimsoll::tools
