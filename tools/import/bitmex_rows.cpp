#include "tools/import/bitmex_rows.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>

namespace plimsoll::tools {
namespace {

constexpr auto types = std::to_array<std::pair<std::string_view, TransferType>>({
    {"Deposit", TransferType::deposit},
    {"Withdrawal", TransferType::withdrawal},
    {"Transfer", TransferType::transfer},
    {"Conversion", TransferType::conversion},
    {"SpotTrade", TransferType::spot_trade},
    {"Funding", TransferType::funding},
    {"RealisedPNL", TransferType::realised_pnl},
});

/// An account's address may be anything; a contract's symbol is capitals, digits and underscores.
[[nodiscard]] bool is_symbol(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// A whole number of the currency's minor unit.
[[nodiscard]] result<Amount> read_amount(std::string_view column, std::string_view text,
                                         int decimals) {
    auto refuse = [&](auto code) { return fail(code, fmt::format("{} '{}'", column, text)); };
    if (text.find('.') != std::string_view::npos) return refuse(event::Errc::too_many_decimals);
    auto const units = parse_minor_units(text, decimals);
    if (!units) return outcome::failure(units.error().at(column));
    if (!within(units.value(), event_limit_units)) return refuse(event::Errc::number_overflow);
    return Amount{units.value()};
}

} // namespace

result<BitmexColumns> BitmexColumns::find(CsvReader const& reader) {
    BitmexColumns columns;
    std::array<std::pair<std::string_view, std::size_t*>, 8> const wanted{{
        {"timestamp", &columns.timestamp_},
        {"transactType", &columns.type_},
        {"transactStatus", &columns.status_},
        {"currency", &columns.currency_},
        {"amount", &columns.amount_},
        {"fee", &columns.fee_},
        {"walletBalance", &columns.balance_},
        {"address", &columns.address_},
    }};
    for (auto const& [name, at] : wanted) {
        PLIMSOLL_TRY(found, reader.column(name));
        *at = found;
    }
    for (auto const* name : {"address", "transactTime", "network", "orderID", "transactID"}) {
        if (auto const at = reader.find_column(name)) columns.identifying_.push_back(*at);
    }
    return columns;
}

bool BitmexColumns::is_money(CsvReader const& reader) const {
    return reader.field(status_) == "Completed" && reader.field(type_) != "UnrealisedPNL";
}

std::string BitmexColumns::describe(CsvReader const& reader) const {
    return fmt::format("{} ({})", reader.field(type_), reader.field(status_));
}

result<TimeNs> BitmexColumns::time(CsvReader const& reader) const {
    PLIMSOLL_TRY(time, parse_time(reader.field(timestamp_)));
    if (time <= 0)
        return fail(Errc::field_malformed, fmt::format("timestamp '{}'", reader.field(timestamp_)));
    return time;
}

result<BitmexRow> BitmexColumns::read(CsvReader const& reader) const {
    BitmexRow row;
    row.line = reader.line();
    PLIMSOLL_TRY(time_ns, time(reader));
    row.time = time_ns;
    auto const* const type =
        std::ranges::find(types, reader.field(type_), [](auto const& each) { return each.first; });
    if (type == types.end()) {
        return fail(
            Errc::field_malformed,
            fmt::format("transactType '{}' is not one that this format has", reader.field(type_)));
    }
    row.type = type->second;
    row.currency = find_bitmex_currency(reader.field(currency_));
    if (row.currency == nullptr) {
        return fail(Errc::asset_unlisted, fmt::format("currency '{}'", reader.field(currency_)));
    }
    int const decimals = row.currency->decimals;
    PLIMSOLL_TRY(change, read_amount("amount", reader.field(amount_), decimals));
    PLIMSOLL_TRY(balance, read_amount("walletBalance", reader.field(balance_), decimals));
    row.change = change;
    row.balance = balance;
    Amount fee;
    if (!reader.field(fee_).empty()) {
        PLIMSOLL_TRY(read, read_amount("fee", reader.field(fee_), decimals));
        fee = read;
    }
    bool const is_funding = row.type == TransferType::funding;
    if (!is_funding) row.fee = fee;
    if (is_funding || row.type == TransferType::realised_pnl ||
        row.type == TransferType::spot_trade) {
        if (is_symbol(reader.field(address_))) row.symbol = reader.field(address_);
    }
    row.canonical =
        fmt::format("{},{},{},{},{},{}", row.time, type->first, row.currency->code,
                    format_decimal(change), format_decimal(fee), format_decimal(balance));
    for (std::size_t const column : identifying_)
        row.canonical.append(",").append(reader.field(column));
    return row;
}

} // namespace plimsoll::tools
