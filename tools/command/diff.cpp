#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/event_text.hpp"
#include "tools/command/question.hpp"
#include "tools/text/event_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include "ledger/event/decimal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "What changed between two moments: balances, positions, prices, how many rows of each table, and which kinds of\n"
    "event did it. --events lists them.\n"
    "\n"
    "  plimsoll diff books --from 2026-04-17T12:14:00Z --to 2026-04-17T14:23:57Z --events\n"
    "  plimsoll diff day --from before:'#48213' --to '#48213'\n"
    "  plimsoll diff day --from 2025-10-10T21:00:00Z --to 2025-10-10T21:30:00Z --account user-17\n";

struct Ask {
    std::string directory;
    std::string from;
    std::string to = "latest";
    std::string account;
    std::uint64_t limit = 50;
    bool events = false;
};

struct Change {
    std::string account; ///< none for a price
    std::string subject; ///< asset or instrument
    std::string what;    ///< "balance", "size", "quote", "mark", "price"
    Int128 before = 0;
    Int128 after = 0;
    int decimals = 0;
};

struct Entry {
    std::uint64_t sequence;
    Event event;
};

struct Difference {
    std::vector<Change> changes;
    std::map<std::string, std::uint64_t> rows; ///< changed or new, by table
    std::map<std::string, std::uint64_t> kinds;
    std::vector<Entry> events;
    bool complete = true; ///< neither changes nor events were cut
};

/// Calls f(id, before, after) for each row that differs; before is null where the row is new. Rows keep
/// their number for ever, so equal numbers are equal things.
template <class Table, class F> void for_changes(Table const& before, Table const& after, F&& f) {
    for (std::uint32_t id = 1; id <= after.size(); ++id) {
        bool const is_new = !before.has(id);
        if (is_new || std::memcmp(&before[id], &after[id], sizeof(after[id])) != 0) {
            f(id, is_new ? nullptr : &before[id], after[id]);
        }
    }
}

/// Collects what is shown of the rows.
class Collector {
public:
    Collector(book::Book const& book, AccountId only, Difference& out) : book_(book), only_(only), out_(out) {}

    void balance(book::BalanceRow const* before, book::BalanceRow const& after) {
        if (!is_wanted(after.account)) return;
        keep({name_of(book_, after.account), name_of(book_, after.asset), "balance",
              before == nullptr ? 0 : before->amount.units(), after.amount.units(), decimals_of(book_, after.asset)});
    }
    void position(book::PositionRow const* before, book::PositionRow const& after) {
        if (!is_wanted(after.account)) return;
        std::string const account = name_of(book_, after.account);
        std::string const instrument = name_of(book_, after.instrument);
        keep({account, instrument, "size", before == nullptr ? 0 : before->size.units(), after.size.units(), 0});
        keep({account, instrument, "quote", before == nullptr ? 0 : before->quote.units(), after.quote.units(),
              decimals_of(book_, book_.instrument(after.instrument).settle)});
    }
    void price(std::string_view name, char const* what, Price before, Price after) {
        if (!only_.is_some()) keep({"", std::string(name), what, before.units(), after.units(), 0});
    }

private:
    [[nodiscard]] bool is_wanted(AccountId account) const { return !only_.is_some() || account == only_; }
    void keep(Change change) {
        if (change.before != change.after) out_.changes.push_back(std::move(change));
    }
    book::Book const& book_;
    AccountId only_;
    Difference& out_;
};

constexpr std::array<char const*, book::table_count + 1> table_names{
    "",          "head",      "sources",     "feeds",  "chains",   "assets",     "instruments", "accounts",
    "balances",  "positions", "liquidations", "losses", "breakers", "parameters", "presets",     "credits"};

void compare_rows(book::Book const& before, book::Book const& after, AccountId only, Difference& out) {
    Collector collector(after, only, out);
    for_changes(before.balances, after.balances,
                [&](std::uint32_t, auto const* old, auto const& now) { collector.balance(old, now); });
    for_changes(before.positions, after.positions,
                [&](std::uint32_t, auto const* old, auto const& now) { collector.position(old, now); });
    for_changes(before.assets, after.assets, [&](std::uint32_t, auto const* old, auto const& now) {
        collector.price(now.name.view(), "price", old == nullptr ? Price{} : old->price.value, now.price.value);
    });
    for_changes(before.instruments, after.instruments, [&](std::uint32_t, auto const* old, auto const& now) {
        collector.price(now.name.view(), "mark", old == nullptr ? Price{} : old->mark.value, now.mark.value);
    });
    before.for_tables([&](book::TableId id, auto const& old) {
        after.for_tables([&](book::TableId other, auto const& now) {
            if constexpr (std::is_same_v<decltype(old), decltype(now)>) {
                if (id != other) return;
                std::uint64_t count = 0;
                for_changes(old, now, [&](std::uint32_t, auto const*, auto const&) { ++count; });
                if (count != 0) out.rows[table_names.at(static_cast<std::size_t>(id))] = count;
            }
        });
    });
}

[[nodiscard]] result<void> read_events(replay::Reader const& reader, Span const& span, AccountId only, Ask const& ask,
                                       Difference& out) {
    auto const visit = [&](std::uint64_t sequence, Event const& event) {
        ++out.kinds[std::string(kind_of(event))];
        if (!ask.events) return true;
        if (out.events.size() < ask.limit) {
            out.events.push_back({sequence, event});
        } else {
            out.complete = false;
        }
        return true;
    };
    if (only.is_some()) return reader.for_account_events(only, span.from + 1, span.to, visit);
    return reader.for_events(span.from + 1, span.to, visit);
}

