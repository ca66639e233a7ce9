#include "replay/state_probe.hpp"

#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/golden/serve.hpp"

#include <fmt/core.h>

#include <iostream>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "The state root at a moment, from the events alone: no stored checkpoint is used, so two builds can be compared.\n"
    "--serve answers questions on standard input instead (\"root 500\"); plimsoll bisect --build asks another build so.\n"
    "\n"
    "  plimsoll state-root day --at '#48213'\n"
    "  echo 'root 48213' | plimsoll state-root day --serve\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    bool serve = false;
};

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(probe, replay::StateProbe::open(ask.directory));
    if (ask.serve) {
        serve_states(probe, std::cin, std::cout);
        return Status::fine;
    }
    PLIMSOLL_TRY(sequence, resolve(*reader, ask.moment));
    PLIMSOLL_TRY(root, probe.root_at(sequence));
    PLIMSOLL_TRY(book, probe.book_at(sequence));
    replay::Basis const basis{sequence, book->time(), root, reader->log_root(), reader->log_size()};
    PLIMSOLL_TRYV(Shell::print(shell.is_json()
                                   ? json_answer("state-root", *book, basis, [&](JsonWriter& json) { json.field("state_root", to_hex(root)); })
                                   : to_hex(root) + "\n" + people_foot(*book, basis)));
    return Status::fine;
}

} // namespace

void add_state_root(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("state-root", "The state root at a moment, replayed from the first event", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment M")->capture_default_str();
    command.add_flag("--serve", ask->serve, "Answer questions on standard input");
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
