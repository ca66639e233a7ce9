#include "tools/command/follow_story.hpp"

#include "ledger/book/root.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/reconcile_chain.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

/// One thing that an account has, in the ledger and with what is pending.
struct Holding {
    Int128 final_units = 0;
    Int128 pending_units = 0;
    int decimals = 0;
};
using Holdings = std::map<std::string, Holding, std::less<>>; ///< by the name of asset or instrument

void collect(book::Book const& book, std::string const& account, Int128 Holding::*side, Holdings& out) {
    auto const id = book.find_account(account);
    if (!id) return;
    book.for_balances(*id, [&](book::BalanceRow const& row) {
        book::AssetRow const& asset = book.asset(row.asset);
        Holding& holding = out[std::string(asset.name.view())];
        holding.*side = row.amount.units();
        holding.decimals = static_cast<int>(asset.decimals);
    });
    book.for_positions(*id, [&](book::PositionRow const& row) {
        out[std::string(book.instrument(row.instrument).name.view())].*side = row.size.units();
    });
}

void write_booked(JsonWriter& json, chain::BookingCounts const& counts) {
    json.field("logs", counts.logs).field("events", counts.events).field("known", counts.known).field("ignored", counts.ignored);
    json.field("quarantined", counts.quarantined);
}

} // namespace

void FollowStory::take(chain::follow::Look const& look, chain::follow::ChainFollower const& follower, chain::BookingCounts const& booked) {
    head_ = look.head;
    final_ = follower.anchor();
    blocks_ += look.became_final.size();
    news_blocks_ += look.became_final.size();
    pending_blocks_ = follower.pending().size();
    tip_ = follower.pending().empty() ? final_.hash : follower.pending().back().header.hash;
    is_behind_ = look.is_behind;
    booked_ = booked;
    if (look.dropped == 0) return;
    ++reorganisations_;
    dropped_ += look.dropped;
    deepest_ = std::max(deepest_, look.dropped);
    gone_.insert(gone_.end(), look.gone.begin(), look.gone.end());
}

void FollowStory::reconciled(chain::ReconcileReport const& report) {
    ++reconciliations_;
    reconciled_block_ = report.at;
    logs_matched_ += report.logs_matched;
    balances_compared_ += report.balances;
    differences_ += report.findings_in_all();
    if (!difference && !report.findings.empty()) difference = report.findings.front();
}

std::string FollowStory::news(bool is_json) {
    std::string out;
    if (is_json) {
        JsonWriter json(out);
        json.begin_object().field("news", "chain").field("head", head_).field("tip", chain::hex_of(tip_));
        json.field("final", final_.number).field("final_hash", chain::hex_of(final_.hash)).field("behind", is_behind_).field("blocks", news_blocks_);
        json.field("logs", booked_.logs - news_from_.logs).field("events", booked_.events - news_from_.events);
        json.key("gone").begin_array();
        for (chain::follow::Anchor const& each : gone_) {
            json.begin_object().field("number", each.number).field("hash", chain::hex_of(each.hash)).end_object();
        }
        json.end_array().key("pending").begin_object().field("blocks", pending_blocks_);
        write_booked(json, pending.counts);
        json.end_object();
        write_accounts(json);
        json.end_object();
        out += "\n";
    } else {
        if (is_behind_) out += fmt::format("the node is behind: it has blocks up to {}, the ledger up to {}\n", people_count(head_), people_count(final_.number));
        if (!gone_.empty()) {
            out += fmt::format("reorganisation: {} gone that was pending, down to {} {}\n", people_plural(gone_.size(), "block"),
                               people_count(gone_.back().number), chain::hex_of(gone_.back().hash));
        }
        out += fmt::format("final up to block {}: {}, {}, {}; pending: {} with {}\n", people_count(final_.number), people_plural(news_blocks_, "block"),
                           people_plural(booked_.logs - news_from_.logs, "log"), people_plural(booked_.events - news_from_.events, "event"),
                           people_plural(pending_blocks_, "block"), people_plural(pending.counts.logs, "log"));
        if (pending.trouble) out += fmt::format("what is pending could not be booked: {}\n", pending.trouble->message());
    }
    gone_.clear();
    news_blocks_ = 0;
    news_from_ = booked_;
    return out;
}

