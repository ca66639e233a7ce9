#include "replay/event_tree.hpp"

#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/whole_file.hpp"

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Signs what the ledger held after an event: the root of its event tree and of its state. Proofs are against such a\n"
    "checkpoint. It is kept under DIR/signed; what does not extend the one signed before is refused.\n"
    "\n"
    "  plimsoll sign books --key books.key\n"
    "  plimsoll sign books --key books.key --at 2026-01-31 --output january.note\n";

struct Ask {
    std::string directory;
    std::string key;
    std::string at = "latest";
    std::string output;
};

/// Whoever signed once stays bound: the tree must still have the root that was signed for it.
[[nodiscard]] result<void> check_signed_before(Ask const& ask, replay::EventTree const& tree) {
    PLIMSOLL_TRY(before, newest_checkpoint(ask.directory));
    if (!before) return outcome::success();
    std::string const which = "the checkpoint signed at #" + std::to_string(before->says.size);
    if (before->says.size > tree.size()) {
        return fail(Errc::checkpoint_differs, which + " is past the ledger's end, #" + std::to_string(tree.size()) + "; is this an older copy?");
    }
    PLIMSOLL_TRY(root, tree.root_at(before->says.size));
    if (root != before->says.root) return fail(Errc::checkpoint_differs, which + " has another root; nothing was signed");
    return outcome::success();
}

[[nodiscard]] result<CheckpointNote> compose(Ask const& ask, std::string const& origin) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.at));
    PLIMSOLL_TRY(tree, replay::EventTree::open(ask.directory));
    Progress progress("tree", ProgressUnit::events);
    PLIMSOLL_TRYV(tree.grow([&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    PLIMSOLL_TRYV(check_signed_before(ask, tree));
    PLIMSOLL_TRY(root, tree.root_at(moment.basis.sequence));
    return CheckpointNote{origin, moment.basis.sequence, root, moment.basis.state_root, moment.basis.time};
}

/// Nor is what was signed of the same size written over, unless it says the same.
[[nodiscard]] result<void> check_same_size(Ask const& ask, CheckpointNote const& says) {
    PLIMSOLL_TRY(stored, newest_checkpoint(ask.directory, says.size));
    if (!stored || stored->says.size != says.size || stored->says.text() == says.text()) return outcome::success();
    bool const other_log = stored->says.origin != says.origin;
    return fail(Errc::checkpoint_differs, "the checkpoint signed at #" + std::to_string(says.size) +
                                              (other_log ? " is of '" + stored->says.origin + "', the key is for '" + says.origin + "'"
                                                         : " has another root of the state") +
                                              "; nothing was signed");
}

[[nodiscard]] std::string to_json(CheckpointNote const& says, std::string const& note) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "sign").field("origin", says.origin).field("size", says.size);
    json.field("root", to_hex(says.root)).field("state_root", to_hex(*says.state_root)).field("time", format_time(*says.time));
    json.field("note", note).field("build", build_version()).end_object();
    return text + "\n";
}

[[nodiscard]] result<Status> sign(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(key, signing_key_in(ask.key));
    PLIMSOLL_TRY(says, compose(ask, key.verifier().name));
    PLIMSOLL_TRYV(check_same_size(ask, says));
    std::string const note = signed_note(says.text(), key);
    PLIMSOLL_TRYV(keep_checkpoint(ask.directory, says.size, note));
    if (!ask.output.empty()) {
        PLIMSOLL_TRYV(write_text(ask.output, note));
    }
    if (shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(to_json(says, note)));
    } else if (ask.output.empty()) {
        PLIMSOLL_TRYV(Shell::print(note));
    }
    return Status::fine;
}

} // namespace

void add_sign(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("sign", "Sign a checkpoint: the event tree's root and the state root", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--key", ask->key, "The private key's file (plimsoll key new)")->required();
    command.add_option("--at", ask->at, "The moment M")->capture_default_str();
    command.add_option("--output", ask->output, "A file for the note; without it, stdout");
    shell.on_run(command, [&shell, ask] { return sign(shell, *ask); });
}

} // namespace plimsoll::tools
