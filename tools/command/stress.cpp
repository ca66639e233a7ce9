#include "risk/clearing/stress.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/clearing_choice.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/preset_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "What a fall of prices would set off at a moment: who falls below maintenance is closed, closing moves prices,\n"
    "and again until nobody is left. With and without the clearing preset's breakers, side by side. Nothing is\n"
    "written. Cover 2: would the fund of before have carried the two largest shortfalls together?\n"
    "\n"
    "  plimsoll stress day --at 2026-01-15T14:00:00Z --shock 'ETH -30%' --preset hyperliquid-perp\n"
    "  plimsoll stress day --shock '* -20%' --shock 'BTC -5%' --impact 50 --clearing ccp-like\n"
    "  plimsoll stress day --shock '* -20%' --json\n";

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::vector<std::string> shocks;
    std::string preset;
    std::string clearing = "dydx-v4";
    std::string in;
    std::string impact = "0";
    std::uint32_t rounds = 20;
    std::uint64_t limit = 10;
};

struct View {
    replay::Moment const& moment;
    AssetId in;
    ChosenPreset const& margin;
    risk::ClearingPreset const& clearing;
    std::vector<std::string> const& shocks;
    risk::StressOutcome without;
    risk::StressOutcome with;
};

/// "ETH -30%", "* +12.5%".
[[nodiscard]] result<risk::PriceShock> read_shock(book::Book const& book, AssetId quote, std::string const& text) {
    auto const bad = [&](std::string const& why) { return fail(Errc::usage, "--shock '" + text + "': " + why + "; write 'ETH -30%'"); };
    auto const space = text.find_last_of(' ');
    if (space == std::string::npos || space == 0 || !text.ends_with('%')) return bad("an asset, a space and a percentage");
    std::string const name = text.substr(0, text.find_last_not_of(' ', space) + 1);
    std::string number = text.substr(space + 1, text.size() - space - 2);
    if (number.starts_with('+')) number.erase(0, 1);
    auto const percent = parse_decimal(number, fixed_decimals - 2);
    if (!percent) return bad(percent.error().message());
    risk::PriceShock shock;
    if (name != "*") {
        auto const asset = book.find_asset(name);
        if (!asset) return fail(book::Errc::unknown_asset, "'" + name + "' in --shock");
        if (*asset == quote) return bad("prices are in " + name + " itself");
        shock.asset = *asset;
    }
    shock.factor = one_units + percent.value() / 100;
    if (shock.factor < 0) return bad("nothing falls by more than 100 %");
    if (shock.factor > 1'000 * one_units) return bad("nothing rises a thousandfold");
    return shock;
}

/// Accounts are independent of each other: each core sweeps its share, in order.
[[nodiscard]] std::vector<risk::SweepRow> sweep_on_all_cores(risk::MarginModel const& model, risk::PortfolioView const& view,
                                                             std::span<AccountId const> accounts) {
    std::size_t const cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
    std::size_t const share = (accounts.size() + cores - 1) / cores;
    std::vector<std::vector<risk::SweepRow>> parts(cores);
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < cores; ++i) {
        std::size_t const first = std::min(i * share, accounts.size());
        std::size_t const end = std::min(first + share, accounts.size());
        workers.emplace_back(
            [&, i, first, end] { parts[i] = risk::sweep(model, view, accounts.subspan(first, end - first), risk::SweepMode::screened); });
    }
    for (std::thread& worker : workers) worker.join();
    std::vector<risk::SweepRow> rows;
    rows.reserve(accounts.size());
    for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(rows));
    return rows;
}

/// The largest shortfall first, then the largest notional; of equals in the order of closing.
[[nodiscard]] std::vector<risk::Closed> deepest(risk::StressOutcome const& outcome, std::uint64_t limit) {
    auto closed = outcome.closed;
    std::ranges::stable_sort(closed, [](risk::Closed const& a, risk::Closed const& b) {
        return std::pair(a.shortfall, a.notional) > std::pair(b.shortfall, b.notional);
    });
    if (closed.size() > limit) closed.resize(limit);
    return closed;
}

