#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/event_text.hpp"
#include "tools/command/liquidation_story.hpp"
#include "tools/command/preset_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Was each liquidation justified, and what did it cost? The figures at the trigger as the event has them, the\n"
    "margin of one event before the one that triggered it, what whoever took over earned at the mark, what was kept.\n"
    "Margins are those of the preset in force at that moment, or of the one named.\n"
    "\n"
    "  plimsoll liquidations books\n"
    "  plimsoll liquidations books alice --at 2026-01-15T15:30:00Z\n"
    "  plimsoll liquidations day --limit 5 --preset dydx-v4-perp --json\n";

struct Ask {
    std::string directory;
    std::string name;
    std::string moment = "latest";
    std::string preset;
    std::string in;
    std::uint64_t limit = 20;
    bool has_limit = false;
};

[[nodiscard]] std::string_view outcome_of(LiquidationStory const& story) {
    return story.ended ? word(story.ended->outcome) : std::string_view("open");
}

void write_levels(JsonWriter& json, std::string_view name, std::optional<result<risk::Levels>> const& levels) {
    if (!levels) return;
    json.key(name).begin_object();
    if (*levels) {
        risk::Levels const& fine = levels->value();
        json.key("mark_to_market").decimal(fine.mark_to_market).key("initial_excess").decimal(fine.initial_excess);
        json.key("maintenance_excess").decimal(fine.maintenance_excess);
    } else {
        json.field("failed", levels->error().message());
    }
    json.end_object();
}

void write_figures(JsonWriter& json, std::vector<wire::Figure> const& figures) {
    if (figures.empty()) return;
    json.key("figures").begin_object();
    for (wire::Figure const& each : figures) json.key(word(static_cast<wire::FigureKind>(each.kind()))).decimal(units(each.amount()));
    json.end_object();
}

void write_story(JsonWriter& json, book::Book const& book, LiquidationStory const& story) {
    LiquidationStarted const& started = story.started;
    json.begin_object().field("liquidation", story.row.id).field("account", name_of(book, story.row.account));
    json.field("time", format_time(story.time)).field("started", story.row.started_sequence);
    json.field("procedure", started.procedure).field("preset", started.preset).field("outcome", outcome_of(story));
    json.field("asset", name_of(book, AssetId{started.asset})).key("equity").decimal(units(started.equity));
    json.key("requirement").decimal(units(started.requirement)).key("buffer").decimal(units(started.buffer));
    if (started.instrument != 0) {
        json.field("instrument", name_of(book, InstrumentId{started.instrument})).key("mark").decimal(units(started.mark));
    }
    write_figures(json, started.figures);
    if (story.trigger) {
        json.key("trigger").begin_object().field("sequence", story.trigger_sequence);
        json.field("kind", kind_of(*story.trigger)).field("what", event_text(book, *story.trigger)).end_object();
    }
    write_levels(json, "one_event_earlier", story.earlier);
    write_levels(json, "at_start", story.then);
    json.key("bids").begin_array();
    for (BidStory const& bid : story.bids) {
        json.begin_object().field("bidder", name_of(book, bid.bidder)).field("first", bid.first_sequence);
        json.field("last", bid.last_sequence).key("earned").decimal(bid.earned());
        json.key("price").decimal(units(bid.fact.price)).key("amount").decimal(units(bid.fact.amount)).key("size").decimal(units(bid.fact.size));
        write_figures(json, bid.fact.figures);
        json.end_object();
    }
    json.end_array().key("earned").decimal(story.earned());
    if (story.ended) {
        json.field("ended", story.row.ended_sequence).key("penalty").decimal(units(story.ended->penalty));
        json.key("kept").decimal(units(story.ended->kept)).key("equity_at_end").decimal(units(story.ended->equity));
    }
    json.end_object();
}

/// What an auction of the preset's procedure put up, and what is left of it.
[[nodiscard]] std::string lot_text(book::Book const& book, LiquidationStory const& story) {
    auto figure_of = [](std::vector<wire::Figure> const& figures, wire::FigureKind kind) -> wire::Figure const* {
        for (wire::Figure const& each : figures) {
            if (static_cast<wire::FigureKind>(each.kind()) == kind) return &each;
        }
        return nullptr;
    };
    auto const& begun = story.started.figures;
    auto const* const lot = figure_of(begun, wire::FigureKind::lot);
    auto const* const start = figure_of(begun, wire::FigureKind::start_price);
    if (lot == nullptr || start == nullptr) return "";
    bool const of_contracts = story.started.instrument != 0;
    std::string const what = of_contracts ? "short " + name_of(book, InstrumentId{story.started.instrument}) : name_of(book, AssetId{lot->subject()});
    std::string out = fmt::format("  {} {} {} from {}", story.row.id, format_decimal(units(lot->amount())), what, format_decimal(units(start->amount())));
    if (auto const* const tab = figure_of(begun, wire::FigureKind::tab)) {
        out += fmt::format(", {} {} to raise", format_decimal(units(tab->amount())), name_of(book, AssetId{tab->subject()}));
    }
    auto const& newest = story.bids.empty() ? begun : story.bids.back().fact.figures;
    auto const* const left = figure_of(newest, wire::FigureKind::lot);
    if (!story.bids.empty() && left != nullptr) {
        out += fmt::format("; after {} {} left", people_plural(story.bids.size(), "bid"), format_decimal(units(left->amount())));
        if (auto const* const tab = figure_of(newest, wire::FigureKind::tab)) out += fmt::format(", {} to raise", format_decimal(units(tab->amount())));
    }
    return out + "\n";
}

