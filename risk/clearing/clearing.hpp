/// The clearing house's rules: a command and the book as it stands give events to append, or a refusal.
#pragma once

#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/commands.hpp"
#include "risk/clearing/perpetual_pools.hpp"
#include "risk/clearing/terms.hpp"
#include "risk/clearing/vaults.hpp"

namespace plimsoll::risk {

/// Decides commands that are done in one step; what takes several (a liquidation) has files of its own.
/// Pure: reads the book and the desk, changes neither; what it decides goes to book::decide and apply,
/// which keep the bookkeeping rules.
class Clearing {
public:
    /// Without a desk no margin preset is in force: trades are bookkeeping only.
    Clearing(book::Book const& book, MarginDesk* desk) : book_(&book), desk_(desk), vaults_(book, desk), pools_(book, desk) {
        if (desk != nullptr) acceptance_.emplace(book, *desk);
    }

    /// `decision` is emptied first. Its events carry `origin`. A refusal fills its figures.
    /// Errors: Errc of commands and margin; book::Errc of bookkeeping.
    [[nodiscard]] result<void> decide(Command const& command, Origin const& origin, Decision& decision);

    /// Adds a payment of `asset` out of an account, where the account may make it. Errors: those of Acceptance::payment.
    [[nodiscard]] result<void> pay(Body const& payment, AccountId payer, AssetId asset, Origin const& origin,
                                   Decision& decision);

    /// What is to be booked before a pool's command is decided. Errors: as PerpetualPools::funding_due.
    [[nodiscard]] result<void> funding_due(PerpetualPoolCommand const& command, Origin const& origin, Decision& decision) const {
        return pools_.funding_due(command, origin, decision);
    }

private:
    [[nodiscard]] result<void> decide_one(Deposit const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(Withdraw const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(Transfer const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(Trade const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(Observe const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(Fund const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(SettleExpiry const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(Check const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(VaultCommand const& ask, Origin const& origin, Decision& decision) {
        return vaults_.decide(ask, origin, decision);
    }
    [[nodiscard]] result<void> decide_one(PerpetualPoolCommand const& ask, Origin const& origin, Decision& decision) {
        return pools_.decide(ask, origin, decision);
    }
    template <class Other> [[nodiscard]] result<void> decide_one(Other const&, Origin const&, Decision&) {
        return fail(Errc::no_margin_rule); // liquidations are decided by liquidation.hpp
    }
    [[nodiscard]] result<void> charge(Traded& trade, TradeTerms const& terms) const;
    [[nodiscard]] result<void> keep_cap(Traded const& trade, TradeTerms const& terms, std::span<Event const> decided, Decision& decision);
    [[nodiscard]] result<std::span<Event const>> foresee(Origin const& origin, Body const& body);

    book::Book const* book_;
    MarginDesk* desk_;
    std::optional<Acceptance> acceptance_; ///< where there is a desk
    Vaults vaults_;
    PerpetualPools pools_;
    std::vector<Event> foreseen_; ///< kept for its memory
    AccountRows rows_;
};

/// The ledger's first account of a kind, where `named` is none; a staked module with a parent stands for that account alone
/// (risk/credit), and is nobody's first.
/// Errors: Errc::no_account_of_kind.
[[nodiscard]] result<AccountId> account_of_kind(book::Book const& book, AccountId named, wire::AccountKind kind);

/// What an account has of an asset (negative: owes), as booked; 0 where it never had any.
[[nodiscard]] Int128 balance_of(book::Book const& book, AccountId account, AssetId asset);

/// What `size` contracts at `price` cost the buyer, in the settlement asset (spot: the quote asset):
/// size * price * multiplier; inverse: -size / price * multiplier. Rounded down: the buyer's favour, by
/// less than 10^-18. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Amount> quote_of(book::InstrumentRow const& instrument, Quantity size, Price price);

/// The event of a trade at that cost, without fees.
[[nodiscard]] result<Traded> trade_of(book::Book const& book, InstrumentId instrument, AccountId buyer, AccountId seller,
                                      Quantity size, Price price);

} // namespace plimsoll::risk
