/// Decides what an option pool is asked: listings, trades, its queue, its hedge. Pure: a book and a history in, events out.
#pragma once

#include "risk/clearing/decision.hpp"
#include "risk/clearing/margin_desk.hpp"
#include "risk/pool/pool_breakers.hpp"
#include "risk/pool/pool_commands.hpp"
#include "risk/pool/pool_quote.hpp"

namespace plimsoll::risk::pool {

class PoolDesk {
public:
    /// The book must outlive it.
    PoolDesk(book::Book const& book, AccountId pool, PoolPreset preset);

    /// After an event was applied to the book, or again from the log.
    void follow(std::uint64_t sequence, Event const& event) { history_.follow(sequence, event, *book_); }
    [[nodiscard]] PoolHistory const& history() const { return history_; }
    [[nodiscard]] PoolPreset const& preset() const { return preset_; }
    void forget();

    /// `origin`'s time is not before the book's. `margin`: asked of whoever trades or pays in; null where no rule is in force.
    /// Errors: Errc of pools, of margin; book::Errc of bookkeeping.
    [[nodiscard]] result<void> decide(PoolCommand const& command, Origin const& origin, MarginDesk* margin, Decision& decision) const;

private:
    [[nodiscard]] result<void> decide_one(PoolList const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(PoolTrade const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(PoolDeposit const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(PoolWithdraw const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(PoolProcess const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(PoolHedge const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const;

    [[nodiscard]] result<PoolStanding> fresh_standing(TimeNs now) const;
    [[nodiscard]] result<void> accept_trade(PoolTrade const& ask, Traded const& trade, Origin const& origin, MarginDesk* margin, Decision& decision) const;
    [[nodiscard]] result<void> accept_payment(AccountId payer, Transferred const& paid, Origin const& origin, MarginDesk* margin,
                                              Decision& decision) const;
    [[nodiscard]] result<void> pay_in(PoolStanding& standing, Int128 price_value, Int128 supply, std::uint64_t most, Origin const& origin,
                                      Decision& decision) const;
    [[nodiscard]] result<void> pay_out(PoolStanding& standing, Int128 price_value, Int128 supply, std::uint64_t most, Origin const& origin,
                                       Decision& decision) const;
    [[nodiscard]] result<void> need_names(PoolNames const& names) const;
    [[nodiscard]] result<void> trade_spot(PoolStanding const& standing, Int128 amount, Int128 price, Origin const& origin, Decision& decision) const;
    void set(std::string_view name, Int128 value, std::string_view text, Origin const& origin, Decision& decision) const;
    [[nodiscard]] std::string name() const { return std::string(book_->account(history_.pool()).name.view()); }

    book::Book const* book_;
    PoolPreset preset_;
    PoolHistory history_;
};

} // namespace plimsoll::risk::pool
