#include "risk/margin/risk_array.hpp"

#include "risk/margin/fast_terms.hpp"

#include <algorithm>

namespace plimsoll::risk {

ArrayRules ArrayRules::of(Preset const& preset) {
    return {preset.number("price_scan_range"),     preset.number("volatility_scan_range"),
            preset.number("extreme_multiple"),     preset.number("extreme_cover"),
            span_of(preset.number("horizon_seconds")), preset.number("short_option_minimum"),
            preset.number("calendar_spread_charge"),   preset.number("initial_of_maintenance")};
}

ArrayMoves moves_of(ArrayRules const& rules) {
    ArrayMoves moves;
    Int128 const up = one_units + rules.volatility_scan_range;
    Int128 const down = std::max(one_units - rules.volatility_scan_range, Int128{0});
    constexpr std::array<int, 7> thirds{0, 1, -1, 2, -2, 3, -3};
    std::size_t row = 0;
    for (int const third : thirds) {
        Int128 const price = rules.price_scan_range * third / 3;
        moves[row++] = {price, up, one_units, "up"};
        moves[row++] = {price, down, one_units, "down"};
    }
    // A range of at most 1 and a multiple of at most 10: far below 2^126.
    Int128 const extreme = rules.price_scan_range * (rules.extreme_multiple / 1'000'000) / (one_units / 1'000'000);
    moves[row++] = {extreme, one_units, rules.extreme_cover, "none"};
    moves[row++] = {std::max(-extreme, -one_units), one_units, rules.extreme_cover, "none"};
    return moves;
}

Priced<RiskArray> array_of(fast::Terms const& today, Int128 years_after, ArrayMoves const& moves) {
    PLIMSOLL_TRY(now, fast::greeks(today));
    RiskArray array{now.price.units(), now.delta.units(), {}};
    Tally on;
    for (std::size_t row = 0; row < array_size; ++row) {
        fast::Terms then = today;
        then.years = Ratio{years_after};
        then.forward = Price{on.product_down(today.forward.units(), one_units + moves[row].price)};
        then.volatility = Ratio{on.product_down(today.volatility.units(), moves[row].volatility)};
        PLIMSOLL_TRY(price, fast::price(then));
        array.profits[row] = price.units() - array.price;
    }
    if (on.broken()) return PricingFailure::input_too_large;
    return array;
}

void ArrayPosition::add_delta(TimeNs expiry, Int128 coins, Tally& on) {
    for (Delta& each : deltas) {
        if (each.expiry != expiry) continue;
        each.coins = on.add(each.coins, coins);
        return;
    }
    deltas.push_back({expiry, coins});
}

void ArrayPosition::add_option(RiskArray const& array, TimeNs expiry, Int128 amount, Tally& on) {
    for (std::size_t row = 0; row < array_size; ++row) {
        on.add_product(profits[row], amount, array.profits[row]);
    }
    add_delta(expiry, on.product_down(amount, array.delta), on);
    option_value = on.add(option_value, on.product_down(amount, array.price));
    if (amount >= 0) return;
    short_coins = on.subtract(short_coins, amount);
    has_others = true;
}

void ArrayPosition::add_linear(ArrayMoves const& moves, TimeNs expiry, Int128 size, Tally& on) {
    Int128 const notional = on.product_down(size, spot);
    for (std::size_t row = 0; row < array_size; ++row) {
        on.add_product(profits[row], notional, moves[row].price);
    }
    add_delta(expiry, size, on);
    has_others = true;
}

Int128 ArrayRisk::maintenance(Tally& on) const {
    return std::max(on.subtract(on.add(scan, calendar), credit), minimum);
}

Int128 ArrayRisk::initial(ArrayPosition const& position, ArrayRules const& rules, Tally& on) const {
    Int128 const risk = maintenance(on);
    Int128 const scaled = on.product_up(risk, rules.initial_of_maintenance);
    return position.has_others ? scaled : std::min(scaled, std::max(position.option_value, risk));
}

ArrayRisk risk_of(ArrayPosition const& position, ArrayRules const& rules, ArrayMoves const& moves, Tally& on) {
    ArrayRisk risk;
    for (std::size_t row = 0; row < array_size; ++row) {
        risk.profits[row] = on.product_down(on.down(position.profits[row]), moves[row].cover);
        if (risk.profits[row] < risk.profits[risk.worst]) risk.worst = row;
    }
    risk.scan = std::max(-risk.profits[risk.worst], Int128{0});
    Int128 long_coins = 0;
    Int128 short_coins = 0;
    for (ArrayPosition::Delta const& each : position.deltas) {
        Int128& side = each.coins < 0 ? short_coins : long_coins;
        side = on.add(side, each.coins);
    }
    Int128 const paired = std::min(long_coins, -short_coins);
    risk.calendar = on.product_up(on.product_up(paired, position.spot), rules.calendar_spread_charge);
    risk.minimum = on.product_up(on.product_up(position.short_coins, position.spot), rules.short_option_minimum);
    risk.net_delta = risk.unpaired = on.add(long_coins, short_coins);
    return risk;
}

void give_credit(ArrayRisk& first, ArrayRisk& second, DeltaPair const& pair, Tally& on) {
    if (first.unpaired == 0 || second.unpaired == 0 || (first.unpaired < 0) == (second.unpaired < 0)) return;
    auto size_of = [](Int128 value) { return value < 0 ? -value : value; };
    Int128 const spreads = std::min(on.fraction_down(size_of(first.unpaired), one_units, pair.first_deltas),
                                    on.fraction_down(size_of(second.unpaired), one_units, pair.second_deltas));
    auto use = [&](ArrayRisk& side, Int128 deltas_a_spread) {
        Int128 const used = on.product_down(spreads, deltas_a_spread);
        Int128 const part = on.fraction_down(side.scan, used, size_of(side.net_delta));
        side.credit = on.add(side.credit, on.product_down(part, pair.credit));
        side.unpaired = on.add(side.unpaired, side.unpaired < 0 ? used : -used);
    };
    use(first, pair.first_deltas);
    use(second, pair.second_deltas);
}

} // namespace plimsoll::risk
