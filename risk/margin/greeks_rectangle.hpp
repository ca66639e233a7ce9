/// The worst of a quadratic over a rectangle of shocks, and repriced tails.
///
/// Greeks count in quote, so that one move serves all expiries of an underlying: forwards move in
/// proportion with the spot, m = dS / S, and volatilities in proportion too, s = dsigma / sigma.
///
///     profit(m, s) = D m + G m^2 / 2 + V s + T,   |m| <= a, |s| <= b
///     D = sum of amount * delta * forward    (a perpetual: size * spot)
///     G = sum of amount * gamma * forward^2
///     V = sum of amount * vega * volatility
///     T = sum of amount * theta * the horizon, or what is left to expiry
///
/// The quadratic is least at an end of m or, where G > 0 and |D| < a G, at its vertex m = -D / G, where
/// it is -D^2 / 2G; in s at an end. So the loss is the worst of six points.
///
///     tail_k  = (value with forwards times the tail's spot - value now) * dampening
///     loss    = max(0, losses of the six points, losses of the tails)
///     risk    = max(loss, short-option minimum * short coins * spot)
///     maintenance = sum of risk + perp_fraction * notional of each perpetual
///     initial     = maintenance * initial_of_maintenance
///
/// Rounding, to 10^-18: an option's Greeks down; their sums and those of tails down, once; each product
/// of a point's profit down, the vertex's loss and all that is asked up.
///
/// Limit: a quadratic is only the market near where it stands. Short options far out of the money have
/// little gamma to show for what a large move costs; the tails and the minimum are there for them.
/// Source: the delta-gamma-vega approximation; the choice of rectangle and tails is the preset's.
#pragma once

#include "risk/margin/preset.hpp"
#include "risk/margin/tally.hpp"
#include "risk/pricing/fast_black.hpp"

#include <array>

namespace plimsoll::risk {

/// The numbers of a greeks preset; 10^-18, `horizon` in nanoseconds.
struct GreeksRules {
    struct Tail {
        Int128 spot = 0;
        Int128 dampening = 0;
    };
    Int128 spot_shock = 0;
    Int128 volatility_shock = 0;
    TimeNs horizon = 0;
    Int128 short_option_minimum = 0;
    Int128 perp_fraction = 0;
    Int128 initial_of_maintenance = 0;
    std::vector<Tail> tails;

    [[nodiscard]] static GreeksRules of(Preset const& preset);
};

/// In quote, each of a move of 1.
struct CashGreeks {
    Int128 delta = 0;
    Int128 gamma = 0;
    Int128 vega = 0;
    Int128 theta = 0; ///< of the horizon
};

/// Of one coin of an option, long.
struct GreeksRow {
    Int128 price = 0;
    CashGreeks greeks;
    std::vector<Int128> tails; ///< profit before dampening
};
/// `horizon` in years, at most what is left to expiry is used of it. Errors: those of fast::greeks.
[[nodiscard]] Priced<GreeksRow> greeks_row_of(fast::Terms const& terms, Int128 horizon, GreeksRules const& rules);

struct RectanglePoint {
    Int128 move = 0;       ///< m
    Int128 volatility = 0; ///< s
    Int128 profit = 0;
    bool is_there = true; ///< a vertex may be outside
};
/// Of m: lower end, upper end, vertex; each with volatility up, then down.
using RectanglePoints = std::array<RectanglePoint, 6>;
[[nodiscard]] RectanglePoints points_of(CashGreeks const& net, GreeksRules const& rules, Tally& on);

/// What an account holds of one underlying.
struct GreeksPosition {
    Int128 spot = 0;
    ProductSum delta;
    ProductSum gamma;
    ProductSum vega;
    ProductSum theta;
    std::vector<ProductSum> tails; ///< before dampening
    Int128 short_coins = 0;    ///< of options

    void add_option(GreeksRow const& row, Int128 amount, Tally& on);
    void add_linear(GreeksRules const& rules, Int128 size, Tally& on);
    [[nodiscard]] CashGreeks net(Tally& on) const { return {on.down(delta), on.down(gamma), on.down(vega), on.down(theta)}; }
};

struct GreeksRisk {
    CashGreeks net;
    RectanglePoints points{};
    std::vector<Int128> tails; ///< with dampening
    std::size_t worst = 0;     ///< of the points, then the tails: the first of the worst
    Int128 loss = 0;
    Int128 minimum = 0;
};
[[nodiscard]] GreeksRisk risk_of(GreeksPosition const& position, GreeksRules const& rules, Tally& on);

} // namespace plimsoll::risk
