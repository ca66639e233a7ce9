#include "risk/margin/fast_terms.hpp"

namespace plimsoll::risk {

Int128 years_of(Preset const& preset, TimeNs span) {
    constexpr Int128 units_per_ns = one_units / 1'000'000'000;
    return span <= 0 ? Int128{0} : Int128{span} * units_per_ns / preset.year_seconds();
}

fast::Terms terms_of(Preset const& preset, Market const& market, std::uint32_t option) {
    OptionMarket const& row = market.options()[option];
    ExpiryMarket const& expiry = market.expiries()[row.expiry];
    return {row.is_call ? wire::OptionSide::call : wire::OptionSide::put,
            expiry.forward.value,
            Price{row.strike},
            Ratio{row.volatility.value.units()},
            Ratio{years_of(preset, expiry.expiry - market.time())},
            Ratio{expiry.rate.is_some() ? expiry.rate.value.units() : Int128{0}}};
}

} // namespace plimsoll::risk
