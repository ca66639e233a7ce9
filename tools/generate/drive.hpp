/// Makes a synthetic day and puts it somewhere: into a ledger, or into a file of JSON lines.
#pragma once

#include "replay/clearing_house.hpp"
#include "tools/generate/options.hpp"

#include <cstdio>
#include <functional>
#include <map>
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

/// Called now and then with events made and events in all.
using GenerateProgress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Into an empty ledger, committed at the end.
/// Errors: Errc::ledger_not_empty; replay and store failures.
[[nodiscard]] result<GenerateSummary> generate_to_ledger(replay::Engine& engine,
                                                         DayOptions const& options,
                                                         GenerateProgress const& progress);

/// How a day is decided by the clearing house instead of replayed from the generator's own rules.
struct DecidedDay {
    risk::Preset margin;
    risk::ClearingPreset clearing;
    TimeNs sweep_every_ns = 30'000'000'000; ///< how often everybody below maintenance is liquidated
};

struct DecidedSummary {
    GenerateSummary made;
    std::uint64_t commands = 0;
    std::uint64_t refused = 0;
    std::uint64_t sweeps = 0;
    std::map<std::string, std::uint64_t> refused_by_rule;
};

/// Into a new ledger at `directory`: the day's trades and payments are commands that margin accepts or refuses, and
/// liquidations, losses and who pays them are the house's. Ends with at least options.events events.
/// Errors: Errc::ledger_not_empty; replay and store failures; those of the presets.
[[nodiscard]] result<DecidedSummary> generate_decided(std::filesystem::path const& directory, DayOptions const& options,
                                                      DecidedDay const& decided, GenerateProgress const& progress);

/// As JSON lines, what `export` would write of that ledger. The file is not closed.
/// Errors: Errc::file_unwritable.
[[nodiscard]] result<GenerateSummary> generate_to_file(std::FILE* file, DayOptions const& options,
                                                       GenerateProgress const& progress);

} // namespace plimsoll::tools
