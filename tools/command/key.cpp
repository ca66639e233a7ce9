#include "tools/command/commands.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/json_writer.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <unistd.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "A key (Ed25519) signs checkpoints. Its file stays with whoever signs; the line that \"show\" prints goes to whoever\n"
    "checks. Its name is the name of the log that it signs, so every ledger has a key of its own.\n"
    "\n"
    "  plimsoll key new books.key --name example.org/books\n"
    "  plimsoll key show books.key > books.pub\n";

/// Readable by its owner alone, and never over another.
[[nodiscard]] result<void> write_private(std::string const& file, std::string const& line) {
    int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(Errc::file_unwritable, file + " (a key is never written over another file)");
    bool const ok = ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!ok) return fail(Errc::file_unwritable, file);
    return outcome::success();
}

[[nodiscard]] result<Status> tell(Shell const& shell, VerifierKey const& key) {
    std::string text = key.line() + "\n";
    if (shell.is_json()) {
        text.clear();
        JsonWriter json(text, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "key").field("name", key.name).field("verifier", key.line()).end_object();
        text += "\n";
    }
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

[[nodiscard]] result<Status> make(Shell const& shell, std::string const& file, std::string const& name) {
    PLIMSOLL_TRY(key, SigningKey::fresh(name));
    PLIMSOLL_TRYV(write_private(file, key.line() + "\n"));
    return tell(shell, key.verifier());
}

[[nodiscard]] result<Status> show(Shell const& shell, std::string const& file) {
    PLIMSOLL_TRY(key, signing_key_in(file));
    return tell(shell, key.verifier());
}

} // namespace

void add_key(Shell& shell) {
    struct Ask {
        std::string file;
        std::string name = "plimsoll";
    };
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("key", "Keys that sign checkpoints: new, show", examples);
    command.require_subcommand(1);
    auto add = [&](std::string const& word, std::string const& sentence) -> CLI::App& {
        CLI::App& action = *command.add_subcommand(word, sentence);
        action.fallthrough(); // --json after the word
        action.add_option("FILE", ask->file, "The private key's file")->required();
        return action;
    };
    CLI::App& making = add("new", "Make one; prints the line for those who check");
    making.add_option("--name", ask->name, "Of the log that it signs, such as example.org/books")->capture_default_str();
    shell.on_run(making, [&shell, ask] { return make(shell, ask->file, ask->name); });
    CLI::App& showing = add("show", "The line for those who check");
    shell.on_run(showing, [&shell, ask] { return show(shell, ask->file); });
}

} // namespace plimsoll::tools
