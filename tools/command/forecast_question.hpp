/// What `backtest` and `forecast` are both asked: whose prices, which rule, which way round.
#pragma once

#include "tools/command/shell.hpp"
#include "tools/forecast/backtest.hpp"

namespace plimsoll::tools {

/// The words as they were given.
struct ForecastWords {
    std::string directory;
    std::vector<std::string> files;
    std::string subject;
    std::string confidence = "0.99";
    std::string lambda = "0.94";
    std::string side = "long";
    std::size_t window_days = 1'000;
    std::size_t refit_days = 7;
    std::size_t least_days = 180;
};

/// Adds --prices, --subject, --confidence, --lambda, --side, --window, --refit and --history.
void add_forecast_words(CLI::App& command, ForecastWords& words);

/// Days of prices and what was found on reading them.
struct PriceDays {
    std::string what; ///< "BTC of books", or the files
    DailyPath path;
};
/// From the files where there are any, else what the ledger observed of the subject.
/// Errors: Errc::usage where there is neither; those of reading; series_too_short where no day has ended.
[[nodiscard]] result<PriceDays> days_of(ForecastWords const& words, replay::Reader const* reader);

/// The rule in numbers. Errors: Errc::usage with what is out of bounds.
[[nodiscard]] result<VolatilityRule> rule_of(ForecastWords const& words, VolatilityModel model);
/// Errors: Errc::usage.
[[nodiscard]] result<PositionSide> side_of(std::string const& word);
[[nodiscard]] result<VolatilityModel> model_of(std::string const& word);
/// A tool by its word, with a step limit where `step_limit` is not empty. Errors: Errc::usage.
[[nodiscard]] result<risk::ProcyclicalRule> tool_of(std::string const& word, std::string const& step_limit);
[[nodiscard]] std::string tool_text(risk::ProcyclicalRule const& rule);

} // namespace plimsoll::tools
