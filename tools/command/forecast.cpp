#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/forecast_question.hpp"
#include "tools/command/preset_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/forecast/forecast_preset.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <fstream>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Fits a model to daily prices and records what it says of the next day as an event (ForecastRecorded): the model\n"
    "with its parameters, the SHA-256 of its inputs, the volatility, and the day that it holds for. Whoever replays\n"
    "the ledger reads the number and fits nothing. --preset writes a margin preset whose rate for --market is the\n"
    "margin of that forecast, for `plimsoll presets adopt`.\n"
    "\n"
    "  plimsoll forecast books --subject BTC --rule garch                            # from what the ledger observed\n"
    "  plimsoll forecast books --subject BTC --rule fhs --prices btc_hourly.csv.xz --at 2025-10-10 --dry-run\n"
    "  plimsoll forecast books --subject BTC --rule garch --tool buffer --preset next.toml --base dydx-v4-perp\n";

struct Ask {
    ForecastWords words;
    std::string rule = "garch";
    std::string tool = "none";
    std::string step_limit;
    std::string at;
    std::string preset_file;
    std::string base = "dydx-v4-perp";
    std::string market;
    bool is_dry_run = false;
};

struct Fitted {
    DayForecast day;
    std::string model;
    Hash inputs{};
    std::size_t known = 0;
    Int128 margin = 0;
};

/// The margin of the last day, with its tool walked over all days before it: a buffer has a memory.
[[nodiscard]] result<Fitted> fit(Ask const& ask, std::span<DayOfPrices const> days) {
    PLIMSOLL_TRY(model, model_of(ask.rule));
    PLIMSOLL_TRY(rule, rule_of(ask.words, model));
    PLIMSOLL_TRY(side, side_of(ask.words.side));
    PLIMSOLL_TRY(tool, tool_of(ask.tool, ask.step_limit));
    bool const has_memory = tool.tool != risk::ProcyclicalTool::none || tool.step_limit;
    Fitted fitted;
    fitted.known = days.size();
    VolatilityWalk last(rule, side, days);
    PLIMSOLL_TRY(day, last.forecast(days.size()));
    fitted.day = day;
    fitted.model = fmt::format("{} side={} confidence={} window={}", last.parameters(), ask.words.side, ask.words.confidence, std::min(days.size(), rule.window_days));
    fitted.inputs = digest_of(days.subspan(days.size() - std::min(days.size(), rule.window_days)));
    risk::ProcyclicalMargin margin(tool);
    VolatilityWalk walk(rule, side, days);
    for (std::size_t known = rule.least_days; has_memory && known < days.size(); ++known) {
        PLIMSOLL_TRY(before, walk.forecast(known));
        PLIMSOLL_TRYV(margin.next(estimates_of(before, side)));
    }
    PLIMSOLL_TRY(asked, margin.next(estimates_of(day, side)));
    fitted.margin = asked;
    return fitted;
}

