#include "risk/pool/pool_quote.hpp"

#include "ledger/event/decimal.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/pool/asset_decimals.hpp"
#include "risk/pool/volatility.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

constexpr TimeNs quote_second = 1'000'000'000;

[[nodiscard]] Precise quote_size(Precise const& x) { return x < Precise{} ? -x : x; }

/// One figure of a trade and what it must lie between.
struct Bound {
    std::string_view name;
    Int128 value = 0;
    Int128 least = 0;
    Int128 most = 0;
};

[[nodiscard]] result<void> within_bound(Bound const& bound, Decision& decision) {
    decision.say(bound.name, {}, bound.value);
    if (bound.value >= bound.least && bound.value <= bound.most) return outcome::success();
    return fail(Errc::pool_trade_bounds, std::string(bound.name) + " " + format_decimal(bound.value) + " is not from " + format_decimal(bound.least) +
                                             " to " + format_decimal(bound.most));
}

[[nodiscard]] Precise ramp(Int128 coefficient, TimeNs left, TimeNs single, TimeNs twofold) {
    return ramped_fee(precise(coefficient), left / quote_second, single / quote_second, twofold / quote_second);
}

/// Before rounding, in order of FeeKind.
struct FeeBasis {
    Precise premium;
    Precise units;
    Precise vega;
    Precise volatility;
    Precise skew;
    Precise base_off;          ///< of the base volatility from its average, either way
    Precise vega_before;       ///< of the pool, standard
    Precise vega_after;
};

[[nodiscard]] std::array<Precise, fee_kinds> exact_fees(PoolPreset const& preset, PoolStanding const& before, SeriesStanding const& series,
                                                        FeeBasis const& basis) {
    TimeNs const left = series.key.first - before.now;
    std::array<Precise, fee_kinds> fees;
    fees[0] = ramp(preset.option_fee, left, preset.option_single, preset.option_twofold) * basis.premium;
    fees[1] = ramp(preset.spot_fee, left, preset.spot_single, preset.spot_twofold) * precise(before.spot) * basis.units;
    Precise const off_skew = quote_size(basis.skew - precise(preset.variance_reference_skew));
    fees[2] = precise(preset.variance_fee) * (precise(preset.variance_vega_least) + precise(preset.variance_vega) * basis.vega) *
              (precise(preset.variance_skew_least) + precise(preset.variance_skew) * off_skew) *
              (precise(preset.variance_base_least) + precise(preset.variance_base) * basis.base_off) * basis.units;
    if (quote_size(basis.vega_before) < quote_size(basis.vega_after)) {
        fees[3] = precise(preset.vega_fee) * basis.volatility * quote_size(basis.vega_after) / precise(before.net_value()) * basis.units;
    }
    return fees;
}

[[nodiscard]] result<void> keep_liquidity(PoolPreset const& preset, PoolStanding const& before, PoolStanding const& after, Decision& decision) {
    Int128 const free = after.free(preset);
    decision.say("free_liquidity_after", {}, free);
    if (free >= 0 || free >= before.free(preset)) return outcome::success();
    return fail(Errc::pool_liquidity_insufficient, format_decimal(before.free(preset)) + " is free, and " + format_decimal(free) + " would be");
}

} // namespace

std::string_view word(FeeKind kind) {
    constexpr std::array<std::string_view, fee_kinds> words{"option_fee", "spot_fee", "variance_fee", "vega_fee"};
    return words[static_cast<std::size_t>(kind)];
}

MovedVolatility moved_by(PoolPreset const& preset, SeriesStanding const& series, bool is_buy, Int128 size) {
    auto const after = moved({precise(series.base_now), precise(series.skew_now)}, precise(size), is_buy,
                             {precise(preset.standard_size), precise(preset.skew_adjustment)});
    auto const floor_of = [](Precise const& x) { return narrowed(x.rounded(fixed_decimals, Rounding::floor)).value_or(row_limit_units); };
    return {floor_of(after.base), floor_of(after.skew)};
}

