/// On what terms collateral is sold, or an option bought back, over time: rows of a clearing preset.
#pragma once

#include "ledger/event/number.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::risk {

/// How a liquidation goes. `by_kernel`: on the order book under a linear margin rule, by Derive's auctions under the others.
enum class Procedure : std::uint8_t { by_kernel, collateral_auction, ramped_auction };
[[nodiscard]] std::string_view word(Procedure procedure);
[[nodiscard]] std::optional<Procedure> find_procedure(std::string_view word);

/// A falling auction of a vault's collateral. Shares count 10^-18. Source: Maker's dog and clip, risk-models 2.2.
struct CollateralAuctionTerms {
    std::string asset;        ///< the collateral; "*": any other
    Int128 penalty = 0;       ///< of the debt that is sold for, on top of it
    Int128 limit = 0;         ///< of what auctions of this collateral may still have to raise together, in the quote
    Int128 price_buffer = 0;  ///< the start is the market's price times this
    Int128 step_factor = 0;   ///< stairs: the price after a step, of the one before; 0: a straight line
    std::int64_t step_seconds = 0;
    std::int64_t duration_seconds = 0; ///< a straight line: from the start to nothing
    std::int64_t reset_after_seconds = 0; ///< an auction older than this sells nothing until it starts again
    Int128 reset_below = 0;   ///< nor does one whose price is below this share of its start
    Int128 incentive_flat = 0;  ///< for whoever starts it, in the quote
    Int128 incentive_share = 0; ///< of what is to be raised
};

/// A rising auction for taking a short option over. Source: Opyn Gamma, risk-models 2.2.
struct RampedAuctionTerms {
    std::string asset; ///< the collateral; "*": any other
    std::int64_t duration_seconds = 0; ///< until the price is all there is
    Int128 oracle_deviation = 0;       ///< share of the spot by which the start lies below the cash value
    Int128 least_left = 0;             ///< of the collateral, after a partial take
};

/// The row of that asset, else the one of "*", else nothing.
template <class Row> [[nodiscard]] Row const* terms_for(std::vector<Row> const& rows, std::string_view asset) {
    Row const* any = nullptr;
    for (Row const& row : rows) {
        if (row.asset == asset) return &row;
        if (row.asset == "*") any = &row;
    }
    return any;
}

} // namespace plimsoll::risk
