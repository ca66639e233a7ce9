#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"

#include "replay/engine.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Stores the pages of the book that changed since the last checkpoint, so that later questions start\n"
    "from here. The ledger takes checkpoints by itself while it grows; this takes one now.\n"
    "\n"
    "  plimsoll checkpoint books\n";

[[nodiscard]] result<Status> take(Shell const& shell, std::string const& directory) {
    PLIMSOLL_TRY(engine, replay::Engine::open(directory));
    PLIMSOLL_TRYV(engine->checkpoint());
    PLIMSOLL_TRYV(engine->close());
    PLIMSOLL_TRY(reader, open_reader(directory));
    replay::Basis const basis = basis_of(*engine, *reader);
    PLIMSOLL_TRYV(Shell::print(shell.is_json()
                                   ? json_answer("checkpoint", engine->book(), basis, [](JsonWriter&) {})
                                   : fmt::format("Checkpoint of {} taken {}\n", directory, people_moment(basis)) +
                                         people_foot(engine->book(), basis)));
    return Status::fine;
}

} // namespace

void add_checkpoint(Shell& shell) {
    auto directory = std::make_shared<std::string>();
    CLI::App& command = shell.add("checkpoint", "Store the book as it stands, to start from later", examples);
    command.add_option("DIR", *directory, "The ledger")->required();
    shell.on_run(command, [&shell, directory] { return take(shell, *directory); });
}

} // namespace plimsoll::tools
