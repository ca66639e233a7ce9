/// Liquidating an account, a step at a time: who is next, the start, and closing on the order book.
#pragma once

#include "risk/clearing/clearing.hpp"
#include "risk/clearing/close_pace.hpp"
#include "risk/clearing/close_price.hpp"
#include "risk/clearing/lot_on_sale.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "risk/clearing/rows_after.hpp"
#include "risk/clearing/sale_terms.hpp"
#include "risk/clearing/terms.hpp"

namespace plimsoll::risk {

/// A liquidation that is going on: what its events so far add up to.
struct OpenLiquidation {
    std::uint64_t id = 0;
    AccountId account;
    AccountId liquidator;                ///< of an order-book close: who takes over
    std::uint64_t started_sequence = 0;
    bool is_auction = false;
    Int128 penalty = 0;                  ///< paid to the fund
    InstrumentId worst;                  ///< what weighed most when it started
    derive::Auction auction;
    Procedure procedure{};               ///< which auction it is
    LotOnSale lot;                       ///< of an auction by the clearing preset's procedure
    PacedClose paced;                    ///< of an order-book close that takes its time
    bool is_over = false;                ///< ended in the group that started it
};

/// Whether an account's portfolio has anything that a liquidation could close or sell. One that only owes cash has been
/// liquidated already: its debt is open, or was covered. What a position without contracts has not settled is still to be realised.
[[nodiscard]] bool has_anything(Portfolio const& portfolio);

/// Adds an event of the account, from its LiquidationStarted on.
void recall(OpenLiquidation& open, Event const& event);
void recall_pace(PacedClose& paced, Event const& event);
/// Its first event, with the figures at the trigger; the procedure is the caller's to say.
[[nodiscard]] LiquidationStarted started_of(OpenLiquidation const& open, Levels const& levels, MarginDesk const& desk);
/// What an account had at the trigger: equity, requirement, maintenance_excess.
void say_levels(AccountId account, Levels const& levels, Decision& decision);
/// Its last event: the account keeps `equity`, in `asset`, where that is above zero.
[[nodiscard]] LiquidationEnded ended_of(OpenLiquidation const& open, wire::LiquidationOutcome outcome, AssetId asset,
                                        Int128 equity);

/// An account below maintenance, and what orders it.
struct LiquidationCase {
    AccountId account;
    Int128 shortfall = 0;   ///< below maintenance, positive
    Int128 requirement = 0; ///< the maintenance margin
    Int128 notional = 0;    ///< of perpetuals and options at the mark
};

/// Deepest shortfall for what is required first, then the largest notional, then the account opened
/// first: total.
[[nodiscard]] bool goes_before(LiquidationCase const& a, LiquidationCase const& b);

/// Whether a kernel closes on the order book; the others are auctioned.
[[nodiscard]] bool closes_on_book(Kernel kernel);

/// What a step of closing came to.
enum class CloseStep : std::uint8_t {
    closed_a_part, ///< more is to be closed
    ended,
    limited, ///< nothing: no more may be closed in this window
    paced,   ///< nothing: no more may be closed until more time has gone by
};

/// Decides one group of events after another; each group is booked before the next is asked for.
class Liquidations {
public:
    /// `clearing`: the preset whose layers pay losses; none: LossCover's own.
    Liquidations(book::Book const& book, MarginDesk& desk, ClearingPreset const* clearing = nullptr)
        : book_(&book), desk_(&desk), clearing_(clearing), foresight_(book) {}

    /// Whether winners may be closed: a breaker may forbid it. They may, unless told otherwise.
    void allow_deleveraging(bool allowed) { may_deleverage_ = allowed; }
    /// What was liquidated within the window that limits it, as of a moment. It must outlive the next steps.
    void limit(LiquidationWindow const& window, TimeNs now) {
        window_ = &window;
        now_ = now;
    }

    /// Everybody strictly below maintenance who is not being liquidated, in order. Liquidators themselves
    /// and accounts whose margin cannot be had are left out.
    [[nodiscard]] std::vector<AccountId> due();

    /// Why close_step() did nothing. Errors: Errc::liquidation_limited with when more may be closed.
    [[nodiscard]] result<void> limited(AccountId account) const;

    /// LiquidationStarted with the figures at the trigger. Strict: an excess of zero is enough.
    /// Errors: Errc::account_above_maintenance; book::Errc::liquidation_already_open.
    [[nodiscard]] result<OpenLiquidation> start(AccountId account, AccountId liquidator, Origin const& origin,
                                                Decision& decision);

    /// The next group of an order-book close. Closes the position with the
    /// largest maintenance margin, no more of it than leaves the account with the buffer, in thousandths
    /// of it, and no more than the limits of the window leave; the fund takes its fee from what the bankruptcy price leaves. An account that is worth less than
    /// nothing ends in one group: the pool takes it whole, where the terms say so and it can bear it; else winners
    /// that the layers name are closed against it, the liquidator takes what is left of every position at the
    /// mark, and who pays the loss, pays.
    [[nodiscard]] result<CloseStep> close_step(OpenLiquidation& open, Origin const& origin, Decision& decision);

private:
    struct Slice;
    [[nodiscard]] result<Slice> slice_of(PerpetualHolding const& held, CloseView const& view, CloseTerms const& terms);
    [[nodiscard]] result<void> cut(Slice const& slice, std::int64_t thousandths, OpenLiquidation const& open,
                                   Origin const& origin, Decision& decision, Int128& fee);
    [[nodiscard]] result<bool> restores(OpenLiquidation const& open, CloseTerms const& terms, Decision const& tried);
    [[nodiscard]] result<bool> goes_to_pool(OpenLiquidation const& open, Levels const& levels, CloseTerms const& terms, Origin const& origin,
                                            Decision& decision);
    [[nodiscard]] result<void> close_insolvent(OpenLiquidation const& open, Int128 equity, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> take_over(OpenLiquidation const& open, std::span<Deleveraged const> deals, Origin const& origin,
                                         Decision& decision) const;
    [[nodiscard]] result<Int128> sell_out(OpenLiquidation const& open, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> end_flat(OpenLiquidation const& open, Origin const& origin, Decision& decision);
    void end(OpenLiquidation const& open, wire::LiquidationOutcome outcome, Int128 equity, Origin const& origin,
             Decision& decision) const;

    book::Book const* book_;
    MarginDesk* desk_;
    ClearingPreset const* clearing_;
    bool may_deleverage_ = true;
    LiquidationWindow const* window_ = nullptr; ///< none: no limits
    TimeNs now_ = 0;
    Foresight foresight_;
    AccountRows rows_;
};

} // namespace plimsoll::risk
