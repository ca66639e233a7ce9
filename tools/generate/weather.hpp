/// The course of a day: what time it is when so much has happened, and how the market feels then.
#pragma once

#include "tools/generate/options.hpp"

namespace plimsoll::tools {

/// How the market feels at a time of the day.
struct Weather {
    std::int64_t fall_ppm = 0;   ///< of the depth to which each underlying falls
    std::int64_t unrest = 1;     ///< multiplies the calm day's noise
    bool is_storm = false;       ///< the hour of the crash and its wake
    bool is_oracle_down = false; ///< no prices are published
};

[[nodiscard]] Weather weather_at(Scenario scenario, TimeNs time_of_day);

/// Spreads events over the day: opening until 00:30; then evenly where calm, but in a crash 40 % of
/// the rest falls into the 75 minutes after 14:00.
class Schedule {
public:
    Schedule(DayOptions const& options, std::uint64_t opening_events)
        : scenario_(options.scenario), opening_(opening_events), events_(options.events) {}

    /// Since midnight, in whole milliseconds; never falls as `done` rises.
    [[nodiscard]] TimeNs time_of_day(std::uint64_t done) const;

private:
    Scenario scenario_;
    std::uint64_t opening_;
    std::uint64_t events_;
};

} // namespace plimsoll::tools
