/// Every option vault of a book, those that hold too little first.
#pragma once

#include "risk/clearing/vault_prices.hpp"
#include "risk/margin/market.hpp"

#include <optional>
#include <vector>

namespace plimsoll::risk {

enum class VaultState : std::uint8_t {
    below,     ///< it holds less than it is asked for, and may be put up
    on_sale,   ///< its auction is open
    expired,   ///< its series has expired: holders exercise, the owner settles
    not_known, ///< what it is asked for cannot be said, and why is told
    holds,
    idle,      ///< nothing is short
};
[[nodiscard]] std::string_view word(VaultState state);

struct VaultLine {
    VaultStand stand;
    VaultState state{};
    VaultNeeds needs;
    std::optional<VaultPrices> prices; ///< before the expiry, where something is short
    std::optional<Error> failure;      ///< of a vault that is not known

    /// Below zero: missing, in the collateral.
    [[nodiscard]] Int128 excess() const { return stand.locked - needs.required; }
};

/// Who is missing the largest part of what is asked comes first, then those not known, then who has the least to spare, then
/// the idle; of equals, the vault opened first. Errors: Errc::procedure_does_not_fit.
[[nodiscard]] result<std::vector<VaultLine>> list_vaults(Market const& market, Preset const& preset);

/// In one asset.
struct VaultSums {
    std::uint64_t vaults = 0;
    Int128 locked = 0;
    Int128 required = 0;
    Int128 missing = 0;    ///< by those that hold too little
    Int128 cash_value = 0; ///< what all shorts are worth now
};
/// By asset, in the order of definition; of what is known. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<std::vector<std::pair<AssetId, VaultSums>>> sum_vaults(std::vector<VaultLine> const& lines);

} // namespace plimsoll::risk
