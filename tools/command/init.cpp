#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"

#include "replay/engine.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples = "Makes an empty ledger in a directory that is absent or empty.\n"
                                 "\n"
                                 "  plimsoll init books\n"
                                 "  plimsoll import books --format bitmex-wallet walletHistory.csv\n";

[[nodiscard]] result<Status> make(Shell const& shell, std::string const& directory) {
    PLIMSOLL_TRYV(replay::Engine::create(directory));
    if (!shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(fmt::format("Made an empty ledger in {0}.\n"
                                               "Next: plimsoll import {0} --format FORMAT FILE\n",
                                               directory)));
        return Status::fine;
    }
    PLIMSOLL_TRY(reader, open_reader(directory));
    PLIMSOLL_TRY(moment, reader->at(0));
    PLIMSOLL_TRYV(Shell::print(json_answer("init", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("directory", directory).field("created", true);
    })));
    return Status::fine;
}

} // namespace

void add_init(Shell& shell) {
    auto directory = std::make_shared<std::string>();
    CLI::App& command = shell.add("init", "Make an empty ledger", examples);
    command.add_option("DIR", *directory, "Where: absent or empty")->required();
    shell.on_run(command, [&shell, directory] { return make(shell, *directory); });
}

} // namespace plimsoll::tools
