#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/forecast_question.hpp"
#include "tools/command/question.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <limits>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "What would a margin that follows a volatility forecast have asked each day, and when was it not enough? Each day's\n"
    "forecast knows only the days before it. Rules: ewma, garch, har-rv, fhs. Tools against margins that rise when\n"
    "everybody is short of cash: buffer (a quarter on top, used up while margins rise), stressed (a quarter of the\n"
    "weight on the worst 60 days so far), floor (never below the whole look-back's), and a limit to each day's rise.\n"
    "A rule passes where neither Kupiec's test (too many exceptions, or too few) nor Christoffersen's (exceptions that\n"
    "follow each other) finds fault at 5 %. Exit status 1: none of those shown passes.\n"
    "\n"
    "  plimsoll backtest --prices btc_hourly.csv.xz                            # every rule with every tool\n"
    "  plimsoll backtest --prices 2021.csv --prices 2022.csv --rule garch --tool buffer --failures\n"
    "  plimsoll backtest books --subject BTC --rule fhs --side short --from 2022-01-01 --to 2023-01-01 --json\n";

struct Ask {
    ForecastWords words;
    std::vector<std::string> rules;
    std::vector<std::string> tools;
    std::string step_limit;
    std::string from;
    std::string to;
    bool shows_failures = false;
};

struct Report {
    std::string what;
    std::vector<std::string> notes;
    std::string side;
    std::string confidence;
    std::vector<BacktestRow> rows;

    [[nodiscard]] bool any_passes() const {
        return std::ranges::any_of(rows, [](BacktestRow const& row) { return row.tests.pass(); });
    }
};

[[nodiscard]] std::string date_of(TimeNs time) { return format_time(time).substr(0, 10); }
[[nodiscard]] std::string per_cent(Int128 share) { return fmt::format("{:.2f} %", static_cast<double>(share) / 1e16); }
[[nodiscard]] std::string per_cent(double share) { return fmt::format("{:.0f} %", 100 * share); }

[[nodiscard]] std::string table_of(Report const& report) {
    Table table({{"rule"}, {"tool"}, {"exceptions", Align::right}, {"share", Align::right}, {"Kupiec", Align::right}, {"Christoffersen", Align::right},
                 {"both", Align::right}, {"verdict"}, {"mean", Align::right}, {"least", Align::right}, {"largest", Align::right}, {"peak/trough", Align::right},
                 {"rise 1 d", Align::right}, {"5 d", Align::right}, {"30 d", Align::right}});
    for (BacktestRow const& row : report.rows) {
        CoverageTests const& tests = row.tests;
        double const share = static_cast<double>(tests.exceptions) / static_cast<double>(tests.days);
        table.row({std::string(word(row.model)), tool_text(row.tool), std::to_string(tests.exceptions), fmt::format("{:.2f} %", 100 * share),
                   fmt::format("{:.3f}", tests.kupiec), fmt::format("{:.3f}", tests.christoffersen), fmt::format("{:.3f}", tests.conditional),
                   tests.pass() ? "passes" : "fails", per_cent(row.mean_margin), per_cent(row.least_margin), per_cent(row.largest_margin),
                   fmt::format("{:.2f}", row.peak_to_trough()), per_cent(row.largest_rise[0]), per_cent(row.largest_rise[1]), per_cent(row.largest_rise[2])});
    }
    return table.text();
}

[[nodiscard]] std::string failures_of(Report const& report) {
    std::string out;
    for (BacktestRow const& row : report.rows) {
        auto const failed = row.failed();
        out += fmt::format("\n{}, {}: {} not enough\n", word(row.model), tool_text(row.tool), people_plural(failed.size(), "day"));
        Table table({{"day"}, {"loss", Align::right}, {"margin", Align::right}, {"beyond it", Align::right}});
        for (FailedDay const& day : failed) table.row({date_of(day.day), per_cent(day.loss), per_cent(day.margin), per_cent(day.loss - day.margin)});
        if (!failed.empty()) out += table.text();
    }
    return out;
}

[[nodiscard]] std::string people_report(Report const& report, bool shows_failures) {
    auto const& days = report.rows.front().days;
    std::string out = fmt::format("Margins at {} of one day's loss of a {}, {}\n  {} days from {} to {}, each forecast from the days before it\n", report.confidence,
                                  report.side, report.what, people_count(days.size()), date_of(days.front().day), date_of(days.back().day));
    for (std::string const& note : report.notes) out += "  note: " + note + "\n";
    out += "\n" + table_of(report) + "  p-values of three tests; shares of the notional\n";
    out += shows_failures ? failures_of(report) : "  The days that were not enough, with their losses: --failures\n";
    return out;
}

