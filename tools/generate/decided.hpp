/// A synthetic day that a clearing house decides, command by command.
#pragma once

#include "replay/clearing_house.hpp"
#include "tools/generate/drive.hpp"

#include <filesystem>
#include <map>

namespace plimsoll::tools {

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

} // namespace plimsoll::tools
