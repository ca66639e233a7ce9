#include "ledger/event/time.hpp"

#include <array>
#include <cstdio>
#include <optional>

namespace plimsoll {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t day_seconds = 86'400;

/// Days since 1970-01-01 of a proleptic Gregorian date: shift the year to begin in March, so that
/// the leap day comes last, then count whole 400-year eras.
[[nodiscard]] std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    year -= month <= 2 ? 1 : 0;
    std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
    std::int64_t const year_of_era = year - era * 400;
    std::int64_t const day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

struct Civil {
    std::int64_t year;
    int month;
    int day;
};

[[nodiscard]] Civil civil_from_days(std::int64_t days) {
    days += 719'468;
    std::int64_t const era = (days >= 0 ? days : days - 146'096) / 146'097;
    std::int64_t const day_of_era = days - era * 146'097;
    std::int64_t const year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    std::int64_t const day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int const shifted = static_cast<int>((5 * day_of_year + 2) / 153);
    int const month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
            static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

[[nodiscard]] int month_days(std::int64_t year, int month) {
    constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days.at(static_cast<std::size_t>(month - 1)) + (month == 2 && leap ? 1 : 0);
}

/// Reads fixed-width digits and single characters off the front of a text.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}
    [[nodiscard]] bool done() const { return text_.empty(); }
    [[nodiscard]] bool take(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] std::optional<int> digits(std::size_t width) {
        if (text_.size() < width) return std::nullopt;
        int value = 0;
        for (char const c : text_.substr(0, width)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(width);
        return value;
    }
    /// The digits of a fraction of a second, as nanoseconds.
    [[nodiscard]] std::optional<std::int64_t> fraction() {
        std::int64_t value = 0;
        int count = 0;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            if (++count > 9) return std::nullopt;
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        if (count == 0) return std::nullopt;
        for (; count < 9; ++count) value *= 10;
        return value;
    }

private:
    std::string_view text_;
};

[[nodiscard]] std::optional<TimeNs> read_time(std::string_view text) {
    Reader reader(text);
    auto const year = reader.digits(4);
    if (!year || !reader.take('-')) return std::nullopt;
    auto const month = reader.digits(2);
    if (!month || *month < 1 || *month > 12 || !reader.take('-')) return std::nullopt;
    auto const day = reader.digits(2);
    if (!day || *day < 1 || *day > month_days(*year, *month)) return std::nullopt;
    if (*year < 1678 || *year > 2261) return std::nullopt;
    std::int64_t seconds = days_from_civil(*year, *month, *day) * day_seconds;
    if (reader.done()) return seconds * second_ns;
    if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
    auto const hour = reader.digits(2);
    if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
    auto const minute = reader.digits(2);
    if (!minute || *minute > 59 || !reader.take(':')) return std::nullopt;
    auto const second = reader.digits(2);
    if (!second || *second > 59) return std::nullopt;
    seconds += *hour * 3'600 + *minute * 60 + *second;
    std::int64_t nanoseconds = 0;
    if (reader.take('.')) {
        auto const fraction = reader.fraction();
        if (!fraction) return std::nullopt;
        nanoseconds = *fraction;
    }
    if (!reader.take('Z') && !reader.take('z')) {
        bool const east = reader.take('+');
        if (!east && !reader.take('-')) return std::nullopt;
        auto const hours = reader.digits(2);
        if (!hours || *hours > 23 || !reader.take(':')) return std::nullopt;
        auto const minutes = reader.digits(2);
        if (!minutes || *minutes > 59) return std::nullopt;
        seconds += (east ? -1 : 1) * (*hours * 3'600 + *minutes * 60);
    }
    if (!reader.done()) return std::nullopt;
    return seconds * second_ns + nanoseconds;
}

} // namespace

result<TimeNs> parse_time(std::string_view text) {
    auto const time_ns = read_time(text);
    if (!time_ns) return fail(event::Errc::not_a_time, "'" + std::string(text) + "'");
    return *time_ns;
}

std::string format_time(TimeNs time_ns) {
    std::int64_t seconds = time_ns / second_ns;
    std::int64_t nanoseconds = time_ns % second_ns;
    if (nanoseconds < 0) {
        nanoseconds += second_ns;
        --seconds;
    }
    std::int64_t days = seconds / day_seconds;
    std::int64_t rest = seconds % day_seconds;
    if (rest < 0) {
        rest += day_seconds;
        --days;
    }
    Civil const date = civil_from_days(days);
    std::array<char, 48> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04lld-%02d-%02dT%02d:%02d:%02d",
                  static_cast<long long>(date.year), date.month, date.day, static_cast<int>(rest / 3'600),
                  static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
    std::string text(buffer.data());
    if (nanoseconds != 0) {
        int const digits = nanoseconds % 1'000'000 == 0 ? 3 : nanoseconds % 1'000 == 0 ? 6 : 9;
        std::snprintf(buffer.data(), buffer.size(), "%09lld", static_cast<long long>(nanoseconds));
        text.append(".").append(buffer.data(), static_cast<std::size_t>(digits));
    }
    return text + "Z";
}

result<TimeNs> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    std::size_t i = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && i < 9; ++i) count = count * 10 + (text[i] - '0');
    std::string_view const unit = text.substr(i);
    std::int64_t unit_ns = 0;
    if (unit == "ms") unit_ns = 1'000'000;
    if (unit == "s") unit_ns = second_ns;
    if (unit == "m") unit_ns = 60 * second_ns;
    if (unit == "h") unit_ns = 3'600 * second_ns;
    if (unit == "d") unit_ns = day_seconds * second_ns;
    if (unit == "w") unit_ns = 7 * day_seconds * second_ns;
    TimeNs duration_ns = 0;
    if (i == 0 || count == 0 || unit_ns == 0 || __builtin_mul_overflow(count, unit_ns, &duration_ns)) {
        return fail(event::Errc::not_a_time, "'" + std::string(text) + "' is not a duration such as 15m, 8h or 1d");
    }
    return duration_ns;
}

} // namespace plimsoll
