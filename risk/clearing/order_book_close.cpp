#include "risk/clearing/order_book_close.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace plimsoll::risk::linear {
namespace {

/// An account at its own prices, and the position that is to be reduced.
struct Subject {
    Risk risk;
    Market const* market = nullptr;
    Wide size;
    Requirement needed;
};

[[nodiscard]] Requirement requirement_of(Market const& market, Wide const& size) {
    return requirement(market.scale, market.tier, size, market.open_interest, 0);
}

[[nodiscard]] or_refusal<Subject, CloseRefusal> subject_of(Account const& account,
                                                           Markets const& markets, MarketId market,
                                                           Wide const& size_delta) {
    auto const held = account.positions.find(market);
    if (held == account.positions.end()) return CloseRefusal::invalid_size_delta;
    Wide const& size = held->second.size;
    bool const reduces = size.sign() * size_delta.sign() < 0 && abs(size_delta) <= abs(size);
    if (!reduces) return CloseRefusal::invalid_size_delta;
    auto const found = markets.find(market);
    if (found == markets.end()) return CloseRefusal::perpetual_does_not_exist;
    auto const risk = risk_after(account, {}, markets);
    if (!risk) return CloseRefusal::perpetual_does_not_exist;
    return Subject{risk.value(), &found->second, size, requirement_of(found->second, size)};
}

[[nodiscard]] PriceRatio reduced(Wide numerator, Wide denominator) {
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    Wide const common = gcd(numerator, denominator);
    return {numerator / common, denominator / common};
}

} // namespace

std::string_view word(CloseRefusal refusal) {
    switch (refusal) {
    case CloseRefusal::perpetual_does_not_exist: return "ErrPerpetualDoesNotExist";
    case CloseRefusal::invalid_size_delta: return "ErrInvalidPerpetualPositionSizeDelta";
    case CloseRefusal::nothing_filled:
        return "ErrInvalidQuantumsForInsuranceFundDeltaCalculation";
    case CloseRefusal::negative_price: return "rejected_negative_price";
    case CloseRefusal::already_liquidated_in_block: return "ErrSubaccountHasLiquidatedPerpetual";
    case CloseRefusal::more_notional_liquidated_than_allowed:
        return "ErrLiquidationExceedsSubaccountMaxNotionalLiquidated";
    case CloseRefusal::more_insurance_lost_than_allowed:
        return "ErrLiquidationExceedsSubaccountMaxInsuranceLost";
    }
    return {};
}

bool is_fatal(CloseRefusal refusal) {
    return refusal == CloseRefusal::more_notional_liquidated_than_allowed ||
           refusal == CloseRefusal::more_insurance_lost_than_allowed;
}

or_refusal<QuoteDelta, CloseRefusal> bankruptcy_quote(Account const& account,
                                                      Markets const& markets, MarketId market,
                                                      Wide const& size_delta) {
    PLIMSOLL_TRY(subject, subject_of(account, markets, market, size_delta));
    Wide const after = subject.size + size_delta;
    PriceScale const& scale_ = subject.market->scale;
    Wide const value_delta = notional(scale_, after) - notional(scale_, subject.size);
    Wide const freed =
        abs(requirement_of(*subject.market, after).maintenance - subject.needed.maintenance);
    Wide share;
    if (!subject.risk.maintenance.is_zero()) {
        share = scale(subject.risk.net_collateral, freed, subject.risk.maintenance,
                      Rounding::floor);
    }
    return QuoteDelta{-value_delta - share};
}

or_refusal<PriceRatio, CloseRefusal> fillable_price(Account const& account, Markets const& markets,
                                                    MarketId market, Wide const& size_delta,
                                                    FillableTerms const& terms) {
    PLIMSOLL_TRY(subject, subject_of(account, markets, market, size_delta));
    // adjustment * (1 - collateral / maintenance), as a fraction of ppm * maintenance
    Wide const maintenance = std::max<Wide>(subject.risk.maintenance, 1);
    Wide const whole = maintenance * one_ppm;
    Wide const wanted =
        terms.bankruptcy_adjustment_ppm * (maintenance - subject.risk.net_collateral);
    Wide const clamped = std::clamp<Wide>(wanted, 0, whole);
    Wide const spread = clamped * terms.spread_to_maintenance_ppm * subject.needed.maintenance;
    Wide const denominator = whole * one_ppm;
    Wide const value = notional(subject.market->scale, subject.size);
    return reduced(value * denominator - spread, denominator * subject.size);
}