[[nodiscard]] Int128 volatility_units(double volatility) { return static_cast<Int128>(std::llround(volatility * 1e15)) * 1'000; }

[[nodiscard]] result<std::uint64_t> record(std::string const& directory, std::string const& subject, Fitted const& fitted) {
    ForecastRecorded fact;
    fact.model = fitted.model;
    fact.subject = subject;
    fact.inputs = std::bit_cast<wire::Digest>(fitted.inputs);
    fact.value = to_wire(volatility_units(fitted.day.volatility));
    fact.valid_from = fitted.day.day;
    fact.valid_until = fitted.day.day + TimeNs{86'400} * 1'000'000'000;
    return record_fact(directory, rare(std::move(fact)));
}

[[nodiscard]] result<void> write_preset(Ask const& ask, Fitted const& fitted) {
    PLIMSOLL_TRY(base, preset_named(ask.base));
    std::string const market = ask.market.empty() ? ask.words.subject : ask.market;
    std::string const day = format_time(fitted.day.day).substr(0, 10);
    PLIMSOLL_TRY(body, preset_with_rate(base, market, fitted.margin, day, fitted.model));
    std::ofstream out(ask.preset_file, std::ios::binary);
    out << body;
    out.close();
    if (!out) return fail(Errc::file_unwritable, ask.preset_file);
    return outcome::success();
}

[[nodiscard]] result<Status> run(Shell const& shell, Ask const& ask) {
    if (ask.words.subject.empty()) return fail(Errc::usage, "--subject NAME says whose volatility it is");
    PriceDays days;
    {
        PLIMSOLL_TRY(reader, open_reader(ask.words.directory));
        PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
        bool const is_known = moment.book.find_asset(ask.words.subject) || moment.book.find_instrument(ask.words.subject);
        if (!is_known) return fail(book::Errc::unknown_asset, "'" + ask.words.subject + "' is neither an asset nor an instrument of " + ask.words.directory);
        PLIMSOLL_TRY(found, days_of(ask.words, reader.get()));
        days = std::move(found);
    }
    std::span<DayOfPrices const> known = days.path.days;
    if (!ask.at.empty()) {
        auto const until = parse_time(ask.at);
        if (!until) return fail(Errc::usage, "--at '" + ask.at + "' must be a date, as 2025-10-10: the day that is forecast");
        while (!known.empty() && known.back().start >= until.value()) known = known.first(known.size() - 1);
    }
    if (known.empty()) return fail(Errc::series_too_short, "no day before " + ask.at);
    PLIMSOLL_TRY(fitted, fit(ask, known));
    if (!ask.preset_file.empty()) {
        PLIMSOLL_TRYV(write_preset(ask, fitted));
    }
    std::uint64_t sequence = 0;
    if (!ask.is_dry_run) {
        PLIMSOLL_TRY(booked, record(ask.words.directory, ask.words.subject, fitted));
        sequence = booked;
    }
    PLIMSOLL_TRY(reader, open_reader(ask.words.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
    std::string const day = format_time(fitted.day.day).substr(0, 10);
    if (shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(json_answer("forecast", moment.book, moment.basis, [&](JsonWriter& json) {
            json.field("subject", ask.words.subject).field("prices", days.what).field("day", day).field("model", fitted.model);
            json.field("inputs", to_hex(fitted.inputs)).field("days_known", std::uint64_t{fitted.known});
            json.key("volatility").decimal(volatility_units(fitted.day.volatility)).field("tool", ask.tool).key("margin").decimal(fitted.margin);
            if (sequence != 0) json.field("event", sequence);
            if (!ask.preset_file.empty()) json.field("preset", ask.preset_file);
        })));
        return Status::fine;
    }
    std::string out = fmt::format("{} on {}, by {}\n  volatility of the day  {:.4f} %\n  margin of a {}         {:.4f} % of the notional (tool: {})\n  fitted to {} days, SHA-256 {}\n",
                                  ask.words.subject, day, fitted.model, 100 * fitted.day.volatility, ask.words.side, static_cast<double>(fitted.margin) / 1e16, ask.tool,
                                  people_count(fitted.known), to_hex(fitted.inputs));
    for (std::string const& note : days.path.notes) out += "  note: " + note + "\n";
    out += sequence != 0 ? fmt::format("  recorded as event {}\n", people_sequence(sequence)) : "  not recorded: --dry-run\n";
    if (!ask.preset_file.empty()) out += fmt::format("  {} has it as a margin rate: plimsoll presets adopt {} {}\n", ask.preset_file, ask.words.directory, ask.preset_file);
    PLIMSOLL_TRYV(Shell::print(out + people_foot(moment.book, moment.basis)));
    return Status::fine;
}

} // namespace

void add_forecast(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("forecast", "Fit a volatility model, record what it says of the next day", examples);
    command.add_option("DIR", ask->words.directory, "The ledger")->required();
    add_forecast_words(command, ask->words);
    command.add_option("--rule", ask->rule, "ewma, garch, har-rv or fhs")->capture_default_str();
    command.add_option("--tool", ask->tool, "none, buffer, stressed or floor")->capture_default_str();
    command.add_option("--step-limit", ask->step_limit, "The most that the margin rises in a day, of itself");
    command.add_option("--at", ask->at, "The day to forecast, from the days before it; else the next");
    command.add_option("--preset", ask->preset_file, "Write a margin preset with the forecast's rate to this file");
    command.add_option("--base", ask->base, "The preset it is made from: shipped, or a .toml file (kernel linear)")->capture_default_str();
    command.add_option("--market", ask->market, "Its market; else the subject");
    command.add_flag("--dry-run", ask->is_dry_run, "Show it and record nothing");
    shell.on_run(command, [&shell, ask] { return run(shell, *ask); });
}

} // namespace plimsoll::tools
