#include "risk/margin/models.hpp"

#include "ledger/event/time.hpp"
#include "ledger/event/wide.hpp"

namespace plimsoll::risk {

std::optional<Bounds> MarginModel::screen(Portfolio const&) const { return std::nullopt; }

std::string MarketNeeds::name(AssetId asset) const { return std::string(market_->book().asset(asset).name.view()); }

std::string MarketNeeds::name(InstrumentId instrument) const {
    return std::string(market_->book().instrument(instrument).name.view());
}

std::string MarketNeeds::name_of_option(std::uint32_t option) const {
    return name(market_->options()[option].instrument);
}

result<Int128> MarketNeeds::spot(AssetId base) const {
    book::Reading const& reading = market_->spot(base);
    PLIMSOLL_TRYV(market_->need(reading, limits_.spot, Errc::spot_missing, [&] { return name(base); }));
    return reading.value.units();
}

result<void> MarketNeeds::mark(InstrumentId instrument) const {
    book::Reading const& reading = market_->book().instrument(instrument).mark;
    return market_->need(reading, limits_.mark, Errc::mark_missing, [&] { return name(instrument); });
}

result<void> MarketNeeds::option(std::uint32_t option) const {
    OptionMarket const& row = market_->options()[option];
    ExpiryMarket const& expiry = market_->expiries()[row.expiry];
    if (market_->time() >= expiry.expiry) {
        return fail(Errc::option_expired, name_of_option(option) + ": at " + format_time(expiry.expiry));
    }
    auto const own_name = [&] { return name_of_option(option); };
    PLIMSOLL_TRYV(market_->need(expiry.forward, limits_.forward, Errc::forward_missing, own_name));
    PLIMSOLL_TRYV(market_->need(row.volatility, limits_.volatility, Errc::volatility_missing, own_name));
    if (expiry.rate.is_some()) { // no rate observed: 0
        PLIMSOLL_TRYV(market_->need(expiry.rate, limits_.rate, Errc::forward_missing, own_name));
    }
    return outcome::success();
}

result<Int128> MarketNeeds::value(AssetHolding const& holding) const {
    book::Reading const& reading = market_->spot(holding.asset);
    PLIMSOLL_TRYV(market_->need(reading, limits_.price, Errc::price_missing, [&] { return name(holding.asset); }));
    auto const value =
        multiply_divide(holding.amount, reading.value.units(), market_->quote_price(), Rounding::floor);
    if (!value || !within(*value, row_limit_units)) return fail(Errc::arithmetic_overflow, name(holding.asset));
    return *value;
}

ParameterRow const* row_for(Preset const& preset, std::string_view list, std::string_view key, std::string_view name) {
    ParameterRow const* any = nullptr;
    for (ParameterRow const& row : preset.list(list)) {
        if (!row.has(key)) continue;
        if (row.text(key) == name) return &row;
        if (row.text(key) == "*") any = &row;
    }
    return any;
}

result<Int128> narrow(Int256 const& value) {
    if (!value.fits_128() || !within(value.to_128(), row_limit_units)) return fail(Errc::arithmetic_overflow, "margin");
    return value.to_128();
}

result<ModelPtr> make_screen(Preset const& preset, Market const& market, OptionNumbers options) {
    if (preset.kernel() != Kernel::scenario_grid) return ModelPtr{};
    return make_grid_model(preset, market, options, true);
}

result<ModelPtr> make_model(Preset const& preset, Market const& market, OptionNumbers options) {
    switch (preset.kernel()) {
    case Kernel::scenario_grid: return make_grid_model(preset, market, options);
    case Kernel::linear: return make_linear_model(preset, market, options);
    case Kernel::naked_bound: return make_naked_model(preset, market, options);
    case Kernel::ratio: return make_ratio_model(preset, market, options);
    case Kernel::option_standard: return make_standard_model(preset, market, options);
    case Kernel::risk_array: return make_array_model(preset, market, options);
    case Kernel::greeks: return make_greeks_model(preset, market, options);
    case Kernel::shocked_black: return make_shocked_model(preset, market, options);
    default: return fail(Errc::preset_kernel_unknown, std::string(word(preset.kernel())));
    }
}

} // namespace plimsoll::risk
