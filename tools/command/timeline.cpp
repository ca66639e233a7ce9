#include "risk/solvency.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/progress.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Solvency at each step of time, in one pass over the log. Steps lie at whole multiples of the duration in UTC;\n"
    "the last line is the end of the span. Durations: 250ms, 90s, 15m, 8h, 1d, 2w.\n"
    "\n"
    "  plimsoll timeline day --every 1h\n"
    "  plimsoll timeline day --every 1m --from 2025-10-10T21:00:00Z --to 2025-10-10T22:00:00Z\n"
    "  plimsoll timeline books --every 30d --in XBT --json\n";

constexpr std::int64_t step_limit = 100'000;

struct Ask {
    std::string directory;
    std::string every;
    std::string from;
    std::string to = "latest";
    std::string in;
};

struct Row {
    TimeNs time = 0; ///< of the step
    std::uint64_t sequence = 0;
    risk::Totals totals;
};

/// When the first event after `sequence` that has a time happened.
[[nodiscard]] result<TimeNs> time_after(replay::Reader const& reader, std::uint64_t sequence) {
    TimeNs time = 0;
    PLIMSOLL_TRYV(reader.for_events(sequence + 1, reader.log_size(), [&](std::uint64_t, Event const& event) {
        time = event.origin.source_time;
        return time == 0;
    }));
    return time;
}

/// The steps strictly inside the span, then its end.
[[nodiscard]] result<std::vector<Row>> steps_of(replay::Reader const& reader, Span const& span, TimeNs end,
                                                std::string const& every) {
    auto const duration = parse_duration(every);
    if (!duration || duration.value() <= 0) {
        return fail(Errc::usage, "--every '" + every + "' is not a duration such as 15m, 8h or 1d");
    }
    std::int64_t const step = duration.value();
    PLIMSOLL_TRY(start, time_after(reader, span.from));
    std::int64_t const last = end / step;
    std::int64_t const first = start / step + 1;
    if (last - first > step_limit) {
        return fail(Errc::usage, fmt::format("--every {} makes {} steps; choose a longer one, or --from and --to", every,
                                             people_count(static_cast<std::uint64_t>(last - first))));
    }
    std::vector<Row> rows;
    for (std::int64_t i = first; i <= last && i * step < end; ++i) {
        PLIMSOLL_TRY(sequence, reader.sequence_at(i * step));
        if (sequence > span.from && sequence < span.to) rows.push_back({i * step, sequence, {}});
    }
    rows.push_back({end, span.to, {}});
    return rows;
}

/// Values every step's book, from the book at the start of the span on.
[[nodiscard]] result<void> fill(replay::Reader const& reader, book::Book& book, AssetId in, std::vector<Row>& rows) {
    std::vector<std::uint64_t> stops;
    for (Row const& row : rows) stops.push_back(row.sequence);
    Progress progress("timeline", ProgressUnit::steps);
    std::size_t next = 0;
    return reader.walk(book, stops, [&](book::Book const& at, std::uint64_t) {
        Row& row = rows.at(next++);
        progress.show(next, rows.size());
        if (!at.has(in)) return; // before the asset was defined nobody had anything of it
        auto const valuation = risk::Valuation::of(at, in);
        row.totals = risk::totals_of(valuation.value(), valuation.value().sweep());
    });
}

[[nodiscard]] std::string to_json(replay::Moment const& end, AssetId in, std::vector<Row> const& rows) {
    auto money = [&](Amount amount) { return json_amount(end.book, in, amount); };
    return json_answer("timeline", end.book, end.basis, [&](JsonWriter& json) {
        json.field("asset", name_of(end.book, in)).field("price_rule", risk::Valuation::price_rule);
        json.key("steps").begin_array();
        for (Row const& row : rows) {
            json.begin_object().field("time", format_time(row.time)).field("sequence", row.sequence);
            json.field("accounts", row.totals.customers).field("accounts_negative", row.totals.accounts_negative);
            json.field("equity_total", money(row.totals.equity_total));
            json.field("equity_negative_total", money(row.totals.equity_negative_total));
            json.field("fund", money(row.totals.fund())).field("bad_debt", money(row.totals.bad_debt));
            json.field("complete", row.totals.complete()).end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string to_text(Ask const& ask, replay::Moment const& end, AssetId in, std::vector<Row> const& rows) {
    std::string const asset = name_of(end.book, in);
    std::string out = fmt::format("Timeline of {}, every {}, to {}, in {}\n\n", ask.directory, ask.every,
                                  people_moment(end.basis), asset);
    Table table({{"time"},
                 {"event", Align::right},
                 {"customers", Align::right},
                 {"below zero", Align::right},
                 {"equity", Align::right},
                 {"equity below zero", Align::right},
                 {"fund", Align::right},
                 {"bad debt", Align::right},
                 {""}});
    bool complete = true;
    for (Row const& row : rows) {
        auto money = [&](Amount amount) { return people_value(amount, decimals_of(end.book, in)); };
        complete = complete && row.totals.complete();
        table.row({format_time(row.time), people_sequence(row.sequence), people_count(row.totals.customers),
                   people_count(row.totals.accounts_negative), money(row.totals.equity_total),
                   money(row.totals.equity_negative_total), money(row.totals.fund()), money(row.totals.bad_debt),
                   row.totals.complete() ? "" : "partly unpriced"});
    }
    out += table.text();
    if (!complete) out += "\nNot complete: what has no price is left out (plimsoll solvency DIR --at M says what).\n";
    return out + people_foot(end.book, end.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(end, reader->at(span.to));
    PLIMSOLL_TRY(in, find_valuation_asset(end.book, ask.in));
    PLIMSOLL_TRY(rows, steps_of(*reader, span, end.basis.time, ask.every));
    PLIMSOLL_TRY(start, reader->at(span.from));
    PLIMSOLL_TRYV(fill(*reader, start.book, in, rows));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(end, in, rows) : to_text(ask, end, in, rows)));
    return Status::fine;
}

} // namespace

void add_timeline(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("timeline", "Solvency step by step", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--every", ask->every, "The step, such as 15m, 1h or 1d")->required();
    command.add_option("--from", ask->from, "Start after this moment; else at the first event");
    command.add_option("--to", ask->to, "End at this moment")->capture_default_str();
    command.add_option("--in", ask->in, "Value in this asset; else the one most instruments settle in");
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
