/// Options of a market as the fast pricing family takes them.
#pragma once

#include "risk/margin/models.hpp"
#include "risk/pricing/fast_black.hpp"

namespace plimsoll::risk {

/// In years of the preset, 10^-18, rounded down; not negative.
[[nodiscard]] Int128 years_of(Preset const& preset, TimeNs span);
/// A number of seconds of a preset, 10^-18, in nanoseconds.
[[nodiscard]] constexpr TimeNs span_of(Int128 seconds) { return static_cast<TimeNs>(seconds / 1'000'000'000); }

/// At the forward and the rate of its expiry (no rate observed: 0) and its own volatility. The readings
/// must be those that MarketNeeds::option has passed.
[[nodiscard]] fast::Terms terms_of(Preset const& preset, Market const& market, std::uint32_t option);

/// Errors: Errc::arithmetic_overflow, with the option and what the pricing family said.
template <class T> [[nodiscard]] result<T> priced(Priced<T> const& value, std::string const& option) {
    if (value) return value.value();
    return fail(Errc::arithmetic_overflow, option + ": " + sentence(value.error()));
}

} // namespace plimsoll::risk
