#include "tools/generate/weather.hpp"

#include "tools/generate/micro.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace plimsoll::tools {
namespace {

constexpr TimeNs minute_ns = 60'000'000'000;
constexpr TimeNs millisecond_ns = 1'000'000;

struct Knot {
    std::int64_t at;
    std::int64_t value;
};

/// Straight lines between knots, level outside them.
[[nodiscard]] std::int64_t along(std::span<Knot const> knots, std::int64_t at) {
    if (at <= knots.front().at) return knots.front().value;
    for (std::size_t i = 1; i < knots.size(); ++i) {
        Knot const& from = knots[i - 1];
        Knot const& to = knots[i];
        if (at < to.at)
            return from.value + scale(at - from.at, to.value - from.value, to.at - from.at);
    }
    return knots.back().value;
}

/// Minute of the day, and the part of the fall in ppm: three waves, then a partial recovery.
constexpr std::array fall_ppm{Knot{840 * minute_ns, 0},        Knot{852 * minute_ns, 380'000},
                              Knot{858 * minute_ns, 290'000},  Knot{876 * minute_ns, 700'000},
                              Knot{884 * minute_ns, 570'000},  Knot{905 * minute_ns, 1'000'000},
                              Knot{915 * minute_ns, 900'000},  Knot{960 * minute_ns, 780'000},
                              Knot{1080 * minute_ns, 640'000}, Knot{1440 * minute_ns - 1, 580'000}};

/// ppm of the events after opening, and the time by which they have happened.
constexpr std::array calm_course{Knot{0, 30 * minute_ns},
                                 Knot{1'000'000'000, 1440 * minute_ns - 1}};
constexpr std::array crash_course{Knot{0, 30 * minute_ns}, Knot{300'000'000, 840 * minute_ns},
                                  Knot{700'000'000, 915 * minute_ns},
                                  Knot{1'000'000'000, 1440 * minute_ns - 1}};

} // namespace

Weather weather_at(Scenario scenario, TimeNs time_of_day) {
    Weather weather;
    if (scenario == Scenario::calm) return weather;
    weather.fall_ppm = along(fall_ppm, time_of_day);
    std::int64_t const minute = time_of_day / minute_ns;
    weather.is_storm = minute >= 840 && minute < 960;
    weather.is_oracle_down = minute >= 864 && minute < 874;
    if (weather.is_storm)
        weather.unrest = minute < 858 ? 3 : minute < 884 ? 5 : minute < 915 ? 7 : 3;
    else if (minute >= 960)
        weather.unrest = 2;
    return weather;
}

TimeNs Schedule::time_of_day(std::uint64_t done) const {
    if (done < opening_) {
        TimeNs const time = scale(static_cast<std::int64_t>(done), 30 * minute_ns,
                                  static_cast<std::int64_t>(opening_));
        return time - time % millisecond_ns;
    }
    auto const rest = static_cast<std::int64_t>(
        std::max<std::uint64_t>(1, events_ - std::min(events_, opening_)));
    std::int64_t const part_ppb =
        scale(static_cast<std::int64_t>(done - opening_), 1'000'000'000, rest);
    TimeNs const time =
        scenario_ == Scenario::calm ? along(calm_course, part_ppb) : along(crash_course, part_ppb);
    return time - time % millisecond_ns;
}

} // namespace plimsoll::tools
