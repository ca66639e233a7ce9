#include "risk/clearing/perpetual.hpp"

namespace plimsoll::risk::derive {
namespace {

constexpr Int128 seconds_per_hour = 3'600;

/// The one quotient of the protocol that is rounded to the nearest, halves away from zero: from one
/// more digit, which is truncated itself.
[[nodiscard]] Int256 rounded_quotient(Checked& on, Int256 const& a, Int256 const& b) {
    Int256 const tenths = on.divide(on.multiply(a, 10 * one_units), b);
    Int256 const half = tenths.is_negative() ? Int256{-5} : Int256{5};
    return on.divide(on.add(tenths, half), Int256{10});
}

} // namespace

Int256 PerpetualOperation::funding_rate_per_hour() {
    if (prices_.impact_bid > prices_.impact_ask) {
        on_.refuse(Errc::impact_prices_cross);
        return {};
    }
    Int256 const above = std::max(Int256{}, on_.subtract(prices_.impact_bid, prices_.index));
    Int256 const below = std::max(Int256{}, on_.subtract(prices_.index, prices_.impact_ask));
    Int256 const premium = on_.over(on_.subtract(above, below), prices_.index);
    Int256 const rate = on_.add(rounded_quotient(on_, premium, model_.convergence_hours),
                                model_.static_rate_per_hour);
    return std::max(on_.negate(model_.max_rate_per_hour), std::min(model_.max_rate_per_hour, rate));
}

Int256 PerpetualOperation::aggregate_now() {
    std::int64_t const seconds = now_seconds_ - index_.last_seconds;
    Int256 const rate =
        on_.divide(on_.multiply(funding_rate_per_hour(), Int128{seconds}), seconds_per_hour);
    return on_.add(index_.aggregate, on_.times(rate, prices_.index));
}

void PerpetualOperation::accrue_funding() {
    if (now_seconds_ == index_.last_seconds) return; // even where the impact prices cross
    index_.aggregate = aggregate_now();
    index_.last_seconds = now_seconds_;
}

Int256 PerpetualOperation::funding_of(PerpetualPosition const& position, Int256 const& aggregate) {
    return on_.times(on_.negate(position.size),
                     on_.subtract(aggregate, position.last_funding_index));
}

Int256 PerpetualOperation::profit_of(PerpetualPosition const& position) {
    return on_.times(on_.subtract(prices_.perp, position.last_mark_price), position.size);
}

void PerpetualOperation::realise(PerpetualPosition& position) {
    accrue_funding();
    position.stored_pnl = on_.add(position.stored_pnl, profit_of(position));
    position.last_mark_price = prices_.perp;
    position.stored_funding =
        on_.add(position.stored_funding, funding_of(position, index_.aggregate));
    position.last_funding_index = index_.aggregate;
}

void PerpetualOperation::change(PerpetualPosition& position, Int256 const& size) {
    realise(position);
    position.size = on_.add(position.size, size);
}

void PerpetualOperation::transfer(PerpetualPosition& from, PerpetualPosition& to,
                                  Int256 const& size) {
    if (&from == &to) on_.refuse(Errc::account_must_differ);
    change(from, on_.negate(size));
    change(to, size);
}

Int256 PerpetualOperation::settle(PerpetualPosition& position) {
    realise(position);
    Int256 const amount = on_.add(position.stored_pnl, position.stored_funding);
    position.stored_pnl = Int256{};
    position.stored_funding = Int256{};
    return amount;
}

Int256 PerpetualOperation::unsettled_cash(PerpetualPosition const& position) {
    Int256 const unrealised = on_.add(funding_of(position, aggregate_now()), profit_of(position));
    return on_.add(unrealised, on_.add(position.stored_funding, position.stored_pnl));
}

} // namespace plimsoll::risk::derive
