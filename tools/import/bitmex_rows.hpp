/// One row of BitMEX's wallet history, understood.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/import/bitmex_currencies.hpp"
#include "tools/text/csv.hpp"

#include <string>
#include <vector>

namespace plimsoll::tools {

/// A row that is money. Amounts count 10^-18 of the asset.
struct BitmexRow {
    std::uint64_t line = 0;
    TimeNs time = 0; ///< column timestamp: the order of the account, unlike transactTime
    BitmexCurrency const* currency = nullptr;
    TransferType type{};
    Amount change;         ///< column amount: what the balance changes by, fee included
    Amount fee;            ///< paid; zero for funding, where the column repeats the amount
    Amount balance;        ///< column walletBalance
    std::string symbol;    ///< of the contract or spot pair; empty where it is not about one
    std::string canonical; ///< every field that says something, in one order: for the fingerprint
};

/// Where the columns are, and how a row is read.
class BitmexColumns {
public:
    /// Errors: Errc::unknown_column.
    [[nodiscard]] static result<BitmexColumns> find(CsvReader const& reader);

    /// Unrealised profit is not money, and neither is a transfer that is not completed.
    [[nodiscard]] bool is_money(CsvReader const& reader) const;
    /// What such a row is, for a note: "Withdrawal (Canceled)".
    [[nodiscard]] std::string describe(CsvReader const& reader) const;

    /// Errors: event::Errc::not_a_time; Errc::field_malformed (before 1970).
    [[nodiscard]] result<TimeNs> time(CsvReader const& reader) const;
    /// Errors: as time(); Errc::asset_unlisted, field_malformed (transactType);
    /// event::Errc::not_a_decimal, too_many_decimals, number_overflow.
    [[nodiscard]] result<BitmexRow> read(CsvReader const& reader) const;

private:
    std::size_t timestamp_ = 0;
    std::size_t type_ = 0;
    std::size_t status_ = 0;
    std::size_t currency_ = 0;
    std::size_t amount_ = 0;
    std::size_t fee_ = 0;
    std::size_t balance_ = 0;
    std::size_t address_ = 0;
    std::vector<std::size_t> identifying_; ///< columns that are only compared
};

} // namespace plimsoll::tools