void write_outcome(JsonWriter& json, View const& view, risk::StressOutcome const& outcome) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return json_amount(book, view.in, Amount{units}); };
    json.begin_object().key("rounds").begin_array();
    for (risk::StressRound const& round : outcome.rounds) {
        json.begin_object().field("round", round.number).field("below_maintenance", round.below).field("insolvent", round.insolvent);
        json.field("failed", round.failed).field("closed", round.closed).field("notional", money(round.notional));
        json.field("fees", money(round.fees)).field("shortfall", money(round.shortfall)).field("residual", money(round.residual));
        json.key("impacts").begin_array();
        for (risk::PriceShock const& move : round.moves) {
            json.begin_object().field("asset", name_of(book, move.asset)).key("factor").decimal(move.factor).end_object();
        }
        json.end_array().end_object();
    }
    json.end_array().key("layers").begin_array();
    for (std::size_t i = 0; i < outcome.layer_paid.size(); ++i) {
        json.begin_object().field("layer", word(view.clearing.layers[i].layer)).field("before", money(outcome.layer_before[i]));
        json.field("paid", money(outcome.layer_paid[i])).end_object();
    }
    json.end_array().field("fees", money(outcome.fees)).field("fees_to_fund", money(outcome.fees_to_fund));
    json.field("shortfall", money(outcome.shortfall)).field("residual", money(outcome.residual)).field("waiting", outcome.waiting);
    json.field("waiting_shortfall", money(outcome.waiting_shortfall));
    json.field("quiet", outcome.is_quiet).field("options_not_marked", outcome.options_not_marked).key("tripped").begin_array();
    for (std::string const& each : outcome.tripped) json.value(each);
    json.end_array().key("cover_two").begin_object().key("largest").begin_array();
    for (auto const& [owner, shortfall] : outcome.cover.largest) {
        json.begin_object().field("owner", name_of(book, owner)).field("shortfall", money(shortfall)).end_object();
    }
    json.end_array().field("sum", money(outcome.cover.sum)).field("fund", money(outcome.cover.fund));
    json.field("covered", outcome.cover.is_covered()).end_object().key("accounts").begin_array();
    for (risk::Closed const& each : outcome.closed) {
        json.begin_object().field("account", name_of(book, each.account)).field("round", each.round).field("equity", money(each.equity));
        json.field("notional", money(each.notional)).field("fee", money(each.fee)).field("shortfall", money(each.shortfall)).end_object();
    }
    json.end_array().end_object();
}

[[nodiscard]] std::string to_json(View const& view) {
    book::Book const& book = view.moment.book;
    return json_answer("stress", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("asset", name_of(book, view.in)).key("preset");
        write_preset(json, view.margin);
        json.field("clearing", view.clearing.name).field("clearing_digest", to_hex(view.clearing.digest)).key("shocks").begin_array();
        for (std::string const& shock : view.shocks) json.value(shock);
        json.end_array().key("without_breakers");
        write_outcome(json, view, view.without);
        json.key("with_breakers");
        write_outcome(json, view, view.with);
    });
}

[[nodiscard]] std::string sums_text(View const& view) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(book, view.in)); };
    Table table({{"in " + name_of(book, view.in)}, {"without breakers", Align::right}, {"with", Align::right}});
    auto row = [&](std::string const& words, auto&& cell) { table.row({words, cell(view.without), cell(view.with)}); };
    using Outcome = risk::StressOutcome;
    row("accounts closed", [](Outcome const& each) { return people_count(each.closed.size()); });
    row("below maintenance, waiting", [](Outcome const& each) { return people_count(each.waiting); });
    row("  and what they would leave unpaid", [&](Outcome const& each) { return money(each.waiting_shortfall); });
    row("fees", [&](Outcome const& each) { return money(each.fees); });
    row("shortfall", [&](Outcome const& each) { return money(each.shortfall); });
    for (std::size_t i = 0; i < view.clearing.layers.size(); ++i) {
        wire::Layer const layer = view.clearing.layers[i].layer;
        if (layer == wire::Layer::account) continue;
        row("  paid by " + std::string(word(layer)), [&](Outcome const& each) { return money(each.layer_paid[i]); });
    }
    row("  paid by nobody", [&](Outcome const& each) { return money(each.residual); });
    row("fund before", [&](Outcome const& each) { return money(each.cover.fund); });
    row("cover 2: the two largest shortfalls", [&](Outcome const& each) { return money(each.cover.sum); });
    row("  carried by the fund", [](Outcome const& each) { return std::string(each.cover.is_covered() ? "yes" : "no"); });
    return table.text();
}

[[nodiscard]] std::string rounds_text(View const& view, risk::StressOutcome const& outcome) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(book, view.in)); };
    Table table({{"round", Align::right}, {"below", Align::right}, {"insolvent", Align::right}, {"closed", Align::right},
                 {"notional", Align::right}, {"shortfall", Align::right}, {"no margin", Align::right}, {"impact"}});
    for (risk::StressRound const& round : outcome.rounds) {
        std::string impact;
        for (std::size_t i = 0; i < round.moves.size() && i < 4; ++i) {
            Int128 const change = (round.moves[i].factor - one_units) / 1'000'000'000'000 * 1'000'000'000'000 * 100;
            impact += fmt::format("{}{} {}%", i == 0 ? "" : ", ", name_of(book, round.moves[i].asset), people_decimal(change, 0));
        }
        if (round.moves.size() > 4) impact += fmt::format(" and {} more", round.moves.size() - 4);
        table.row({people_count(round.number), people_count(round.below), people_count(round.insolvent), people_count(round.closed),
                   money(round.notional), money(round.shortfall), people_count(round.failed), impact});
    }
    return table.text();
}

