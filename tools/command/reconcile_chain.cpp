#include "tools/command/reconcile_chain.hpp"

#include "tools/command/answer.hpp"
#include "tools/command/question.hpp"
#include "tools/text/number_text.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

using chain::Finding;
using chain::ReconcileReport;

[[nodiscard]] result<std::uint64_t> block_asked(chain::ChainSource& source, std::string const& text) {
    if (auto const number = read_unsigned(text)) return *number;
    if (text != "final") return fail(Errc::usage, "--at '" + text + "'; a block's number, or final");
    PLIMSOLL_TRY(header, source.header(chain::BlockTag::finalized));
    return header.number;
}

[[nodiscard]] std::string place_of(Finding const& finding) {
    std::string place = "block " + people_count(finding.block);
    if (finding.log_index) place += ", log " + std::to_string(*finding.log_index);
    if (finding.sequence != 0) place += ", " + people_sequence(finding.sequence);
    return place;
}

/// Both sides, a line each event.
void append_side(std::string& out, std::string_view name, std::string_view text) {
    if (text.empty()) text = "nothing";
    while (!text.empty()) {
        std::string_view const line = text.substr(0, text.find('\n'));
        out += fmt::format("    {:<7} {}\n", name, line);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        name = "";
    }
}

void append_finding(std::string& out, Finding const& finding) {
    out += fmt::format("  {:<9} {}: {}\n", chain::finding_words[static_cast<std::size_t>(finding.kind)], place_of(finding), finding.what);
    if (!finding.transaction.empty()) out += "    transaction " + finding.transaction + "\n";
    append_side(out, "ledger", finding.ledger);
    append_side(out, "chain", finding.chain);
}

[[nodiscard]] std::string to_text(ReconcileChainAsk const& ask, ReconcileReport const& report, replay::Moment const& moment) {
    std::string out = fmt::format("Reconciled {} of {} with {}\n\n", report.source, ask.directory, report.chain);
    out += fmt::format("  at block   {} ({}), from block {}\n", people_count(report.at), chain::hex_of(report.block_hash),
                       people_count(report.from));
    out += fmt::format("  proved     {}, the receipts of {}\n", people_plural(report.headers_proved, "header"),
                       people_plural(report.receipts_proved, "block"));
    out += fmt::format("  logs       {} of the contracts, {} events in the ledger\n", people_count(report.logs), people_count(report.events));
    out += fmt::format("  balances   {} compared with the contracts' own, {} of them proved by storage\n", people_count(report.balances),
                       people_count(report.balances_proved));
    if (report.balances_unanswered != 0) {
        out += fmt::format("             {} NOT compared: the records hold neither answer nor proof\n", people_count(report.balances_unanswered));
    }
    std::uint64_t const all = report.findings_in_all();
    if (all == 0) return out + "\nNo difference.\n" + people_foot(moment.book, moment.basis);
    out += "\n";
    for (std::size_t kind = 0; kind < report.counts.size(); ++kind) {
        if (report.counts[kind] != 0) out += fmt::format("  {:<9} {}\n", chain::finding_words[kind], people_count(report.counts[kind]));
    }
    out += "\nThe first:\n";
    for (Finding const& finding : report.findings) append_finding(out, finding);
    if (all > report.findings.size()) out += fmt::format("  and {} more: --limit\n", people_count(all - report.findings.size()));
    return out + people_foot(moment.book, moment.basis);
}

[[nodiscard]] std::string to_json(ReconcileReport const& report, replay::Moment const& moment) {
    return json_answer("reconcile", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("source", report.source).field("mapping", report.mapping).field("chain", report.chain);
        json.field("block", report.at).field("block_hash", chain::hex_of(report.block_hash)).field("from", report.from);
        json.field("headers_proved", report.headers_proved).field("receipts_proved", report.receipts_proved);
        json.field("logs", report.logs).field("logs_matched", report.logs_matched).field("events", report.events);
        json.field("balances", report.balances).field("balances_proved", report.balances_proved);
        json.field("balances_unanswered", report.balances_unanswered);
        json.key("counts").begin_object();
        for (std::size_t kind = 0; kind < report.counts.size(); ++kind) json.field(chain::finding_words[kind], report.counts[kind]);
        json.end_object().field("complete", report.findings.size() == report.findings_in_all());
        json.key("findings").begin_array();
        for (Finding const& finding : report.findings) {
            json.begin_object().field("kind", chain::finding_words[static_cast<std::size_t>(finding.kind)]);
            json.field("block", finding.block);
            json.key("log_index");
            finding.log_index ? json.value(*finding.log_index) : json.null();
            json.field("transaction", finding.transaction).field("sequence", finding.sequence).field("what", finding.what);
            json.field("ledger", finding.ledger).field("chain", finding.chain).end_object();
        }
        json.end_array();
    });
}

} // namespace

result<std::string> mapped_source(replay::Reader const& reader, std::string const& asked) {
    PLIMSOLL_TRY(latest, reader.at(reader.log_size()));
    auto const names = chain::mapped_sources(latest.book);
    std::string list;
    for (std::string const& name : names) {
        if (name == asked) return name;
        list += (list.empty() ? "" : ", ") + name;
    }
    if (asked.empty() && names.size() == 1) return names.front();
    if (names.empty()) return fail(Errc::usage, "the ledger has no source that was imported by a mapping");
    return fail(Errc::usage, (asked.empty() ? "say which --source" : "no source '" + asked + "'") + "; there are " + list);
}

std::string finding_text(Finding const& finding) {
    std::string out;
    append_finding(out, finding);
    return out;
}

void ReconcileChainAsk::add_to(CLI::App& command) {
    command.add_option("--chain", chain, "The address of a node's JSON-RPC, or a file of saved blocks");
    command.add_option("--at", at, "With --chain: the block at which both sides are compared, or final");
    command.add_option("--source", source, "With --chain: the ledger's source; else its only one");
    command.add_option("--from", from, "With --chain: the first block; else the ledger's first, or an earlier one of the file");
    command.add_option("--limit", limit, "With --chain: how many differences are shown")->capture_default_str();
    node.add_to(command);
}

result<Status> reconcile_with_chain(Shell const& shell, ReconcileChainAsk const& ask) {
    if (ask.at.empty()) return fail(Errc::usage, "--chain needs --at BLOCK: both sides are compared at one height");
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(name, mapped_source(*reader, ask.source));
    PLIMSOLL_TRY(chosen, ChainChoice::open(ask.chain, ask.node));
    chain::ChainSource& source = chosen.source();
    PLIMSOLL_TRY(at, block_asked(source, ask.at));
    Progress progress("reconcile " + source.name(), ProgressUnit::steps);
    chain::ReconcileAsk question;
    question.at = at;
    question.source = name;
    question.from = ask.from;
    question.findings_limit = ask.limit;
    question.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    PLIMSOLL_TRY(report, chain::reconcile_chain(*reader, source, question));
    progress.clear();
    PLIMSOLL_TRY(moment, reader->at(report.sequence));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, moment) : to_text(ask, report, moment)));
    chosen.tell_cost();
    return report.findings_in_all() == 0 ? Status::fine : Status::finding;
}

} // namespace plimsoll::tools
