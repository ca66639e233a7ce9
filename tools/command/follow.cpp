#include "tools/chain/follow/live_ledger.hpp"
#include "tools/chain/reconcile.hpp"
#include "tools/chain/rpc/errc.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/follow_story.hpp"
#include "tools/command/node_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/command/settings.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

#include <csignal>
#include <thread>

namespace plimsoll::tools {
namespace {

using chain::follow::Anchor;
using chain::follow::ChainFollower;
using chain::follow::LiveLedger;
using chain::follow::Look;

constexpr char const* examples =
    "Books a chain's blocks as they become final and stays at its head. A block is final once --confirmations others follow\n"
    "it, or (without that) once the node calls it finalized. Newer blocks are shown as pending and never stored; a\n"
    "reorganisation drops them. One that goes below what is in the ledger stops the command with both hashes (status 1).\n"
    "Trouble with the node is told and waited out; Ctrl-C ends the command between two looks. Whenever it has caught up, the\n"
    "blocks that became final and the balances after them are reconciled with the chain (plimsoll help reconcile); the first\n"
    "difference is told and ends the command (status 1).\n"
    "\n"
    "  plimsoll follow books --chain http://127.0.0.1:8545 --mapping erc20-vault --set vault=0x.. --set token=0x.. \\\n"
    "      --set fee_collector=0x.. --set insurance_fund=0x.. --from 100\n"
    "  plimsoll follow books --chain https://node.example/KEY --mapping vault.toml --confirmations 12 --once\n"
    "  plimsoll follow books --chain http://127.0.0.1:8545 --mapping vault.toml --account 0x1234.. # final and pending\n";

struct Ask {
    NodeChoice node;
    std::string directory;
    std::string url;
    std::string mapping;
    std::vector<std::string> parameters; ///< "NAME=VALUE"
    std::string source;                  ///< empty: the mapping's name
    std::optional<std::uint64_t> from;
    std::optional<std::uint64_t> to;
    std::optional<std::uint64_t> confirmations;
    double poll_seconds = 2;
    bool finalized = false;
    bool once = false;
    bool quarantine = false;
    std::vector<std::string> accounts; ///< shown with what is pending
    std::uint64_t reconcile_every_blocks = 1;
};

volatile std::sig_atomic_t is_stopped = 0;

/// Ctrl-C and kill end the following between two looks, as long as this lives.
class StopOnSignal {
public:
    StopOnSignal() {
        is_stopped = 0;
        interrupt_ = std::signal(SIGINT, stop);
        terminate_ = std::signal(SIGTERM, stop);
    }
    ~StopOnSignal() {
        std::signal(SIGINT, interrupt_);
        std::signal(SIGTERM, terminate_);
    }
    StopOnSignal(StopOnSignal const&) = delete;
    StopOnSignal& operator=(StopOnSignal const&) = delete;

private:
    static void stop(int) { is_stopped = 1; }
    void (*interrupt_)(int);
    void (*terminate_)(int);
};

[[nodiscard]] result<chain::MappingText> mapping_text(Ask const& ask) {
    PLIMSOLL_TRY(text, chain::MappingText::load(ask.mapping));
    PLIMSOLL_TRYV(take_settings(ask.parameters, text.parameters));
    return text;
}

/// Where to go on from: the ledger's last block of the source, else the block before --from.
[[nodiscard]] result<Anchor> starting_point(Ask const& ask, LiveLedger const& ledger, chain::ChainSource& source) {
    if (auto const last = ledger.last_block()) {
        if (ask.from && *ask.from > last->number + 1) {
            return fail(Errc::usage, fmt::format("--from {}: the ledger stands at block {}, and nothing may be left out between them; "
                                                 "without --from it goes on from there", *ask.from, last->number));
        }
        return *last;
    }
    if (!ask.from || *ask.from == 0) {
        return fail(Errc::usage, "the ledger has nothing of this chain yet: say which block to begin with, as --from BLOCK, from 1 "
                                 "(no later than the one in which the contract was made)");
    }
    PLIMSOLL_TRY(header, source.header(*ask.from - 1));
    PLIMSOLL_TRYV(chain::verify_header(header));
    return Anchor{header.number, header.hash};
}

/// What a node at the other end of a wire may come out of by itself.
[[nodiscard]] bool may_pass(Error const& error) {
    using chain::rpc::Errc;
    return error.is(Errc::node_unreachable) || error.is(Errc::node_timed_out) || error.is(Errc::node_busy) ||
           error.is(Errc::block_absent) || // a node that comes back has yet to catch up
           error.is(Errc::node_answers_garbage) || error.is(Errc::answer_incomplete) ||
           error.is(chain::follow::Errc::chain_keeps_moving);
}

class Following {
public:
    Following(Shell const& shell, Ask const& ask, chain::ChainSource& source, LiveLedger& ledger, ChainFollower& follower,
              FollowStory& story)
        : shell_(&shell), ask_(&ask), source_(&source), ledger_(&ledger), follower_(&follower), story_(&story),
          reconciled_(follower.anchor().number) {}

