#include "risk/pool/pool_standing.hpp"

#include "risk/clearing/clearing.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

constexpr TimeNs standing_second = 1'000'000'000;

[[nodiscard]] InstrumentId spot_of(book::Book const& book, AssetId base, AssetId quote) {
    for (std::uint32_t id = 1; id <= book.instruments.size(); ++id) {
        book::InstrumentRow const& row = book.instruments[id];
        bool const is_plain = book::multiplier(row.multiplier_numerator) == book::multiplier(row.multiplier_denominator);
        if (row.kind == wire::InstrumentKind::spot && row.base == base && row.quote == quote && is_plain) return InstrumentId{id};
    }
    return {};
}

[[nodiscard]] SeriesStanding series_of(book::Book const& book, PoolHistory const& history, PoolPreset const& preset, InstrumentId instrument, TimeNs now) {
    book::InstrumentRow const& row = book.instrument(instrument);
    SeriesStanding series;
    series.instrument = instrument;
    series.key = {row.expiry, row.strike.units()};
    series.is_call = row.side == wire::OptionSide::call;
    series.is_expired = row.expiry <= now;
    series.per_contract =
        Precise::ratio(widened(book::multiplier(row.multiplier_numerator)), widened(book::multiplier(row.multiplier_denominator)));
    book::PositionRow const* const held = book.position(history.pool(), instrument);
    if (held != nullptr) series.units = precise(held->size.units()) * series.per_contract;
    VolatilityPath const* const base = history.base_volatility(row.expiry);
    VolatilityPath const* const skew = history.skew(series.key);
    PLIMSOLL_ASSERT(base != nullptr && skew != nullptr); // a listing records both first
    series.base_now = base->last();
    series.skew_now = skew->last();
    series.base = base->mean(now - preset.base_average, now);
    series.skew = skew->mean(now - preset.skew_average, now);
    return series;
}

} // namespace

result<Int128> units_of(Precise const& value, Rounding rounding) {
    auto const narrow = narrowed(value.rounded(fixed_decimals, rounding));
    if (!narrow || !within(*narrow, row_limit_units)) return fail(Errc::arithmetic_overflow, "a pool's figure");
    return *narrow;
}

OptionValues series_values(PoolPreset const& preset, StrikeKey const& key, Int128 spot, TimeNs now, Precise const& volatility) {
    OptionTerms terms;
    terms.seconds = std::max<TimeNs>((key.first - now) / standing_second, 1);
    terms.year_seconds = preset.year / standing_second;
    terms.volatility = volatility;
    terms.spot = precise(spot);
    terms.strike = precise(key.second);
    terms.rate = precise(preset.rate);
    return option_values(terms);
}

Int128 PoolStanding::share_price() const {
    if (supply <= 0) return one_units;
    return multiply_divide(net_value(), one_units, supply, Rounding::floor).value_or(0);
}

Precise PoolStanding::calls_sold() const {
    Precise sold;
    for (SeriesStanding const& each : series) {
        if (each.is_call && each.units < Precise{}) sold = sold - each.units;
    }
    return sold;
}

Int128 PoolStanding::used(PoolPreset const& preset) const {
    Precise strikes;
    for (SeriesStanding const& each : series) {
        if (!each.is_call && each.units < Precise{}) strikes = strikes - each.units * precise(each.key.second);
    }
    Int128 utilisation = 100 * one_units; // of a pool without worth: as much as there can be
    if (net_value() > 0) {
        Wide const share = (strikes / precise(net_value())).rounded(fixed_decimals, Rounding::ceiling);
        if (share < widened(utilisation)) utilisation = narrowed(share).value();
    }
    Precise sum = strikes * precise(put_share(preset, utilisation));
    Precise const held = precise(base_held);
    Precise const open = calls_sold() - std::max(held, Precise{});
    if (open > Precise{}) sum = sum + open * precise(spot);
    if (held < Precise{}) sum = sum - held * precise(spot) * precise(preset.short_buffer);
    auto const units = narrowed(sum.rounded(fixed_decimals, Rounding::ceiling));
    return units && within(*units, row_limit_units) ? *units : row_limit_units; // beyond all cash there can be
}

SeriesStanding const* PoolStanding::find(InstrumentId instrument) const {
    auto const found = std::ranges::find(series, instrument, &SeriesStanding::instrument);
    return found == series.end() ? nullptr : &*found;
}

result<void> PoolStanding::add_up() {
    Precise options;
    option_delta = Precise{};
    standard_vega = Precise{};
    for (SeriesStanding const& each : series) {
        if (each.units == Precise{}) continue;
        options = options + each.units * each.price();
        option_delta = option_delta + each.units * each.delta();
        if (!each.is_expired) standard_vega = standard_vega + each.units * each.values.standard_vega;
    }
    PLIMSOLL_TRY(worth, units_of(options, Rounding::floor));
    PLIMSOLL_TRY(held, units_of(precise(base_held) * precise(spot), Rounding::floor));
    options_value = worth;
    base_value = held;
    if (!within(cash, row_limit_units)) return fail(Errc::arithmetic_overflow, "a pool's cash");
    return outcome::success();
}

result<PoolStanding> standing_of(book::Book const& book, PoolHistory const& history, PoolPreset const& preset, TimeNs now) {
    PoolStanding standing;
    standing.pool = history.pool();
    standing.names = pool_names(book, history.pool());
    standing.quote = history.quote();
    standing.base = history.base();
    standing.now = now;
    if (standing.quote.is_some()) standing.cash = balance_of(book, standing.pool, standing.quote);
    if (standing.names.shares.is_some()) standing.supply = -balance_of(book, standing.pool, standing.names.shares);
    if (!standing.base.is_some()) return standing;
    standing.base_held = balance_of(book, standing.pool, standing.base);
    standing.spot_instrument = spot_of(book, standing.base, standing.quote);
    book::Reading const& price = book.asset(standing.base).price;
    standing.price_time = price.time;
    standing.spot = price.value.units();
    bool is_exposed = standing.base_held != 0;
    for (InstrumentId const instrument : history.listed()) {
        SeriesStanding series = series_of(book, history, preset, instrument, now);
        if (series.is_expired && series.units == Precise{}) continue;
        is_exposed = is_exposed || !(series.units == Precise{});
        if (standing.spot > 0) series.values = series_values(preset, series.key, standing.spot, now, series.base * series.skew);
        standing.series.push_back(std::move(series));
    }
    if (is_exposed && standing.spot <= 0) return fail(Errc::spot_missing, std::string(book.asset(standing.base).name.view()));
    PLIMSOLL_TRYV(standing.add_up());
    return standing;
}

} // namespace plimsoll::risk::pool
