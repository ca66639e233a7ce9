#include "risk/clearing/close_price.hpp"

#include "risk/margin/tally.hpp"

#include <algorithm>

namespace plimsoll::risk {

result<Int128> equity_share(CloseView const& view) {
    if (view.equity <= 0 || view.maintenance_of_all <= 0) return Int128{0};
    Tally on;
    Int128 const share = on.fraction_down(view.equity, view.maintenance, view.maintenance_of_all);
    PLIMSOLL_TRYV(on.settle("the equity share"));
    return share;
}

result<Int128> close_discount(CloseView const& view, CloseTerms const& terms) {
    if (view.equity <= 0 || view.notional <= 0 || view.maintenance_of_all <= 0) return Int128{0};
    Tally on;
    Int128 const missing = on.subtract(one_units, on.fraction_up(view.counted, one_units, view.maintenance_of_all));
    Int128 const nearness = std::clamp<Int128>(on.product_down(terms.bankruptcy_adjustment, missing), 0, one_units);
    Int128 const spread = on.product_down(on.product_down(terms.spread_to_maintenance, nearness), view.maintenance);
    PLIMSOLL_TRY(share, equity_share(view));
    Int128 const discount = on.fraction_down(std::min(spread, share), one_units, view.notional);
    PLIMSOLL_TRYV(on.settle("the price of a close"));
    return std::min(discount, terms.incentive_cap);
}

result<Price> close_price(book::InstrumentRow const& instrument, bool account_sells, Int128 discount) {
    Tally on;
    Int128 const mark = instrument.mark.value.units();
    bool const is_inverse = instrument.payoff == wire::Payoff::inverse;
    Int128 const factor = account_sells != is_inverse ? one_units - discount : one_units + discount;
    Int128 price = 0;
    if (is_inverse) {
        price = account_sells ? on.fraction_up(mark, one_units, factor) : on.fraction_down(mark, one_units, factor);
    } else {
        price = account_sells ? on.product_up(mark, factor) : on.product_down(mark, factor);
    }
    PLIMSOLL_TRYV(on.settle(instrument.name.view()));
    return Price{price};
}

} // namespace plimsoll::risk
