#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/bridge_story.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/names.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "What each chain holds for the ledger and what is owed there, asset by asset: final (locked), on its way in (arriving; of it\n"
    "credited already), on its way out (waiting), owed to customers; and whether the chain could pay its own claims now. Exit\n"
    "status 1 where one could not.\n"
    "\n"
    "  plimsoll chains day\n"
    "  plimsoll chains day --at 2026-01-15T14:00:00Z --transfers\n"
    "  plimsoll chains day --all --json         # every transfer and withdrawal there ever was, read off the log\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    bool shows_transfers = false;
    bool shows_all = false;
};

struct View {
    replay::Moment const& moment;
    BridgeStory const& story;
    std::vector<risk::ChainSheet> sheets;

    [[nodiscard]] bool can_pay() const {
        return std::ranges::all_of(sheets, [](risk::ChainSheet const& each) { return each.shortfall() == 0; });
    }
};

void write_sheet(JsonWriter& json, book::Book const& book, risk::ChainSheet const& sheet) {
    auto money = [&](Int128 units) { return json_amount(book, sheet.asset, Amount{units}); };
    auto optional_money = [&](std::string_view key, std::optional<Int128> const& units) {
        json.key(key);
        if (units) {
            json.value(money(*units));
        } else {
            json.null();
        }
    };
    json.begin_object().key("chain");
    if (sheet.chain.empty()) {
        json.null();
    } else {
        json.value(sheet.chain);
    }
    json.field("asset", name_of(book, sheet.asset)).field("counts_as", name_of(book, sheet.whole)).field("locked", money(sheet.locked));
    json.field("arriving", money(sheet.arriving)).field("credited", money(sheet.credited)).field("waiting", money(sheet.waiting));
    optional_money("owed", sheet.owed);
    json.field("exchanged", money(sheet.exchanged)).field("shortfall", money(sheet.shortfall()));
    json.key("can_pay");
    if (sheet.owed) {
        json.value(sheet.shortfall() == 0);
    } else {
        json.null();
    }
    optional_money("leaves_now", sheet.leaves_now);
    json.field("haircut", format_decimal(one_units - sheet.kept)).field("transfers", sheet.transfers).field("withdrawals", sheet.withdrawals).end_object();
}

void write_transfer(JsonWriter& json, book::Book const& book, BridgeStory const& story, BridgeStory::In const& each) {
    risk::BridgeTransfer const& transfer = each.transfer;
    json.begin_object().field("chain", each.chain).field("transaction", transfer.transaction).field("log_index", transfer.log_index);
    json.field("block", transfer.block).field("block_hash", transfer.block_hash).field("account", name_of(book, transfer.account));
    json.field("asset", name_of(book, transfer.asset)).field("amount", json_amount(book, transfer.asset, Amount{transfer.amount}));
    json.field("state", risk::word(transfer.state)).field("credited", json_amount(book, transfer.asset, Amount{transfer.credited}));
    json.field("confirmations", transfer.confirmations).key("haircut");
    if (auto const haircut = story.haircut(book, transfer)) {
        json.value(format_decimal(*haircut));
    } else {
        json.null();
    }
    json.field("sequence", transfer.sequence).end_object();
}

void write_withdrawal(JsonWriter& json, book::Book const& book, BridgeStory::Out const& each) {
    risk::BridgeWithdrawal const& withdrawal = each.withdrawal;
    json.begin_object().field("chain", each.chain).field("withdrawal", withdrawal.number).field("account", name_of(book, withdrawal.account));
    json.field("asset", name_of(book, withdrawal.asset)).field("amount", json_amount(book, withdrawal.asset, Amount{withdrawal.amount}));
    json.field("state", risk::word(withdrawal.state)).field("asked", format_time(withdrawal.asked)).field("due", format_time(withdrawal.due));
    json.field("sequence", withdrawal.sequence).end_object();
}

[[nodiscard]] std::string to_json(View const& view) {
    book::Book const& book = view.moment.book;
    return json_answer("chains", book, view.moment.basis, [&](JsonWriter& json) {
        json.key("preset");
        if (auto const* const preset = view.story.preset()) {
            json.begin_object().field("name", preset->name).field("version", preset->version).field("digest", to_hex(preset->digest)).end_object();
        } else {
            json.null();
        }
        json.key("chains").begin_array();
        for (risk::ChainSheet const& sheet : view.sheets) write_sheet(json, book, sheet);
        json.end_array().field("can_pay", view.can_pay()).key("transfers").begin_array();
        for (BridgeStory::In const& each : view.story.in) write_transfer(json, book, view.story, each);
        json.end_array().key("withdrawals").begin_array();
        for (BridgeStory::Out const& each : view.story.out) write_withdrawal(json, book, each);
        json.end_array();
    });
}

