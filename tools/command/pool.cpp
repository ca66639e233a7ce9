#include "ledger/event/decimal.hpp"
#include "replay/pool_view.hpp"
#include "risk/pool/pool_breakers.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"
#include "tools/text/whole_file.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

namespace pools = risk::pool;

constexpr char const* examples =
    "An option pool: what moved its share price between two moments, what it is exposed to, which trade it would still take.\n"
    "Without a name: the pools there are. A pool is an account of kind pool with a preset in force; it also needs the accounts\n"
    "queue:NAME (treasury) and venue:NAME (outside), the asset shares:NAME (share), and a spot instrument. Its commands\n"
    "(pool_list, pool_trade, pool_deposit, pool_withdraw, pool_process, pool_hedge) go through submit: tools/README.md.\n"
    "\n"
    "  plimsoll pool --terms lyra-v1 > mine.toml              # to start one of your own\n"
    "  plimsoll pool books lp --adopt lyra-v1\n"
    "  plimsoll pool books\n"
    "  plimsoll pool books lp --from 2026-01-15 --to 2026-01-16 --postings\n";

struct Ask {
    std::string directory;
    std::string name;
    std::string from;
    std::string to = "latest";
    std::string adopt;
    std::string terms;
    bool postings = false;
};

[[nodiscard]] result<pools::PoolPreset> pool_preset_named(std::string const& name) {
    if (name.find('/') != std::string::npos || name.ends_with(".toml")) {
        PLIMSOLL_TRY(body, read_text(name));
        return pools::PoolPreset::parse(body, name);
    }
    if (auto preset = pools::shipped_pool_preset(name)) return std::move(*preset);
    std::string names;
    for (risk::ShippedPoolPreset const& each : risk::shipped_pool_presets()) {
        names += (names.empty() ? "" : ", ") + std::string(each.file.substr(0, each.file.rfind('.')));
    }
    return fail(Errc::unknown_preset, "'" + name + "'; there are " + names + ", or give the path of a .toml file");
}

[[nodiscard]] result<Status> adopt(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(preset, pool_preset_named(ask.adopt));
    {
        PLIMSOLL_TRY(reader, open_reader(ask.directory));
        PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
        PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.name));
        if (moment.book.account(account).kind != wire::AccountKind::pool) {
            return fail(Errc::usage, ask.name + " is an account of kind " + wire::EnumNameAccountKind(moment.book.account(account).kind) + ", not pool");
        }
    }
    PLIMSOLL_TRY(sequence, record_fact(ask.directory, rare(pools::pool_adoption(preset, ask.name))));
    std::string text = fmt::format("{}: {} {} is in force for {} from event {}\n", ask.directory, preset.name, preset.version, ask.name,
                                   people_sequence(sequence));
    if (shell.is_json()) {
        text.clear();
        JsonWriter json(text, JsonWriter::Layout::pretty);
        json.begin_object().field("command", "pool").field("pool", ask.name).field("preset", preset.name).field("version", preset.version);
        json.field("digest", to_hex(preset.digest)).field("adopted", sequence).end_object();
        text += "\n";
    }
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

[[nodiscard]] result<Status> list(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.to));
    PLIMSOLL_TRY(adopted, replay::adopted_pools(*reader, moment.book));
    std::vector<replay::PoolView> views;
    for (replay::AdoptedPool const& each : adopted) {
        PLIMSOLL_TRY(view, replay::pool_view(*reader, moment, moment, name_of(moment.book, each.account)));
        views.push_back(std::move(view));
    }
    book::Book const& book = moment.book;
    if (shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(json_answer("pool", book, moment.basis, [&](JsonWriter& json) {
            json.key("pools").begin_array();
            for (replay::PoolView const& view : views) {
                json.begin_object().field("pool", name_of(book, view.standing.pool)).field("preset", view.adopted.preset.name);
                json.field("quote", name_of(book, view.standing.quote)).field("net_value", format_decimal(view.standing.net_value()));
                json.field("shares", format_decimal(view.standing.supply)).field("share_price", format_decimal(view.standing.share_price()));
                json.field("series", view.standing.series.size()).end_object();
            }
            json.end_array();
        })));
        return Status::fine;
    }
    Table table({{"pool"}, {"preset"}, {"in"}, {"net value", Align::right}, {"shares", Align::right}, {"share price", Align::right},
                 {"series", Align::right}});
    for (replay::PoolView const& view : views) {
        table.row({name_of(book, view.standing.pool), view.adopted.preset.name, name_of(book, view.standing.quote),
                   people_decimal(view.standing.net_value(), decimals_of(book, view.standing.quote)), grouped(format_decimal(view.standing.supply)),
                   grouped(format_decimal(view.standing.share_price())), people_count(view.standing.series.size())});
    }
    std::string const none = "No account of kind pool has a preset in force: plimsoll pool DIR NAME --adopt lyra-v1\n";
    PLIMSOLL_TRYV(Shell::print((views.empty() ? none : table.text(0)) + "\n" + people_foot(book, moment.basis)));
    return Status::fine;
}