result<PoolQuote> quote_trade(book::Book const& book, PoolPreset const& preset, PoolStanding const& before, SeriesStanding const& series,
                              TradeAsk const& ask, Decision& decision) {
    PoolQuote quote;
    if (before.now > series.key.first - preset.cutoff) {
        return fail(Errc::pool_trading_cutoff, "trading ends at " + format_time(series.key.first - preset.cutoff));
    }
    auto const [base, skew] = moved_by(preset, series, ask.is_buy, ask.size);
    quote.base_after = base;
    quote.skew_after = skew;
    PLIMSOLL_TRYV(within_bound({"base_volatility", base, preset.base_least, preset.base_most}, decision));
    PLIMSOLL_TRYV(within_bound({"skew", skew, preset.skew_least, preset.skew_most}, decision));
    Precise const volatility = precise(base) * precise(skew);
    PLIMSOLL_TRY(volatility_units, units_of(volatility, Rounding::floor));
    PLIMSOLL_TRYV(within_bound({"volatility", volatility_units, preset.volatility_least, preset.volatility_most}, decision));
    OptionValues const values = series_values(preset, series.key, before.spot, before.now, volatility);
    PLIMSOLL_TRY(delta, units_of(values.call_delta, Rounding::floor));
    PLIMSOLL_TRYV(within_bound({"call_delta", delta, preset.delta_least, one_units - preset.delta_least}, decision));
    if (before.net_value() <= 0) return fail(Errc::pool_worthless, format_decimal(before.net_value()));

    Precise const units = precise(ask.size) * series.per_contract;
    Precise const each = series.is_call ? values.call : values.put;
    PLIMSOLL_TRY(price, units_of(std::max(each, Precise{}), ask.is_buy ? Rounding::ceiling : Rounding::floor));
    PLIMSOLL_TRY(premium, quote_of(book.instrument(series.instrument), Quantity{ask.size}, Price{price}));
    quote.price = price;
    quote.premium = premium.units();
    Precise const sold = ask.is_buy ? -units : units; // to the pool's position
    FeeBasis const basis{each * units, units, values.vega, volatility, precise(skew), quote_size(series.base - precise(base)), before.standard_vega,
                         before.standard_vega + sold * series.values.standard_vega};
    auto const fees = exact_fees(preset, before, series, basis);
    book::AssetRow const& asset = book.asset(before.quote);
    Int128 left = in_decimals(asset, quote.premium, Rounding::floor);
    for (std::size_t i = 0; i < fee_kinds; ++i) {
        PLIMSOLL_TRY(exact, units_of(fees[i], Rounding::ceiling));
        Int128 const fee = in_decimals(asset, exact, Rounding::ceiling);
        quote.fees[i] = ask.is_buy ? fee : std::min(fee, left);
        left -= quote.fees[i];
    }

    if (series.is_call && ask.long_opened > 0 && preset.cover_calls > 0) {
        PLIMSOLL_TRY(cover, units_of(precise(ask.long_opened) * series.per_contract * precise(preset.cover_calls), Rounding::ceiling));
        PLIMSOLL_TRY(cost, units_of(precise(cover) * precise(before.spot), Rounding::floor));
        quote.cover = cover;
        quote.cover_cost = cost;
    }
    quote.after = before;
    quote.after.cash += (ask.is_buy ? quote.premium : -quote.premium) + quote.all_fees() - quote.cover_cost;
    quote.after.base_held += quote.cover;
    for (SeriesStanding& one : quote.after.series) {
        if (one.key.first == series.key.first) one.base_now = base;
        if (one.key == series.key) one.skew_now = skew;
        if (one.instrument == series.instrument) one.units = one.units + sold;
    }
    PLIMSOLL_TRYV(quote.after.add_up());
    PLIMSOLL_TRYV(keep_liquidity(preset, before, quote.after, decision));
    return quote;
}

} // namespace plimsoll::risk::pool
