/// What an option pool asks and keeps, as data: pricing, averages, fees, bounds, queue, hedge, breakers.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/errc.hpp"
#include "risk/preset_head.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plimsoll::risk {

struct ShippedPoolPreset {
    std::string_view file; ///< "lyra-v1.toml"
    std::string_view body;
};
/// By file name, ascending.
[[nodiscard]] std::span<ShippedPoolPreset const> shipped_pool_presets();

} // namespace plimsoll::risk

namespace plimsoll::risk::pool {

/// Numbers count 10^-18; times are nanoseconds. Each is a key of risk/presets/pool, which has the sources.
struct PoolPreset : PresetHead {
    TimeNs year = 0;
    Int128 rate = 0;            ///< a year, continuous
    Int128 standard_size = 0;   ///< contracts that move the base volatility by a hundredth
    Int128 skew_adjustment = 0; ///< how far the skew moves with it
    Int128 cover_calls = 0;     ///< of the spot, a call that somebody gets long

    TimeNs base_average = 0;
    TimeNs skew_average = 0;

    Int128 option_fee = 0; ///< of the premium
    TimeNs option_single = 0;
    TimeNs option_twofold = 0;
    Int128 spot_fee = 0; ///< of the spot
    TimeNs spot_single = 0;
    TimeNs spot_twofold = 0;
    Int128 vega_fee = 0;
    Int128 variance_fee = 0;
    Int128 variance_vega = 0;
    Int128 variance_vega_least = 0;
    Int128 variance_skew = 0;
    Int128 variance_skew_least = 0;
    Int128 variance_reference_skew = 0;
    Int128 variance_base = 0;
    Int128 variance_base_least = 0;

    Int128 volatility_least = 0;
    Int128 volatility_most = 0;
    Int128 base_least = 0;
    Int128 base_most = 0;
    Int128 skew_least = 0;
    Int128 skew_most = 0;
    Int128 delta_least = 0; ///< of a call, from 0 and from 1
    TimeNs cutoff = 0;      ///< before the expiry

    TimeNs deposit_delay = 0;
    TimeNs withdrawal_delay = 0;
    Int128 least_move = 0; ///< of the quote asset
    Int128 exit_fee = 0;   ///< of what a withdrawal is worth; it stays in the pool

    // Of the strike of a put sold, cash stands behind a share that grows in a line between two utilisations: what all strikes
    // together are of the net value.
    Int128 put_least = 0;
    Int128 put_most = 0;
    Int128 utilisation_from = 0;
    Int128 utilisation_to = 0;

    Int128 hedge_cap = 0; ///< of the base asset, either way, beside what covers calls
    TimeNs hedge_interval = 0;
    Int128 short_buffer = 0; ///< times the value of what is short
    Int128 slippage = 0;     ///< of the spot

    Int128 free_share = 0; ///< free liquidity below this share of the net value holds the queue
    TimeNs free_hold = 0;
    Int128 base_distance = 0; ///< of the base volatility from its average
    TimeNs base_hold = 0;
    Int128 skew_distance = 0;
    TimeNs skew_hold = 0;
    TimeNs settlement_hold = 0;
    TimeNs price_age = 0;

    /// Reads and checks TOML; `file` is only for messages.
    /// Errors: Errc::preset_* with the file, the key and the reason.
    [[nodiscard]] static result<PoolPreset> parse(std::string_view body, std::string_view file);
};

/// The share of a put's strike that stands behind it. Between the two utilisations rounded up.
[[nodiscard]] Int128 put_share(PoolPreset const& preset, Int128 utilisation);

/// "pool:NAME": the scope of a pool's presets, parameters and breakers.
[[nodiscard]] inline std::string pool_scope(std::string_view pool) { return "pool:" + std::string(pool); }

/// The fact that puts it in force for a pool.
[[nodiscard]] PresetAdopted pool_adoption(PoolPreset const& preset, std::string_view pool);

/// The shipped preset of that name, checked. Nothing where there is none.
[[nodiscard]] std::optional<PoolPreset> shipped_pool_preset(std::string_view name);

} // namespace plimsoll::risk::pool
