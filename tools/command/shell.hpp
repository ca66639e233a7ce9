/// What every command shares: the words on the command line, the two ways of answering, the end.
#pragma once

#include "tools/errc.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <functional>
#include <string>

namespace plimsoll::tools {

/// The program's version, compiler and schema: part of every answer, so that two can be compared.
[[nodiscard]] std::string const& build_version();

/// One run of the program. Commands add themselves; run() reads the command line and does the one.
class Shell {
public:
    /// What a command does once its words are read: its exit status, or why it failed.
    using Action = std::function<result<Status>()>;

    Shell();

    /// A command with its sentence and examples (for the foot of its help), and --json.
    CLI::App& add(std::string const& name, std::string const& sentence, std::string const& examples);
    void on_run(CLI::App& command, Action action);

    /// The exit status.
    [[nodiscard]] int run(int argc, char const* const* argv);

    [[nodiscard]] bool is_json() const { return is_json_; }

    /// Writes to stdout. Errors: Errc::file_unwritable (a full disk, a closed pipe).
    [[nodiscard]] static result<void> print(std::string_view text);

private:
    [[nodiscard]] int fail_with(Error const& error) const;
    [[nodiscard]] int misused(CLI::ParseError const& error);
    [[nodiscard]] result<Status> help();

    CLI::App app_;
    bool is_json_ = false;
    std::string help_topic_;
    Action action_;
};

} // namespace plimsoll::tools
