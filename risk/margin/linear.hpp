/// Linear notional margin with liquidity tiers: what one position of a dYdX-like market requires.
#pragma once

#include "risk/margin/refused.hpp"
#include "risk/number/wide_integer.hpp"

#include <cstdint>
#include <string_view>

namespace plimsoll::risk::linear {

inline constexpr std::int64_t one_ppm = 1'000'000;

/// How a market turns base quantums into quote quantums: quote = base * price * 10^exponent.
struct PriceScale {
    Wide oracle_price;
    int exponent = 0; ///< price exponent + base resolution - quote resolution
};

/// The margin parameters of a market. Caps of open interest are in quote quantums; an upper cap of 0
/// means that open interest does not matter.
struct Tier {
    Wide initial_margin_ppm;
    Wide maintenance_fraction_ppm;
    Wide open_interest_lower_cap;
    Wide open_interest_upper_cap;
};

enum class TierRefusal : std::uint8_t {
    initial_margin_exceeds_one,
    maintenance_fraction_exceeds_one,
    impact_notional_is_zero,
    lower_cap_above_upper_cap,
};
[[nodiscard]] std::string_view word(TierRefusal refusal);

/// Checks in the order of the refusals.
[[nodiscard]] or_refusal<void, TierRefusal> validate(Tier const& tier, Wide const& impact_notional);

struct Requirement {
    Wide initial;     ///< quote quantums
    Wide maintenance; ///< quote quantums
};

/// Value in quote quantums with the sign of the size; rounded toward zero.
[[nodiscard]] Wide notional(PriceScale const& scale, Wide const& size);

/// Base quantums that a notional buys; rounded toward zero. The price must not be 0.
[[nodiscard]] Wide base_of_notional(PriceScale const& scale, Wide const& notional);

/// Initial margin fraction, raised in a straight line to one as open interest goes from the lower cap
/// to the upper. The raise rounds down.
[[nodiscard]] Wide adjusted_initial_margin_ppm(Tier const& tier, Wide const& open_interest_notional);

/// The larger of the adjusted fraction and the account's own, of the notional; rounded up.
[[nodiscard]] Wide initial_margin(Tier const& tier, Wide const& notional,
                                  Wide const& open_interest_notional, Wide const& custom_ppm);

/// The fraction as one figure, as it is published; rounded down. Requirements do not use it: they
/// round up twice instead.
[[nodiscard]] Wide maintenance_margin_ppm(Tier const& tier);

/// Both requirements of a position. Maintenance does not see open interest, and rounds up after each
/// of its two factors.
[[nodiscard]] Requirement requirement(PriceScale const& scale, Tier const& tier, Wide const& size,
                                      Wide const& open_interest, Wide const& custom_ppm);

/// Largest funding rate either way: a multiple of the gap between the two fractions; rounded down.
[[nodiscard]] Wide funding_clamp_ppm(Tier const& tier, Wide const& factor_ppm);

/// What the position receives for funding since its index, in millionths of a quote quantum.
[[nodiscard]] Wide funding_settlement_ppm(Wide const& market_index, Wide const& position_index,
                                          Wide const& size);

} // namespace plimsoll::risk::linear
