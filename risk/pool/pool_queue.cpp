#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/clearing/rows_after.hpp"
#include "risk/pool/asset_decimals.hpp"
#include "risk/pool/pool_desk.hpp"
#include "risk/valuation.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

[[nodiscard]] PoolMoved moved_by_queue(PoolStanding const& standing, QueueEntry const& entry, Int128 amount, Int128 shares, Int128 price) {
    PoolMoved fact;
    fact.pool = standing.pool.number();
    fact.account = standing.names.queue.number();
    fact.asset = standing.quote.number();
    fact.share_asset = standing.names.shares.number();
    fact.amount = to_wire(amount);
    fact.shares = to_wire(shares);
    fact.share_price = to_wire(price);
    fact.queued_at = entry.time;
    return fact;
}

[[nodiscard]] result<Int128> part_of(Int128 amount, Int128 numerator, Int128 denominator, Rounding rounding) {
    auto const part = multiply_divide(amount, numerator, denominator, rounding);
    if (!part) return fail(Errc::arithmetic_overflow, "a pool's share");
    return *part;
}

/// When the first of a queue is due.
[[nodiscard]] std::optional<TimeNs> first_due(std::deque<QueueEntry> const& queue, TimeNs delay) {
    if (queue.empty()) return std::nullopt;
    return queue.front().time + delay;
}

} // namespace

/// What waits is the payer's no more: margin is asked as of a payment.
result<void> PoolDesk::accept_payment(AccountId payer, Transferred const& paid, Origin const& origin, MarginDesk* margin, Decision& decision) const {
    Foresight foresight(*book_);
    PLIMSOLL_TRYV(foresight.add(Event{origin, paid}));
    if (margin != nullptr && is_margined(*book_, payer)) {
        Acceptance acceptance(*book_, *margin);
        PLIMSOLL_TRYV(acceptance.payment(payer, paid.asset, foresight.decided(), decision));
    }
    AccountRows rows;
    rows_after(*book_, payer, foresight.decided(), rows);
    for (book::BalanceRow const& row : rows.balances) {
        if (row.asset == paid.asset && row.amount.is_negative()) {
            return fail(Errc::balance_insufficient, std::string(book_->account(payer).name.view()) + " by " + format_decimal(-row.amount.units()));
        }
    }
    return outcome::success();
}

