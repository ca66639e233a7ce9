/// Auctioning an account: what a bid moves, by Derive's auction on a book.
#pragma once

#include "risk/clearing/liquidation.hpp"
#include "risk/clearing/take_over.hpp"

namespace plimsoll::risk {

/// Decides the groups of events of accounts that are not closed on an order book (dutch_auction.hpp holds
/// the prices). A bidder takes a share of every balance and position, rounded toward zero (the remainder
/// stays with the account), and pays cash; of an insolvent account it is paid instead, by the account,
/// whose loss goes down the layers.
class Auctions {
public:
    /// `clearing`: the preset whose layers pay losses; none: LossCover's own. Nobody is deleveraged: a bidder has
    /// taken the positions over.
    Auctions(book::Book const& book, MarginDesk& desk, ClearingPreset const* clearing = nullptr)
        : book_(&book), desk_(&desk), clearing_(clearing), foresight_(book) {}

    /// Right after LiquidationStarted, in its group: the fee of a solvent account, to the shared fund.
    /// Errors: as derive::DutchAuction::start.
    [[nodiscard]] result<void> open(OpenLiquidation& open, Origin const& origin, Decision& decision);

    /// True where the auction is over. The bidder must hold what the auction asks in cash, and its initial
    /// margin afterwards. A part of an insolvent account is sold only where the layers can pay for it whole;
    /// what they lack for the last share stays with the account as open bad debt.
    /// Errors: as derive::DutchAuction::bid; Errc::initial_margin_insufficient, fund_insufficient.
    [[nodiscard]] result<bool> bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision);

    /// Time went by: ends an auction whose reason is gone, or turns one that found no price into one of an
    /// insolvent account (ended as insolvent, started again). True where it is over.
    /// Errors: Errc::auction_already_ongoing where neither.
    [[nodiscard]] result<bool> look_again(OpenLiquidation& open, Origin const& origin, Decision& decision);

private:
    [[nodiscard]] result<derive::DutchAuction> auction_of(AccountId account, Origin const& origin, Levels& levels);
    [[nodiscard]] result<std::optional<LossPlan>> pay_bidder(OpenLiquidation const& open, AccountId bidder, Int128 units, bool is_last,
                                                             Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<Levels> levels_foreseen(AccountId account);
    void end(OpenLiquidation const& open, wire::LiquidationOutcome outcome, Int128 equity, Origin const& origin,
             Decision& decision) const;

    book::Book const* book_;
    MarginDesk* desk_;
    ClearingPreset const* clearing_;
    Foresight foresight_;
    AccountRows rows_;
};

} // namespace plimsoll::risk
