#include "tools/command/margin.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/commands.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "What a margin rule asks of an account at a moment, down to the scenario that binds; or who is below the line.\n"
    "The rule is the preset in force at that moment, or the one named. An account is fine at a level when its\n"
    "excess there is zero or more; excess = mark-to-market less what the rule asks.\n"
    "\n"
    "  plimsoll margin books user-17 --preset derive-pmrm2\n"
    "  plimsoll margin books user-17 --at 2025-10-10T21:16:04Z --json\n"
    "  plimsoll margin books --all --at latest\n"
    "  plimsoll margin books --all --preset derive-srm --preset derive-pmrm2    # side by side\n"
    "  plimsoll margin books --all --screen       # only who may be below: no sums, much faster\n";

/// Everything said of one account under one preset.
struct View {
    replay::Moment const& moment;
    AssetId in;
    AccountId account;
    ChosenPreset const& chosen;
    risk::Levels levels;
    risk::MarginDetail detail;
};

struct LevelWords {
    char const* field;
    char const* words;
    Int128 units;
};

[[nodiscard]] std::vector<LevelWords> levels_of(risk::Levels const& levels) {
    return {{"mark_to_market", "mark-to-market", levels.mark_to_market},
            {"initial_margin", "asked, initial", levels.initial_margin()},
            {"maintenance_margin", "asked, maintenance", levels.maintenance_margin()},
            {"initial_excess", "excess, initial", levels.initial_excess},
            {"maintenance_excess", "excess, maintenance", levels.maintenance_excess}};
}

void write_lines(JsonWriter& json, View const& view) {
    json.key("lines").begin_array();
    for (risk::MarginLine const& line : view.detail.lines) {
        json.begin_object().field("what", line.what).field("subject", line.subject);
        json.key("initial").decimal(line.initial).key("maintenance").decimal(line.maintenance).end_object();
    }
    json.end_array().key("scenarios").begin_array();
    for (risk::ScenarioLine const& line : view.detail.scenarios) {
        json.begin_object().field("name", line.name).field("subject", line.subject).key("spot").decimal(line.spot);
        json.field("volatility", line.volatility).key("profit_and_loss").decimal(line.profit_and_loss);
        json.field("binds_initial", line.binds_initial).field("binds_maintenance", line.binds_maintenance).end_object();
    }
    json.end_array().key("figures").begin_array();
    for (risk::MarginFact const& fact : view.detail.facts) {
        json.begin_object().field("what", fact.what).field("subject", fact.subject).key("value").decimal(fact.value).end_object();
    }
    json.end_array().key("not_counted").begin_array();
    for (std::string const& asset : view.detail.not_counted) json.value(asset);
    json.end_array();
}

[[nodiscard]] std::string to_json(View const& view) {
    book::Book const& book = view.moment.book;
    return json_answer("margin", book, view.moment.basis, [&](JsonWriter& json) {
        json.field("account", name_of(book, view.account)).field("asset", name_of(book, view.in)).key("preset");
        write_preset(json, view.chosen);
        json.field("standing", risk::word(risk::standing_of(view.levels)));
        for (LevelWords const& level : levels_of(view.levels)) json.key(level.field).decimal(level.units);
        write_lines(json, view);
    });
}

