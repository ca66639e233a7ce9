#include "tools/command/pool_answer.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

namespace pools = risk::pool;

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

void write_series(JsonWriter& json, PoolReport const& report) {
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

[[nodiscard]] std::string why_text(PoolReport const& report, bool with_postings) {
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

[[nodiscard]] std::string series_text(PoolReport const& report) {
    int const decimals = std::min(decimals_of(report.to.book, report.view.standing.quote), 6);
    Table table({{"series"}, {"expiry"}, {"strike", Align::right}, {"size", Align::right}, {"delta", Align::right}, {"vega", Align::right},
                 {"value", Align::right}, {"volatility", Align::right}, {"largest buy", Align::right}, {"largest sell", Align::right}, {"more is refused by"}});
    for (std::size_t i = 0; i < report.rooms.size(); ++i) {
        pools::SeriesStanding const& series = report.view.standing.series[i];
        PoolRoom const& room = report.rooms[i];
        auto size = [](Int128 units) { return grouped(format_decimal(units)); };
        std::string const rules = room.buy.rule == room.sell.rule ? room.buy.rule : room.buy.rule + ", " + room.sell.rule;
        table.row({name_of(report.to.book, series.instrument), format_time(series.key.first), format_decimal(series.key.second), short_of(series.units, 4),
                   short_of(series.units * series.delta(), 4), short_of(series.units * series.values.vega, decimals),
                   short_of(each_is_worth(series), decimals), short_of(pools::precise(series.base_now) * pools::precise(series.skew_now), 4), size(room.buy.size),
                   size(room.sell.size), rules});
    }
    return table.empty() ? "  no series on offer\n" : table.text();
}

} // namespace

std::string pool_json(PoolReport const& report, bool with_postings) {
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

std::string pool_text(PoolReport const& report, bool with_postings) {
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
    out += series_text(report);
    for (pools::PoolMetric const& metric : report.metrics) {
        bool const is_tripped = report.view.history.tripped_at(metric.breaker) != 0;
        if (!metric.is_beyond && !is_tripped) continue;
        out += fmt::format("\n  {}: {} {}, bound {}{}\n", metric.breaker, metric.metric, format_decimal(metric.value), format_decimal(metric.threshold),
                           is_tripped ? "; tripped: the queue waits" : "; the next pool_process will wait");
    }
    return out + people_foot(book, report.to.basis);
}

} // namespace plimsoll::tools
