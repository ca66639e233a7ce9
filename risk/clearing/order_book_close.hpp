/// Closing a linear position on the order book: at what price, how much, and what the fund gives.
#pragma once

#include "risk/margin/linear_account.hpp"

#include <optional>
#include <set>

namespace plimsoll::risk::linear {

enum class CloseRefusal : std::uint8_t {
    perpetual_does_not_exist,
    invalid_size_delta, ///< must reduce the position, and not past zero
    nothing_filled,
    negative_price,
    already_liquidated_in_block,
    more_notional_liquidated_than_allowed,
    more_insurance_lost_than_allowed,
};
[[nodiscard]] std::string_view word(CloseRefusal refusal);

/// A limit that was already overstepped is a bug of whoever counted; the rest is an answer.
[[nodiscard]] bool is_fatal(CloseRefusal refusal);

/// Figures in structs: a bare integer cannot be told from a refusal by the result type.
struct QuoteDelta {
    Wide quote;
};

/// What the account receives where a part of its position is closed at the price that uses up its net
/// collateral, shared among positions by maintenance requirement. Rounds up, in its favour.
[[nodiscard]] or_refusal<QuoteDelta, CloseRefusal>
bankruptcy_quote(Account const& account, Markets const& markets, MarketId market,
                 Wide const& size_delta);

/// Exact and in lowest terms, the denominator above 0: quote quantums for a base quantum.
struct PriceRatio {
    Wide numerator;
    Wide denominator = 1;
};

struct FillableTerms {
    Wide bankruptcy_adjustment_ppm;
    Wide spread_to_maintenance_ppm;
};

/// The worst price a liquidation may fill at: the oracle's, less a share of the position's maintenance
/// that grows as the account nears bankruptcy.
[[nodiscard]] or_refusal<PriceRatio, CloseRefusal>
fillable_price(Account const& account, Markets const& markets, MarketId market,
               Wide const& size_delta, FillableTerms const& terms);

/// How an order book counts: quote = base * subticks * 10^exponent.
struct BookScale {
    int quantum_conversion_exponent = 0;
    Wide subticks_per_tick = 1;
};

struct Subticks {
    Wide subticks;
};

/// Rounds to a whole subtick and then to a tick, up where a long is sold and down where a short is
/// bought back; within one tick and the largest tick that 64 bits hold.
[[nodiscard]] or_refusal<Subticks, CloseRefusal> subticks_of(PriceRatio const& price, bool long_side,
                                                             BookScale const& book);

struct Fill {
    bool is_buy = false;
    Wide base;
    Wide subticks;
};

/// Quote quantums of a fill; rounded down.
[[nodiscard]] Wide quote_of(Fill const& fill, BookScale const& book);

/// What the insurance fund receives (pays where negative): the fill's price less the bankruptcy
/// price, a gain capped by the liquidation fee.
[[nodiscard]] or_refusal<QuoteDelta, CloseRefusal>
insurance_fund_delta(Account const& account, Markets const& markets, MarketId market,
                     Fill const& fill, BookScale const& book, Wide const& max_fee_ppm);

/// A fund may lose no more than it has.
[[nodiscard]] inline bool fund_covers(Wide const& balance, Wide const& delta) {
    return delta >= 0 || balance + delta >= 0;
}

struct PositionLimits {
    Wide min_notional;
    Wide portion_ppm;
};

struct NotionalRange {
    Wide least;
    Wide most;
};

/// How much of a position of this value may be liquidated at once.
[[nodiscard]] NotionalRange notional_range(Wide const& notional, PositionLimits const& limits);

/// What was done to one account in a block, against the block's limits.
struct BlockUse {
    Wide max_notional;
    Wide max_insurance_lost;
    Wide notional;
    Wide insurance_lost;
    std::set<MarketId> liquidated;
};
[[nodiscard]] or_refusal<QuoteDelta, CloseRefusal> remaining_notional(BlockUse const& use,
                                                                      MarketId market);
[[nodiscard]] or_refusal<QuoteDelta, CloseRefusal> remaining_insurance(BlockUse const& use,
                                                                       MarketId market);

/// The delta that liquidates a position as far as limits allow: all of it, or a multiple of the book's
/// step, at least one.
[[nodiscard]] Wide liquidation_delta(PriceScale const& scale, Wide const& size,
                                     PositionLimits const& limits, Wide const& notional_left,
                                     Wide const& step);

struct LiquidationOrder {
    Wide base;
    Wide subticks;
    std::string hash; ///< breaks ties; compared byte by byte
};

/// Farthest from the oracle's price first, then the largest value, then the smallest hash. Returns
/// indexes.
[[nodiscard]] std::vector<std::size_t> liquidation_order(PriceScale const& scale,
                                                         BookScale const& book,
                                                         std::vector<LiquidationOrder> const& orders);

} // namespace plimsoll::risk::linear
