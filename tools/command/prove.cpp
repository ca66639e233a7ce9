#include "replay/event_tree.hpp"

#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/proof/check.hpp"
#include "tools/proof/signed_checkpoints.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/whole_file.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Writes a proof that anyone can check with the verifier's line and without the ledger (plimsoll check-proof).\n"
    "It is against a signed checkpoint: the newest, or the one of --checkpoint. Nothing of other events and accounts is in\n"
    "it but hashes.\n"
    "\n"
    "  plimsoll sign books --key books.key\n"
    "  plimsoll prove books event '#17172' --output event.proof\n"
    "  plimsoll prove books consistency --from 17000 --output grown.proof\n"
    "  plimsoll prove books account alice --output alice.proof\n"
    "  plimsoll prove books account alice --at 2026-01-31      # needs a checkpoint signed at that moment\n"
    "  plimsoll prove books liabilities --secret books.secret --key books.key --output owed  # a proof for each customer\n";

struct Ask {
    std::string directory;
    std::string checkpoint;
    std::string output;
    std::string sequence;
    std::string account;
    std::string at;
    std::uint64_t old_size = 0;
    bool with_definitions = false;
};

[[nodiscard]] auto none_signed(Ask const& ask, std::string const& moment) {
    return fail(Errc::no_signed_checkpoint, "plimsoll sign " + ask.directory + " --key FILE" + moment + " makes one");
}

[[nodiscard]] result<StoredCheckpoint> checkpoint_for(Ask const& ask) {
    if (!ask.checkpoint.empty()) return read_checkpoint(ask.checkpoint);
    PLIMSOLL_TRY(newest, newest_checkpoint(ask.directory));
    if (!newest) return none_signed(ask, "");
    return std::move(*newest);
}

/// The tree as far as the checkpoint reaches at least, and its root there is the signed one.
[[nodiscard]] result<replay::EventTree> tree_of(Ask const& ask, CheckpointNote const& says) {
    PLIMSOLL_TRY(tree, replay::EventTree::open(ask.directory));
    if (says.size > tree.log_size()) {
        return fail(Errc::checkpoint_differs, "it has " + std::to_string(says.size) + " events, the ledger " + std::to_string(tree.log_size()));
    }
    if (tree.size() < says.size) {
        Progress progress("tree", ProgressUnit::events);
        PLIMSOLL_TRYV(tree.grow([&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }));
    }
    PLIMSOLL_TRY(root, tree.root_at(says.size));
    if (root != says.root) return fail(Errc::checkpoint_differs, "the first " + std::to_string(says.size) + " events give another root");
    return std::move(tree);
}

/// What cannot be checked is not handed out.
[[nodiscard]] result<Status> hand_out(Ask const& ask, StoredCheckpoint const& checkpoint, ProofFile const& file) {
    PLIMSOLL_TRYV(std::visit([&](auto const& claim) { return check_claim(claim, checkpoint.says); }, file.claim));
    if (ask.output.empty()) {
        PLIMSOLL_TRYV(Shell::print(file.to_json()));
    } else {
        PLIMSOLL_TRYV(write_text(ask.output, file.to_json()));
    }
    return Status::fine;
}

[[nodiscard]] result<std::uint64_t> parse_event(std::string const& text) {
    std::string_view digits = text;
    if (digits.starts_with('#')) digits.remove_prefix(1);
    bool const ok = !digits.empty() && digits.size() < 19 && digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!ok) return fail(Errc::usage, "'" + text + "' is no event; write '#17' in quotes");
    return std::stoull(std::string(digits));
}

[[nodiscard]] result<Status> prove_event(Ask const& ask) {
    PLIMSOLL_TRY(sequence, parse_event(ask.sequence));
    PLIMSOLL_TRY(checkpoint, checkpoint_for(ask));
    PLIMSOLL_TRY(tree, tree_of(ask, checkpoint.says));
    PLIMSOLL_TRY(entry, tree.entry(sequence));
    if (sequence > checkpoint.says.size) {
        return none_signed(ask, ", for it reaches #" + std::to_string(checkpoint.says.size) + " only,");
    }
    PLIMSOLL_TRY(path, tree.inclusion_path(sequence, checkpoint.says.size));
    return hand_out(ask, checkpoint, {checkpoint.note, EventProof{sequence, std::move(entry), std::move(path)}});
}