    /// Until it is told to stop, or (with --once or --to) has caught up, or a difference is found.
    [[nodiscard]] result<void> run() {
        Progress progress("follow", ProgressUnit::steps);
        while (is_stopped == 0) {
            auto look = follower_->look();
            if (!look) {
                PLIMSOLL_TRYV(take_trouble(look.error()));
                continue;
            }
            PLIMSOLL_TRYV(ledger_->book(look.value().became_final));
            bool const is_news = look.value().added + look.value().dropped > 0;
            story_->take(look.value(), *follower_, ledger_->counts());
            if (look.value().has_more) {
                progress.show(follower_->anchor().number, std::min(look.value().head, ask_->to.value_or(look.value().head)));
                continue;
            }
            progress.clear();
            if (is_news || is_first_) {
                story_->pending = ledger_->pending(follower_->pending());
                if (!ask_->once) {
                    PLIMSOLL_TRYV(Shell::print(story_->news(shell_->is_json())));
                }
            }
            is_first_ = false;
            bool const is_last = ask_->once || (ask_->to && follower_->anchor().number >= *ask_->to);
            PLIMSOLL_TRY(has_caught_up, reconcile_when_due(is_last));
            if (story_->difference || (is_last && has_caught_up)) break;
            wait();
        }
        return outcome::success();
    }

private:
    /// The ledger as of the newest final block, against the chain as of that block. False where the node gave no answer.
    [[nodiscard]] result<bool> reconcile_when_due(bool is_last) {
        std::uint64_t const final_block = follower_->anchor().number;
        std::uint64_t const every = ask_->reconcile_every_blocks;
        bool const is_due = every != 0 && final_block > reconciled_ && (is_last || final_block - reconciled_ >= every);
        if (!is_due || !ledger_->last_block()) return true; // or nothing to compare yet
        PLIMSOLL_TRY(reader, open_reader(ask_->directory));
        chain::ReconcileAsk question;
        question.at = final_block;
        question.source = story_->source;
        question.from = reconciled_ + 1;
        auto const report = chain::reconcile_chain(*reader, *source_, question);
        if (!report) {
            PLIMSOLL_TRYV(take_trouble(report.error()));
            return false;
        }
        reconciled_ = final_block;
        story_->reconciled(report.value());
        return true;
    }

