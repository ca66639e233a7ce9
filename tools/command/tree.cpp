#include "replay/event_tree.hpp"

#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Builds the Merkle tree (RFC 6962) over the ledger's events, as tiles under DIR/tiles: what proofs are made of.\n"
    "It goes on from where it stopped. The tiles are derived: they may be deleted, and are built again.\n"
    "\n"
    "  plimsoll tree books\n"
    "  plimsoll tree books --json\n";

[[nodiscard]] result<Status> build(Shell const& shell, std::string const& directory) {
    PLIMSOLL_TRY(tree, replay::EventTree::open(directory));
    std::uint64_t const before = tree.size();
    Progress progress("tree", ProgressUnit::events);
    PLIMSOLL_TRYV(tree.grow([&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    progress.clear();
    std::string text = fmt::format("Event tree of {}: {}, {} of them new\n  root {}\n  tiles in {}\n", directory,
                                   people_plural(tree.size(), "event"), people_count(tree.size() - before), to_hex(tree.root()),
                                   tree.folder().string());
    if (shell.is_json()) {
        text.clear();
        JsonWriter json(text, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "tree").field("size", tree.size()).field("added", tree.size() - before);
        json.field("root", to_hex(tree.root())).field("tiles", tree.folder().string());
        json.field("build", build_version()).end_object();
        text += "\n";
    }
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

} // namespace

void add_tree(Shell& shell) {
    auto directory = std::make_shared<std::string>();
    CLI::App& command = shell.add("tree", "The Merkle tree over all events, for proofs", examples);
    command.add_option("DIR", *directory, "The ledger")->required();
    shell.on_run(command, [&shell, directory] { return build(shell, *directory); });
}

} // namespace plimsoll::tools
