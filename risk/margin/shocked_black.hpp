/// What one short option must hold: its Black-Scholes price after one shock, between a floor and a cap.
///
///     shock spot   spot * the call's (put's) shock
///     shock vol    short_term up to short_term_seconds, long_term from long_term_seconds, a line between;
///                  these are volatilities, and take the place of the option's own
///     V            Black-Scholes(shock spot, strike, shock vol, rate, time left) * coins
///     required     min(max(V, floor), cap)
///
/// The floor is of a position, however small. The cap is full collateral: strike * coins for a put; the
/// coins for a call that is held against coins; none for a call held against quote. A call held against
/// coins counts all of it in coins, V divided by the shock spot, and is worth that at the spot.
///
/// Rounding: the shock vol, V and everything after it up, to 10^-18; the shock spot and the price of one
/// coin down, as the pricing family does.
/// Source: Lyra v1, OptionGreekCache.getMinCollateral and getShockVol, and its default parameters.
#pragma once

#include "risk/margin/preset.hpp"
#include "risk/margin/tally.hpp"
#include "risk/pricing/fast_spot.hpp"

namespace plimsoll::risk {

/// The numbers of a shocked_black preset; 10^-18, times in nanoseconds.
struct ShockedRules {
    Int128 call_spot_shock = 0;
    Int128 put_spot_shock = 0;
    Int128 short_term_volatility = 0;
    Int128 long_term_volatility = 0;
    TimeNs short_term = 0;
    TimeNs long_term = 0;
    Int128 rate = 0;
    Int128 floor_quote = 0; ///< of a position
    Int128 floor_base = 0;
    bool calls_in_base = false;
    bool is_capped = false;

    [[nodiscard]] static ShockedRules of(Preset const& preset);
    [[nodiscard]] Int128 volatility(TimeNs left) const;
};

/// An option as the rule sees it, and its price after the shock.
struct ShockedOption {
    wire::OptionSide side{};
    Int128 strike = 0;
    Int128 spot = 0;       ///< before the shock
    Int128 shock_spot = 0;
    Int128 shock_volatility = 0;
    Int128 price = 0; ///< of one coin
};
/// `years` is the time left by the preset's year.
/// Errors: those of fast::price and forward_of.
[[nodiscard]] Priced<ShockedOption> shocked(wire::OptionSide side, Int128 strike, Int128 spot, TimeNs left, Int128 years,
                                            ShockedRules const& rules);

enum class ShockedBound : std::uint8_t { shock, floor, cap };

struct ShockedMargin {
    Int128 shocked = 0;  ///< V, in the asset that is held against it, like floor and cap
    Int128 floor = 0;
    std::optional<Int128> cap;
    Int128 required = 0; ///< in quote
    ShockedBound bound = ShockedBound::shock;
};
/// Of a position short `coins`, which are above zero.
[[nodiscard]] ShockedMargin margin_of(ShockedOption const& option, Int128 coins, ShockedRules const& rules, Tally& on);

} // namespace plimsoll::risk
