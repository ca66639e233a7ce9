/// How much may be liquidated in a window, so that one liquidation does not become everybody's.
#pragma once

#include "ledger/book/book.hpp"

#include <deque>
#include <map>

namespace plimsoll::risk {

/// Of closing on the order book; an account that is worth less than nothing ends whole. Amounts are of the quote asset.
/// Source: dYdX v4, per block: the larger of 1,000 and a tenth of a position, 100,000 of an account, 1,000,000 of the fund.
struct LiquidationLimits {
    TimeNs window = 0;         ///< 0: no limits
    Int128 position_least = 0; ///< notional of one position that may always be closed
    Int128 position_share = 0; ///< and this share of it, 10^-18, where that is more
    Int128 account = 0;        ///< notional of one account; 0: any
    Int128 fund_loss = 0;      ///< what insurance funds pay for all losses together; 0: any

    [[nodiscard]] bool are_some() const { return window != 0; }
};

/// Remembers what was closed and paid within the window. Whoever applies events shows them here.
class LiquidationWindow {
public:
    explicit LiquidationWindow(LiquidationLimits const& limits) : limits_(limits) {}

    [[nodiscard]] LiquidationLimits const& limits() const { return limits_; }
    void follow(Event const& event, TimeNs now);
    void forget() { done_.clear(); }

    /// Notional of a position that may be closed now, of what is still there.
    [[nodiscard]] Int128 closable(AccountId account, InstrumentId instrument, Int128 notional, TimeNs now) const;
    /// What funds may still pay now.
    [[nodiscard]] Int128 fund_loss_left(TimeNs now) const;
    /// When the oldest of what counts for the account leaves the window.
    [[nodiscard]] TimeNs next_release(AccountId account, TimeNs now) const;

private:
    struct Done {
        TimeNs time = 0;
        AccountId account;       ///< none: a fund paid
        InstrumentId instrument;
        Int128 units = 0;
    };
    template <class F> void for_window(TimeNs now, F&& f) const {
        for (Done const& done : done_) {
            if (done.time > now - limits_.window) f(done);
        }
    }

    LiquidationLimits limits_;
    std::deque<Done> done_; ///< in order of time
};

} // namespace plimsoll::risk
