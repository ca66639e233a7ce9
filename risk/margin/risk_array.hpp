/// Sixteen rows of price and volatility moves, and the charges and credits around their worst.
///
/// For each underlying, in this order; losses and charges round up, credits down, to 10^-18:
///
///     profit_i    sum over holdings of amount * array_i (down, once), times the row's cover (down)
///     scan        the largest loss of the sixteen rows, at least 0
///     calendar    charge * spot * the smaller of all long and all short deltas, summed by expiry
///     credit      down the preset's list of pairs, with deltas not paired yet and of opposite signs:
///                 spreads = min(|delta| / deltas a spread), rounded down; to each side
///                 scan * (spreads * deltas a spread / |net delta|) * credit: at most its scan
///     risk        max(scan + calendar - credit, short-option minimum * short coins * spot)
///
///     initial     risk * initial_of_maintenance; nobody who only holds long options can lose more than
///                 they are worth, so that of those alone it is at most that (or the risk)
///
/// and for the account
///
///     asked       max(sum over underlyings - net option value, 0)
///
/// of what it has besides options: their value offsets risk, and what is left of it counts nothing.
/// Forwards move in proportion with the spot. Deltas are Black-76's, of today; a perpetual is an expiry
/// of its own, a dated future belongs to its expiry. Holding more of a long option never raises the
/// maintenance asked, but for the calendar charge where its delta pairs with another expiry's, and for
/// credits that it unpairs.
///
/// Source: rows and extreme moves as CME's SPAN has them (advisory of 2008); the arrays themselves are
/// priced with Black-76, since no official sample is open.
#pragma once

#include "risk/margin/preset.hpp"
#include "risk/margin/tally.hpp"
#include "risk/pricing/fast_black.hpp"

#include <array>

namespace plimsoll::risk {

/// The numbers of a risk_array preset; 10^-18, `horizon` in nanoseconds.
struct ArrayRules {
    Int128 price_scan_range = 0;
    Int128 volatility_scan_range = 0;
    Int128 extreme_multiple = 0;
    Int128 extreme_cover = 0;
    TimeNs horizon = 0;
    Int128 short_option_minimum = 0;
    Int128 calendar_spread_charge = 0;
    Int128 initial_of_maintenance = 0;

    [[nodiscard]] static ArrayRules of(Preset const& preset);
};

inline constexpr std::size_t array_size = 16;

/// One row. A move of 0.1 is 10 % up; nothing falls below zero.
struct ArrayMove {
    Int128 price = 0;              ///< of spot and forwards
    Int128 volatility = one_units; ///< times this
    Int128 cover = one_units;      ///< of the loss
    std::string_view volatility_word = "none";
};
using ArrayMoves = std::array<ArrayMove, array_size>;
/// Price 0, +-1/3, +-2/3, +-1 of the range (rounded toward zero), each with volatility up, then down;
/// then the two extremes.
[[nodiscard]] ArrayMoves moves_of(ArrayRules const& rules);

/// Of one coin of an option, long.
struct RiskArray {
    Int128 price = 0; ///< today
    Int128 delta = 0; ///< today
    std::array<Int128, array_size> profits{};
};
/// `years_after` is what is left to expiry after the horizon: zero is expiry.
/// Errors: those of fast::greeks.
[[nodiscard]] Priced<RiskArray> array_of(fast::Terms const& today, Int128 years_after, ArrayMoves const& moves);

/// What an account holds of one underlying.
struct ArrayPosition {
    struct Delta {
        TimeNs expiry = 0; ///< 0: never
        Int128 coins = 0;
    };

    Int128 spot = 0;
    std::array<ProductSum, array_size> profits{}; ///< before cover
    std::vector<Delta> deltas;
    Int128 short_coins = 0;  ///< of options
    Int128 option_value = 0; ///< of all, today: each rounded down
    bool has_others = false; ///< than long options

    void add_option(RiskArray const& array, TimeNs expiry, Int128 amount, Tally& on);
    void add_linear(ArrayMoves const& moves, TimeNs expiry, Int128 size, Tally& on);

private:
    void add_delta(TimeNs expiry, Int128 coins, Tally& on);
};

struct ArrayRisk {
    std::array<Int128, array_size> profits{}; ///< with cover
    std::size_t worst = 0;                    ///< the first of the worst rows
    Int128 scan = 0;
    Int128 calendar = 0;
    Int128 credit = 0;
    Int128 minimum = 0;
    Int128 net_delta = 0;
    Int128 unpaired = 0; ///< of net_delta: not used by a pair yet

    [[nodiscard]] Int128 maintenance(Tally& on) const; ///< the risk
    [[nodiscard]] Int128 initial(ArrayPosition const& position, ArrayRules const& rules, Tally& on) const;
};
[[nodiscard]] ArrayRisk risk_of(ArrayPosition const& position, ArrayRules const& rules, ArrayMoves const& moves, Tally& on);

/// Deltas of one spread between two underlyings, and what it earns.
struct DeltaPair {
    Int128 first_deltas = 0;
    Int128 second_deltas = 0;
    Int128 credit = 0;
};
void give_credit(ArrayRisk& first, ArrayRisk& second, DeltaPair const& pair, Tally& on);

} // namespace plimsoll::risk