/// What it would still trade of a series, either way; nothing of an expired one.
struct Room {
    pools::LargestTrade buy;
    pools::LargestTrade sell;
};

struct Report {
    replay::Moment from;
    replay::Moment to;
    replay::PoolView view;
    std::vector<Room> rooms; ///< a series
    std::vector<pools::PoolMetric> metrics;
};

[[nodiscard]] result<Report> report_of(Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(from, reader->at(span.from));
    PLIMSOLL_TRY(to, reader->at(span.to));
    PLIMSOLL_TRYV(find_account(*reader, to.book, ask.name));
    PLIMSOLL_TRY(view, replay::pool_view(*reader, from, to, ask.name));
    Report report{std::move(from), std::move(to), std::move(view), {}, {}};
    for (pools::SeriesStanding const& series : report.view.standing.series) {
        Room room;
        if (report.view.standing.spot > 0) {
            auto const largest = [&](bool is_buy) {
                return pools::largest_trade(report.to.book, report.view.adopted.preset, report.view.standing, series, is_buy);
            };
            room = {largest(true), largest(false)};
        }
        report.rooms.push_back(std::move(room));
    }
    report.metrics = pools::pool_metrics(report.view.adopted.preset, report.view.history, report.view.standing);
    return report;
}

[[nodiscard]] std::string decimal_of(risk::Precise const& value) {
    auto const units = risk::narrowed(value.rounded(fixed_decimals, Rounding::floor));
    return units ? format_decimal(*units) : "-";
}

/// For people: few digits.
[[nodiscard]] std::string short_of(risk::Precise const& value, int decimals) {
    auto const units = risk::narrowed(value.rounded(fixed_decimals, Rounding::floor));
    return units ? people_value(Amount{*units}, decimals) : "-";
}

[[nodiscard]] risk::Precise each_is_worth(pools::SeriesStanding const& series) { return series.units * series.price(); }

void write_end(JsonWriter& json, std::string_view name, pools::PoolEnd const& end) {
    json.key(name).begin_object().field("cash", format_decimal(end.cash)).field("base_value", format_decimal(end.base_value));
    json.field("options_value", format_decimal(end.options_value)).field("net_value", format_decimal(end.net_value()));
    json.field("shares", format_decimal(end.supply)).field("share_price", format_decimal(end.share_price())).end_object();
}

void write_series(JsonWriter& json, Report const& report) {
    json.key("series").begin_array();
    for (std::size_t i = 0; i < report.rooms.size(); ++i) {
        pools::SeriesStanding const& series = report.view.standing.series[i];
        json.begin_object().field("instrument", name_of(report.to.book, series.instrument)).field("expiry", format_time(series.key.first));
        json.field("strike", format_decimal(series.key.second)).field("side", series.is_call ? "call" : "put");
        json.field("size", decimal_of(series.units)).field("price", decimal_of(series.price())).field("value", decimal_of(each_is_worth(series)));
        json.field("delta", decimal_of(series.units * series.delta())).field("vega", decimal_of(series.units * series.values.vega));
        json.field("base_volatility", format_decimal(series.base_now)).field("skew", format_decimal(series.skew_now));
        json.field("average_base_volatility", decimal_of(series.base)).field("average_skew", decimal_of(series.skew));
        for (auto const& [word, room] : {std::pair{"largest_buy", &report.rooms[i].buy}, std::pair{"largest_sell", &report.rooms[i].sell}}) {
            json.key(word).begin_object().field("size", format_decimal(room->size)).field("then_refused_by", room->rule);
            json.field("reason", room->reason).end_object();
        }
        json.end_object();
    }
    json.end_array();
}

