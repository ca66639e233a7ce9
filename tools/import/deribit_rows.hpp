/// One row of a snapshot of Deribit's option chains, understood.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/text/csv.hpp"

#include <string>

namespace plimsoll::tools {

/// An option as it stood. Its premium is quoted and paid in the coin, so it is inverse.
struct DeribitRow {
    TimeNs time = 0; ///< of the snapshot
    std::string name;
    std::string coin; ///< base and settlement; the quote asset is USD
    wire::OptionSide side{};
    Price strike;
    TimeNs expiry = 0;
    Price mark; ///< coin for one coin of notional
    Price forward;
    Price index;
    Price volatility; ///< 0.65 is 65 % a year
};

/// Reads 12.5, 1e-06 or 2.53e-05: a decimal that may have an exponent, as programs print them.
/// Errors: event::Errc::not_a_decimal, too_many_decimals, number_overflow.
[[nodiscard]] result<Int128> parse_scientific(std::string_view text);

/// Where the columns are, and how a row is read.
class DeribitColumns {
public:
    /// Errors: Errc::unknown_column.
    [[nodiscard]] static result<DeribitColumns> find(CsvReader const& reader);

    /// Errors: event::Errc::not_a_time; Errc::field_malformed (before 1970).
    [[nodiscard]] result<TimeNs> time(CsvReader const& reader) const;
    /// Errors: as time(); Errc::asset_unlisted, field_malformed (side, strike, negative figures);
    /// those of parse_scientific(); each with the column.
    [[nodiscard]] result<DeribitRow> read(CsvReader const& reader) const;

private:
    std::size_t timestamp_ = 0;
    std::size_t name_ = 0;
    std::size_t side_ = 0;
    std::size_t strike_ = 0;
    std::size_t expiry_ = 0;
    std::size_t mark_ = 0;
    std::size_t forward_ = 0;
    std::size_t volatility_ = 0;
    std::size_t coin_ = 0;
    std::size_t index_ = 0;
};

} // namespace plimsoll::tools
