#include "tools/import/deribit_rows.hpp"

#include "ledger/event/decimal.hpp"

#include <array>
#include <fmt/core.h>
#include <utility>

namespace plimsoll::tools {
namespace {

constexpr Int128 most_exponent = 40;

/// A figure that is not negative, and fits an event.
[[nodiscard]] result<Price> read_figure(std::string_view column, std::string_view text) {
    auto const units = parse_scientific(text);
    if (!units) return outcome::failure(units.error().at(column));
    if (units.value() < 0) {
        return fail(Errc::field_malformed, fmt::format("{} '{}' is negative", column, text));
    }
    if (!within(units.value(), event_limit_units)) {
        return fail(event::Errc::number_overflow, fmt::format("{} '{}'", column, text));
    }
    return Price{units.value()};
}

} // namespace

result<Int128> parse_scientific(std::string_view text) {
    auto const mark = text.find_first_of("eE");
    if (mark == std::string_view::npos) return parse_decimal(text);
    std::string_view digits = text.substr(mark + 1);
    if (digits.starts_with("+-")) return fail(event::Errc::not_a_decimal, fmt::format("'{}'", text));
    if (digits.starts_with('+')) digits.remove_prefix(1);
    auto refuse = [&](event::Errc code) { return fail(code, fmt::format("'{}'", text)); };
    auto const exponent = parse_integer(digits);
    if (!exponent || !within(exponent.value(), most_exponent)) {
        return refuse(event::Errc::not_a_decimal);
    }
    PLIMSOLL_TRY(units, parse_decimal(text.substr(0, mark)));
    for (Int128 step = exponent.value(); step > 0; --step) {
        if (__builtin_mul_overflow(units, Int128{10}, &units)) {
            return refuse(event::Errc::number_overflow);
        }
    }
    for (Int128 step = exponent.value(); step < 0 && units != 0; ++step) {
        if (units % 10 != 0) return refuse(event::Errc::too_many_decimals);
        units /= 10;
    }
    return units;
}

result<DeribitColumns> DeribitColumns::find(CsvReader const& reader) {
    DeribitColumns columns;
    std::array<std::pair<std::string_view, std::size_t*>, 10> const wanted{{
        {"timestamp", &columns.timestamp_},
        {"instrument_name", &columns.name_},
        {"option_type", &columns.side_},
        {"strike", &columns.strike_},
        {"expiry_datetime", &columns.expiry_},
        {"mark_price", &columns.mark_},
        {"futures_price", &columns.forward_},
        {"implied_volatility", &columns.volatility_},
        {"currency", &columns.coin_},
        {"index_price", &columns.index_},
    }};
    for (auto const& [name, at] : wanted) {
        PLIMSOLL_TRY(found, reader.column(name));
        *at = found;
    }
    return columns;
}

result<TimeNs> DeribitColumns::time(CsvReader const& reader) const {
    PLIMSOLL_TRY(time, parse_time(reader.field(timestamp_)));
    if (time <= 0) {
        return fail(Errc::field_malformed, fmt::format("timestamp '{}'", reader.field(timestamp_)));
    }
    return time;
}

result<DeribitRow> DeribitColumns::read(CsvReader const& reader) const {
    DeribitRow row;
    PLIMSOLL_TRY(time_ns, time(reader));
    row.time = time_ns;
    row.name = reader.field(name_);
    row.coin = reader.field(coin_);
    if (row.coin != "BTC" && row.coin != "ETH") {
        return fail(Errc::asset_unlisted,
                    fmt::format("currency '{}'; this format has the options that settle in BTC or ETH",
                                row.coin));
    }
    std::string_view const side = reader.field(side_);
    if (side != "call" && side != "put") {
        return fail(Errc::field_malformed,
                    fmt::format("option_type '{}' is neither call nor put", side));
    }
    row.side = side == "call" ? wire::OptionSide::call : wire::OptionSide::put;
    auto const expiry = parse_time(reader.field(expiry_));
    if (!expiry) return outcome::failure(expiry.error().at("expiry_datetime"));
    row.expiry = expiry.value();
    std::array<std::pair<std::string_view, std::pair<std::size_t, Price*>>, 5> const figures{{
        {"strike", {strike_, &row.strike}},
        {"mark_price", {mark_, &row.mark}},
        {"futures_price", {forward_, &row.forward}},
        {"implied_volatility", {volatility_, &row.volatility}},
        {"index_price", {index_, &row.index}},
    }};
    for (auto const& [column, place] : figures) {
        PLIMSOLL_TRY(figure, read_figure(column, reader.field(place.first)));
        *place.second = figure;
    }
    if (row.strike.is_zero()) return fail(Errc::field_malformed, "strike '0'");
    return row;
}

} // namespace plimsoll::tools
