#include "tools/command/statement.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/event_text.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Why a balance is what it is: the balance at --from, every event after it up to --to with its parts and\n"
    "the balance after each, and the balance at --to. The sum is checked.\n"
    "\n"
    "  plimsoll statement books main --from 2026-04-17T12:14:00Z --to 2026-04-17T14:23:57Z\n"
    "  plimsoll statement day user-17 --from before:'#48213'\n"
    "  plimsoll statement books main --json > main.json\n";

struct Ask {
    std::string directory;
    std::string name;
    std::string from;
    std::string to = "latest";
};

struct View {
    replay::Moment const& moment;
    AccountId account;
    Span span;
    Statement statement;
};

[[nodiscard]] std::string subject_of(book::Book const& book, Component const& component) {
    switch (component.kind) {
    case LegKind::cash: return name_of(book, component.asset);
    case LegKind::quote: return name_of(book, component.instrument) + " quote";
    case LegKind::size: return name_of(book, component.instrument);
    }
    return {};
}

/// What the component's own row holds after it.
[[nodiscard]] Int128 running_of(Holdings const& holdings, Component const& component) {
    switch (component.kind) {
    case LegKind::cash: return holdings.cash.at(component.asset);
    case LegKind::quote: return holdings.quote.at(component.instrument);
    case LegKind::size: return holdings.size.at(component.instrument);
    }
    return 0;
}

[[nodiscard]] int component_decimals(book::Book const& book, Component const& component) {
    return component.kind == LegKind::size ? 0 : decimals_of(book, component.asset);
}

/// Calls f(name, units, decimals) for each thing held, cash first.
template <class F> void for_holdings(book::Book const& book, Holdings const& holdings, F&& f) {
    for (auto const& [asset, units] : holdings.cash) f(name_of(book, asset), units, decimals_of(book, asset));
    for (auto const& [id, units] : holdings.size) f(name_of(book, id), units, 0);
    for (auto const& [id, units] : holdings.quote) {
        f(name_of(book, id) + " quote", units, decimals_of(book, book.instrument(id).settle));
    }
}

void write_holdings(JsonWriter& json, book::Book const& book, std::string_view field, Holdings const& holdings) {
    json.key(field).begin_object().key("balances").begin_array();
    for (auto const& [asset, units] : holdings.cash) write_amount(json, book, asset, Amount{units});
    json.end_array().key("positions").begin_array();
    for (auto const& [id, units] : holdings.size) {
        auto const quote = holdings.quote.find(id);
        Amount const kept{quote == holdings.quote.end() ? 0 : quote->second};
        json.begin_object().field("instrument", name_of(book, id)).field("size", format_decimal(units));
        json.field("quote", json_amount(book, book.instrument(id).settle, kept)).end_object();
    }
    json.end_array().end_object();
}

void write_component(JsonWriter& json, book::Book const& book, Component const& component, Int128 running) {
    int const decimals = component_decimals(book, component);
    json.begin_object().field("what", component.what).field("leg", word(component.kind));
    if (component.asset.is_some()) json.field("asset", name_of(book, component.asset));
    if (component.instrument.is_some()) json.field("instrument", name_of(book, component.instrument));
    json.field("amount", format_decimal(component.units, decimals));
    json.field("after", format_decimal(running, decimals)).end_object();
}

[[nodiscard]] std::string to_json(View const& view) {
    book::Book const& book = view.moment.book;
    return json_answer("statement", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("account", name_of(book, view.account)).field("from", view.span.from).field("to", view.span.to);
        write_holdings(json, book, "opening", view.statement.opening);
        Holdings running = view.statement.opening;
        json.key("events").begin_array();
        for (StatementEntry const& entry : view.statement.entries) {
            json.begin_object().field("sequence", entry.sequence);
            json.field("time", format_time(entry.event.origin.source_time));
            json.field("kind", kind_of(entry.event)).field("text", event_text(book, entry.event));
            json.field("record", origin_text(book, entry.event.origin)).key("components").begin_array();
            for (Component const& component : entry.components) {
                running.add(component);
                write_component(json, book, component, running_of(running, component));
            }
            json.end_array().end_object();
        }
        json.end_array();
        write_holdings(json, book, "closing", view.statement.closing);
        json.field("adds_up", true);
    });
}

