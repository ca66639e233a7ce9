#include "ledger/event/time.hpp"
#include "tools/chain/recording_source.hpp"
#include "tools/chain/saver.hpp"
#include "tools/chain/state_proof.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/node_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/command/reconcile_chain.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/number_text.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "URL is the address of a node's JSON-RPC, http or https; a key in it is never printed. Nothing that a node says is\n"
    "believed: blocks are proved by their hashes, receipts by their root, state by its proofs.\n"
    "\n"
    "  plimsoll chain check http://127.0.0.1:8545              # what can this node be asked?\n"
    "  plimsoll chain save http://127.0.0.1:8545 --from 100 --to 200 blocks.jsonl\n"
    "  plimsoll chain save https://node.example/KEY --from 100 --rate 20 blocks.jsonl\n"
    "\n"
    "  plimsoll chain save http://127.0.0.1:8545 --from 100 --to 200 --for books blocks.jsonl    # reconcile without the node\n"
    "\n"
    "A save that was cut short goes on from where it was when it is asked for again.\n";

struct Ask {
    NodeChoice node;
    std::string url;
    std::uint64_t first = 0;
    std::string last = "finalized";
    std::string file;
    std::string ledger; ///< whose balances are to be reconciled from the file
};

/// A block's time as text; what no ledger can hold as seconds.
[[nodiscard]] std::string time_text(std::uint64_t seconds) {
    constexpr std::uint64_t last_second = 9'223'372'036; // of a TimeNs
    return seconds <= last_second ? format_time(static_cast<TimeNs>(seconds) * 1'000'000'000) : std::to_string(seconds) + " s";
}

/// "100", "latest", "safe", "finalized".
[[nodiscard]] result<std::uint64_t> block_named(chain::ChainSource& source, std::string const& name) {
    std::optional<chain::BlockTag> tag;
    if (name == "latest") tag = chain::BlockTag::latest;
    if (name == "safe") tag = chain::BlockTag::safe;
    if (name == "finalized") tag = chain::BlockTag::finalized;
    if (tag) {
        PLIMSOLL_TRY(header, source.header(*tag));
        return header.number;
    }
    auto const number = read_unsigned(name);
    if (!number) return fail(Errc::usage, "--to '" + name + "'; a block is its number, latest, safe or finalized");
    return *number;
}

// ---- check ----

/// One thing that a node may be able to do, and what came of asking.
struct Ability {
    std::string name;
    std::string answer; ///< for people
    bool is_able = false;
};

template <class T> [[nodiscard]] std::string answer_of(result<T> const& verdict) {
    return verdict ? "yes" : "no: " + verdict.error().message();
}

[[nodiscard]] result<void> prove_block(chain::ChainSource& source, chain::Header const& head) {
    PLIMSOLL_TRYV(chain::verify_header(head));
    PLIMSOLL_TRY(receipts, source.receipts(head));
    return chain::ReceiptsCheck().verify(head, receipts);
}

[[nodiscard]] result<void> prove_state(chain::ChainSource& source, chain::Header const& head) {
    PLIMSOLL_TRY(proof, source.proof(chain::Address{}, {}, head.number));
    return chain::verify_account(head.state_root, proof);
}

[[nodiscard]] result<Status> check(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(source, ask.node.open(ask.url));
    PLIMSOLL_TRY(chain_id, source->chain_id());
    PLIMSOLL_TRY(head, source->header(chain::BlockTag::latest));
    auto const finalized = source->header(chain::BlockTag::finalized);
    auto const blocks = prove_block(*source, head);
    auto const state = prove_state(*source, head);
    auto const first = source->header(std::uint64_t{0});
    std::vector<Ability> const abilities = {
        {"proves its newest block and its receipts", answer_of(blocks), blocks.has_value()},
        {"proves state", answer_of(state), state.has_value()},
        {"says what is final", finalized ? "block " + people_count(finalized.value().number) : answer_of(finalized), finalized.has_value()},
        {"keeps blocks from the first on", answer_of(first), first.has_value()},
    };
    bool const is_enough = blocks.has_value();
    std::string text;
    if (shell.is_json()) {
        JsonWriter json(text, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "chain").field("node", source->name()).field("chain_id", chain_id);
        json.key("head").begin_object().field("number", head.number).field("hash", chain::hex_of(head.hash));
        json.field("time", time_text(head.timestamp)).end_object().key("abilities").begin_array();
        for (Ability const& each : abilities) json.begin_object().field("name", each.name).field("able", each.is_able).field("answer", each.answer).end_object();
        json.end_array().field("enough_to_import", is_enough).field("build", build_version()).end_object();
        text += "\n";
    } else {
        Table table({{"the node"}, {""}});
        for (Ability const& each : abilities) table.row({each.name, each.answer});
        text = fmt::format("{}: chain {}, newest block {} of {}\n  {}\n\n{}\n{}\n", source->name(), chain_id, people_count(head.number),
                           time_text(head.timestamp), chain::hex_of(head.hash), table.text(),
                           is_enough ? "Blocks can be imported from it." : "Nothing can be imported from it.");
    }
    PLIMSOLL_TRYV(Shell::print(text));
    return is_enough ? Status::fine : Status::finding;
}

// ---- save ----

/// What reconciling the ledger at that block asks of the node's state, as lines.
[[nodiscard]] result<std::string> answers_for(std::string const& directory, chain::ChainSource& source, std::uint64_t block) {
    PLIMSOLL_TRY(reader, open_reader(directory));
    PLIMSOLL_TRY(name, mapped_source(*reader, ""));
    chain::RecordingSource recording(source);
    chain::ReconcileAsk question;
    question.at = block;
    question.from = block;
    question.source = name;
    PLIMSOLL_TRYV(chain::reconcile_chain(*reader, recording, question));
    return recording.lines();
}

[[nodiscard]] result<Status> save(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(source, ask.node.open(ask.url));
    auto const begin = std::chrono::steady_clock::now();
    PLIMSOLL_TRY(last, block_named(*source, ask.last));
    if (last < ask.first) {
        return fail(Errc::usage, fmt::format("--from {} is after --to {}{}", ask.first, last,
                                             ask.last == std::to_string(last) ? "" : " (" + ask.last + ")"));
    }
    PLIMSOLL_TRY(head, source->header(chain::BlockTag::latest));
    if (last > head.number) {
        return fail(Errc::usage, fmt::format("--to {}: the newest block of {} is {}", last, source->name(), head.number));
    }
    Progress progress("save " + ask.file, ProgressUnit::steps);
    chain::SaveAsk save;
    save.first = ask.first;
    save.last = last;
    save.file = ask.file;
    save.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    if (!ask.ledger.empty()) save.answers = [&] { return answers_for(ask.ledger, *source, last); };
    auto const saved = save_blocks(*source, save);
    progress.clear();
    if (!saved) {
        std::error_code error;
        bool const is_kept = std::filesystem::exists(ask.file + ".part", error) && !std::filesystem::exists(ask.file, error);
        return outcome::failure(is_kept ? saved.error().at("what came before is kept in " + ask.file + ".part, to go on from") : saved.error());
    }
    chain::SaveSummary const& summary = saved.value();
    std::string text;
    if (shell.is_json()) {
        JsonWriter json(text, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "chain").field("file", ask.file).field("node", source->name());
        json.field("first", ask.first).field("last", last).field("blocks", summary.blocks).field("blocks_kept", summary.blocks_kept);
        json.field("receipts", summary.receipts).field("logs", summary.logs).field("bytes", summary.bytes);
        json.field("last_hash", chain::hex_of(summary.last_hash)).field("build", build_version()).end_object();
        text += "\n";
    } else {
        text = fmt::format("Saved {}, each proved, to {}: {} to {}, {} with {}, {}\n", people_plural(summary.blocks, "block"), ask.file,
                           people_count(ask.first), people_count(last), people_plural(summary.receipts, "receipt"),
                           people_plural(summary.logs, "log"), people_bytes(summary.bytes));
        if (summary.blocks_kept != 0) text += fmt::format("  {} of them were there from an earlier attempt\n", people_count(summary.blocks_kept));
        text += fmt::format("  the last is {}\n", chain::hex_of(summary.last_hash));
    }
    PLIMSOLL_TRYV(Shell::print(text));
    tell_cost(source->cost(), std::chrono::steady_clock::now() - begin);
    return Status::fine;
}

} // namespace

void add_chain(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("chain", "What a chain's node says: check it, save blocks of it", examples);
    command.require_subcommand(1);
    auto add = [&](std::string const& name, std::string const& sentence) -> CLI::App& {
        CLI::App& action = *command.add_subcommand(name, sentence);
        action.fallthrough(); // --json after the word
        action.add_option("URL", ask->url, "The node's address")->required();
        ask->node.add_to(action);
        return action;
    };
    CLI::App& checking = add("check", "Can blocks be imported from this node, and state be proved?");
    shell.on_run(checking, [&shell, ask] { return check(shell, *ask); });

    CLI::App& saving = add("save", "Blocks with their receipts, each proved, into a file");
    saving.add_option("FILE", ask->file, "The file to write; import it with --format evm-json")->required();
    saving.add_option("--from", ask->first, "The first block")->required();
    saving.add_option("--to", ask->last, "The last: its number, latest, safe or finalized")->capture_default_str();
    saving.add_option("--for", ask->ledger, "Also what reconciling this ledger at the last block asks of the node");
    shell.on_run(saving, [&shell, ask] { return save(shell, *ask); });
}

} // namespace plimsoll::tools