[[nodiscard]] std::string sheets_text(View const& view) {
    book::Book const& book = view.moment.book;
    Table table({{"chain"}, {"asset"}, {"locked", Align::right}, {"owed", Align::right}, {"arriving", Align::right}, {"credited", Align::right},
                 {"waiting", Align::right}, {"leaves now", Align::right}, {"could pay"}});
    for (risk::ChainSheet const& sheet : view.sheets) {
        auto money = [&](Int128 units) { return people_decimal(units, decimals_of(book, sheet.asset)); };
        auto flow = [&](Int128 units) { return units == 0 ? std::string{} : money(units); };
        std::string const verdict = !sheet.owed ? "" : sheet.shortfall() == 0 ? "yes" : "no, " + money(sheet.shortfall()) + " short";
        table.row({sheet.chain.empty() ? "all that hold it" : sheet.chain, name_of(book, sheet.asset), money(sheet.locked), sheet.owed ? money(*sheet.owed) : "",
                   flow(sheet.arriving), flow(sheet.credited), flow(sheet.waiting), sheet.leaves_now ? money(*sheet.leaves_now) : "", verdict});
    }
    return table.text();
}

[[nodiscard]] std::string transfers_text(View const& view) {
    book::Book const& book = view.moment.book;
    std::string out;
    if (!view.story.in.empty()) {
        Table table({{"chain"}, {"block", Align::right}, {"log", Align::right}, {"transaction"}, {"to"}, {"amount", Align::right}, {"credited", Align::right},
                     {"asset"}, {"state"}, {"haircut", Align::right}, {"event", Align::right}});
        for (BridgeStory::In const& each : view.story.in) {
            risk::BridgeTransfer const& transfer = each.transfer;
            auto money = [&](Int128 units) { return people_decimal(units, decimals_of(book, transfer.asset)); };
            auto const haircut = view.story.haircut(book, transfer);
            table.row({each.chain, people_count(transfer.block), std::to_string(transfer.log_index), transfer.transaction, name_of(book, transfer.account),
                       money(transfer.amount), money(transfer.credited), name_of(book, transfer.asset), std::string(risk::word(transfer.state)),
                       haircut ? format_decimal(*haircut) : "", people_sequence(transfer.sequence)});
        }
        out += "\n" + table.text();
    }
    if (!view.story.out.empty()) {
        Table table({{"chain"}, {"withdrawal", Align::right}, {"of"}, {"amount", Align::right}, {"asset"}, {"state"}, {"asked"}, {"due"}, {"event", Align::right}});
        for (BridgeStory::Out const& each : view.story.out) {
            risk::BridgeWithdrawal const& withdrawal = each.withdrawal;
            table.row({each.chain, people_count(withdrawal.number), name_of(book, withdrawal.account),
                       people_decimal(withdrawal.amount, decimals_of(book, withdrawal.asset)), name_of(book, withdrawal.asset),
                       std::string(risk::word(withdrawal.state)), format_time(withdrawal.asked), format_time(withdrawal.due),
                       people_sequence(withdrawal.sequence)});
        }
        out += "\n" + table.text();
    }
    return out.empty() ? "\nNothing is on its way.\n" : out;
}

[[nodiscard]] std::string to_text(View const& view, Ask const& ask) {
    auto const* const preset = view.story.preset();
    std::string out = preset != nullptr ? fmt::format("Bridges by {} {}\n\n", preset->name, preset->version)
                                        : "No bridge preset is in force: what the outside holds, account by account.\n\n";
    out += view.sheets.empty() ? "Nothing stands outside.\n" : sheets_text(view);
    if (ask.shows_transfers || ask.shows_all) out += transfers_text(view);
    out += view.can_pay() ? "\nEach could pay what is claimed of it now.\n\n" : "\nNot each could pay what is claimed of it now.\n\n";
    return out + people_foot(view.moment.book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(story, BridgeStory::of(*reader, moment, ask.shows_all));
    std::vector<risk::ChainSheet> sheets;
    if (moment.book.assets.size() != 0) {
        PLIMSOLL_TRY(asset, find_valuation_asset(moment.book, ""));
        PLIMSOLL_TRY(valuation, risk::Valuation::of(moment.book, asset));
        sheets = risk::chain_sheets(valuation, story->bridges(), moment.book.time());
    }
    View const view{moment, *story, std::move(sheets)};
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view) : to_text(view, ask)));
    return view.can_pay() ? Status::fine : Status::finding;
}

} // namespace

void add_chains(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("chains", "What each chain holds and owes, and whether it could pay now", examples);
    command.add_option("DIR", ask->directory, "The ledger's directory")->required();
    command.add_option("--at", ask->moment, "latest, #SEQ, before:#SEQ or an RFC 3339 time")->capture_default_str();
    command.add_flag("--transfers", ask->shows_transfers, "What is on its way, transfer by transfer (JSON: always)");
    command.add_flag("--all", ask->shows_all, "Also what has arrived, was reversed, paid out or given back");
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
