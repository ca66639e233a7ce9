/// What an account's short and a vault's have in common when a ramp sells them: its terms, its price, what a take says.
#pragma once

#include "risk/clearing/ramped_auction.hpp"
#include "risk/clearing/sale.hpp"

#include <functional>

namespace plimsoll::risk {

/// What taking over an option on one coin earns, in the collateral's 10^-18, `elapsed` seconds after the start: `collateral` is
/// there for `coins`, which are not 0. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> ramp_price(LotOnSale const& lot, AssetId quote, Int128 collateral, Int128 coins, std::int64_t elapsed);

/// A short option and the collateral that is there for it.
struct RampedShort {
    AssetId quote;
    AssetId base;
    AssetId collateral;
    Int128 collateral_units = 0;
    Int128 contracts = 0;
    Int128 coins = 0; ///< that the contracts are on
    Int128 spot = 0;
    Int128 cash_value = 0; ///< of a coin's worth, then
};

/// What a bidder takes over, and what is left.
struct RampedTake {
    Int128 size = 0;     ///< contracts
    Int128 fraction = 0; ///< of those on sale
    Int128 price = 0;
    Int128 earned = 0;
    Int128 contracts_left = 0;
    Int128 collateral_left = 0;
};

class Ramp : public Sale {
public:
    using Sale::Sale;

    /// When an account itself last changed: whoever keeps the log knows, and start() asks. Never, unless told otherwise.
    using LastDeed = std::function<result<TimeNs>(AccountId)>;
    void ask_for_deeds(LastDeed last_deed) { last_deed_ = std::move(last_deed); }

protected:
    [[nodiscard]] bool has_expired(InstrumentId instrument, Origin const& origin) const;
    /// The spot must have been observed after the account last changed; `who` is it in the message.
    /// Errors: Errc::price_older_than_account.
    [[nodiscard]] result<void> check_spot_is_newer(AssetId base, AccountId account, std::string_view who) const;
    /// Tells the fact all terms of the sale, and starts it. Errors: Errc::arithmetic_overflow.
    [[nodiscard]] static result<void> put_up(OpenLiquidation& open, LiquidationStarted& fact, RampedShort const& sold, RampedAuctionTerms const& terms,
                                             TimeNs time, Decision& decision);
    /// The price now, told. Errors: Errc::price_limit_exceeded (below what the bidder wants), arithmetic_overflow.
    [[nodiscard]] result<Int128> price_for(Bid const& ask, LotOnSale const& lot, AssetId quote, Int128 collateral, Int128 coins, Origin const& origin,
                                           Decision& decision) const;
    /// Errors: Errc::partial_take_leaves_dust.
    [[nodiscard]] result<void> check_dust(LotOnSale const& lot, AssetId collateral, Int128 collateral_left) const;
    [[nodiscard]] static LiquidationBid bid_of(OpenLiquidation const& open, Bid const& ask, InstrumentId instrument, AssetId collateral,
                                               RampedTake const& take);

private:
    LastDeed last_deed_;
};

} // namespace plimsoll::risk
