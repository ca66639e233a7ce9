/// What an option pool holds and is worth: cash, spot, options at average volatility, free liquidity.
#pragma once

#include "risk/pool/black_scholes.hpp"
#include "risk/pool/pool_history.hpp"
#include "risk/pool/pool_preset.hpp"

namespace plimsoll::risk::pool {

/// One series on offer that has not been settled, or that the pool still has contracts of.
struct SeriesStanding {
    InstrumentId instrument;
    StrikeKey key;
    bool is_call = true;
    bool is_expired = false;
    Precise units;    ///< of the base asset the pool has contracts for; negative: sold
    Precise per_contract; ///< units of a contract
    Precise base;     ///< volatilities: averages of base and skew
    Precise skew;
    Int128 base_now = 0; ///< in force
    Int128 skew_now = 0;
    OptionValues values; ///< of a unit, at the averages

    [[nodiscard]] Precise price() const { return is_call ? values.call : values.put; }
    [[nodiscard]] Precise delta() const { return is_call ? values.call_delta : values.put_delta; }
};

struct PoolStanding {
    AccountId pool;
    PoolNames names;
    AssetId quote;
    AssetId base;
    InstrumentId spot_instrument; ///< none: nothing trades the base asset for the quote asset
    TimeNs now = 0;
    TimeNs price_time = 0; ///< 0: no price was ever observed
    Int128 spot = 0;

    std::vector<SeriesStanding> series; ///< in order of listing

    Int128 cash = 0;
    Int128 base_held = 0;
    Int128 base_value = 0;    ///< rounded down
    Int128 options_value = 0; ///< rounded down; negative: owed
    Int128 supply = 0;        ///< shares that are out, those that wait included
    Precise option_delta;     ///< of all contracts, in units of the base asset
    Precise standard_vega;

    [[nodiscard]] Int128 net_value() const { return cash + base_value + options_value; }
    /// Of a share, rounded down; one where there are no shares yet.
    [[nodiscard]] Int128 share_price() const;
    /// Units of calls sold, which spot covers first.
    [[nodiscard]] Precise calls_sold() const;
    /// Cash behind puts that were sold, a share of their strikes (put_share); behind calls beyond the spot held, at the spot; behind spot
    /// that is owed, at `short_buffer` times its value. Rounded up.
    [[nodiscard]] Int128 used(PoolPreset const& preset) const;
    [[nodiscard]] Int128 free(PoolPreset const& preset) const { return cash - used(preset); }
    [[nodiscard]] SeriesStanding const* find(InstrumentId instrument) const;
    /// Values and sums anew, after cash, spot or units were changed.
    [[nodiscard]] result<void> add_up();
};

/// Errors: Errc::arithmetic_overflow; spot_missing where there are contracts or spot and no price was observed.
[[nodiscard]] result<PoolStanding> standing_of(book::Book const& book, PoolHistory const& history, PoolPreset const& preset, TimeNs now);

/// Of one option of a series, at a volatility. Counts at least a second to the expiry.
[[nodiscard]] OptionValues series_values(PoolPreset const& preset, StrikeKey const& key, Int128 spot, TimeNs now, Precise const& volatility);

[[nodiscard]] inline Precise precise(Int128 units) { return Precise::ratio(widened(units), widened(one_units)); }
/// Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> units_of(Precise const& value, Rounding rounding);

} // namespace plimsoll::risk::pool