result<void> PoolDesk::decide_one(PoolDeposit const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const {
    if (ask.amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    if (ask.account == history_.pool()) return fail(Errc::account_is_a_pool, name());
    if (!book_->has(ask.asset)) return fail(book::Errc::unknown_asset);
    PoolNames const names = pool_names(*book_, history_.pool());
    PLIMSOLL_TRYV(need_names(names));
    if (history_.quote().is_some() && ask.asset != history_.quote()) {
        return fail(Errc::pool_series_does_not_fit, "the pool takes " + std::string(book_->asset(history_.quote()).name.view()));
    }
    if (ask.amount.units() < preset_.least_move) return fail(Errc::pool_amount_too_small, "least " + format_decimal(preset_.least_move));
    Transferred const paid = transferred(TransferType::pool_deposit, names.queue, ask.account, ask.asset, ask.amount.units());
    PLIMSOLL_TRYV(accept_payment(ask.account, paid, origin, margin, decision));
    if (!history_.quote().is_some()) set(quote_parameter, 0, book_->asset(ask.asset).name.view(), origin, decision);
    decision.add(origin, paid);
    return outcome::success();
}

result<void> PoolDesk::decide_one(PoolWithdraw const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const {
    if (ask.shares.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    PoolNames const names = pool_names(*book_, history_.pool());
    PLIMSOLL_TRYV(need_names(names));
    PLIMSOLL_TRY(standing, standing_of(*book_, history_, preset_, origin.source_time));
    if (standing.supply <= 0) return fail(Errc::balance_insufficient, "the pool has no shares out");
    PLIMSOLL_TRY(worth, part_of(ask.shares.units(), std::max<Int128>(standing.net_value(), 0), standing.supply, Rounding::floor));
    // All that somebody has may always go.
    bool const is_all = ask.shares.units() == balance_of(*book_, ask.account, names.shares);
    if (worth < preset_.least_move && !is_all) return fail(Errc::pool_amount_too_small, format_decimal(worth) + ", least " + format_decimal(preset_.least_move));
    Transferred const paid = transferred(TransferType::pool_withdrawal, names.queue, ask.account, names.shares, ask.shares.units());
    PLIMSOLL_TRYV(accept_payment(ask.account, paid, origin, margin, decision));
    decision.add(origin, paid);
    return outcome::success();
}

/// Shares for what was due, rounded down.
result<void> PoolDesk::pay_in(PoolStanding& standing, Int128 price_value, Int128 supply, std::uint64_t most, Origin const& origin,
                              Decision& decision) const {
    std::uint64_t done = 0;
    Int128 const price = standing.share_price();
    for (QueueEntry const& entry : history_.deposits()) {
        if (done == most || entry.time + preset_.deposit_delay > origin.source_time) break;
        Int128 shares = entry.amount;
        if (supply > 0) {
            PLIMSOLL_TRY(part, part_of(entry.amount, supply, price_value, Rounding::floor));
            shares = part;
        }
        shares = in_decimals(book_->asset(standing.names.shares), shares, Rounding::floor);
        decision.add(origin, rare(moved_by_queue(standing, entry, entry.amount, shares, price)));
        decision.add(origin, transferred(TransferType::pool_deposit, entry.account, standing.names.queue, standing.names.shares, shares));
        standing.cash += entry.amount;
        standing.supply += shares;
        ++done;
    }
    decision.say("deposits_done", {}, static_cast<Int128>(done) * one_units);
    return outcome::success();
}

/// Money for shares that were due, rounded down, less the exit fee; what free liquidity does not carry goes on waiting.
result<void> PoolDesk::pay_out(PoolStanding& standing, Int128 price_value, Int128 supply, std::uint64_t most, Origin const& origin,
                               Decision& decision) const {
    std::uint64_t done = 0;
    Int128 free = standing.free(preset_);
    Int128 const kept = one_units - preset_.exit_fee;
    Int128 const price = multiply_divide(price_value, one_units, supply, Rounding::floor).value_or(0);
    for (QueueEntry const& entry : history_.withdrawals()) {
        if (done == most || entry.time + preset_.withdrawal_delay > origin.source_time || free <= 0) break;
        auto const worth = [&](Int128 shares) -> result<Int128> {
            PLIMSOLL_TRY(gross, part_of(shares, price_value, supply, Rounding::floor));
            PLIMSOLL_TRY(net, part_of(gross, kept, one_units, Rounding::floor));
            return in_decimals(book_->asset(standing.quote), net, Rounding::floor);
        };
        Int128 shares = entry.amount;
        PLIMSOLL_TRY(all, worth(shares));
        Int128 paid = all;
        if (all > free) {
            if (free < preset_.least_move) break; // dust is not worth an entry
            PLIMSOLL_TRY(gross, part_of(free, one_units, kept, Rounding::floor));
            PLIMSOLL_TRY(exact, part_of(gross, supply, price_value, Rounding::floor));
            Int128 const part = in_decimals(book_->asset(standing.names.shares), exact, Rounding::floor);
            PLIMSOLL_TRY(less, worth(part));
            shares = part;
            paid = less;
            if (shares <= 0) break;
        }
        decision.add(origin, rare(moved_by_queue(standing, entry, -paid, -shares, price)));
        decision.add(origin, transferred(TransferType::pool_withdrawal, entry.account, standing.names.queue, standing.quote, paid));
        free -= paid;
        standing.cash -= paid;
        standing.supply -= shares;
        ++done;
        if (shares != entry.amount) {
            decision.say("withdrawal_in_part", entry.account, shares);
            break;
        }
    }
    decision.say("withdrawals_done", {}, static_cast<Int128>(done) * one_units);
    return outcome::success();
}

/// Both queues at one net value, that before either; money that comes in may go out again.
result<void> PoolDesk::decide_one(PoolProcess const& ask, Origin const& origin, MarginDesk*, Decision& decision) const {
    TimeNs const now = origin.source_time;
    if (ask.most == 0) return fail(book::Errc::amount_must_be_positive, "most");
    PLIMSOLL_TRYV(need_names(pool_names(*book_, history_.pool())));
    PLIMSOLL_TRY(standing, standing_of(*book_, history_, preset_, now));
    auto const held = look_at_breakers(pool_metrics(preset_, history_, standing), history_, origin, decision);
    decision.say("net_value", {}, standing.net_value());
    decision.say("share_price", {}, standing.share_price());
    if (held) {
        decision.say("held_by_value", {}, held->metric.value);
        decision.say("held_by_threshold", {}, held->metric.threshold);
        if (!decision.events.empty()) return outcome::success(); // that it is held now stands in the log
        std::string const until = held->until == 0 ? "" : "; at least until " + format_time(held->until);
        return fail(Errc::pool_queue_held, std::string(held->metric.breaker) + ": " + std::string(held->metric.metric) + " " +
                                               format_decimal(held->metric.value) + ", bound " + format_decimal(held->metric.threshold) + until);
    }
    auto const in = first_due(history_.deposits(), preset_.deposit_delay);
    auto const out = first_due(history_.withdrawals(), preset_.withdrawal_delay);
    bool const is_due = (in && *in <= now) || (out && *out <= now);
    if (!is_due) {
        if (!decision.events.empty()) return outcome::success();
        if (!in && !out) return fail(Errc::pool_nothing_due, "nothing waits");
        return fail(Errc::pool_nothing_due, "the next is due at " + format_time(in && out ? std::min(*in, *out) : in ? *in : *out));
    }
    Int128 const supply = standing.supply;
    Int128 const net_value = standing.net_value();
    if (net_value < 0 || (supply > 0 && net_value == 0)) return fail(Errc::pool_worthless, format_decimal(net_value));
    std::size_t const before = decision.events.size();
    set(options_value_parameter, standing.options_value, "", origin, decision);
    set(base_value_parameter, standing.base_value, "", origin, decision);
    std::size_t const first = decision.events.size();
    PLIMSOLL_TRYV(pay_in(standing, net_value, supply, ask.most, origin, decision));
    if (supply > 0) {
        PLIMSOLL_TRYV(pay_out(standing, net_value, supply, ask.most, origin, decision));
    }
    if (decision.events.size() == first) {
        decision.events.resize(before);
        if (!decision.events.empty()) return outcome::success();
        return fail(Errc::pool_liquidity_insufficient, format_decimal(standing.free(preset_)) + " is free, and only withdrawals are due");
    }
    if (default_valuation_asset(*book_) == standing.quote) {
        Observed price;
        price.subject = standing.names.shares.number();
        price.kind = Observation::asset_price;
        price.value = Price{standing.share_price()};
        decision.add(origin, price);
    }
    return outcome::success();
}

} // namespace plimsoll::risk::pool