[[nodiscard]] std::string holdings_text(book::Book const& book, std::string_view title, Holdings const& holdings) {
    Table table({{std::string(title)}, {"amount", Align::right}});
    for_holdings(book, holdings, [&](std::string name, Int128 units, int decimals) {
        if (units != 0) table.row({std::move(name), people_decimal(units, decimals)});
    });
    return table.empty() ? fmt::format("  {}: nothing\n", title) : table.text();
}

[[nodiscard]] std::string to_text(View const& view) {
    book::Book const& book = view.moment.book;
    std::string out = fmt::format("Statement of {}, events {} to {} ({} that name it)\n\n",
                                  name_of(book, view.account), people_sequence(view.span.from + 1),
                                  people_sequence(view.span.to), people_count(view.statement.entries.size()));
    out += holdings_text(book, "opening", view.statement.opening) + "\n";
    Table table({{"event", Align::right},
                 {"time"},
                 {"part"},
                 {"of"},
                 {"amount", Align::right},
                 {"after", Align::right},
                 {"what"}});
    Holdings running = view.statement.opening;
    for (StatementEntry const& entry : view.statement.entries) {
        std::string sequence = people_sequence(entry.sequence);
        std::string time = format_time(entry.event.origin.source_time);
        std::string what = event_text(book, entry.event);
        if (entry.components.empty()) table.row({sequence, time, "-", "-", "", "", what});
        for (Component const& component : entry.components) {
            running.add(component);
            int const decimals = component_decimals(book, component);
            table.row({std::exchange(sequence, ""), std::exchange(time, ""), component.what,
                       subject_of(book, component), people_decimal(component.units, decimals),
                       people_decimal(running_of(running, component), decimals), std::exchange(what, "")});
        }
    }
    out += table.empty() ? "  no events in between\n" : table.text();
    out += "\n" + holdings_text(book, "closing", view.statement.closing);
    out += "\nOpening and every part add up to closing.\n";
    return out + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<void> check_one(std::string const& name, Int128 sum, Int128 closing) {
    if (sum == closing) return outcome::success();
    return fail(Errc::statement_breaks, name + ": opening and events give " + format_decimal(sum) + ", the book has " +
                                            format_decimal(closing) + "; run plimsoll verify");
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(moment, reader->at(span.to));
    PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.name));
    PLIMSOLL_TRY(before, reader->at(span.from));
    View view{moment, account, span, {}};
    view.statement.opening = holdings_of(before.book, account);
    view.statement.closing = holdings_of(moment.book, account);
    PLIMSOLL_TRYV(reader->for_account_events(account, span.from + 1, span.to, [&](std::uint64_t sequence, Event const& event) {
        view.statement.entries.push_back({sequence, event, components_of(event, account)});
        return true;
    }));
    PLIMSOLL_TRYV(check_statement(moment.book, view.statement));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view) : to_text(view)));
    return Status::fine;
}

} // namespace

result<void> check_statement(book::Book const& book, Statement const& statement) {
    Holdings sum = statement.opening;
    for (StatementEntry const& entry : statement.entries) {
        for (Component const& component : entry.components) sum.add(component);
    }
    if (sum == statement.closing) return outcome::success();
    auto compare = [&](auto const& sums, auto const& closing, char const* suffix) -> result<void> {
        auto both = sums;
        for (auto const& [id, units] : closing) both.try_emplace(id, 0);
        for (auto const& [id, units] : both) {
            auto const found = closing.find(id);
            PLIMSOLL_TRYV(check_one(name_of(book, id) + suffix, units, found == closing.end() ? 0 : found->second));
        }
        return outcome::success();
    };
    PLIMSOLL_TRYV(compare(sum.cash, statement.closing.cash, ""));
    PLIMSOLL_TRYV(compare(sum.size, statement.closing.size, ""));
    return compare(sum.quote, statement.closing.quote, " quote");
}

void add_statement(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("statement", "Why an account has what it has: every event with its parts", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("NAME", ask->name, "The account")->required();
    command.add_option("--from", ask->from, "Open after this moment; else before the first event");
    command.add_option("--to", ask->to, "Close after this moment")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
