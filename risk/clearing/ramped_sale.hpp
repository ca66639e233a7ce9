/// Opyn's auction on a book: a naked short is taken over for a part of its collateral that rises to all of it.
#pragma once

#include "risk/clearing/ramp.hpp"

namespace plimsoll::risk {

/// Of an account under a naked-bound preset, the short option that asks for most is put up, at a spot price observed
/// after the account last changed. Whoever takes contracts over is paid for each, out of the collateral: coins of the
/// underlying for a call whose seller has any, else the quote asset. The price rises from a little below the cash value
/// at the start's spot, in a straight line, to all the collateral there is; ramped_auction.hpp has the sums. Both
/// payment and price are rounded down. A short that nobody took settles at its expiry; a debt that it leaves is then a loss.
class RampedSale final : public Ramp {
public:
    using Ramp::Ramp;

    /// Errors: also Errc::procedure_does_not_fit, collateral_not_auctioned, price_older_than_account, option_expired.
    [[nodiscard]] result<OpenLiquidation> start(Liquidate const& ask, OpenLiquidations const& in_flight, Origin const& origin,
                                                Decision& decision) override;
    /// Errors: also Errc::option_expired, price_limit_exceeded (below what the bidder wants), partial_take_leaves_dust,
    /// auction_must_be_terminated where the account has its margin again.
    [[nodiscard]] result<bool> bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) override;
    /// Ends it where the account has its margin again, or the option has expired and been settled.
    [[nodiscard]] result<bool> look_again(OpenLiquidation& open, AccountId keeper, Origin const& origin, Decision& decision) override;

private:
    [[nodiscard]] bool sells(AssetId asset) const override;
    [[nodiscard]] result<void> close_flat(OpenLiquidation const& open, AccountId keeper, Origin const& origin, Decision& decision);
};

} // namespace plimsoll::risk
