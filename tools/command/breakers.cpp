#include "ledger/book/apply.hpp"
#include "ledger/event/decimal.hpp"
#include "risk/clearing/breaker_watch.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/clearing_choice.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "When the breakers of a clearing preset would have tripped and released over a stretch of the log, each with the\n"
    "metric's value. Nothing is written; a rule knows nothing of what was before --from.\n"
    "\n"
    "  plimsoll breakers day --clearing ccp-like --fund insurance\n"
    "  plimsoll breakers day --clearing ./mine.toml --from 2026-01-15T14:00:00Z --to 2026-01-15T15:00:00Z --json\n";

constexpr TimeNs look_every = TimeNs{60} * 1'000'000'000; ///< ages and pools, which no single event moves

struct Ask {
    std::string directory;
    std::string clearing = "ccp-like";
    std::string fund;
    std::string in;
    std::string from;
    std::string to = "latest";
    std::uint64_t limit = 50;
    bool has_limit = false;
};

/// One trip or release.
struct Moved {
    std::uint64_t sequence = 0;
    TimeNs time = 0;
    bool is_trip = false;
    std::string breaker;
    std::string scope;
    std::string metric;
    Int128 value = 0;
    Int128 threshold = 0;
};

struct View {
    replay::Moment const& moment;
    risk::ClearingPreset const& clearing;
    Span span;
    std::vector<Moved> moves;
    std::vector<std::pair<std::string, std::uint64_t>> trips; ///< by rule, in the preset's order
};

[[nodiscard]] Moved moved_of(std::uint64_t sequence, TimeNs time, Body const& body) {
    Moved moved;
    visit_body(body, [&](auto const& fact) {
        if constexpr (requires { fact.breaker; }) {
            moved = {sequence, time, std::is_same_v<std::decay_t<decltype(fact)>, BreakerTripped>, fact.breaker, fact.scope, fact.metric,
                     units(fact.value), units(fact.threshold)};
        }
    });
    return moved;
}

/// Replays from the first moment's book, and asks the rules after each event.
class Replay {
public:
    Replay(book::Book& book, risk::ClearingPreset const& clearing, AccountId fund, AssetId in, std::vector<Moved>& moves)
        : book_(book), in_(in), board_(clearing.breakers), watch_(board_, fund, in), moves_(moves) {}

    [[nodiscard]] result<void> take(std::uint64_t sequence, Event const& event) {
        PLIMSOLL_TRYV(book::apply(book_, event));
        keep(sequence, watch_.follow(event, book_));
        if (!book_.has(in_) || book_.time() - looked_ < look_every) return outcome::success();
        looked_ = book_.time();
        PLIMSOLL_TRY(valuation, risk::Valuation::of(book_, in_));
        keep(sequence, watch_.look(valuation, book_.time()));
        return outcome::success();
    }

private:
    void keep(std::uint64_t sequence, std::vector<Body> const& bodies) {
        for (Body const& body : bodies) moves_.push_back(moved_of(sequence, book_.time(), body));
    }

    book::Book& book_;
    AssetId in_;
    risk::BreakerBoard board_;
    risk::BreakerWatch watch_;
    std::vector<Moved>& moves_;
    TimeNs looked_ = 0;
};

[[nodiscard]] std::string to_json(View const& view, Ask const& ask) {
    book::Book const& book = view.moment.book;
    return json_answer("breakers", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("clearing", view.clearing.name).field("clearing_digest", to_hex(view.clearing.digest));
        json.field("from", view.span.from).field("to", view.span.to).key("rules").begin_array();
        for (auto const& [rule, count] : view.trips) json.begin_object().field("breaker", rule).field("trips", count).end_object();
        json.end_array().key("moves").begin_array();
        std::size_t const shown = ask.has_limit ? std::min<std::size_t>(ask.limit, view.moves.size()) : view.moves.size();
        for (std::size_t i = 0; i < shown; ++i) {
            Moved const& each = view.moves[i];
            json.begin_object().field("sequence", each.sequence).field("time", format_time(each.time));
            json.field("move", each.is_trip ? "trip" : "release").field("breaker", each.breaker).field("scope", each.scope);
            json.field("metric", each.metric).key("value").decimal(each.value).key("threshold").decimal(each.threshold).end_object();
        }
        json.end_array().field("complete", shown == view.moves.size());
    });
}

[[nodiscard]] std::string to_text(View const& view, Ask const& ask) {
    std::string out = fmt::format("Breakers of {} {}, events {} to {}\n\n", view.clearing.name, view.clearing.version,
                                  people_sequence(view.span.from + 1), people_sequence(view.span.to));
    Table rules({{"breaker"}, {"would have tripped", Align::right}});
    for (auto const& [rule, count] : view.trips) rules.row({rule, people_count(count)});
    out += rules.empty() ? "  The preset has none.\n" : rules.text();
    Table table({{"event", Align::right}, {"time"}, {""}, {"breaker"}, {"of"}, {"value", Align::right}, {"threshold", Align::right}});
    for (std::size_t i = 0; i < view.moves.size() && i < ask.limit; ++i) {
        Moved const& each = view.moves[i];
        table.row({people_sequence(each.sequence), format_time(each.time), each.is_trip ? "trip" : "release", each.breaker, each.scope,
                   people_decimal(each.value, 0), people_decimal(each.threshold, 0)});
    }
    if (!table.empty()) out += "\n" + table.text();
    if (view.moves.size() > ask.limit) out += fmt::format("  and {} more: --limit {}\n", people_count(view.moves.size() - ask.limit), view.moves.size());
    return out + people_foot(view.moment.book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(clearing, clearing_preset_named(ask.clearing));
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(end, reader->at(span.to));
    PLIMSOLL_TRY(in, find_valuation_asset(end.book, ask.in));
    AccountId fund;
    if (!ask.fund.empty()) {
        PLIMSOLL_TRY(found, find_account(*reader, end.book, ask.fund));
        fund = found;
    }
    PLIMSOLL_TRY(start, reader->at(span.from));
    View view{end, clearing, span, {}, {}};
    Replay replay(start.book, clearing, fund, in, view.moves);
    result<void> done = outcome::success();
    PLIMSOLL_TRYV(reader->for_events(span.from + 1, span.to, [&](std::uint64_t sequence, Event const& event) {
        done = replay.take(sequence, event);
        return done.has_value();
    }));
    PLIMSOLL_TRYV(std::move(done));
    for (risk::BreakerRule const& rule : clearing.breakers) {
        auto const is_trip = [&](Moved const& each) { return each.is_trip && each.breaker == rule.name; };
        view.trips.emplace_back(rule.name, static_cast<std::uint64_t>(std::ranges::count_if(view.moves, is_trip)));
    }
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view, ask) : to_text(view, ask)));
    return Status::fine;
}

} // namespace

void add_breakers(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("breakers", "When a preset's breakers would have tripped, and at what", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--clearing", ask->clearing, "A shipped clearing preset or a .toml file")->capture_default_str();
    command.add_option("--fund", ask->fund, "The account whose drawdown is watched; else nobody's");
    command.add_option("--in", ask->in, "The fund's and pools' asset; else the one most instruments settle in");
    command.add_option("--from", ask->from, "Begin after this moment; else at the first event");
    command.add_option("--to", ask->to, "End after this moment")->capture_default_str();
    auto* limit = command.add_option("--limit", ask->limit, "The first so many moves (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask, limit] {
        ask->has_limit = limit->count() != 0;
        return show(shell, *ask);
    });
}

} // namespace plimsoll::tools
