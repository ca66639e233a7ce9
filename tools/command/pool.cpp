#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/pool_answer.hpp"
#include "tools/command/pool_presets.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

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
    PLIMSOLL_TRYV(Shell::print((views.empty() ? none : table.text(0)) + people_foot(book, moment.basis)));
    return Status::fine;
}

[[nodiscard]] result<PoolReport> report_of(Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(span, resolve_span(*reader, ask.from, ask.to));
    PLIMSOLL_TRY(from, reader->at(span.from));
    PLIMSOLL_TRY(to, reader->at(span.to));
    PLIMSOLL_TRYV(find_account(*reader, to.book, ask.name));
    PLIMSOLL_TRY(view, replay::pool_view(*reader, from, to, ask.name));
    PoolReport report{std::move(from), std::move(to), std::move(view), {}, {}};
    for (pools::SeriesStanding const& series : report.view.standing.series) {
        PoolRoom room;
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
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? pool_json(report, ask.postings) : pool_text(report, ask.postings)));
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
