#include "risk/margin/option_spread.hpp"

#include <algorithm>

namespace plimsoll::risk::spread {
namespace {

constexpr int amount_decimals = 8;

template <class T> [[nodiscard]] T const* first_of(std::vector<T> const& list) {
    return list.empty() ? nullptr : &list.front();
}

[[nodiscard]] Fixed27 amount_of(std::vector<Wide> const& amounts, int decimals) {
    return amounts.empty() ? Fixed27{} : Fixed27::counted(amounts.front(), decimals);
}

[[nodiscard]] bool hedges(Series const& long_leg, Series const& short_leg) {
    return long_leg.name != short_leg.name && long_leg.underlying == short_leg.underlying &&
           long_leg.strike_asset == short_leg.strike_asset &&
           long_leg.collateral == short_leg.collateral &&
           long_leg.seconds_to_expiry == short_leg.seconds_to_expiry &&
           long_leg.is_put == short_leg.is_put;
}

[[nodiscard]] or_refusal<Fixed27, SpreadRefusal>
convert_live(Fixed27 const& amount, std::string const& from, std::string const& to,
             Prices const& prices) {
    if (from == to) return amount;
    auto const price_from = prices.live.find(from);
    auto const price_to = prices.live.find(to);
    if (price_from == prices.live.end() || price_to == prices.live.end() ||
        price_to->second.units().is_zero()) {
        return SpreadRefusal::live_price_missing;
    }
    return amount * price_from->second / price_to->second;
}

[[nodiscard]] or_refusal<Fixed27, SpreadRefusal>
convert_at_expiry(Fixed27 const& amount, std::string const& from, std::string const& to,
                  Prices const& prices) {
    if (from == to) return amount;
    auto const price_from = prices.at_expiry.find(from);
    auto const price_to = prices.at_expiry.find(to);
    if (price_from == prices.at_expiry.end() || price_to == prices.at_expiry.end() ||
        !price_from->second.is_final || !price_to->second.is_final ||
        price_to->second.price.units().is_zero()) {
        return SpreadRefusal::expiry_price_not_final;
    }
    return amount * price_from->second.price / price_to->second.price;
}

/// In the strike asset: below both strikes a put spread loses the gap on what is hedged.
[[nodiscard]] Fixed27 largest_put_loss(Legs const& legs) {
    Fixed27 const hedged = std::min(legs.short_amount, legs.long_amount);
    return std::max(legs.short_amount * legs.short_strike - legs.long_strike * hedged, Fixed27{});
}

/// In the underlying: either at the long strike, or far above both for what is not hedged.
[[nodiscard]] Fixed27 largest_call_loss(Legs const& legs) {
    Fixed27 const unhedged = std::max(legs.short_amount - legs.long_amount, Fixed27{});
    if (legs.long_strike.units().is_zero()) return unhedged;
    Fixed27 const gap = legs.long_strike - legs.short_strike;
    return std::max(gap * legs.short_amount / legs.long_strike, unhedged);
}

} // namespace

std::string_view word(SpreadRefusal refusal) {
    switch (refusal) {
    case SpreadRefusal::too_many_shorts: return "too_many_shorts";
    case SpreadRefusal::too_many_longs: return "too_many_longs";
    case SpreadRefusal::too_many_collaterals: return "too_many_collaterals";
    case SpreadRefusal::short_length_mismatch: return "short_length_mismatch";
    case SpreadRefusal::long_length_mismatch: return "long_length_mismatch";
    case SpreadRefusal::collateral_length_mismatch: return "collateral_length_mismatch";
    case SpreadRefusal::long_not_marginable: return "long_not_marginable";
    case SpreadRefusal::collateral_not_marginable: return "collateral_not_marginable";
    case SpreadRefusal::live_price_missing: return "live_price_missing";
    case SpreadRefusal::expiry_price_not_final: return "expiry_price_not_final";
    case SpreadRefusal::not_expired: return "not_expired";
    }
    return {};
}

or_refusal<void, SpreadRefusal> check_structure(OptionVault const& vault) {
    if (vault.shorts.size() > 1) return SpreadRefusal::too_many_shorts;
    if (vault.longs.size() > 1) return SpreadRefusal::too_many_longs;
    if (vault.collaterals.size() > 1) return SpreadRefusal::too_many_collaterals;
    if (vault.shorts.size() != vault.short_amounts.size()) {
        return SpreadRefusal::short_length_mismatch;
    }
    if (vault.longs.size() != vault.long_amounts.size()) return SpreadRefusal::long_length_mismatch;
    if (vault.collaterals.size() != vault.collateral_amounts.size()) {
        return SpreadRefusal::collateral_length_mismatch;
    }
    Series const* const short_leg = first_of(vault.shorts);
    Series const* const long_leg = first_of(vault.longs);
    if (short_leg != nullptr && long_leg != nullptr && !hedges(*long_leg, *short_leg)) {
        return SpreadRefusal::long_not_marginable;
    }
    Series const* const leg = short_leg != nullptr ? short_leg : long_leg;
    Collateral const* const collateral = first_of(vault.collaterals);
    if (leg != nullptr && collateral != nullptr && leg->collateral != collateral->asset) {
        return SpreadRefusal::collateral_not_marginable;
    }
    return outcome::success();
}

or_refusal<naked::Excess, SpreadRefusal> excess(OptionVault const& vault, Prices const& prices) {
    PLIMSOLL_TRYV(check_structure(vault));
    Series const* const short_leg = first_of(vault.shorts);
    Series const* const long_leg = first_of(vault.longs);
    Series const* const leg = short_leg != nullptr ? short_leg : long_leg;
    if (leg == nullptr) {
        bool const empty = vault.collateral_amounts.empty();
        return naked::Excess{empty ? Wide{0} : vault.collateral_amounts.front(), true};
    }
    Legs const legs{amount_of(vault.short_amounts, amount_decimals),
                    amount_of(vault.long_amounts, amount_decimals),
                    short_leg != nullptr ? short_leg->strike : Fixed27{},
                    long_leg != nullptr ? long_leg->strike : Fixed27{}};
    Collateral const* const held = first_of(vault.collaterals);
    Fixed27 const collateral =
        held != nullptr ? amount_of(vault.collateral_amounts, held->decimals) : Fixed27{};
    int const decimals = long_leg != nullptr ? long_leg->collateral_decimals
                                             : short_leg->collateral_decimals;
    if (leg->seconds_to_expiry > 0) {
        Fixed27 const loss = largest_loss(legs, leg->is_put);
        std::string const& asset = leg->is_put ? leg->strike_asset : leg->underlying;
        PLIMSOLL_TRY(needed, convert_live(loss, asset, leg->collateral, prices));
        return naked::excess(collateral, needed, decimals);
    }
    Fixed27 owed;
    if (short_leg != nullptr) {
        PLIMSOLL_TRY(cash, cash_value(*short_leg, prices));
        owed = owed + cash * legs.short_amount;
    }
    if (long_leg != nullptr) {
        PLIMSOLL_TRY(cash, cash_value(*long_leg, prices));
        owed = owed - cash * legs.long_amount;
    }
    PLIMSOLL_TRY(needed, convert_at_expiry(owed, leg->strike_asset, leg->collateral, prices));
    return naked::excess(collateral, needed, decimals);
}

Fixed27 largest_loss(Legs const& legs, bool is_put) { return is_put ? largest_put_loss(legs) : largest_call_loss(legs); }

Fixed27 intrinsic(Fixed27 const& strike, Fixed27 const& spot, bool is_put) {
    return std::max(is_put ? strike - spot : spot - strike, Fixed27{});
}

or_refusal<Fixed27, SpreadRefusal> cash_value(Series const& series, Prices const& prices) {
    PLIMSOLL_TRY(spot, convert_at_expiry(Fixed27::one(), series.underlying, series.strike_asset,
                                         prices));
    return intrinsic(series.strike, spot, series.is_put);
}

or_refusal<Payout, SpreadRefusal> payout_per_contract(Series const& series, Prices const& prices) {
    if (series.seconds_to_expiry > 0) return SpreadRefusal::not_expired;
    PLIMSOLL_TRY(cash, cash_value(series, prices));
    PLIMSOLL_TRY(paid, convert_at_expiry(cash, series.strike_asset, series.collateral, prices));
    return Payout{paid.magnitude(series.collateral_decimals, Rounding::floor)};
}

} // namespace plimsoll::risk::spread
