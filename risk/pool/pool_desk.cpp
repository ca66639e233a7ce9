#include "risk/pool/pool_desk.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/clearing/rows_after.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {

PoolDesk::PoolDesk(book::Book const& book, AccountId pool, PoolPreset preset) : book_(&book), preset_(std::move(preset)) {
    history_ = PoolHistory(pool, pool_scope(book.account(pool).name.view()));
}

void PoolDesk::forget() { history_ = PoolHistory(history_.pool(), history_.scope()); }

void PoolDesk::set(std::string_view name, Int128 value, std::string_view text, Origin const& origin, Decision& decision) const {
    ParameterSet fact;
    fact.scope = history_.scope();
    fact.name = name;
    fact.value = to_wire(value);
    fact.text = text;
    decision.add(origin, rare(std::move(fact)));
}

result<void> PoolDesk::decide(PoolCommand const& command, Origin const& origin, MarginDesk* margin, Decision& decision) const {
    return std::visit([&](auto const& ask) { return decide_one(ask, origin, margin, decision); }, command.ask);
}

result<void> PoolDesk::need_names(PoolNames const& names) const {
    if (!names.queue.is_some()) return fail(Errc::pool_account_missing, "define the account queue:" + name() + ", of kind treasury");
    if (!names.venue.is_some()) return fail(Errc::pool_account_missing, "define the account venue:" + name() + ", where the pool trades spot");
    if (!names.shares.is_some()) return fail(Errc::pool_account_missing, "define the asset shares:" + name() + ", of kind share");
    return outcome::success();
}

/// With a price that is young enough to trade on.
result<PoolStanding> PoolDesk::fresh_standing(TimeNs now) const {
    PLIMSOLL_TRY(standing, standing_of(*book_, history_, preset_, now));
    if (standing.spot <= 0) return fail(Errc::spot_missing, standing.base.is_some() ? std::string(book_->asset(standing.base).name.view()) : name());
    if (now - standing.price_time > preset_.price_age) {
        return fail(Errc::reading_stale, "the price of " + std::string(book_->asset(standing.base).name.view()) + " is of " + format_time(standing.price_time));
    }
    return standing;
}

/// A listing says only what nothing has said before: what trades moved is not set again.
result<void> PoolDesk::decide_one(PoolList const& ask, Origin const& origin, MarginDesk*, Decision& decision) const {
    if (!book_->has(ask.instrument)) return fail(book::Errc::unknown_instrument);
    book::InstrumentRow const& row = book_->instrument(ask.instrument);
    std::string const series(row.name.view());
    PLIMSOLL_TRYV(need_names(pool_names(*book_, history_.pool())));
    bool const is_option = row.kind == wire::InstrumentKind::option && row.payoff == wire::Payoff::linear;
    if (!is_option || row.settle != row.quote) return fail(Errc::pool_series_does_not_fit, series + " is no option settled in what its strike is in");
    if (row.expiry - origin.source_time <= preset_.cutoff) return fail(Errc::pool_series_does_not_fit, series + " expires at " + format_time(row.expiry));
    bool const is_other = (history_.quote().is_some() && row.quote != history_.quote()) || (history_.base().is_some() && row.base != history_.base());
    if (is_other) return fail(Errc::pool_series_does_not_fit, series + " is of other assets than the pool's");
    if (std::ranges::find(history_.listed(), ask.instrument) != history_.listed().end()) return fail(Errc::pool_already_listed, series);

    StrikeKey const key{row.expiry, row.strike.units()};
    VolatilityPath const* const base = history_.base_volatility(row.expiry);
    VolatilityPath const* const skew = history_.skew(key);
    if ((base != nullptr) == ask.base_volatility.has_value()) {
        return base != nullptr ? fail(Errc::pool_already_listed, "base_volatility of this expiry is " + format_decimal(base->last()) + "; leave it out")
                               : fail(Errc::pool_series_does_not_fit, series + " is the first of its expiry: say its base_volatility");
    }
    if ((skew != nullptr) == ask.skew.has_value()) {
        return skew != nullptr ? fail(Errc::pool_already_listed, "skew of this strike is " + format_decimal(skew->last()) + "; leave it out")
                               : fail(Errc::pool_series_does_not_fit, series + " is the first of its strike: say its skew");
    }
    auto const in = [&](std::string_view what, Int128 value, Int128 least, Int128 most) -> result<void> {
        if (value >= least && value <= most) return outcome::success();
        return fail(Errc::pool_trade_bounds,
                    std::string(what) + " " + format_decimal(value) + " is not from " + format_decimal(least) + " to " + format_decimal(most));
    };
    Int128 const base_units = base != nullptr ? base->last() : ask.base_volatility->units();
    Int128 const skew_units = skew != nullptr ? skew->last() : ask.skew->units();
    PLIMSOLL_TRYV(in("base_volatility", base_units, preset_.base_least, preset_.base_most));
    PLIMSOLL_TRYV(in("skew", skew_units, preset_.skew_least, preset_.skew_most));
    if (!history_.quote().is_some()) set(quote_parameter, 0, book_->asset(row.quote).name.view(), origin, decision);
    if (!history_.base().is_some()) set(base_parameter, 0, book_->asset(row.base).name.view(), origin, decision);
    if (base == nullptr) set(base_volatility_parameter(row.expiry), base_units, "", origin, decision);
    if (skew == nullptr) set(skew_parameter(key), skew_units, "", origin, decision);
    set(listed_parameter, one_units, series, origin, decision);
    return outcome::success();
}

