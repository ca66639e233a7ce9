#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"

#include "replay/engine.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples = "Makes an empty ledger in a directory that is absent or empty, and beside it DIR.witness: a small file that says up\n"
                                 "to where the ledger was promised. Move and copy both together (see: plimsoll help witness).\n"
                                 "\n"
                                 "  plimsoll init books\n"
                                 "  plimsoll import books --format bitmex-wallet walletHistory.csv\n"
                                 "  plimsoll init desk --witness /other/disk/desk.witness --witness-mode batched:50\n";

[[nodiscard]] result<Status> make(Shell const& shell, std::string const& directory, std::string const& mode, std::string const& file) {
    PLIMSOLL_TRY(witness, store::WitnessSetting::parse(mode, file.empty() ? "" : std::filesystem::absolute(file).string()));
    PLIMSOLL_TRYV(replay::Engine::create(directory, witness));
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
    auto mode = std::make_shared<std::string>("strict");
    auto file = std::make_shared<std::string>();
    command.add_option("--witness", *file, "Where the head witness lies, best on another device; else DIR.witness");
    command.add_option("--witness-mode", *mode, "strict: on disk before each acknowledgement; batched:MS; none")->capture_default_str();
    shell.on_run(command, [&shell, directory, mode, file] { return make(shell, *directory, *mode, *file); });
}

} // namespace plimsoll::tools
