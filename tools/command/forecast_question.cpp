#include "tools/command/forecast_question.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/question.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

/// A decimal within bounds, both excluded.
[[nodiscard]] result<Int128> inside(std::string const& text, std::string_view flag, Int128 low, Int128 high) {
    auto const value = parse_decimal(text);
    if (value && value.value() > low && value.value() < high) return value.value();
    return fail(Errc::usage, fmt::format("{} '{}' must be above {} and below {}", flag, text, format_decimal(low), format_decimal(high)));
}

[[nodiscard]] double rough(Int128 units) { return static_cast<double>(units) / 1e18; }

} // namespace

void add_forecast_words(CLI::App& command, ForecastWords& words) {
    command.add_option("--prices", words.files, "Candles as CSV, packed with xz or not; more files go on where one ends");
    command.add_option("--subject", words.subject, "The asset or instrument, as the ledger names it");
    command.add_option("--confidence", words.confidence, "Of one day's loss")->capture_default_str();
    command.add_option("--lambda", words.lambda, "What an average of squares keeps of the day before (ewma)")->capture_default_str();
    command.add_option("--side", words.side, "Whose losses: long or short")->capture_default_str();
    command.add_option("--window", words.window_days, "Days that a model is fitted to")->capture_default_str()->check(CLI::Range(100, 100'000));
    command.add_option("--refit", words.refit_days, "Days that a fit holds")->capture_default_str()->check(CLI::Range(1, 10'000));
    command.add_option("--history", words.least_days, "Days before the first forecast")->capture_default_str()->check(CLI::Range(100, 100'000));
}

result<PriceDays> days_of(ForecastWords const& words, replay::Reader const* reader) {
    PriceDays days;
    PricePath path;
    if (!words.files.empty()) {
        std::vector<PricePath> paths;
        for (std::string const& file : words.files) {
            PLIMSOLL_TRY(read, read_candles(file));
            paths.push_back(std::move(read));
            days.what += (days.what.empty() ? "" : ", ") + file;
        }
        path = merged(std::move(paths));
    } else {
        if (reader == nullptr) return fail(Errc::usage, "name a ledger with --subject, or files with --prices");
        if (words.subject.empty()) return fail(Errc::usage, "--subject NAME says whose prices in the ledger; or --prices FILE");
        PLIMSOLL_TRY(last, resolve(*reader, "latest"));
        PLIMSOLL_TRY(seen, observed_prices(*reader, 1, last, words.subject));
        path = std::move(seen);
        days.what = words.subject + " of " + words.directory;
    }
    days.path = by_days(path);
    days.path.notes.insert(days.path.notes.begin(), path.notes.begin(), path.notes.end());
    if (days.path.days.empty()) return fail(Errc::series_too_short, days.what + ": no day has a return; two days of prices are the least");
    return days;
}

result<VolatilityRule> rule_of(ForecastWords const& words, VolatilityModel model) {
    PLIMSOLL_TRY(confidence, inside(words.confidence, "--confidence", one_units / 2, one_units));
    PLIMSOLL_TRY(lambda, inside(words.lambda, "--lambda", 0, one_units));
    VolatilityRule rule;
    rule.model = model;
    rule.confidence = rough(confidence);
    rule.ewma.lambda = rough(lambda);
    rule.window_days = words.window_days;
    rule.refit_days = words.refit_days;
    rule.least_days = words.least_days;
    return rule;
}

result<PositionSide> side_of(std::string const& word) {
    if (word == "long") return PositionSide::long_;
    if (word == "short") return PositionSide::short_;
    return fail(Errc::usage, "--side '" + word + "' is neither long nor short");
}

result<VolatilityModel> model_of(std::string const& text) {
    if (auto const model = find_volatility_model(text)) return *model;
    return fail(Errc::usage, "--rule '" + text + "' is none of ewma, garch, har-rv, fhs");
}

result<risk::ProcyclicalRule> tool_of(std::string const& text, std::string const& step_limit) {
    risk::ProcyclicalRule rule;
    auto const tool = risk::find_procyclical_tool(text);
    if (!tool) return fail(Errc::usage, "--tool '" + text + "' is none of none, buffer, stressed, floor");
    rule.tool = *tool;
    if (!step_limit.empty()) {
        PLIMSOLL_TRY(limit, inside(step_limit, "--step-limit", 0, 10 * one_units));
        rule.step_limit = limit;
    }
    return rule;
}

std::string tool_text(risk::ProcyclicalRule const& rule) {
    std::string const name(risk::word(rule.tool));
    if (!rule.step_limit) return name;
    std::string const step = "step " + format_decimal(*rule.step_limit);
    return rule.tool == risk::ProcyclicalTool::none ? step : name + ", " + step;
}

} // namespace plimsoll::tools
