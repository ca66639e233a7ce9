#include "risk/margin/greeks_rectangle.hpp"

#include "risk/margin/fast_terms.hpp"

#include <algorithm>

namespace plimsoll::risk {

GreeksRules GreeksRules::of(Preset const& preset) {
    GreeksRules rules{preset.number("spot_shock"),           preset.number("volatility_shock"),
                      span_of(preset.number("horizon_seconds")), preset.number("short_option_minimum"),
                      preset.number("perp_fraction"),        preset.number("initial_of_maintenance"),
                      {}};
    for (ParameterRow const& row : preset.list("tails")) rules.tails.push_back({row.number("spot"), row.number("dampening")});
    return rules;
}

Priced<GreeksRow> greeks_row_of(fast::Terms const& terms, Int128 horizon, GreeksRules const& rules) {
    PLIMSOLL_TRY(now, fast::greeks(terms));
    Tally on;
    Int128 const forward = terms.forward.units();
    GreeksRow row;
    row.price = now.price.units();
    row.greeks.delta = on.product_down(now.delta.units(), forward);
    row.greeks.gamma = on.product_down(on.product_down(now.gamma.units(), forward), forward);
    row.greeks.vega = on.product_down(now.vega.units(), terms.volatility.units());
    row.greeks.theta = on.product_down(now.theta.units(), std::min(horizon, terms.years.units()));
    for (GreeksRules::Tail const& tail : rules.tails) {
        fast::Terms then = terms;
        then.forward = Price{on.product_down(forward, tail.spot)};
        PLIMSOLL_TRY(price, fast::price(then));
        row.tails.push_back(price.units() - row.price);
    }
    if (on.broken()) return PricingFailure::result_too_large;
    return row;
}

RectanglePoints points_of(CashGreeks const& net, GreeksRules const& rules, Tally& on) {
    Int128 const a = rules.spot_shock;
    Int128 const b = rules.volatility_shock;
    // The square is taken on the side that makes the profit smaller.
    Int128 const square = net.gamma < 0 ? on.product_up(a, a) : on.product_down(a, a);
    Int128 const bend = on.fraction_down(net.gamma, square, 2 * one_units);
    Int128 const size = net.delta < 0 ? -net.delta : net.delta;
    bool const has_vertex = net.gamma > 0 && size < on.product_down(net.gamma, a);
    struct Place {
        Int128 move;
        Int128 profit;
        bool is_there;
    };
    std::array<Place, 3> places{{{-a, on.add(on.product_down(net.delta, -a), bend), true},
                                 {a, on.add(on.product_down(net.delta, a), bend), true},
                                 {0, 0, has_vertex}}};
    if (has_vertex) {
        places[2].move = on.fraction_down(-net.delta, one_units, net.gamma);
        Int128 const twice = on.fraction_up(net.delta, net.delta, net.gamma);
        places[2].profit = -(twice / 2 + twice % 2);
    }
    RectanglePoints points;
    for (std::size_t i = 0; i < points.size(); ++i) {
        Place const& place = places[i / 2];
        Int128 const s = i % 2 == 0 ? b : -b;
        Int128 const profit = on.add(on.add(place.profit, on.product_down(net.vega, s)), net.theta);
        points[i] = {place.move, s, place.is_there ? profit : 0, place.is_there};
    }
    return points;
}

void GreeksPosition::add_option(GreeksRow const& row, Int128 amount, Tally& on) {
    on.add_product(delta, amount, row.greeks.delta);
    on.add_product(gamma, amount, row.greeks.gamma);
    on.add_product(vega, amount, row.greeks.vega);
    on.add_product(theta, amount, row.greeks.theta);
    tails.resize(row.tails.size());
    for (std::size_t i = 0; i < tails.size(); ++i) on.add_product(tails[i], amount, row.tails[i]);
    if (amount < 0) short_coins = on.subtract(short_coins, amount);
}

void GreeksPosition::add_linear(GreeksRules const& rules, Int128 size, Tally& on) {
    Int128 const notional = on.product_down(size, spot);
    on.add_product(delta, notional, one_units);
    tails.resize(rules.tails.size());
    for (std::size_t i = 0; i < tails.size(); ++i) on.add_product(tails[i], notional, rules.tails[i].spot - one_units);
}

GreeksRisk risk_of(GreeksPosition const& position, GreeksRules const& rules, Tally& on) {
    GreeksRisk risk;
    risk.net = position.net(on);
    risk.points = points_of(risk.net, rules, on);
    Int128 least = 0;
    auto look = [&](std::size_t number, Int128 profit) {
        if (profit >= least) return;
        least = profit;
        risk.worst = number;
    };
    for (std::size_t i = 0; i < risk.points.size(); ++i) look(i, risk.points[i].profit);
    for (std::size_t i = 0; i < position.tails.size(); ++i) {
        risk.tails.push_back(on.product_down(on.down(position.tails[i]), rules.tails[i].dampening));
        look(risk.points.size() + i, risk.tails.back());
    }
    risk.loss = -least;
    risk.minimum = on.product_up(on.product_up(position.short_coins, position.spot), rules.short_option_minimum);
    return risk;
}

} // namespace plimsoll::risk