void write_counts(JsonWriter& json, std::string_view field, std::map<std::string, std::uint64_t> const& counts) {
    json.key(field).begin_object();
    for (auto const& [name, count] : counts) json.field(name, count);
    json.end_object();
}

void write_changes(JsonWriter& json, Difference const& difference, std::size_t shown) {
    json.key("changes").begin_array();
    for (std::size_t i = 0; i < shown; ++i) {
        Change const& each = difference.changes[i];
        json.begin_object();
        if (!each.account.empty()) json.field("account", each.account);
        json.field("subject", each.subject).field("what", each.what);
        json.field("before", format_decimal(each.before, each.decimals));
        json.field("after", format_decimal(each.after, each.decimals));
        json.field("change", format_decimal(each.after - each.before, each.decimals)).end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string to_json(Ask const& ask, Span const& span, replay::Moment const& to,
                                  Difference const& difference) {
    std::size_t const shown = std::min<std::size_t>(difference.changes.size(), ask.limit);
    return json_answer("diff", to.book, to.basis, [&](JsonWriter& json) {
        json.field("from", span.from).field("to", span.to);
        write_changes(json, difference, shown);
        write_counts(json, "rows_changed", difference.rows);
        write_counts(json, "events_by_kind", difference.kinds);
        if (ask.events) {
            EventWriter writer(to.book);
            std::string line;
            json.key("events").begin_array();
            for (auto const& [sequence, event] : difference.events) {
                line.clear();
                writer.write(line, sequence, event);
                line.erase(line.find_last_not_of('\n') + 1);
                json.json(line);
            }
            json.end_array();
        }
        json.field("complete", difference.complete && shown == difference.changes.size());
        json.field("changes_count", difference.changes.size());
    });
}

[[nodiscard]] std::string counts_text(char const* title, std::map<std::string, std::uint64_t> const& counts) {
    Table table({{title}, {"count", Align::right}});
    for (auto const& [name, count] : counts) table.row({name, people_count(count)});
    return table.empty() ? std::string() : "\n" + table.text();
}

[[nodiscard]] std::string events_text(book::Book const& book, Difference const& difference) {
    Table table({{"event", Align::right}, {"time"}, {"kind"}, {"what"}, {"record"}});
    for (auto const& [sequence, event] : difference.events) {
        table.row({people_sequence(sequence), format_time(event.origin.source_time), std::string(kind_of(event)),
                   event_text(book, event), origin_text(book, event.origin)});
    }
    return table.empty() ? std::string() : "\n" + table.text();
}

[[nodiscard]] std::string to_text(Ask const& ask, Span const& span, replay::Moment const& from,
                                  replay::Moment const& to, Difference const& difference) {
    std::string out = fmt::format("Difference in {}{}\n  from {}\n  to   {}\n\n", ask.directory,
                                  ask.account.empty() ? "" : ", account " + ask.account, people_moment(from.basis),
                                  people_moment(to.basis));
    if (span.from == span.to) return out + "  the same moment\n" + people_foot(to.book, to.basis);
    Table table({{"account"},
                 {"of"},
                 {"what"},
                 {"before", Align::right},
                 {"after", Align::right},
                 {"change", Align::right}});
    std::size_t const shown = std::min<std::size_t>(difference.changes.size(), ask.limit);
    for (std::size_t i = 0; i < shown; ++i) {
        Change const& each = difference.changes[i];
        table.row({each.account, each.subject, each.what, people_decimal(each.before, each.decimals),
                   people_decimal(each.after, each.decimals), people_decimal(each.after - each.before, each.decimals)});
    }
    out += table.empty() ? "  no balance, position or price changed\n" : table.text();
    if (shown < difference.changes.size()) {
        out += fmt::format("  and {} more: --limit {}\n", people_count(difference.changes.size() - shown),
                           difference.changes.size());
    }
    out += counts_text("rows changed in", difference.rows) + counts_text("events of kind", difference.kinds);
    out += events_text(to.book, difference);
    if (!difference.complete) out += "  there are more events: raise --limit, or plimsoll log DIR --from M --to M\n";
    return out + people_foot(to.book, to.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(from, reader->at(span.from));
    PLIMSOLL_TRY(to, reader->at(span.to));
    AccountId only;
    if (!ask.account.empty()) {
        PLIMSOLL_TRY(account, find_account(*reader, to.book, ask.account));
        only = account;
    }
    Difference difference;
    compare_rows(from.book, to.book, only, difference);
    PLIMSOLL_TRYV(read_events(*reader, span, only, ask, difference));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(ask, span, to, difference)
                                               : to_text(ask, span, from, to, difference)));
    return Status::fine;
}

} // namespace

void add_diff(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("diff", "What changed between two moments", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--from", ask->from, "The earlier moment")->required();
    command.add_option("--to", ask->to, "The later moment")->capture_default_str();
    command.add_option("--account", ask->account, "Only this account");
    command.add_flag("--events", ask->events, "List the events in between");
    command.add_option("--limit", ask->limit, "At most so many changes, and events")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
