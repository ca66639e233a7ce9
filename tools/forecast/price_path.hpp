/// Prices of one thing over time, and what a day of them was: the input of every volatility model.
#pragma once

#include "ledger/event/hash.hpp"
#include "replay/moment.hpp"

#include <span>
#include <string>
#include <vector>

namespace plimsoll::tools {

/// A price that held from `time` on. Here and in the models that are fitted to them, numbers are doubles: what comes
/// out is recorded as an event before anything exact uses it.
struct PathPrice {
    TimeNs time = 0;
    double price = 0;
};

/// One source of prices, by time, and what was found on reading it.
struct PricePath {
    std::vector<PathPrice> prices;
    std::vector<std::string> notes;
};

/// Candles as CSV, packed or not: a column of times (`timestamp`, `date`, `datetime_utc`, `datetime` or `time`; UTC) and `close`. A candle's
/// close holds from the end of its span, which is the shortest step between two lines.
/// Errors: Errc::file_unreadable, unknown_column, field_malformed with the place: a time that goes back, a price that is
/// no number above zero.
[[nodiscard]] result<PricePath> read_candles(std::string const& file);

/// What a ledger observed: the price of an asset; or, of an instrument, its index price, else its mark.
/// Errors: book::Errc::unknown_asset where the name is neither; damage.
[[nodiscard]] result<PricePath> observed_prices(replay::Reader const& reader, std::uint64_t first, std::uint64_t last, std::string const& subject);

/// Several into one: each goes on where the one before it ends, and where both have a time, the first to have it counts.
/// Notes how many shared times agree and how many differ.
[[nodiscard]] PricePath merged(std::vector<PricePath> paths);

/// A day in UTC, by what was known when it ended.
struct DayOfPrices {
    TimeNs start = 0;
    double close = 0;             ///< the last price of the day
    double log_return = 0;        ///< since the day before
    double realised_variance = 0; ///< sum of the squared log returns from price to price within it
    std::uint32_t prices = 0;
};

/// Days without a price are passed over, and noted; the next return spans them. The first day has no return and is left
/// out, and so is the last where no price tells that it ended.
struct DailyPath {
    std::vector<DayOfPrices> days;
    std::vector<std::string> notes;
};
[[nodiscard]] DailyPath by_days(PricePath const& path);

/// SHA-256 over a line a day, "2022-01-01 46656.13 0.000312...", with 17 digits: what a fit was made of.
[[nodiscard]] Hash digest_of(std::span<DayOfPrices const> days);

} // namespace plimsoll::tools