void write_queue(JsonWriter& json, book::Book const& book, std::string_view name, std::deque<pools::QueueEntry> const& queue) {
    json.key(name).begin_array();
    for (pools::QueueEntry const& entry : queue) {
        json.begin_object().field("account", name_of(book, entry.account)).field("since", format_time(entry.time));
        json.field("amount", format_decimal(entry.amount)).field("sequence", entry.sequence).end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string to_json(Report const& report, bool with_postings) {
    book::Book const& book = report.to.book;
    pools::PoolStanding const& standing = report.view.standing;
    pools::PoolExplanation const& why = report.view.explanation;
    return json_answer("pool", book, report.to.basis, [&](JsonWriter& json) {
        json.field("pool", name_of(book, standing.pool)).field("quote", name_of(book, standing.quote)).key("preset").begin_object();
        json.field("name", report.view.adopted.preset.name).field("version", report.view.adopted.preset.version);
        json.field("adopted", report.view.adopted.sequence).end_object();
        json.field("from_sequence", report.from.basis.sequence);
        write_end(json, "from", why.from);
        write_end(json, "to", why.to);
        json.key("causes").begin_array();
        for (std::size_t i = 0; i < pools::pool_causes; ++i) {
            json.begin_object().field("cause", pools::word(static_cast<pools::PoolCause>(i))).field("net_value", format_decimal(why.value[i]));
            json.field("share_price", format_decimal(why.per_share[i])).end_object();
        }
        json.end_array().field("rest", format_decimal(why.rest)).field("rounding", format_decimal(why.rounding));
        if (with_postings) {
            json.key("postings").begin_array();
            for (pools::PoolPosting const& each : why.postings) {
                json.begin_object().field("sequence", each.sequence).field("time", format_time(each.time)).field("cause", pools::word(each.cause));
                json.field("amount", format_decimal(each.amount)).end_object();
            }
            json.end_array();
        }
        json.field("spot", format_decimal(standing.spot)).field("base_held", format_decimal(standing.base_held));
        json.field("option_delta", decimal_of(standing.option_delta)).field("standard_vega", decimal_of(standing.standard_vega));
        json.field("used_liquidity", format_decimal(standing.used(report.view.adopted.preset)));
        json.field("free_liquidity", format_decimal(standing.free(report.view.adopted.preset)));
        write_series(json, report);
        write_queue(json, book, "deposits_waiting", report.view.history.deposits());
        write_queue(json, book, "withdrawals_waiting", report.view.history.withdrawals());
        json.key("breakers").begin_array();
        for (pools::PoolMetric const& metric : report.metrics) {
            json.begin_object().field("breaker", metric.breaker).field("metric", metric.metric).field("value", format_decimal(metric.value));
            json.field("threshold", format_decimal(metric.threshold)).field("beyond", metric.is_beyond);
            json.field("tripped", report.view.history.tripped_at(metric.breaker) != 0).end_object();
        }
        json.end_array();
    });
}

[[nodiscard]] std::string why_text(Report const& report, bool with_postings) {
    pools::PoolExplanation const& why = report.view.explanation;
    int const decimals = decimals_of(report.to.book, report.view.standing.quote);
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals); };
    Table table({{"in " + name_of(report.to.book, report.view.standing.quote)}, {"net value", Align::right}, {"share price", Align::right}, {"postings", Align::right}});
    auto end = [&](replay::Basis const& basis, pools::PoolEnd const& at) {
        table.row({people_moment(basis), money(at.net_value()), format_decimal(at.share_price()), ""});
    };
    end(report.from.basis, why.from);
    for (std::size_t i = 0; i < pools::pool_causes; ++i) {
        auto const cause = static_cast<pools::PoolCause>(i);
        auto const count = std::ranges::count(why.postings, cause, &pools::PoolPosting::cause);
        table.row({"  " + std::string(pools::word(cause)), money(why.value[i]), format_decimal(why.per_share[i]),
                   count == 0 ? "" : people_count(static_cast<std::uint64_t>(count))});
    }
    table.row({"  rest", format_decimal(why.rest), format_decimal(why.rounding) + " rounding", ""});
    end(report.to.basis, why.to);
    std::string out = table.text();
    if (!with_postings) return out;
    Table each({{"event"}, {"time"}, {"cause"}, {"amount", Align::right}});
    for (pools::PoolPosting const& posting : why.postings) {
        each.row({people_sequence(posting.sequence), format_time(posting.time), std::string(pools::word(posting.cause)), format_decimal(posting.amount)});
    }
    return out + "\n" + each.text();
}