[[nodiscard]] std::string excess_text(std::optional<result<risk::Levels>> const& levels, int decimals) {
    if (!levels) return "-";
    if (!*levels) return std::string(levels->error().rule().name);
    return people_value(Amount{levels->value().maintenance_excess}, decimals);
}

[[nodiscard]] std::string to_text(book::Book const& book, std::vector<LiquidationStory> const& stories, AssetId in) {
    int const decimals = decimals_of(book, in);
    auto money = [&](Int128 value) { return people_value(Amount{value}, decimals); };
    Table table({{"liquidation", Align::right}, {"account"}, {"time"}, {"how it ended"}, {"equity", Align::right}, {"asked", Align::right},
                 {"excess", Align::right}, {"one event earlier", Align::right}, {"earned", Align::right}, {"penalty", Align::right},
                 {"kept", Align::right}});
    std::string triggers;
    for (LiquidationStory const& story : stories) {
        LiquidationStarted const& started = story.started;
        table.row({std::to_string(story.row.id), name_of(book, story.row.account), format_time(story.time), std::string(outcome_of(story)),
                   money(units(started.equity)), money(units(started.requirement)), money(units(started.buffer)),
                   excess_text(story.earlier, decimals), money(story.earned()),
                   story.ended ? money(units(story.ended->penalty)) : "", story.ended ? money(units(story.ended->kept)) : ""});
        if (story.trigger) {
            triggers += fmt::format("  {} by {} {}\n", story.row.id, people_sequence(story.trigger_sequence), event_text(book, *story.trigger));
        }
    }
    std::string lots;
    for (LiquidationStory const& story : stories) lots += lot_text(book, story);
    std::string out = table.text();
    if (!lots.empty()) out += "\nPut up for auction:\n" + lots;
    if (!triggers.empty()) out += "\nTriggered:\n" + triggers;
    return out;
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    book::Book const& book = moment.book;
    AccountId account;
    if (!ask.name.empty()) {
        PLIMSOLL_TRY(found, find_account(*reader, book, ask.name));
        account = found;
    }
    PLIMSOLL_TRY(in, find_valuation_asset(book, ask.in));
    std::vector<book::LiquidationRow> rows;
    for (book::LiquidationRow const& row : book.liquidations.rows()) {
        if (!account.is_some() || row.account == account) rows.push_back(row);
    }
    std::size_t const all = rows.size();
    bool const is_cut = (!shell.is_json() || ask.has_limit) && all > ask.limit;
    if (is_cut) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(ask.limit)); // the newest
    std::optional<ChosenPreset> chosen;
    auto preset = choose_preset(*reader, book, ask.preset);
    if (preset) {
        chosen = std::move(preset).value();
    } else if (!ask.preset.empty() || !preset.error().is(Errc::no_preset_in_force)) {
        return preset.as_failure();
    }
    PLIMSOLL_TRY(stories, tell_liquidations(*reader, rows, moment.basis.sequence, in, chosen ? &chosen->preset : nullptr));
    if (shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(json_answer("liquidations", book, moment.basis, [&](JsonWriter& json) {
            json.key("liquidations").begin_array();
            for (LiquidationStory const& story : stories) write_story(json, book, story);
            json.end_array().field("complete", !is_cut);
        })));
        return Status::fine;
    }
    std::string out = fmt::format("Liquidations of {}, up to {}\n", ask.directory, people_moment(moment.basis));
    out += chosen ? fmt::format("  margins by {}\n\n", people_preset(*chosen)) : "  no margin preset: name one with --preset to see margins\n\n";
    out += stories.empty() ? "  There were none.\n" : to_text(book, stories, in);
    if (is_cut) out += fmt::format("  and {} before these: --limit {}\n", people_count(all - rows.size()), all);
    PLIMSOLL_TRYV(Shell::print(out + people_foot(book, moment.basis)));
    return Status::fine;
}

} // namespace

void add_liquidations(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("liquidations", "Each liquidation: its trigger, who earned, what was kept", examples);
    command.add_option("DIR", ask->directory, "The ledger")->required();
    command.add_option("NAME", ask->name, "Only this account's");
    command.add_option("--at", ask->moment, "The moment")->capture_default_str();
    command.add_option("--preset", ask->preset, "A shipped preset or a .toml file");
    command.add_option("--in", ask->in, "In this asset; else the one most instruments settle in");
    auto* const limit = command.add_option("--limit", ask->limit, "The newest so many (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask, limit] {
        ask->has_limit = limit->count() != 0;
        return show(shell, *ask);
    });
}

} // namespace plimsoll::tools
