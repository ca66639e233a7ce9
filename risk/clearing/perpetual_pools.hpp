/// A pool that takes the other side of every trade in a perpetual: price impact, funding by velocity, forced closes.
#pragma once

#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/perpetual_pool_commands.hpp"
#include "risk/clearing/perpetual_pool_terms.hpp"

namespace plimsoll::risk {

/// The pool is an account of kind pool; its skew is its own position, turned around. The account `impact:POOL`, of kind treasury,
/// holds what impacts have cost and pays who brings balance, never below zero. The rules themselves are risk/pool's:
/// price_impact (GMX), funding_velocity (Synthetix), profit_factor (GMX).
class PerpetualPools {
public:
    PerpetualPools(book::Book const& book, MarginDesk* desk) : book_(&book) {
        if (desk != nullptr) acceptance_.emplace(book, *desk);
    }

    /// Funding must have been brought up to date (funding_due) and booked before it.
    /// Errors: those of pool::Errc; Errc::no_account_of_kind, mark_missing, price_limit_exceeded; those of the terms, the rules
    /// and Acceptance; book::Errc.
    [[nodiscard]] result<void> decide(PerpetualPoolCommand const& command, Origin const& origin, Decision& decision);

    /// What brings funding of the command's instrument up to date: its index, and where its rate then stands. Nothing where
    /// none is asked for or no second has gone by. The first time it begins, at a rate of 0. Errors: as decide.
    [[nodiscard]] result<void> funding_due(PerpetualPoolCommand const& command, Origin const& origin, Decision& decision) const;

private:
    /// What a command is about, found and checked.
    struct Desk {
        AccountId pool;
        InstrumentId instrument;
        Int128 price = 0; ///< the mark
        Int128 skew = 0;  ///< contracts that traders are long, less short
        PerpetualPoolTerms terms;
    };
    [[nodiscard]] result<Desk> desk_of(AccountId named, InstrumentId instrument) const;
    [[nodiscard]] result<void> decide_one(TradeWithPool const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(AccruePoolFunding const& ask, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(DeleveragePool const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<AccountId> impact_fund(AccountId pool) const;
    [[nodiscard]] result<pool::PoolSide> side_of(Desk const& desk, bool is_long, std::vector<AccountId>* who, std::vector<pool::PoolWinner>* winners) const;

    book::Book const* book_;
    std::optional<Acceptance> acceptance_; ///< where there is a desk
    std::vector<Event> foreseen_;
};

} // namespace plimsoll::risk
