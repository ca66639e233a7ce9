#include "tools/forecast/price_path.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/errc.hpp"
#include "tools/text/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace plimsoll::tools {
namespace {

constexpr TimeNs day_ns = TimeNs{86'400} * 1'000'000'000;

/// "2022-01-01 05:00:00" is read as UTC.
[[nodiscard]] result<TimeNs> candle_time(std::string_view text) {
    std::string words(text);
    if (words.size() == 19 && words[10] == ' ') {
        words[10] = 'T';
        words += 'Z';
    }
    return parse_time(words);
}

[[nodiscard]] result<double> price_of(std::string_view text) {
    double value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const is_read = problem == std::errc() && end == text.data() + text.size();
    if (!is_read || !std::isfinite(value) || value <= 0) return fail(Errc::field_malformed, "close '" + std::string(text) + "' must be a number above zero");
    return value;
}

[[nodiscard]] result<std::size_t> time_column(CsvReader const& csv) {
    for (char const* const name : {"timestamp", "date", "datetime_utc", "datetime", "time"}) {
        if (auto const found = csv.find_column(name)) return *found;
    }
    return fail(Errc::unknown_column, "there is none of timestamp, date, datetime, time");
}

/// Ledger prices as a double: ten digits and more are left.
[[nodiscard]] double rough(Price price) { return static_cast<double>(price.units()) / 1e18; }

} // namespace

result<PricePath> read_candles(std::string const& file) {
    PLIMSOLL_TRY(csv, CsvReader::open(file));
    auto const times = time_column(csv);
    if (!times) return outcome::failure(times.error().at(file));
    PLIMSOLL_TRY(closes, csv.column("close"));
    PricePath path;
    TimeNs shortest = 0;
    while (true) {
        auto const read = csv.next();
        if (!read) return outcome::failure(read.error().at(csv.place()));
        if (!read.value()) break;
        auto const time = candle_time(csv.field(times.value()));
        if (!time) return outcome::failure(time.error().at(csv.place()));
        auto const price = price_of(csv.field(closes));
        if (!price) return outcome::failure(price.error().at(csv.place()));
        if (!path.prices.empty()) {
            TimeNs const step = time.value() - path.prices.back().time;
            if (step <= 0) {
                return fail(Errc::field_malformed, csv.place() + ": the time " + format_time(time.value()) + " is not after the one before; sort the file and drop doubles");
            }
            shortest = shortest == 0 ? step : std::min(shortest, step);
        }
        path.prices.push_back({time.value(), price.value()});
    }
    if (path.prices.size() < 2) return fail(Errc::field_malformed, file + ": two candles are the least, so that their span is known");
    for (PathPrice& each : path.prices) each.time += shortest;
    std::uint64_t missing = 0;
    for (std::size_t i = 1; i < path.prices.size(); ++i) {
        missing += static_cast<std::uint64_t>((path.prices[i].time - path.prices[i - 1].time) / shortest) - 1;
    }
    path.notes.push_back(fmt::format("{}: {} candles of {} s, {} missing", file, path.prices.size(), shortest / 1'000'000'000, missing));
    return path;
}

result<PricePath> observed_prices(replay::Reader const& reader, std::uint64_t first, std::uint64_t last, std::string const& subject) {
    PLIMSOLL_TRY(moment, reader.at(last));
    auto const asset = moment.book.find_asset(subject);
    auto const instrument = moment.book.find_instrument(subject);
    if (!asset && !instrument) return fail(book::Errc::unknown_asset, "'" + subject + "' is neither an asset nor an instrument there");
    bool const by_index = instrument && moment.book.instrument(*instrument).index_price.is_some();
    Observation const kind = asset ? Observation::asset_price : by_index ? Observation::index_price : Observation::mark_price;
    std::uint32_t const number = asset ? asset->number() : instrument->number();
    PricePath path;
    PLIMSOLL_TRYV(reader.for_events(std::max<std::uint64_t>(first, 1), last, [&](std::uint64_t, Event const& event) {
        auto const* const seen = std::get_if<Observed>(&event.body);
        if (seen == nullptr || seen->kind != kind || seen->subject != number || seen->value.units() <= 0) return true;
        TimeNs const time = path.prices.empty() ? event.origin.source_time : std::max(event.origin.source_time, path.prices.back().time);
        path.prices.push_back({time, rough(seen->value)});
        return true;
    }));
    path.notes.push_back(fmt::format("{}: {} prices observed", subject, path.prices.size()));
    return path;
}

PricePath merged(std::vector<PricePath> paths) {
    PricePath all;
    for (PricePath& path : paths) {
        all.notes.insert(all.notes.end(), path.notes.begin(), path.notes.end());
        if (all.prices.empty()) {
            all.prices = std::move(path.prices);
            continue;
        }
        TimeNs const end = all.prices.back().time;
        std::uint64_t agree = 0;
        std::uint64_t differ = 0;
        for (PathPrice const& each : path.prices) {
            if (each.time > end) {
                all.prices.push_back(each);
                continue;
            }
            auto const same = std::ranges::lower_bound(all.prices, each.time, {}, &PathPrice::time);
            if (same == all.prices.end() || same->time != each.time) continue;
            (same->price == each.price ? agree : differ) += 1;
        }
        if (agree + differ != 0) all.notes.push_back(fmt::format("times that files share: {} closes agree, {} differ", agree, differ));
    }
    return all;
}

DailyPath by_days(PricePath const& path) {
    DailyPath daily;
    double before = 0; // the price before the one at hand
    double close_before = 0;
    std::uint64_t empty = 0;
    DayOfPrices day;
    auto end_day = [&] {
        if (day.prices == 0) return;
        if (close_before > 0) {
            day.log_return = std::log(day.close / close_before);
            daily.days.push_back(day);
        }
        close_before = day.close;
    };
    for (PathPrice const& each : path.prices) {
        // A price at midnight is the last of the day that it ends.
        TimeNs const inside = each.time - 1;
        TimeNs const start = inside - (inside % day_ns + day_ns) % day_ns;
        if (day.prices == 0 || start != day.start) {
            if (day.prices != 0) empty += static_cast<std::uint64_t>((start - day.start) / day_ns) - 1;
            end_day();
            day = {start, 0, 0, 0, 0};
        }
        if (before > 0) {
            double const step = std::log(each.price / before);
            day.realised_variance += step * step;
        }
        before = day.close = each.price;
        ++day.prices;
    }
    bool const has_ended = !path.prices.empty() && path.prices.back().time % day_ns == 0;
    if (has_ended) end_day();
    if (empty != 0) daily.notes.push_back(fmt::format("{} days have no price: the next day's return spans them", empty));
    return daily;
}

Hash digest_of(std::span<DayOfPrices const> days) {
    std::string text;
    for (DayOfPrices const& day : days) text += fmt::format("{} {:.17g} {:.17g}\n", format_time(day.start).substr(0, 10), day.close, day.realised_variance);
    return sha256(std::as_bytes(std::span(text)));
}

} // namespace plimsoll::tools