/// The margin rule sees the trade with all its fees.
result<void> PoolDesk::accept_trade(PoolTrade const& ask, Traded const& trade, Origin const& origin, MarginDesk* margin, Decision& decision) const {
    if (margin == nullptr) return outcome::success();
    Foresight foresight(*book_);
    PLIMSOLL_TRYV(foresight.add(Event{origin, trade}));
    margin->expect(ask.account, history_.pool());
    Acceptance acceptance(*book_, *margin);
    return acceptance.trade(ask.account, ask.instrument, foresight.decided(), decision);
}

result<void> PoolDesk::decide_one(PoolTrade const& ask, Origin const& origin, MarginDesk* margin, Decision& decision) const {
    if (ask.size.units() <= 0) return fail(book::Errc::size_must_be_positive);
    if (!book_->has(ask.account)) return fail(book::Errc::unknown_account);
    if (ask.account == history_.pool()) return fail(Errc::account_is_a_pool, name());
    PLIMSOLL_TRY(before, fresh_standing(origin.source_time));
    PLIMSOLL_TRYV(need_names(before.names));
    SeriesStanding const* const series = before.find(ask.instrument);
    if (series == nullptr) {
        return fail(Errc::pool_series_not_listed, book_->has(ask.instrument) ? std::string(book_->instrument(ask.instrument).name.view()) : "");
    }
    bool const is_buy = ask.side == Taker::buyer;
    book::PositionRow const* const held = book_->position(ask.account, ask.instrument);
    Int128 const had = held == nullptr ? 0 : held->size.units();
    Int128 const opened = is_buy ? std::max<Int128>(had + ask.size.units(), 0) - std::max<Int128>(had, 0) : 0;
    PLIMSOLL_TRY(quote, quote_trade(*book_, preset_, before, *series, {is_buy, ask.size.units(), opened}, decision));
    decision.say("price", {}, quote.price);
    decision.say("premium", {}, quote.premium);
    for (std::size_t i = 0; i < fee_kinds; ++i) decision.say(word(static_cast<FeeKind>(i)), {}, quote.fees[i]);
    decision.say("net_value_before", {}, before.net_value());
    decision.say("net_value_after", {}, quote.after.net_value());
    if (ask.limit) {
        PLIMSOLL_TRY(at_limit, quote_of(book_->instrument(ask.instrument), ask.size, *ask.limit));
        Int128 const all = is_buy ? quote.premium + quote.all_fees() : quote.premium - quote.all_fees();
        if (is_buy ? all > at_limit.units() : all < at_limit.units()) {
            return fail(Errc::pool_limit_price, format_decimal(all) + " with fees, limit " + format_decimal(at_limit));
        }
    }
    PLIMSOLL_TRY(trade, trade_of(*book_, ask.instrument, is_buy ? ask.account : history_.pool(), is_buy ? history_.pool() : ask.account, ask.size,
                                 Price{quote.price}));
    trade.kind = TradeKind::amm;
    trade.taker = ask.side;
    Traded charged = trade;
    (is_buy ? charged.buyer_fee : charged.seller_fee) = Amount{quote.all_fees()};
    if (quote.all_fees() != 0) charged.fee_account = history_.pool();
    PLIMSOLL_TRYV(accept_trade(ask, charged, origin, margin, decision));
    decision.add(origin, trade);
    for (Int128 const fee : quote.fees) {
        Transferred paid;
        paid.account = history_.pool();
        paid.counter = ask.account;
        paid.asset = before.quote;
        paid.instrument = ask.instrument;
        paid.type = TransferType::trade_fee;
        paid.amount = Amount{fee};
        decision.add(origin, paid);
    }
    if (quote.cover > 0) {
        PLIMSOLL_TRYV(trade_spot(before, quote.cover, before.spot, origin, decision));
    }
    set(base_volatility_parameter(series->key.first), quote.base_after, "", origin, decision);
    set(skew_parameter(series->key), quote.skew_after, "", origin, decision);
    trip_breakers(pool_metrics(preset_, history_, quote.after), history_, origin, decision);
    return outcome::success();
}