[[nodiscard]] std::string series_text(Report const& report) {
    int const decimals = std::min(decimals_of(report.to.book, report.view.standing.quote), 6);
    Table table({{"series"}, {"expiry"}, {"strike", Align::right}, {"size", Align::right}, {"delta", Align::right}, {"vega", Align::right},
                 {"value", Align::right}, {"volatility", Align::right}, {"largest buy", Align::right}, {"largest sell", Align::right}, {"more is refused by"}});
    for (std::size_t i = 0; i < report.rooms.size(); ++i) {
        pools::SeriesStanding const& series = report.view.standing.series[i];
        Room const& room = report.rooms[i];
        auto size = [](Int128 units) { return grouped(format_decimal(units)); };
        std::string const rules = room.buy.rule == room.sell.rule ? room.buy.rule : room.buy.rule + ", " + room.sell.rule;
        table.row({name_of(report.to.book, series.instrument), format_time(series.key.first), format_decimal(series.key.second), short_of(series.units, 4),
                   short_of(series.units * series.delta(), 4), short_of(series.units * series.values.vega, decimals),
                   short_of(each_is_worth(series), decimals), short_of(pools::precise(series.base_now) * pools::precise(series.skew_now), 4), size(room.buy.size),
                   size(room.sell.size), rules});
    }
    return table.empty() ? "  no series on offer\n" : table.text();
}

[[nodiscard]] std::string to_text(Report const& report, bool with_postings) {
    book::Book const& book = report.to.book;
    pools::PoolStanding const& standing = report.view.standing;
    pools::PoolPreset const& preset = report.view.adopted.preset;
    int const decimals = decimals_of(book, standing.quote);
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals); };
    std::string out = fmt::format("{}: {} {}\n", name_of(book, standing.pool), preset.name, preset.version) + why_text(report, with_postings) + "\n";
    out += fmt::format("  cash {}, of which free {}; {} {} worth {}; options {}; shares {}\n", money(standing.cash), money(standing.free(preset)),
                       grouped(format_decimal(standing.base_held)), name_of(book, standing.base), money(standing.base_value), money(standing.options_value),
                       grouped(format_decimal(standing.supply)));
    out += fmt::format("  waiting: {}, {}\n\n", people_plural(report.view.history.deposits().size(), "deposit"),
                       people_plural(report.view.history.withdrawals().size(), "withdrawal"));
    out += series_text(report) + "\n";
    for (pools::PoolMetric const& metric : report.metrics) {
        bool const is_tripped = report.view.history.tripped_at(metric.breaker) != 0;
        if (!metric.is_beyond && !is_tripped) continue;
        out += fmt::format("  {}: {} {}, bound {}{}\n", metric.breaker, metric.metric, format_decimal(metric.value), format_decimal(metric.threshold),
                           is_tripped ? "; tripped: the queue waits" : "; the next pool_process will wait");
    }
    return out + people_foot(book, report.to.basis);
}

[[nodiscard]] result<Status> run(Shell const& shell, Ask const& ask) {
    if (!ask.terms.empty()) {
        PLIMSOLL_TRY(preset, pool_preset_named(ask.terms));
        PLIMSOLL_TRYV(Shell::print(preset.body));
        return Status::fine;
    }
    if (ask.directory.empty()) return fail(Errc::usage, "name the ledger's directory, or --terms PRESET");
    if (!ask.adopt.empty()) {
        if (ask.name.empty()) return fail(Errc::usage, "--adopt needs the pool: plimsoll pool DIR NAME --adopt PRESET");
        return adopt(shell, ask);
    }
    if (ask.name.empty()) return list(shell, ask);
    PLIMSOLL_TRY(report, report_of(ask));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(report, ask.postings) : to_text(report, ask.postings)));
    return Status::fine;
}

} // namespace

void add_pool(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("pool", "An option pool: why its share price moved, its exposure, what it would trade", examples);
    command.add_option("DIR", ask->directory, "The ledger's directory");
    command.add_option("NAME", ask->name, "The pool's account; without it, the pools there are");
    command.add_option("--from", ask->from, "A moment; the beginning where absent");
    command.add_option("--to", ask->to, "latest, #SEQ, before:#SEQ or an RFC 3339 time")->capture_default_str();
    command.add_flag("--postings", ask->postings, "Each posting behind the causes");
    command.add_option("--adopt", ask->adopt, "Put a preset in force for the pool: lyra-v1, or the path of a .toml file");
    command.add_option("--terms", ask->terms, "Print a preset's file, checked");
    shell.on_run(command, [&shell, ask] { return run(shell, *ask); });
}

} // namespace plimsoll::tools
