#include "risk/clearing/liquidation_limits.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>

namespace plimsoll::risk {

void LiquidationWindow::follow(Event const& event, TimeNs now) {
    if (!limits_.are_some()) return;
    while (!done_.empty() && done_.front().time <= now - limits_.window) done_.pop_front();
    auto const* const fact = std::get_if<RareFact>(&event.body);
    if (fact == nullptr) return;
    visit_rare(**fact, [&](auto const& rare) {
        using Fact = std::decay_t<decltype(rare)>;
        if constexpr (std::is_same_v<Fact, LiquidationBid>) {
            Int128 const amount = units(rare.amount);
            done_.push_back({now, AccountId{rare.account}, InstrumentId{rare.instrument}, amount < 0 ? -amount : amount});
        } else if constexpr (std::is_same_v<Fact, WaterfallPaid>) {
            if (rare.layer == wire::Layer::market_fund || rare.layer == wire::Layer::shared_fund) done_.push_back({now, {}, {}, units(rare.amount)});
        }
    });
}

Int128 LiquidationWindow::closable(AccountId account, InstrumentId instrument, Int128 notional, TimeNs now) const {
    if (!limits_.are_some()) return notional;
    Int128 of_account = 0;
    Int128 of_position = 0;
    for_window(now, [&](Done const& done) {
        if (done.account != account) return;
        of_account += done.units;
        if (done.instrument == instrument) of_position += done.units;
    });
    auto const share = multiply_divide(notional + of_position, limits_.position_share, one_units, Rounding::floor);
    Int128 allowed = std::max(limits_.position_least, share.value_or(notional)) - of_position;
    if (limits_.account != 0) allowed = std::min(allowed, limits_.account - of_account);
    return std::clamp<Int128>(allowed, 0, notional);
}

Int128 LiquidationWindow::fund_loss_left(TimeNs now) const {
    if (!limits_.are_some() || limits_.fund_loss == 0) return row_limit_units;
    Int128 paid = 0;
    for_window(now, [&](Done const& done) { paid += done.account.is_some() ? 0 : done.units; });
    return std::max<Int128>(limits_.fund_loss - paid, 0);
}

TimeNs LiquidationWindow::next_release(AccountId account, TimeNs now) const {
    TimeNs first = now;
    bool is_found = false;
    for_window(now, [&](Done const& done) {
        if (is_found || done.account != account) return;
        first = done.time + limits_.window;
        is_found = true;
    });
    return first;
}

} // namespace plimsoll::risk
