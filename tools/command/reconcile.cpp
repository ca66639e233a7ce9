#include "tools/reconcile/bitmex_snapshot.hpp"

#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/command/reconcile_chain.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include "ledger/event/decimal.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Compares the ledger with what somebody else says: each balance of the file against the account as it stood at\n"
    "the moment that the file dates it to. Exit status 1 where anything differs.\n"
    "\n"
    "  plimsoll reconcile books --format bitmex-wallet-snapshot api-v1-user-wallet.snapshot-all.csv\n"
    "  plimsoll statement books main --from 2026-04-17T12:14:00Z    # what happened around a difference\n"
    "\n"
    "With --chain, the events that were imported by a mapping against the chain itself: is each log of the contracts\n"
    "booked, as what it says, in its place; and are the balances those that the contracts state, at that block? Blocks and\n"
    "receipts are proved, and slots by the block's state root. Kinds of findings: missing, extra, amount, order, late,\n"
    "unproved, unmapped.\n"
    "\n"
    "  plimsoll reconcile books --chain blocks.jsonl --at 1200\n"
    "  plimsoll reconcile books --chain http://127.0.0.1:8545 --at final\n";

constexpr char const* only_format = "bitmex-wallet-snapshot";

struct Ask {
    std::string directory;
    std::string format;
    std::string file;
    std::string account = "main";
    ReconcileChainAsk chain;
};

[[nodiscard]] std::string to_json(SnapshotReport const& report, replay::Moment const& moment) {
    return json_answer("reconcile", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("file", report.file).field("account", report.account);
        json.field("matched", report.matched).field("differing", report.differing);
        json.key("rows").begin_array();
        for (SnapshotRow const& row : report.rows) {
            json.begin_object().field("asset", row.asset).field("time", format_time(row.time));
            json.field("sequence", row.sequence).field("ledger", format_decimal(row.ledger, row.decimals));
            json.field("snapshot", format_decimal(row.snapshot, row.decimals));
            json.field("difference", format_decimal(row.difference, row.decimals));
            json.field("line", row.line).field("matched", row.is_matched()).end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string to_text(Ask const& ask, SnapshotReport const& report, replay::Moment const& moment) {
    std::string out = fmt::format("Reconciled {} of {} with {}\n\n", report.account, ask.directory, report.file);
    Table table({{"asset"},
                 {"at"},
                 {"event", Align::right},
                 {"ledger", Align::right},
                 {"file", Align::right},
                 {"difference", Align::right},
                 {""}});
    for (SnapshotRow const& row : report.rows) {
        table.row({row.asset, format_time(row.time), people_sequence(row.sequence),
                   people_exact(row.ledger, row.decimals), people_exact(row.snapshot, row.decimals),
                   people_exact(row.difference, row.decimals),
                   row.is_matched() ? "equal" : fmt::format("DIFFERS (line {})", row.line)});
    }
    out += table.text();
    out += report.differing == 0
               ? fmt::format("\nAll {} equal.\n", people_plural(report.matched, "balance"))
               : fmt::format("\n{} of {} differ. A positive difference: the ledger has more than the file says.\n"
                             "Next: plimsoll statement {} {} --from M lists the events around it.\n",
                             people_count(report.differing), people_count(report.rows.size()), ask.directory,
                             report.account);
    return out + people_foot(moment.book, moment.basis);
}

[[nodiscard]] result<Status> compare(Shell const& shell, Ask const& ask) {
    if (ask.format != only_format) {
        return fail(Errc::unknown_format, "'" + ask.format + "'; there is " + std::string(only_format));
    }
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(report, reconcile_bitmex_snapshot(*reader, ask.file, ask.account));
    PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, moment) : to_text(ask, report, moment)));
    return report.differing == 0 ? Status::fine : Status::finding;
}

[[nodiscard]] result<Status> reconcile(Shell const& shell, Ask& ask) {
    bool const has_file = !ask.file.empty() || !ask.format.empty();
    if (has_file != ask.chain.chain.empty()) return fail(Errc::usage, "reconcile with --format F FILE, or with --chain C --at BLOCK");
    if (!has_file) {
        ask.chain.directory = ask.directory;
        return reconcile_with_chain(shell, ask.chain);
    }
    if (ask.file.empty() || ask.format.empty()) return fail(Errc::usage, "a FILE needs its --format, and a --format its FILE");
    return compare(shell, ask);
}

} // namespace

void add_reconcile(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("reconcile", "Compare with what somebody else says", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("FILE", ask->file, "What they say");
    command.add_option("--format", ask->format, "Of FILE: there is " + std::string(only_format));
    command.add_option("--account", ask->account, "The account that it is of")->capture_default_str();
    ask->chain.add_to(command);
    shell.on_run(command, [&shell, ask] { return reconcile(shell, *ask); });
}

} // namespace plimsoll::tools
