/// Maker's collateral auction on a book: a vault's coins are sold at a falling price.
#pragma once

#include "risk/clearing/collateral_auction.hpp"
#include "risk/clearing/sale.hpp"

namespace plimsoll::risk {

/// An account under a ratio preset is a vault for each coin it holds (pledges.hpp). Of the coin that its debt weighs on
/// most, as much is put up as there is room for below the limits of all auctions and of that coin's; a rest below the
/// debt floor goes along. Coins and debt stay with the account, which is locked, until somebody buys: what a buyer pays
/// lowers the debt, and above the debt goes to the shared fund as the penalty. The sums are collateral_auction.hpp's, at a
/// rate of one, since interest is in the balance; on the book a tab and a price are rounded down to 10^-18, a payment up.
///
/// An account answers with all it holds: what a lot did not bring stays its debt while it has other coins, or coins that
/// there was no room for, and is a loss once it has nothing left.
class CollateralSale final : public Sale {
public:
    using Sale::Sale;

    /// Errors: also Errc::procedure_does_not_fit, collateral_not_auctioned, liquidation_limit_hit, auction_would_be_dust, price_missing.
    [[nodiscard]] result<OpenLiquidation> start(Liquidate const& ask, OpenLiquidations const& in_flight, Origin const& origin,
                                                Decision& decision) override;
    /// As much as is asked for, but no more than meets the tab; a rest below the least tab is not left behind: less is
    /// sold, or nothing. Errors: also Errc::auction_needs_restart, price_limit_exceeded, partial_take_leaves_dust,
    /// bidder_cash_insufficient, share_out_of_bounds.
    [[nodiscard]] result<bool> bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) override;
    /// Starts one anew that is too old or fell too far: the liquidation ends, and another begins for what is left, on the
    /// same terms, from the market's price of now. The incentive is paid again where tab and lot are worth the least tab.
    [[nodiscard]] result<bool> look_again(OpenLiquidation& open, AccountId keeper, Origin const& origin, Decision& decision) override;

private:
    [[nodiscard]] bool sells(AssetId asset) const override;
    [[nodiscard]] result<Int128> market_price(AssetId asset) const;
    [[nodiscard]] static vault::Curve curve_of(Figures const& terms);
    /// Fills in the start price, pays the incentive and writes LiquidationStarted.
    [[nodiscard]] result<void> put_up(OpenLiquidation& open, Levels const& levels, Figures terms, AccountId keeper, bool earns_incentive,
                                      Origin const& origin, Decision& decision);
};

} // namespace plimsoll::risk
