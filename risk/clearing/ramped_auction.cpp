#include "risk/clearing/ramped_auction.hpp"

#include <algorithm>

namespace plimsoll::risk::naked {

Wide ramped_price(Fixed27 const& collateral, Fixed27 const& debt, Fixed27 const& cash,
                  Fixed27 const& spot, bool is_put, Wide const& elapsed_seconds,
                  RampTerms const& terms, int collateral_decimals) {
    Fixed27 const end = collateral / debt;
    if (elapsed_seconds >= terms.auction_seconds) {
        return end.magnitude(collateral_decimals, Rounding::floor);
    }
    Fixed27 start = std::max(cash - terms.oracle_deviation * spot, Fixed27{});
    if (!is_put) start = start / spot;
    // Seconds enter as counts of 10^-18, so that their product keeps nine digits only.
    Fixed27 const elapsed = Fixed27::counted(elapsed_seconds, 18);
    Fixed27 const whole = Fixed27::counted(terms.auction_seconds, 18);
    Fixed27 const price = std::min(start + (end - start) * elapsed / whole, end);
    return price.magnitude(collateral_decimals, Rounding::floor);
}

std::string_view word(LiquidationRefusal refusal) {
    switch (refusal) {
    case LiquidationRefusal::vault_type_not_naked: return "vault_type_not_naked";
    case LiquidationRefusal::expired: return "expired";
    case LiquidationRefusal::round_not_after_vault_update: return "round_not_after_vault_update";
    case LiquidationRefusal::no_tenor_table: return "no_tenor_table";
    case LiquidationRefusal::tenor_beyond_table: return "tenor_beyond_table";
    }
    return {};
}

or_refusal<Liquidation, LiquidationRefusal>
liquidation(NakedVault const& vault, Fixed27 const& spot, bool round_is_newer,
            Wide const& elapsed_seconds, NakedTerms const& terms, RampTerms const& ramp) {
    if (!vault.is_naked) return LiquidationRefusal::vault_type_not_naked;
    ShortOption const& option = vault.option;
    if (option.amount.units().is_zero()) return Liquidation{};
    if (option.seconds_to_expiry <= 0) return LiquidationRefusal::expired;
    if (!round_is_newer) return LiquidationRefusal::round_not_after_vault_update;
    auto const needed = required(option, spot, terms);
    if (!needed) {
        return needed.error() == NakedRefusal::no_tenor_table
                   ? LiquidationRefusal::no_tenor_table
                   : LiquidationRefusal::tenor_beyond_table;
    }
    Fixed27 const collateral = Fixed27::counted(vault.collateral_units, vault.collateral_decimals);
    if (!(collateral < needed.value())) return Liquidation{};
    Fixed27 const cash =
        std::max(option.is_put ? option.strike - spot : spot - option.strike, Fixed27{});
    return Liquidation{true, ramped_price(collateral, option.amount, cash, spot, option.is_put,
                                          elapsed_seconds, ramp, vault.collateral_decimals)};
}

} // namespace plimsoll::risk::naked
