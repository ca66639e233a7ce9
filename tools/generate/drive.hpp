/// Makes a synthetic day and puts it somewhere: into a ledger, or into a file of JSON lines.
#pragma once

#include "replay/engine.hpp"
#include "tools/generate/options.hpp"

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace plimsoll::tools {

struct GenerateSummary {
    std::uint64_t events = 0;
    std::uint64_t customers = 0;
    std::uint64_t liquidations = 0;
    std::uint64_t losses = 0; ///< liquidations that left bad debt
    TimeNs time = 0;          ///< of the last event
    std::vector<std::string> notes;
};

/// Of a book that holds a day, and a note where it has fewer customers than were asked for.
[[nodiscard]] GenerateSummary summary_of(book::Book const& book, DayOptions const& options);

/// Called now and then with events made and events in all.
using GenerateProgress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Into an empty ledger, committed at the end.
/// Errors: Errc::ledger_not_empty; replay and store failures.
[[nodiscard]] result<GenerateSummary> generate_to_ledger(replay::Engine& engine,
                                                         DayOptions const& options,
                                                         GenerateProgress const& progress);

/// As JSON lines, what `export` would write of that ledger. The file is not closed.
/// Errors: Errc::file_unwritable.
[[nodiscard]] result<GenerateSummary> generate_to_file(std::FILE* file, DayOptions const& options,
                                                       GenerateProgress const& progress);

} // namespace plimsoll::tools
