/// What a synthetic day is made from: equal options give equal bytes, on every platform, for ever.
#pragma once

#include "ledger/event/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace plimsoll::tools {

/// calm: prices wander by a few percent. crash: they fall by 38 to 62 % between 14:00 and 15:05, in
/// three waves with an oracle gap, and recover in part.
enum class Scenario : std::uint8_t { calm, crash };

struct DayOptions {
    std::uint64_t accounts =
        10'000; ///< customers wanted; fewer where their opening would take over 40 %
    std::uint64_t events = 1'000'000; ///< in all, definitions and rule-decided events included
    std::uint64_t seed = 1;
    Scenario scenario = Scenario::crash;
    /// Nobody is liquidated by the day itself, and only linear perpetuals are listed: who drives it decides.
    bool is_decided_elsewhere = false;
    TimeNs start = 1'768'435'200'000'000'000; ///< 2026-01-15T00:00:00Z
};

[[nodiscard]] constexpr std::optional<Scenario> find_scenario(std::string_view name) {
    if (name == "calm") return Scenario::calm;
    if (name == "crash") return Scenario::crash;
    return std::nullopt;
}

} // namespace plimsoll::tools
