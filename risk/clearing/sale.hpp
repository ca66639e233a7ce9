/// Selling what an account has at a price that moves with time: what the two auctions of clearing presets share.
#pragma once

#include "risk/clearing/liquidation.hpp"
#include "risk/margin/tally.hpp"

#include <map>

namespace plimsoll::risk {

/// Every liquidation that is going on, by account.
using OpenLiquidations = std::map<AccountId, OpenLiquidation>;

/// Decides the groups of events of such an auction; each group is booked before the next is asked for.
class Sale {
public:
    /// `clearing`: the preset in force, with the terms of new auctions and the layers that pay losses. Nothing: those that
    /// go on can be bid for, and losses are LossCover's own.
    Sale(book::Book const& book, MarginDesk& desk, ClearingPreset const* clearing) : book_(&book), desk_(&desk), clearing_(clearing), foresight_(book) {}
    virtual ~Sale() = default;
    Sale(Sale const&) = delete;
    Sale& operator=(Sale const&) = delete;

    /// LiquidationStarted with the figures at the trigger and all its terms. Strict: an excess of zero is enough. Whoever
    /// starts it (none: the ledger's first liquidator) is paid its incentive by the shared fund, as far as that has it.
    /// Errors: Errc::account_above_maintenance, nothing_to_liquidate, and those of each auction.
    [[nodiscard]] virtual result<OpenLiquidation> start(Liquidate const& ask, OpenLiquidations const& in_flight, Origin const& origin,
                                                        Decision& decision) = 0;
    /// True where the auction is over. Errors: Errc::auction_not_ongoing where it has nothing to sell; those of each auction.
    [[nodiscard]] virtual result<bool> bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) = 0;
    /// Time went by. True where it is over. Errors: Errc::auction_already_ongoing where nothing is to be done.
    [[nodiscard]] virtual result<bool> look_again(OpenLiquidation& open, AccountId keeper, Origin const& origin, Decision& decision) = 0;

protected:
    [[nodiscard]] std::string name_of(AccountId account) const { return std::string(book_->account(account).name.view()); }
    [[nodiscard]] std::string name_of(AssetId asset) const { return std::string(book_->asset(asset).name.view()); }
    [[nodiscard]] Int128 balance_of(AccountId account, AssetId asset) const { return risk::balance_of(*book_, account, asset); }
    /// The account's levels, told, and strictly below maintenance.
    [[nodiscard]] result<Levels> levels_below(AccountId account, Decision& decision, MarginDetail* detail = nullptr);
    /// What both auctions' starts say alike.
    [[nodiscard]] LiquidationStarted started_of(OpenLiquidation const& open, Levels const& levels) const;
    [[nodiscard]] result<void> check_bidder(OpenLiquidation const& open, Bid const& ask) const;
    /// What a bid asks for of a lot. Errors: Errc::share_out_of_bounds.
    [[nodiscard]] static result<Int128> wanted(Bid const& ask, Int128 lot);
    [[nodiscard]] static std::int64_t elapsed_seconds(LotOnSale const& lot, book::Book const& book, Origin const& origin);
    /// From the shared fund; gives what it could pay.
    Int128 pay_incentive(AccountId keeper, Int128 units, Origin const& origin, Decision& decision) const;
    /// Everything decided so far as the book will have it; to be called before what follows is foreseen.
    [[nodiscard]] result<void> foresee(Decision const& decision);
    [[nodiscard]] result<Levels> levels_foreseen(AccountId account);
    /// The last event, and the loss where the account is left with nothing to sell and a debt that no loss has recognised
    /// yet; all of it is foreseen.
    [[nodiscard]] result<void> finish(OpenLiquidation const& open, wire::LiquidationOutcome outcome, Figures figures, Origin const& origin,
                                      Decision& decision);
    /// Whether what an account holds of an asset could be sold for its debt.
    [[nodiscard]] virtual bool sells(AssetId asset) const = 0;
    /// The bidder must keep its initial margin. Errors: Errc::initial_margin_insufficient.
    [[nodiscard]] result<void> check_margin(AccountId bidder, Decision& decision);

    book::Book const* book_;
    MarginDesk* desk_;
    ClearingPreset const* clearing_;
    Foresight foresight_;
    AccountRows rows_;

private:
    [[nodiscard]] Int128 open_debt(AccountId account, AssetId asset) const;
};

} // namespace plimsoll::risk
