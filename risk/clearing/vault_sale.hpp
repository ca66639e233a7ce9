/// The auction of an option vault that holds too little: holders give its contracts back for a rising share of its collateral.
#pragma once

#include "risk/clearing/ramp.hpp"
#include "risk/clearing/vaults.hpp"

namespace plimsoll::risk {

/// Opyn's auction between peers: `ramp_price` of the preset's terms, as RampedSale, but who bids must have the contracts, which
/// are gone afterwards; so no risk passes to anybody, no layer is asked, and nobody's rows change but the vault's and the
/// bidder's. Only a naked vault can come to it.
class VaultSale final : public Ramp {
public:
    VaultSale(book::Book const& book, MarginDesk& desk, ClearingPreset const* clearing) : Ramp(book, desk, clearing), vaults_(book, &desk) {}

    /// Vaults strictly below what they are asked for, not on sale and not expired; deepest shortfall for what is required first.
    [[nodiscard]] std::vector<AccountId> due(Origin const& origin);

    /// Errors: Errc::not_a_vault, account_above_maintenance, nothing_to_liquidate, option_expired, collateral_not_auctioned,
    /// price_older_than_account; those of Vaults::check.
    [[nodiscard]] result<OpenLiquidation> start(Liquidate const& ask, OpenLiquidations const& in_flight, Origin const& origin,
                                                Decision& decision) override;
    /// Errors: Errc::option_expired, options_insufficient, price_limit_exceeded (below what the bidder wants),
    /// partial_take_leaves_dust, share_out_of_bounds; auction_must_be_terminated where the vault holds enough again.
    [[nodiscard]] result<bool> bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) override;
    /// Ends it where the vault holds enough again, is short nothing, or its series has expired.
    [[nodiscard]] result<bool> look_again(OpenLiquidation& open, AccountId keeper, Origin const& origin, Decision& decision) override;

private:
    [[nodiscard]] bool sells(AssetId) const override { return false; }
    void end(OpenLiquidation const& open, wire::LiquidationOutcome outcome, VaultStand const& stand, Int128 owed, Origin const& origin, Decision& decision) const;

    Vaults vaults_;
};

} // namespace plimsoll::risk
