#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include "ledger/event/decimal.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Balances, positions at their mark, and equity. Equity = cash + value of the positions + what they hold\n"
    "in quote + funding not met yet, each rounded down (against the account).\n"
    "\n"
    "  plimsoll account books main\n"
    "  plimsoll account books main --at 2026-04-17T14:23:57Z\n"
    "  plimsoll account day user-17 --at before:'#48213' --in USDC\n"
    "  plimsoll account day user-17 --quick --json     # no state root: a few events read, not the book\n";

struct Ask {
    std::string directory;
    std::string name;
    std::string moment = "latest";
    std::string in;
    bool is_quick = false;
    bool all = false;
};

/// What is said of the account, rows in order of definition.
struct View {
    book::Book const& book;
    risk::Valuation valuation;
    AccountId account;
    risk::Equity equity;
    std::vector<book::BalanceRow> balances;
    std::vector<book::PositionRow> positions;
    std::vector<risk::UnpricedSubject> unpriced;
};

[[nodiscard]] View look(book::Book const& book, risk::Valuation valuation, AccountId account, bool all) {
    View view{book, std::move(valuation), account, {}, {}, {}, {}};
    view.equity = view.valuation.account(account);
    book.for_balances(account, [&](book::BalanceRow const& row) {
        if (all || !row.amount.is_zero()) view.balances.push_back(row);
        risk::Unpriced const reason = view.valuation.balance(row).unpriced;
        if (reason != risk::Unpriced::none) view.unpriced.push_back({false, row.asset.number(), reason, 1});
    });
    book.for_positions(account, [&](book::PositionRow const& row) {
        if (all || !row.size.is_zero() || !row.quote.is_zero()) view.positions.push_back(row);
        risk::Unpriced const reason = view.valuation.position(row).unpriced;
        if (reason != risk::Unpriced::none) view.unpriced.push_back({true, row.instrument.number(), reason, 1});
    });
    std::ranges::sort(view.balances, {}, &book::BalanceRow::asset);
    std::ranges::sort(view.positions, {}, &book::PositionRow::instrument);
    return view;
}

/// The value, or null where there is none.
void field_or_null(JsonWriter& json, std::string_view field, bool known, std::string const& text) {
    json.key(field);
    if (known) {
        json.value(text);
    } else {
        json.null();
    }
}

void write_balance(JsonWriter& json, View const& view, book::BalanceRow const& row) {
    risk::BalanceValue const value = view.valuation.balance(row);
    json.begin_object().field("asset", name_of(view.book, row.asset));
    json.field("amount", json_amount(view.book, row.asset, row.amount));
    field_or_null(json, "worth", value.unpriced == risk::Unpriced::none,
                  json_amount(view.book, view.valuation.in(), value.worth));
    json.end_object();
}

void write_position(JsonWriter& json, View const& view, book::PositionRow const& row) {
    book::InstrumentRow const& instrument = view.book.instrument(row.instrument);
    risk::PositionValue const value = view.valuation.settled(row);
    bool const known = value.unpriced == risk::Unpriced::none;
    auto money = [&](Amount amount) { return json_amount(view.book, instrument.settle, amount); };
    json.begin_object().field("instrument", instrument.name.view());
    json.field("size", format_decimal(row.size));
    json.field("settle", name_of(view.book, instrument.settle));
    bool const is_marked = instrument.mark.is_some() || !instrument.mark.value.is_zero();
    field_or_null(json, "mark", is_marked, format_decimal(instrument.mark.value));
    field_or_null(json, "mark_time", instrument.mark.is_some(), format_time(instrument.mark.time));
    json.field("quote", money(row.quote));
    field_or_null(json, "value", known, money(value.value));
    field_or_null(json, "pending_funding", known, money(value.funding));
    field_or_null(json, "total", known, money(value.total));
    json.end_object();
}