[[nodiscard]] std::string to_text(View const& view, std::uint64_t limit) {
    book::Book const& book = view.moment.book;
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals_of(book, view.in)); };
    std::string out = fmt::format("Stress");
    for (std::string const& shock : view.shocks) out += fmt::format(" '{}'", shock);
    out += fmt::format(", {}\n  {}\n  clearing {} {}\n\n", people_moment(view.moment.basis), people_preset(view.margin), view.clearing.name,
                       view.clearing.version);
    out += sums_text(view) + "\nRound by round, without breakers\n" + rounds_text(view, view.without);
    if (!view.without.is_quiet) out += "  The limit of rounds was reached: --rounds asks for more.\n";
    for (std::size_t i = 0; i < view.with.tripped.size() && i < 3; ++i) out += fmt::format("  tripped: {}\n", view.with.tripped[i]);
    if (view.with.tripped.size() > 3) out += fmt::format("  and {} breakers more: --json lists them\n", view.with.tripped.size() - 3);
    if (view.without.options_not_marked != 0) {
        out += fmt::format("  {} kept the mark: no forward or volatility was observed.\n", people_plural(view.without.options_not_marked, "option"));
    }
    Table table({{"closed"}, {"round", Align::right}, {"equity", Align::right}, {"notional", Align::right}, {"fee", Align::right}, {"shortfall", Align::right}});
    for (risk::Closed const& each : deepest(view.without, limit)) {
        table.row({name_of(book, each.account), people_count(each.round), money(each.equity), money(each.notional), money(each.fee), money(each.shortfall)});
    }
    if (!table.empty()) out += "\n" + table.text();
    std::size_t const all = view.without.closed.size();
    if (all > limit) out += fmt::format("  and {} more: --limit {}\n", people_count(all - limit), all);
    for (auto const& [owner, shortfall] : view.without.cover.largest) {
        out += fmt::format("  cover 2: {} owes {}\n", name_of(book, owner), money(shortfall));
    }
    return out + people_foot(book, view.moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(clearing, clearing_preset_named(ask.clearing));
    auto const impact = parse_decimal(ask.impact, fixed_decimals - 4);
    if (!impact || impact.value() < 0) return fail(Errc::usage, "--impact " + ask.impact + ": basis points of a price per million");
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(margin, choose_preset(*reader, moment.book, ask.preset));
    risk::StressAsk asked;
    PLIMSOLL_TRY(quote, find_valuation_asset(moment.book, ask.in));
    asked.quote = quote;
    for (std::string const& text : ask.shocks) {
        PLIMSOLL_TRY(shock, read_shock(moment.book, quote, text));
        asked.shocks.push_back(shock);
    }
    asked.impact_per_million = impact.value() / 10'000;
    asked.most_rounds = ask.rounds;
    PLIMSOLL_TRY(without, risk::stress(moment.book, margin.preset, clearing, asked, sweep_on_all_cores));
    asked.with_breakers = true;
    PLIMSOLL_TRY(with, risk::stress(moment.book, margin.preset, clearing, asked, sweep_on_all_cores));
    View const view{moment, quote, margin, clearing, ask.shocks, std::move(without), std::move(with)};
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view) : to_text(view, ask.limit)));
    return Status::fine;
}

} // namespace

void add_stress(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("stress", "What a fall of prices would set off: who, how much, who pays", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--shock", ask->shocks, "An asset (or *) and a percentage: 'ETH -30%'")->required()->take_all()->allow_extra_args(false);
    command.add_option("--preset", ask->preset, "Margin: a shipped preset or a .toml file; else the one in force");
    command.add_option("--clearing", ask->clearing, "Fees, layers, breakers: a shipped clearing preset or a .toml file")->capture_default_str();
    command.add_option("--in", ask->in, "In this asset; else the one most instruments settle in");
    command.add_option("--impact", ask->impact, "Basis points that a million closed moves the price by")->capture_default_str();
    command.add_option("--rounds", ask->rounds, "At most so many")->capture_default_str();
    command.add_option("--limit", ask->limit, "List at most so many accounts (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask] { return show(shell, *ask); });
}

} // namespace plimsoll::tools
