#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/event_text.hpp"
#include "tools/command/question.hpp"
#include "tools/text/event_writer.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Events in their order: those after the moment --from, up to the moment --to. To include event 7, start\n"
    "before it. A list that is cut says so and how to go on.\n"
    "\n"
    "  plimsoll log books --limit 20\n"
    "  plimsoll log books --from before:'#17000' --to '#17010'\n"
    "  plimsoll log day --kind LiquidationStarted --from 2025-10-10T21:00:00Z\n"
    "  plimsoll log day --account user-17 --json\n";

struct Ask {
    std::string directory;
    std::string from;
    std::string to = "latest";
    std::string account;
    std::string kind;
    std::uint64_t limit = 50;
};

struct Entry {
    std::uint64_t sequence;
    Event event;
};

struct Listing {
    std::vector<Entry> entries;
    bool complete = true;
};

[[nodiscard]] result<Listing> read(replay::Reader const& reader, book::Book const& book, Span const& span,
                                   Ask const& ask) {
    Listing listing;
    auto const visit = [&](std::uint64_t sequence, Event const& event) {
        if (!ask.kind.empty() && kind_of(event) != ask.kind) return true;
        listing.complete = listing.entries.size() < ask.limit;
        if (listing.complete) listing.entries.push_back({sequence, event});
        return listing.complete;
    };
    if (ask.account.empty()) {
        PLIMSOLL_TRYV(reader.for_events(span.from + 1, span.to, visit));
    } else {
        PLIMSOLL_TRY(account, find_account(reader, book, ask.account));
        PLIMSOLL_TRYV(reader.for_account_events(account, span.from + 1, span.to, visit));
    }
    return listing;
}

/// Where a cut list goes on: the last event that it shows, or the start where it shows none.
[[nodiscard]] std::string next_of(Listing const& listing, Span const& span) {
    return "#" + std::to_string(listing.entries.empty() ? span.from : listing.entries.back().sequence);
}

/// The events are those of export, one a line.
void write_events(JsonWriter& json, book::Book const& book, Listing const& listing) {
    EventWriter writer(book);
    std::string line;
    json.key("events").begin_array();
    for (auto const& [sequence, event] : listing.entries) {
        line.clear();
        writer.write(line, sequence, event);
        line.erase(line.find_last_not_of('\n') + 1);
        json.json(line);
    }
    json.end_array();
}

[[nodiscard]] std::string to_json(replay::Moment const& moment, Span const& span, Listing const& listing) {
    return json_answer("log", moment.book, moment.basis, [&](JsonWriter& json) {
        json.field("from", span.from).field("to", span.to).field("complete", listing.complete);
        json.key("next");
        if (listing.complete) {
            json.null();
        } else {
            json.value(next_of(listing, span));
        }
        write_events(json, moment.book, listing);
    });
}

[[nodiscard]] std::string to_text(Ask const& ask, replay::Moment const& moment, Span const& span,
                                  Listing const& listing) {
    std::string out = fmt::format("Log of {}, events {} to {}", ask.directory, people_sequence(span.from + 1),
                                  people_sequence(span.to));
    if (!ask.account.empty()) out += fmt::format(", account {}", ask.account);
    if (!ask.kind.empty()) out += fmt::format(", kind {}", ask.kind);
    out += "\n\n";
    Table table({{"event", Align::right}, {"time"}, {"kind"}, {"what"}, {"record"}});
    for (auto const& [sequence, event] : listing.entries) {
        bool const has_time = event.origin.source_time != 0;
        table.row({people_sequence(sequence), has_time ? format_time(event.origin.source_time) : "-",
                   std::string(kind_of(event)), event_text(moment.book, event), origin_text(moment.book, event.origin)});
    }
    out += table.empty() ? "  no events\n" : table.text();
    if (!listing.complete) out += fmt::format("\nThere are more: --from '{}'\n", next_of(listing, span));
    return out + people_foot(moment.book, moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(moment, reader->at(span.to));
    PLIMSOLL_TRY(listing, read(*reader, moment.book, span, ask));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(moment, span, listing) : to_text(ask, moment, span, listing)));
    return Status::fine;
}

} // namespace

void add_log(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("log", "The events themselves", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--from", ask->from, "Events after this moment; else from the first");
    command.add_option("--to", ask->to, "Events up to this moment")->capture_default_str();
    command.add_option("--account", ask->account, "Only events that name this account");
    auto const& kinds = kind_names();
    command.add_option("--kind", ask->kind, "Only events of this kind, such as Transferred or Quarantined")
        ->transform(CLI::IsMember(std::vector<std::string>(kinds.begin(), kinds.end()), CLI::ignore_case));
    command.add_option("--limit", ask->limit, "At most so many")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