/// With the venue: bought where the amount is above 0.
result<void> PoolDesk::trade_spot(PoolStanding const& standing, Int128 amount, Int128 price, Origin const& origin, Decision& decision) const {
    if (!standing.spot_instrument.is_some()) {
        return fail(Errc::pool_account_missing, "define a spot instrument of " + std::string(book_->asset(standing.base).name.view()) + " in " +
                                                    std::string(book_->asset(standing.quote).name.view()) + ", multiplier 1, for the pool's spot trades");
    }
    bool const is_buy = amount > 0;
    AccountId const buyer = is_buy ? standing.pool : standing.names.venue;
    AccountId const seller = is_buy ? standing.names.venue : standing.pool;
    PLIMSOLL_TRY(trade, trade_of(*book_, standing.spot_instrument, buyer, seller, Quantity{is_buy ? amount : -amount}, Price{price}));
    trade.kind = TradeKind::amm;
    trade.taker = is_buy ? Taker::buyer : Taker::seller;
    decision.add(origin, trade);
    return outcome::success();
}

/// What deltas leave open, beside the spot that covers calls; capped, and no more than cash carries.
result<void> PoolDesk::decide_one(PoolHedge const& ask, Origin const& origin, MarginDesk*, Decision& decision) const {
    PLIMSOLL_TRY(standing, fresh_standing(origin.source_time));
    PLIMSOLL_TRYV(need_names(standing.names));
    if (history_.last_hedge() != 0 && origin.source_time - history_.last_hedge() < preset_.hedge_interval) {
        return fail(Errc::pool_hedge_too_soon, "the next is due at " + format_time(history_.last_hedge() + preset_.hedge_interval));
    }
    Int128 const price = ask.price ? ask.price->units() : standing.spot;
    Int128 const off = price > standing.spot ? price - standing.spot : standing.spot - price;
    auto const slip = multiply_divide(off, one_units, standing.spot, Rounding::ceiling);
    if (!slip || *slip > preset_.slippage || price <= 0) {
        return fail(Errc::pool_limit_price, format_decimal(price) + " is further from the spot, " + format_decimal(standing.spot) + ", than " +
                                                format_decimal(preset_.slippage) + " of it");
    }
    PLIMSOLL_TRY(delta, units_of(standing.option_delta, Rounding::floor));
    PLIMSOLL_TRY(sold, units_of(standing.calls_sold() * precise(preset_.cover_calls), Rounding::floor));
    Int128 const cover = std::clamp<Int128>(sold, 0, std::max<Int128>(standing.base_held, 0));
    Int128 const target = std::clamp(-delta - cover, -preset_.hedge_cap, preset_.hedge_cap);
    Int128 amount = target + cover - standing.base_held;
    decision.say("option_delta", {}, delta);
    decision.say("cover", {}, cover);
    decision.say("base_before", {}, standing.base_held);
    decision.say("hedge_target", {}, target);
    if (amount > 0) {
        Int128 const cash = std::max<Int128>(standing.base_held < 0 ? standing.cash : standing.free(preset_), 0);
        amount = std::min(amount, multiply_divide(cash, one_units, price, Rounding::floor).value_or(amount));
    } else if (standing.base_held + amount < 0) {
        // what becomes short: its value times the buffer is there, whatever the sale brings
        Int128 const least = std::min<Int128>(standing.base_held, 0);
        auto const room = multiply_divide(std::max<Int128>(standing.free(preset_), 0), one_units, preset_.short_buffer, Rounding::floor);
        auto const more = room ? multiply_divide(*room, one_units, standing.spot, Rounding::floor) : std::nullopt;
        amount = std::max(amount, least - more.value_or(0) - standing.base_held);
    }
    decision.say("hedge_trade", {}, amount);
    if (amount == 0) return fail(Errc::pool_nothing_due, "deltas cancel, or neither cash nor cap leaves room");
    PLIMSOLL_TRYV(trade_spot(standing, amount, price, origin, decision));
    set(hedged_parameter, target, "", origin, decision);
    return outcome::success();
}

} // namespace plimsoll::risk::pool