[[nodiscard]] std::string to_json(View const& view, replay::Basis const& basis) {
    book::AccountRow const& row = view.book.account(view.account);
    return json_answer("account", view.book, basis, [&](JsonWriter& json) {
        json.field("account", row.name.view()).field("kind", word(row.kind));
        bool const is_whole_book = basis.state_root != Hash{}; // one account's book has nobody else's name
        if (row.parent.is_some() && is_whole_book) json.field("parent", name_of(view.book, row.parent));
        json.field("in_liquidation", row.in_liquidation != 0);
        json.key("balances").begin_array();
        for (auto const& each : view.balances) write_balance(json, view, each);
        json.end_array().key("positions").begin_array();
        for (auto const& each : view.positions) write_position(json, view, each);
        json.end_array().key("equity");
        write_amount(json, view.book, view.valuation.in(), view.equity.amount);
        write_pricing(json, view.book, view.equity.complete(), view.unpriced);
    });
}

[[nodiscard]] std::string balances_text(View const& view) {
    std::string const in = name_of(view.book, view.valuation.in());
    Table table({{"balance"}, {"amount", Align::right}, {"worth in " + in, Align::right}});
    for (auto const& row : view.balances) {
        risk::BalanceValue const value = view.valuation.balance(row);
        bool const known = value.unpriced == risk::Unpriced::none;
        table.row({name_of(view.book, row.asset), people_exact(row.amount, decimals_of(view.book, row.asset)),
                   known ? people_value(value.worth, decimals_of(view.book, view.valuation.in())) : "unpriced"});
    }
    return table.empty() ? "  no balances\n" : table.text();
}

[[nodiscard]] std::string positions_text(View const& view) {
    Table table({{"position"},
                 {"size", Align::right},
                 {"mark", Align::right},
                 {"value", Align::right},
                 {"quote", Align::right},
                 {"pending funding", Align::right},
                 {"total", Align::right},
                 {"in"}});
    for (auto const& row : view.positions) {
        book::InstrumentRow const& instrument = view.book.instrument(row.instrument);
        risk::PositionValue const value = view.valuation.settled(row);
        int const decimals = decimals_of(view.book, instrument.settle);
        bool const known = value.unpriced == risk::Unpriced::none;
        auto money = [&](Amount amount) { return known ? people_value(amount, decimals) : "unpriced"; };
        bool const is_marked = instrument.mark.is_some() || !instrument.mark.value.is_zero();
        table.row({std::string(instrument.name.view()), people_exact(row.size, 0),
                   is_marked ? people_exact(instrument.mark.value, 0) : "none", money(value.value),
                   people_exact(row.quote, decimals), money(value.funding), money(value.total),
                   name_of(view.book, instrument.settle)});
    }
    return table.empty() ? std::string() : "\n" + table.text();
}

[[nodiscard]] std::string to_text(View const& view, replay::Basis const& basis) {
    book::AccountRow const& row = view.book.account(view.account);
    AssetId const in = view.valuation.in();
    std::string out = fmt::format("Account {} ({}{}), {}\n\n", row.name.view(), word(row.kind),
                                  row.in_liquidation != 0 ? ", in liquidation" : "", people_moment(basis));
    out += balances_text(view) + positions_text(view);
    out += fmt::format("\n  equity  {} {}{}\n", people_value(view.equity.amount, decimals_of(view.book, in)),
                       name_of(view.book, in), view.equity.amount.is_negative() ? "  UNDER WATER" : "");
    return out + people_unpriced(view.book, view.unpriced) + people_foot(view.book, basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(sequence, resolve(*reader, ask.moment));
    auto quick = [&] { return reader->account_at(ask.name, sequence); };
    PLIMSOLL_TRY(moment, ask.is_quick ? quick() : reader->at(sequence));
    PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.name));
    PLIMSOLL_TRY(in, find_valuation_asset(moment.book, ask.in));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(moment.book, in));
    View const view = look(moment.book, std::move(valuation), account, ask.all);
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view, moment.basis) : to_text(view, moment.basis)));
    return Status::fine;
}

} // namespace

void add_account(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("account", "One account at a moment: balances, positions, equity", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("NAME", ask->name, "The account")->required();
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--in", ask->in, "Value in this asset; else the one most instruments settle in");
    command.add_flag("--quick", ask->is_quick, "Replay this account alone; the answer has no state root");
    command.add_flag("--all", ask->all, "Zero balances and closed positions too");
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