[[nodiscard]] std::string to_text(View const& view) {
    book::Book const& book = view.moment.book;
    int const decimals = decimals_of(book, view.in);
    auto money = [&](Int128 units) { return people_value(Amount{units}, decimals); };
    std::string out = fmt::format("Margin of {}, {}\n  {}\n  standing: {}\n\n", name_of(book, view.account),
                                  people_moment(view.moment.basis), people_preset(view.chosen),
                                  risk::word(risk::standing_of(view.levels)));
    Table levels({{"in " + name_of(book, view.in)}, {"", Align::right}});
    for (LevelWords const& level : levels_of(view.levels)) levels.row({level.words, money(level.units)});
    out += levels.text();
    Table lines({{"asked for"}, {"of"}, {"initial", Align::right}, {"maintenance", Align::right}});
    for (risk::MarginLine const& line : view.detail.lines) {
        lines.row({std::string(line.what), line.subject, money(line.initial), money(line.maintenance)});
    }
    if (!lines.empty()) out += "\n" + lines.text();
    Table scenarios({{"scenario"}, {"of"}, {"spot", Align::right}, {"volatility"}, {"profit and loss", Align::right}, {""}});
    for (risk::ScenarioLine const& line : view.detail.scenarios) {
        std::string const binds = line.binds_initial && line.binds_maintenance ? "<- binds"
                                  : line.binds_initial                         ? "<- binds initial"
                                  : line.binds_maintenance                     ? "<- binds maintenance"
                                                                               : "";
        scenarios.row({line.name, line.subject, line.spot == 0 ? "" : people_decimal(line.spot, 0), std::string(line.volatility),
                       money(line.profit_and_loss), binds});
    }
    if (!scenarios.empty()) out += "\n" + scenarios.text();
    Table facts({{"figure"}, {"of"}, {"", Align::right}});
    for (risk::MarginFact const& fact : view.detail.facts) facts.row({std::string(fact.what), fact.subject, people_decimal(fact.value, 0)});
    if (!facts.empty()) out += "\n" + facts.text();
    for (std::string const& asset : view.detail.not_counted) out += fmt::format("\n  {} counts nothing under this preset.\n", asset);
    return out + people_foot(book, view.moment.basis);
}

} // namespace

result<MarginGround> margin_ground(book::Book const& book, std::string const& in) {
    auto const quoted = in.empty() ? risk::most_quoted_asset(book) : std::nullopt;
    PLIMSOLL_TRY(asset, find_valuation_asset(book, quoted ? name_of(book, *quoted) : in));
    PLIMSOLL_TRY(market, risk::Market::of(book, asset));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(book, asset));
    return MarginGround{book, asset, std::move(market), std::move(valuation)};
}

result<Status> margin_of_one(Shell const& shell, MarginAsk const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRY(account, find_account(*reader, moment.book, ask.name));
    PLIMSOLL_TRY(chosen, choose_preset(*reader, moment.book, ask.presets.empty() ? "" : ask.presets.front()));
    PLIMSOLL_TRY(ground, margin_ground(moment.book, ask.in));
    auto const options = risk::held_options(ground.market, std::span(&account, 1));
    PLIMSOLL_TRY(model, risk::make_model(chosen.preset, ground.market, options));
    risk::Portfolio portfolio;
    PLIMSOLL_TRYV(risk::PortfolioView(ground.market, ground.valuation).read(account, portfolio));
    risk::MarginDetail detail;
    PLIMSOLL_TRY(levels, model->evaluate(portfolio, &detail));
    View const view{moment, ground.in, account, chosen, levels, std::move(detail)};
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(view) : to_text(view)));
    return Status::fine;
}

void add_margin(Shell& shell) {
    auto ask = std::make_shared<MarginAsk>();
    CLI::App& command = shell.add("margin", "What a margin rule asks of an account, or of all, and why", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    auto* const name = command.add_option("NAME", ask->name, "The account");
    auto* const all = command.add_flag("--all", ask->everyone, "Every customer's account")->excludes(name);
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--preset", ask->presets, "A shipped preset or a .toml file; with --all several, side by side")
        ->take_all()->allow_extra_args(false);
    command.add_option("--in", ask->in, "In this asset; else the one that most derivatives are quoted in");
    command.add_flag("--screen", ask->is_screened, "Clear accounts that are surely well without their figures")->needs(all);
    auto* const limit = command.add_option("--limit", ask->limit, "List at most so many accounts")->capture_default_str();
    command.add_flag("--all-rows", ask->all_rows, "List every account that is below a line")->excludes(limit);
    shell.on_run(command, [&shell, ask]() -> result<Status> {
        if (!ask->everyone && ask->name.empty()) return fail(Errc::usage, "name an account, or give --all");
        if (!ask->everyone && ask->presets.size() > 1) return fail(Errc::usage, "one account is asked of one --preset; several need --all");
        if (!ask->everyone) return margin_of_one(shell, *ask);
        MarginAsk full = *ask;
        full.all_rows = full.all_rows || shell.is_json(); // a program gets them all
        return margin_of_all(shell, full);
    });
}

} // namespace plimsoll::tools