void write_report(JsonWriter& json, Report const& report) {
    json.field("prices", report.what).field("side", report.side).field("confidence", report.confidence).key("notes").begin_array();
    for (std::string const& note : report.notes) json.value(note);
    json.end_array().key("rows").begin_array();
    for (BacktestRow const& row : report.rows) {
        CoverageTests const& tests = row.tests;
        json.begin_object().field("rule", word(row.model)).field("tool", risk::word(row.tool.tool));
        if (row.tool.step_limit) json.key("step_limit").decimal(*row.tool.step_limit);
        json.field("first", date_of(row.days.front().day)).field("last", date_of(row.days.back().day));
        json.field("days", tests.days).field("exceptions", tests.exceptions).field("kupiec", fmt::format("{:.6f}", tests.kupiec));
        json.field("christoffersen", fmt::format("{:.6f}", tests.christoffersen)).field("conditional", fmt::format("{:.6f}", tests.conditional));
        json.field("passes", tests.pass()).key("mean_margin").decimal(row.mean_margin).key("least_margin").decimal(row.least_margin);
        json.key("largest_margin").decimal(row.largest_margin).field("peak_to_trough", fmt::format("{:.6f}", row.peak_to_trough()));
        json.key("largest_rise").begin_object();
        for (std::size_t i = 0; i < rise_days.size(); ++i) json.field(fmt::format("{}_days", rise_days[i]), fmt::format("{:.6f}", row.largest_rise[i]));
        json.end_object().key("failed").begin_array();
        for (FailedDay const& day : row.failed()) {
            json.begin_object().field("day", date_of(day.day)).key("loss").decimal(day.loss).key("margin").decimal(day.margin).end_object();
        }
        json.end_array().end_object();
    }
    json.end_array();
}

/// Every tool alone, then the step limit alone; or those that were named, each with the limit.
[[nodiscard]] result<std::vector<risk::ProcyclicalRule>> tools_of(Ask const& ask) {
    std::vector<risk::ProcyclicalRule> tools;
    for (std::string const& name : ask.tools) {
        PLIMSOLL_TRY(tool, tool_of(name, ask.step_limit));
        tools.push_back(tool);
    }
    if (!tools.empty()) return tools;
    for (risk::ProcyclicalTool const each : risk::procyclical_tools) {
        risk::ProcyclicalRule rule;
        rule.tool = each;
        tools.push_back(rule);
    }
    PLIMSOLL_TRY(limited, tool_of("none", ask.step_limit.empty() ? "0.25" : ask.step_limit));
    tools.push_back(limited);
    return tools;
}

[[nodiscard]] result<TimeNs> day_named(std::string const& text, std::string_view flag, TimeNs otherwise) {
    if (text.empty()) return otherwise;
    auto const time = parse_time(text);
    if (!time) return fail(Errc::usage, fmt::format("{} '{}' must be a date, as 2022-01-31", flag, text));
    return time.value();
}

[[nodiscard]] result<Status> run(Shell const& shell, Ask const& ask) {
    ReaderPtr reader;
    if (!ask.words.directory.empty()) {
        PLIMSOLL_TRY(opened, open_reader(ask.words.directory));
        reader = std::move(opened);
    }
    PLIMSOLL_TRY(side, side_of(ask.words.side));
    PLIMSOLL_TRY(tools, tools_of(ask));
    PLIMSOLL_TRY(from, day_named(ask.from, "--from", std::numeric_limits<TimeNs>::min()));
    PLIMSOLL_TRY(to, day_named(ask.to, "--to", std::numeric_limits<TimeNs>::max()));
    if (from >= to) return fail(Errc::usage, "--from must be before --to, which is the first day after the span");
    std::vector<VolatilityModel> models(volatility_models.begin(), volatility_models.end());
    if (!ask.rules.empty()) models.clear();
    for (std::string const& name : ask.rules) {
        PLIMSOLL_TRY(model, model_of(name));
        models.push_back(model);
    }
    PLIMSOLL_TRY(days, days_of(ask.words, reader.get()));
    Report report{days.what, days.path.notes, ask.words.side, ask.words.confidence, {}};
    for (VolatilityModel const model : models) {
        PLIMSOLL_TRY(rule, rule_of(ask.words, model));
        PLIMSOLL_TRY(rows, backtest(rule, side, tools, days.path.days, from, to));
        for (BacktestRow& row : rows) report.rows.push_back(std::move(row));
    }
    Status const status = report.any_passes() ? Status::fine : Status::finding;
    if (!reader) {
        std::string text;
        if (shell.is_json()) {
            JsonWriter json(text, JsonWriter::Layout::pretty);
            json.begin_object().field("command", "backtest");
            write_report(json, report);
            json.field("build", build_version()).end_object();
            text += "\n";
        } else {
            text = people_report(report, ask.shows_failures);
        }
        PLIMSOLL_TRYV(Shell::print(text));
        return status;
    }
    PLIMSOLL_TRY(moment, moment_at(*reader, "latest"));
    if (shell.is_json()) {
        PLIMSOLL_TRYV(Shell::print(json_answer("backtest", moment.book, moment.basis, [&](JsonWriter& json) { write_report(json, report); })));
    } else {
        PLIMSOLL_TRYV(Shell::print(people_report(report, ask.shows_failures) + people_foot(moment.book, moment.basis)));
    }
    return status;
}

} // namespace

void add_backtest(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("backtest", "Margins by volatility forecasts, day after day: exceptions and rises", examples);
    command.add_option("DIR", ask->words.directory, "The ledger whose observed prices to use");
    add_forecast_words(command, ask->words);
    command.add_option("--rule", ask->rules, "ewma, garch, har-rv or fhs; else all");
    command.add_option("--tool", ask->tools, "none, buffer, stressed or floor; else each alone, and the step limit alone");
    command.add_option("--step-limit", ask->step_limit, "The most that a margin rises in a day, of itself; 0.25 where no tool is named");
    command.add_option("--from", ask->from, "The first day (UTC); else the first that has its history");
    command.add_option("--to", ask->to, "The day after the last");
    command.add_flag("--failures", ask->shows_failures, "Also every day that was not enough (JSON: always)");
    shell.on_run(command, [&shell, ask] { return run(shell, *ask); });
}

} // namespace plimsoll::tools