[[nodiscard]] result<Status> prove_consistency(Ask const& ask) {
    PLIMSOLL_TRY(checkpoint, checkpoint_for(ask));
    PLIMSOLL_TRY(tree, tree_of(ask, checkpoint.says));
    PLIMSOLL_TRY(path, tree.consistency_path(ask.old_size, checkpoint.says.size));
    PLIMSOLL_TRY(old_root, tree.root_at(ask.old_size));
    return hand_out(ask, checkpoint, {checkpoint.note, ConsistencyProof{ask.old_size, old_root, std::move(path)}});
}

/// An account's row, its balances and positions; the assets and instruments of those too where they are asked for.
[[nodiscard]] std::vector<book::RowId> rows_of(book::Book const& book, AccountId account, bool with_definitions) {
    using book::TableId;
    std::vector<book::RowId> rows{{TableId::accounts, account.number()}};
    auto define = [&](TableId table, std::uint32_t id) {
        book::RowId const row(table, id);
        if (with_definitions && id != 0 && std::ranges::find(rows, row) == rows.end()) rows.push_back(row);
    };
    for (auto id = book.account(account).first_balance; id != 0; id = book.balances[id].next) {
        rows.emplace_back(TableId::balances, id);
        define(TableId::assets, book.balances[id].asset.number());
    }
    for (auto id = book.account(account).first_position; id != 0; id = book.positions[id].next) {
        rows.emplace_back(TableId::positions, id);
        define(TableId::instruments, book.positions[id].instrument.number());
        define(TableId::assets, book.instrument(book.positions[id].instrument).settle.number());
    }
    return rows;
}

[[nodiscard]] result<Status> prove_account(Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    StoredCheckpoint checkpoint;
    if (ask.at.empty() || !ask.checkpoint.empty()) {
        PLIMSOLL_TRY(chosen, checkpoint_for(ask));
        checkpoint = std::move(chosen);
    }
    if (!ask.at.empty()) {
        PLIMSOLL_TRY(sequence, resolve(*reader, ask.at));
        if (ask.checkpoint.empty()) {
            PLIMSOLL_TRY(stored, newest_checkpoint(ask.directory, sequence));
            if (!stored || stored->says.size != sequence) return none_signed(ask, " --at '#" + std::to_string(sequence) + "'");
            checkpoint = std::move(*stored);
        } else if (checkpoint.says.size != sequence) {
            return fail(Errc::no_signed_checkpoint, ask.checkpoint + " is of #" + std::to_string(checkpoint.says.size) +
                                                        ", the moment is #" + std::to_string(sequence));
        }
    }
    if (checkpoint.says.size > reader->log_size()) {
        return fail(Errc::checkpoint_differs, "it has " + std::to_string(checkpoint.says.size) + " events, the ledger " +
                                                  std::to_string(reader->log_size()));
    }
    PLIMSOLL_TRY(moment, reader->at(checkpoint.says.size));
    if (checkpoint.says.state_root != moment.basis.state_root) {
        return fail(Errc::checkpoint_differs, "the state at #" + std::to_string(checkpoint.says.size) + " has another root");
    }
    PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.account));
    book::PageHashes hashes;
    static_cast<void>(hashes.update(moment.book));
    return hand_out(ask, checkpoint,
                    {checkpoint.note, AccountProof{ask.account, book::prove_rows(moment.book, hashes,
                                                                                 rows_of(moment.book, account, ask.with_definitions))}});
}

} // namespace

void add_prove(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("prove", "Proofs for others: an event, that the log only grew, an account", examples);
    command.require_subcommand(1);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--checkpoint", ask->checkpoint, "A signed checkpoint's file; without it, the newest in DIR/signed");
    command.add_option("--output", ask->output, "A file for the proof; without it, stdout");
    auto add = [&](std::string const& word, std::string const& sentence) -> CLI::App& {
        CLI::App& action = *command.add_subcommand(word, sentence);
        action.fallthrough(); // --output after the word
        return action;
    };
    CLI::App& event = add("event", "That an event is in the log, and what it says");
    event.add_option("EVENT", ask->sequence, "Its number, '#17'")->required();
    shell.on_run(event, [ask] { return prove_event(*ask); });
    CLI::App& consistency = add("consistency", "That the log of the checkpoint extends an older one");
    consistency.add_option("--from", ask->old_size, "Events in the older one")->required();
    shell.on_run(consistency, [ask] { return prove_consistency(*ask); });
    CLI::App& account = add("account", "An account's balances and positions, all of them");
    account.add_option("NAME", ask->account, "The account")->required();
    account.add_option("--at", ask->at, "The moment M; without it, the checkpoint's");
    account.add_flag("--definitions", ask->with_definitions, "Also the rows of its assets and instruments, so that they have names");
    shell.on_run(account, [ask] { return prove_account(*ask); });
    add_prove_liabilities(shell, command);
}

} // namespace plimsoll::tools
