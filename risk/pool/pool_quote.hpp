/// What a trade with an option pool costs: the price at the volatility it moves to, and its fees by kind.
#pragma once

#include "risk/clearing/decision.hpp"
#include "risk/pool/pool_standing.hpp"

#include <array>

namespace plimsoll::risk::pool {

/// In the order in which they are posted, and in which a sale's premium meets them.
enum class FeeKind : std::uint8_t { option, spot, variance, vega };
inline constexpr std::size_t fee_kinds = 4;
[[nodiscard]] std::string_view word(FeeKind kind); ///< "option_fee"

struct TradeAsk {
    bool is_buy = false;  ///< of the account, from the pool
    Int128 size = 0;      ///< contracts
    Int128 long_opened = 0; ///< of them, contracts by which the account's long grows
};

struct PoolQuote {
    Int128 base_after = 0; ///< volatilities
    Int128 skew_after = 0;
    Int128 price = 0;   ///< of a unit: rounded up where the pool sells, down where it buys
    Int128 premium = 0; ///< of all; rounded down
    std::array<Int128, fee_kinds> fees{}; ///< each rounded up; of a sale together no more than the premium
    Int128 cover = 0;      ///< spot bought with it
    Int128 cover_cost = 0; ///< rounded down
    PoolStanding after;

    [[nodiscard]] Int128 all_fees() const { return fees[0] + fees[1] + fees[2] + fees[3]; }
};

/// Where a size would bring both volatilities, each rounded down; nothing where one would be none.
struct MovedVolatility {
    Int128 base = 0;
    Int128 skew = 0;
};
[[nodiscard]] MovedVolatility moved_by(PoolPreset const& preset, SeriesStanding const& series, bool is_buy, Int128 size);

/// `before`'s spot must be known. Figures of the reason are said in the decision, accepted or not.
/// Errors: Errc::pool_trading_cutoff; pool_trade_bounds; pool_worthless; pool_liquidity_insufficient; arithmetic_overflow.
[[nodiscard]] result<PoolQuote> quote_trade(book::Book const& book, PoolPreset const& preset, PoolStanding const& before,
                                            SeriesStanding const& series, TradeAsk const& ask, Decision& decision);

} // namespace plimsoll::risk::pool