    [[nodiscard]] result<void> take_trouble(Error const& error) {
        if (ask_->once || !may_pass(error)) return outcome::failure(error);
        fmt::print(stderr, "plimsoll: {}; waiting for it (Ctrl-C ends)\n", error.message());
        wait();
        return outcome::success();
    }
    void wait() const {
        constexpr std::chrono::milliseconds slice{50}; // for which a signal may have to wait
        auto const until = std::chrono::steady_clock::now() + std::chrono::duration<double>(ask_->poll_seconds);
        while (is_stopped == 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(slice);
    }

    Shell const* shell_;
    Ask const* ask_;
    chain::ChainSource* source_;
    LiveLedger* ledger_;
    ChainFollower* follower_;
    FollowStory* story_;
    bool is_first_ = true;
    std::uint64_t reconciled_; ///< up to this block
};

[[nodiscard]] result<void> check_words(Ask const& ask) {
    if (!(ask.poll_seconds >= 0.05 && ask.poll_seconds <= 3600)) return fail(Errc::usage, "--poll is from 0.05 to 3600 seconds");
    if (ask.from && ask.to && *ask.to < *ask.from) return fail(Errc::usage, "--to is before --from");
    return outcome::success();
}

[[nodiscard]] result<Status> follow(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRYV(check_words(ask));
    PLIMSOLL_TRY(text, mapping_text(ask));
    PLIMSOLL_TRY(mapping, chain::Mapping::read(text, ask.mapping));
    PLIMSOLL_TRY(chosen, ChainChoice::open(ask.url, ask.node));
    chain::ChainSource& source = chosen.source();
    PLIMSOLL_TRY(engine, replay::Engine::open(ask.directory));
    PLIMSOLL_TRY(chain_id, source.chain_id());
    std::string const source_name = ask.source.empty() ? mapping.name : ask.source;
    LiveLedger ledger(*engine, mapping, text, chain_id, source_name);
    ledger.quarantine(ask.quarantine);
    PLIMSOLL_TRY(start, starting_point(ask, ledger, source));

    chain::follow::FollowRule rule;
    rule.confirmations = ask.confirmations;
    rule.addresses = mapping.addresses();
    rule.last_block = ask.to.value_or(rule.last_block);
    ChainFollower follower(source, std::move(rule), start);
    FollowStory story;
    story.node = source.name();
    story.source = source_name;
    story.chain_id = chain_id;
    story.accounts = ask.accounts;
    StopOnSignal const stop_on_signal;
    PLIMSOLL_TRYV(Following(shell, ask, source, ledger, follower, story).run());

    PLIMSOLL_TRYV(engine->close());
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    replay::Basis const basis = basis_of(*engine, *reader);
    story.final_book = &engine->book();
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? json_answer("follow", engine->book(), basis, [&](JsonWriter& json) { story.write(json); })
                                               : story.people(ask.directory) + people_foot(engine->book(), basis)));
    chosen.tell_cost();
    return story.difference ? Status::finding : Status::fine;
}

} // namespace

void add_follow(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("follow", "Book a chain's blocks as they become final", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--chain", ask->url, "The address of a node's JSON-RPC, or a file of saved blocks")->required();
    command.add_option("--mapping", ask->mapping, "A mapping's file, or the name of a shipped one")->required();
    command.add_option("--set", ask->parameters, "NAME=VALUE of the mapping, as a contract's address")->take_all()->allow_extra_args(false);
    command.add_option("--source", ask->source, "Name of the source; else the mapping's own");
    command.add_option("--from", ask->from, "The first block, where the ledger has none of this chain yet");
    command.add_option("--to", ask->to, "End once this block is booked; else stay at the head");
    auto* const confirmations = command.add_option("--confirmations", ask->confirmations, "Blocks that must follow one before it is final");
    command.add_flag("--final", ask->finalized, "What the node calls finalized is final (the default)")->excludes(confirmations);
    command.add_flag("--once", ask->once, "Book what is final now, and end");
    command.add_option("--poll", ask->poll_seconds, "Seconds between two looks at the chain")->capture_default_str();
    command.add_flag("--quarantine", ask->quarantine, "Set bad logs aside instead of stopping");
    command.add_option("--account", ask->accounts, "Show this account, final and with what is pending")->take_all()->allow_extra_args(false);
    command.add_option("--reconcile-every", ask->reconcile_every_blocks, "Final blocks between two reconciliations; 0: never")
        ->capture_default_str();
    ask->node.add_to(command);
    shell.on_run(command, [&shell, ask] { return follow(shell, *ask); });
}

} // namespace plimsoll::tools