or_refusal<Subticks, CloseRefusal> subticks_of(PriceRatio const& price, bool long_side,
                                               BookScale const& book) {
    if (price.numerator < 0) return CloseRefusal::negative_price;
    Rounding const rounding = long_side ? Rounding::ceiling : Rounding::floor;
    int const exponent = book.quantum_conversion_exponent;
    Wide const above = price.numerator * power_of_ten(std::max(-exponent, 0));
    Wide const below = price.denominator * power_of_ten(std::max(exponent, 0));
    Wide const& tick = book.subticks_per_tick;
    Wide const rounded = quotient(quotient(above, below, rounding), tick, rounding) * tick;
    Wide const largest = Wide{std::numeric_limits<std::uint64_t>::max()} / tick * tick;
    return Subticks{std::clamp(rounded, tick, largest)};
}

Wide quote_of(Fill const& fill, BookScale const& book) {
    return times_power_of_ten(fill.base * fill.subticks, book.quantum_conversion_exponent,
                              Rounding::floor);
}

or_refusal<QuoteDelta, CloseRefusal>
insurance_fund_delta(Account const& account, Markets const& markets, MarketId market,
                     Fill const& fill, BookScale const& book, Wide const& max_fee_ppm) {
    if (fill.base.is_zero()) return CloseRefusal::nothing_filled;
    Wide const base = fill.is_buy ? fill.base : -fill.base;
    Wide const value = quote_of(fill, book);
    PLIMSOLL_TRY(bankruptcy, bankruptcy_quote(account, markets, market, base));
    Wide const gain = (fill.is_buy ? -value : value) - bankruptcy.quote;
    if (gain <= 0) return QuoteDelta{gain};
    return QuoteDelta{std::min(gain, scale(abs(value), max_fee_ppm, one_ppm, Rounding::floor))};
}

NotionalRange notional_range(Wide const& notional, PositionLimits const& limits) {
    Wide const value = abs(notional);
    Wide const least = std::min(limits.min_notional, value);
    return {least, std::max(least, scale(value, limits.portion_ppm, one_ppm, Rounding::floor))};
}

or_refusal<QuoteDelta, CloseRefusal> remaining_notional(BlockUse const& use, MarketId market) {
    if (use.liquidated.contains(market)) return CloseRefusal::already_liquidated_in_block;
    if (use.notional > use.max_notional) {
        return CloseRefusal::more_notional_liquidated_than_allowed;
    }
    return QuoteDelta{use.max_notional - use.notional};
}

or_refusal<QuoteDelta, CloseRefusal> remaining_insurance(BlockUse const& use, MarketId market) {
    if (use.liquidated.contains(market)) return CloseRefusal::already_liquidated_in_block;
    if (use.insurance_lost > use.max_insurance_lost) {
        return CloseRefusal::more_insurance_lost_than_allowed;
    }
    return QuoteDelta{use.max_insurance_lost - use.insurance_lost};
}

Wide liquidation_delta(PriceScale const& scale_, Wide const& size, PositionLimits const& limits,
                       Wide const& notional_left, Wide const& step) {
    Wide const held = abs(size);
    Wide const value = abs(notional(scale_, size));
    Wide const allowed = std::min(notional_range(value, limits).most, notional_left);
    if (value <= allowed || held <= step) return -size;
    Wide const base = base_of_notional(scale_, allowed);
    Wide const stepped = quotient(base, step, Rounding::floor) * step;
    Wide const part = std::clamp(stepped, step, held);
    return size > 0 ? -part : part;
}

std::vector<std::size_t> liquidation_order(PriceScale const& scale_, BookScale const& book,
                                           std::vector<LiquidationOrder> const& orders) {
    // All orders are of one market: the distance relative to the oracle sorts as the distance does.
    int const shift = scale_.exponent - book.quantum_conversion_exponent;
    Wide const oracle = scale_.oracle_price * power_of_ten(std::max(shift, 0));
    Wide const unit = power_of_ten(std::max(-shift, 0));
    auto const distance = [&](std::size_t i) { return abs(orders[i].subticks * unit - oracle); };
    auto const value = [&](std::size_t i) { return abs(notional(scale_, orders[i].base)); };
    std::vector<std::size_t> sorted(orders.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::ranges::stable_sort(sorted, [&](std::size_t a, std::size_t b) {
        if (Wide const x = distance(a), y = distance(b); x != y) return x > y;
        if (Wide const x = value(a), y = value(b); x != y) return x > y;
        return orders[a].hash < orders[b].hash;
    });
    return sorted;
}

} // namespace plimsoll::risk::linear
