#include "risk/margin/margin_levels.hpp"

#include <algorithm>

namespace plimsoll::risk::levels {
namespace {

struct Side {
    Wide position; ///< lots, positive on this side
    Wide orders;   ///< lots
    Wide value;    ///< of the orders in an auction
    Precise const* factor;
};

/// The need of one side times 10^80 times the square of a whole lot: no digit is lost before the
/// one rounding.
[[nodiscard]] Wide need_of(Side const& side, Exposure const& exposure, MarketTerms const& terms,
                           Wide const& lot) {
    Wide const held = std::max<Wide>(side.position, 0);
    Wide const& risk = side.factor->units();
    Wide orders = side.orders * exposure.price;
    if (exposure.auction) {
        orders = side.value;
        if (exposure.auction->price) {
            orders = std::max<Wide>(orders, side.orders * *exposure.auction->price);
        }
    }
    Wide const slippage = exposure.price * (terms.linear_slippage.units() * held * lot +
                                            terms.quadratic_slippage.units() * held * held);
    return slippage + (held * exposure.price + orders) * risk * lot;
}

[[nodiscard]] Wide level(Wide const& maintenance, Precise const& multiple) {
    Wide const cut = multiple.rounded(5, Rounding::floor);
    return scale(maintenance, cut, power_of_ten(5), Rounding::floor);
}

} // namespace

Levels levels(Exposure const& exposure, MarketTerms const& terms) {
    // Negative decimals make a lot of many wholes: sizes then count wholes, and a lot is one.
    int const decimals = terms.position_decimals;
    Wide const lot = power_of_ten(std::max(decimals, 0));
    Wide const wholes = power_of_ten(std::max(-decimals, 0));
    auto const value = [&](Wide Exposure::Auction::*member) {
        return exposure.auction ? (*exposure.auction).*member : Wide{0};
    };
    Side const buys{exposure.position * wholes, exposure.open_buy * wholes,
                    value(&Exposure::Auction::buy_value) * wholes, &terms.factors.long_side};
    Side const sells{-exposure.position * wholes, exposure.open_sell * wholes,
                     value(&Exposure::Auction::sell_value) * wholes, &terms.factors.short_side};
    Wide need;
    for (Side const& side : {buys, sells}) {
        if (side.position + side.orders <= 0) continue; // its orders can only reduce the position
        need = std::max(need, need_of(side, exposure, terms, lot));
    }
    Wide const maintenance =
        quotient(need, Precise::one_units() * lot * lot, Rounding::ceiling);
    return {maintenance, level(maintenance, terms.multiples.search),
            level(maintenance, terms.multiples.initial),
            level(maintenance, terms.multiples.release)};
}

} // namespace plimsoll::risk::levels