std::string FollowStory::people(std::string const& directory) const {
    std::string out = fmt::format("Followed {} into {} (source {}, chain {})\n", node, directory, source, chain_id);
    out += fmt::format("  final up to block   {}  {}\n", people_count(final_.number), chain::hex_of(final_.hash));
    out += fmt::format("  booked              {}, {}, {}\n", people_plural(blocks_, "block"), people_plural(booked_.logs, "log"),
                       people_plural(booked_.events, "event"));
    if (booked_.known != 0) out += fmt::format("  known already       {}\n", people_plural(booked_.known, "log"));
    if (booked_.quarantined != 0) out += fmt::format("  set aside           {}\n", people_plural(booked_.quarantined, "log"));
    out += fmt::format("  pending, not stored {}, {}, {}\n", people_plural(pending_blocks_, "block"), people_plural(pending.counts.logs, "log"),
                       people_plural(pending.counts.events, "event"));
    if (pending.trouble) out += fmt::format("  pending trouble     {}\n", pending.trouble->message());
    if (reorganisations_ != 0) {
        out += fmt::format("  reorganisations     {}, {} dropped, {} the deepest\n", people_count(reorganisations_), people_plural(dropped_, "block"),
                           people_plural(deepest_, "block"));
    }
    if (reconciliations_ != 0) {
        out += fmt::format("  reconciled          at block {}: {} and {}, {}\n", people_count(reconciled_block_), people_plural(logs_matched_, "log"),
                           people_plural(balances_compared_, "balance"), people_plural(differences_, "difference"));
    }
    if (difference) out += "\nThe ledger differs from the chain. The first:\n" + finding_text(*difference) + "\n";
    out += fmt::format("  state with pending  {}\n", to_hex(book::state_root(pending.book)));
    return out + people_accounts();
}

std::string FollowStory::people_accounts() const {
    std::string out;
    for (std::string const& name : accounts) {
        Holdings holdings;
        collect(*final_book, name, &Holding::final_units, holdings);
        collect(pending.book, name, &Holding::pending_units, holdings);
        Table table({{name}, {"final", Align::right}, {"with pending", Align::right}});
        for (auto const& [what, holding] : holdings) {
            table.row({what, people_decimal(holding.final_units, holding.decimals), people_decimal(holding.pending_units, holding.decimals)});
        }
        out += "\n" + (table.empty() ? "  " + name + ": neither the ledger nor what is pending has it\n" : table.text());
    }
    return out;
}

void FollowStory::write_accounts(JsonWriter& json) const {
    if (accounts.empty()) return;
    json.key("accounts").begin_array();
    for (std::string const& name : accounts) {
        Holdings holdings;
        if (final_book != nullptr) collect(*final_book, name, &Holding::final_units, holdings);
        collect(pending.book, name, &Holding::pending_units, holdings);
        json.begin_object().field("account", name).key("holdings").begin_array();
        for (auto const& [what, holding] : holdings) {
            json.begin_object().field("of", what).key("final").decimal(holding.final_units);
            json.key("with_pending").decimal(holding.pending_units).end_object();
        }
        json.end_array().end_object();
    }
    json.end_array();
}

void FollowStory::write(JsonWriter& json) const {
    json.field("node", node).field("source", source).field("chain_id", chain_id).field("head", head_);
    json.key("final").begin_object().field("number", final_.number).field("hash", chain::hex_of(final_.hash)).end_object();
    json.key("booked").begin_object().field("blocks", blocks_);
    write_booked(json, booked_);
    json.end_object().key("pending").begin_object().field("blocks", pending_blocks_);
    write_booked(json, pending.counts);
    json.field("state_root", to_hex(book::state_root(pending.book))).key("trouble");
    if (pending.trouble) json.value(pending.trouble->message());
    else json.null();
    json.end_object().key("reorganisations").begin_object().field("count", reorganisations_).field("blocks_dropped", dropped_);
    json.field("deepest", deepest_).end_object();
    json.key("reconciled").begin_object().field("times", reconciliations_).field("block", reconciled_block_).field("logs_matched", logs_matched_);
    json.field("balances", balances_compared_).field("differences", differences_).key("first");
    if (difference) {
        json.begin_object().field("kind", chain::finding_words[static_cast<std::size_t>(difference->kind)]).field("block", difference->block);
        json.field("what", difference->what).field("ledger", difference->ledger).field("chain", difference->chain).end_object();
    } else {
        json.null();
    }
    json.end_object();
    write_accounts(json);
}

} // namespace plimsoll::tools
