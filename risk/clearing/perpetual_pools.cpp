#include "risk/clearing/perpetual_pools.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/margin/tally.hpp"
#include "risk/pool/errc.hpp"

namespace plimsoll::risk {
namespace {

[[nodiscard]] std::string pool_name(book::Book const& book, InstrumentId instrument) { return std::string(book.instrument(instrument).name.view()); }

[[nodiscard]] Int128 held_by(book::Book const& book, AccountId account, InstrumentId instrument) {
    book::PositionRow const* const row = book.position(account, instrument);
    return row == nullptr ? 0 : row->size.units();
}

[[nodiscard]] ParameterSet standing_of(std::string_view scope, std::string const& name, std::string_view unit, Int128 value) {
    ParameterSet fact;
    fact.scope = std::string(scope);
    fact.name = name;
    fact.unit = std::string(unit);
    fact.value = to_wire(value);
    return fact;
}

/// A position's profit at a price: what it would be closed for, and what was received less paid for it; rounded down.
[[nodiscard]] result<Int128> profit_at(book::Book const& book, book::PositionRow const& row, Int128 price) {
    book::InstrumentRow const& instrument = book.instrument(row.instrument);
    auto const value = scaled_product(row.size.units(), price, book::multiplier(instrument.multiplier_numerator),
                                      book::multiplier(instrument.multiplier_denominator), Rounding::floor);
    if (!value) return fail(Errc::arithmetic_overflow, std::string(instrument.name.view()));
    return *value + row.quote.units(); // each within a row's 2^126
}

} // namespace

result<PerpetualPools::Desk> PerpetualPools::desk_of(AccountId named, InstrumentId instrument) const {
    if (!book_->has(instrument)) return fail(book::Errc::unknown_instrument);
    PLIMSOLL_TRY(found, account_of_kind(*book_, named, wire::AccountKind::pool));
    if (!book_->has(found)) return fail(book::Errc::unknown_account);
    book::InstrumentRow const& row = book_->instrument(instrument);
    bool const fits = row.kind == wire::InstrumentKind::perpetual && row.payoff == wire::Payoff::linear && row.market_account.is_some() &&
                      row.market_account != found && book_->account(found).kind == wire::AccountKind::pool;
    if (!fits) return fail(pool::Errc::perpetual_does_not_fit, pool_name(*book_, instrument));
    if (!row.mark.is_some() || row.mark.value.units() <= 0) return fail(Errc::mark_missing, pool_name(*book_, instrument));
    PLIMSOLL_TRY(terms, perpetual_pool_terms_of(*book_, instrument));
    return Desk{found, instrument, row.mark.value.units(), -held_by(*book_, found, instrument), terms};
}

result<AccountId> PerpetualPools::impact_fund(AccountId pool) const {
    std::string const name = "impact:" + std::string(book_->account(pool).name.view());
    auto const found = book_->find_account(name);
    if (!found || book_->account(*found).kind != wire::AccountKind::treasury) return fail(pool::Errc::impact_fund_missing, "open " + name);
    return *found;
}

result<void> PerpetualPools::decide(PerpetualPoolCommand const& command, Origin const& origin, Decision& decision) {
    return std::visit([&](auto const& ask) { return decide_one(ask, origin, decision); }, command.ask);
}

result<void> PerpetualPools::funding_due(PerpetualPoolCommand const& command, Origin const& origin, Decision& decision) const {
    auto const [named, instrument] = std::visit([](auto const& ask) { return std::pair(ask.pool, ask.instrument); }, command.ask);
    PLIMSOLL_TRY(desk, desk_of(named, instrument));
    if (desk.terms.funding.skew_scale == 0) return outcome::success();
    std::string const name = pool_name(*book_, instrument);
    constexpr TimeNs second = 1'000'000'000;
    TimeNs const now = std::max(origin.source_time, book_->time()) / second * second;
    auto const began = parameter_of(*book_, pool_time_scope, name);
    if (began && static_cast<TimeNs>(*began / one_units) * second >= now) return outcome::success();
    pool::FundingStand stand{0, book_->instrument(instrument).funding_index.units(), now};
    if (began) {
        stand.rate = parameter_of(*book_, pool_rate_scope, name).value_or(0);
        stand.time = static_cast<TimeNs>(*began / one_units) * second;
        PLIMSOLL_TRY(moved, pool::funding_at(stand, desk.skew, desk.price, now, desk.terms.funding));
        stand = moved;
        IndexRecorded step;
        step.subject = instrument.number();
        step.kind = IndexKind::funding;
        step.value = Index{stand.index};
        step.rate = Index{stand.rate}; // of the price, a day
        decision.add(origin, step);
        decision.say("funding_rate", {}, stand.rate);
    }
    decision.add(origin, rare(standing_of(pool_rate_scope, name, "of the price, a day", stand.rate)));
    decision.add(origin, rare(standing_of(pool_time_scope, name, "s since 1970", Int128{now / second} * one_units)));
    return outcome::success();
}

result<void> PerpetualPools::decide_one(AccruePoolFunding const& ask, Origin const&, Decision&) const {
    PLIMSOLL_TRYV(desk_of(ask.pool, ask.instrument)); // what is due was booked before it
    return outcome::success();
}

result<void> PerpetualPools::decide_one(TradeWithPool const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(desk, desk_of(ask.pool, ask.instrument));
    if (!book_->has(ask.account)) return fail(book::Errc::unknown_account);
    if (ask.account == desk.pool) return fail(book::Errc::accounts_must_differ);
    Int128 const size = ask.size.units();
    if (size == 0 || !within(size, event_limit_units)) return fail(book::Errc::size_must_be_positive, "a size above or below 0");
    bool const buys = size > 0;
    PLIMSOLL_TRY(fund, impact_fund(desk.pool));

    Int128 dealt = desk.price;
    if (desk.terms.price_skew_scale != 0) {
        PLIMSOLL_TRY(skewed, pool::skewed_price(desk.price, desk.skew, size, {desk.terms.price_skew_scale, 0}));
        dealt = skewed;
    }
    book::InstrumentRow const& row = book_->instrument(ask.instrument);
    PLIMSOLL_TRY(before, quote_of(row, Quantity{desk.skew}, Price{desk.price}));
    PLIMSOLL_TRY(after, quote_of(row, Quantity{desk.skew + size}, Price{desk.price}));
    PLIMSOLL_TRY(impact, pool::price_impact(before.units(), after.units(), desk.terms.impact));
    PLIMSOLL_TRY(paid, pool::pay_impact(impact, balance_of(*book_, fund, row.settle), after.units() - before.units(), desk.terms.impact));
    Tally on;
    Int128 const per = book::multiplier(row.multiplier_numerator);
    Int128 const of = book::multiplier(row.multiplier_denominator);
    PLIMSOLL_TRY(all_in, pool::impacted_price(dealt, on.fraction_up(size, per, of), paid.to_trader));
    PLIMSOLL_TRYV(on.settle("a size"));
    decision.say("price", {}, dealt);
    decision.say("impact", ask.account, paid.to_trader);
    if (paid.not_paid != 0) decision.say("impact_not_paid", ask.account, paid.not_paid);
    decision.say("price_all_in", {}, all_in);
    bool const is_worse = !ask.limit.is_zero() && (buys ? all_in > ask.limit.units() : all_in < ask.limit.units());
    if (is_worse) return fail(Errc::price_limit_exceeded, format_decimal(all_in) + (buys ? ", at most " : ", at least ") + format_decimal(ask.limit));

    // Of a side whose profit is due to be cut nothing more is taken on.
    Int128 const held = held_by(*book_, ask.account, ask.instrument);
    bool const opens = buys ? held + size > 0 && size > std::max<Int128>(-held, 0) : held + size < 0 && -size > std::max<Int128>(held, 0);
    if (opens) {
        PLIMSOLL_TRY(side, side_of(desk, buys, nullptr, nullptr));
        PLIMSOLL_TRY(verdict, pool::check_deleverage(side, 0, desk.terms.factor));
        if (verdict != pool::FactorVerdict::not_due) {
            return fail(pool::Errc::profit_too_large, pool_name(*book_, ask.instrument) + ": " + format_decimal(side.profit) + " of " + format_decimal(side.assets));
        }
    }
    PLIMSOLL_TRY(trade, trade_of(*book_, ask.instrument, buys ? ask.account : desk.pool, buys ? desk.pool : ask.account, Quantity{buys ? size : -size}, Price{dealt}));
    trade.kind = TradeKind::amm;
    trade.taker = buys ? Taker::buyer : Taker::seller;
    decision.add(origin, trade);
    if (paid.to_trader != 0) {
        Transferred moved;
        moved.account = ask.account;
        moved.counter = fund;
        moved.asset = row.settle;
        moved.instrument = ask.instrument;
        moved.type = paid.to_trader > 0 ? TransferType::rebate : TransferType::trade_fee;
        moved.amount = Amount{paid.to_trader};
        decision.add(origin, moved);
    }
    if (!acceptance_) return outcome::success();
    foreseen_.clear();
    for (Event const& event : decision.events) {
        PLIMSOLL_TRYV(book::decide(*book_, event, foreseen_));
    }
    return acceptance_->trade(ask.account, ask.instrument, foreseen_, decision);
}

/// Everybody but the pool on one side, and what the pool has for them.
result<pool::PoolSide> PerpetualPools::side_of(Desk const& desk, bool is_long, std::vector<AccountId>* who, std::vector<pool::PoolWinner>* winners) const {
    pool::PoolSide side{balance_of(*book_, desk.pool, book_->instrument(desk.instrument).settle), 0};
    Tally on;
    for (book::PositionRow const& row : book_->positions.rows()) {
        bool const is_ours = row.instrument == desk.instrument && row.account != desk.pool && (is_long ? row.size.units() > 0 : row.size.units() < 0);
        if (!is_ours) continue;
        PLIMSOLL_TRY(profit, profit_at(*book_, row, desk.price));
        side.profit = on.add(side.profit, profit);
        if (winners == nullptr) continue;
        who->push_back(row.account);
        winners->push_back({is_long ? row.size.units() : -row.size.units(), profit});
    }
    PLIMSOLL_TRYV(on.settle("a pool's side"));
    side.assets = std::max<Int128>(side.assets, 1); // of an empty pool any profit is too much
    return side;
}

result<void> PerpetualPools::decide_one(DeleveragePool const& ask, Origin const& origin, Decision& decision) {
    PLIMSOLL_TRY(desk, desk_of(ask.pool, ask.instrument));
    Origin by_rule = origin;
    by_rule.cause = Cause::auto_deleveraging;
    AssetId const settle = book_->instrument(ask.instrument).settle;
    for (bool const is_long : {true, false}) {
        std::vector<AccountId> who;
        std::vector<pool::PoolWinner> winners;
        PLIMSOLL_TRY(side, side_of(desk, is_long, &who, &winners));
        PLIMSOLL_TRY(factor, pool::profit_factor(side));
        decision.say(is_long ? "long_factor" : "short_factor", desk.pool, factor);
        PLIMSOLL_TRY(plan, pool::plan_deleverage(side, winners, desk.terms.factor));
        std::uint32_t rank = 0;
        for (pool::PoolClose const& close : plan) {
            AccountId const trader = who[close.winner];
            AutoDeleveraged told;
            told.account = desk.pool.number();
            told.counterparty = trader.number();
            told.instrument = ask.instrument.number();
            told.rank = ++rank;
            told.policy = "profit_factor";
            told.size = to_wire(close.contracts);
            told.price = to_wire(desk.price);
            told.score = to_wire(factor);
            decision.add(by_rule, rare(std::move(told)));
            PLIMSOLL_TRY(trade, trade_of(*book_, ask.instrument, is_long ? desk.pool : trader, is_long ? trader : desk.pool, Quantity{close.contracts}, Price{desk.price}));
            trade.kind = TradeKind::auto_deleveraging;
            decision.add(by_rule, trade);
            PositionSettled paid; // the profit of what was closed, as cash
            paid.account = trader;
            paid.counter = desk.pool;
            paid.instrument = ask.instrument;
            paid.asset = settle;
            paid.type = SettlementType::auto_deleveraging;
            paid.quote = Amount{close.profit};
            paid.amount = Amount{close.profit};
            paid.price = Price{desk.price};
            decision.add(by_rule, paid);
            decision.say("closed", trader, close.contracts);
            decision.say("paid", trader, close.profit);
        }
    }
    if (decision.events.empty()) return fail(pool::Errc::deleverage_not_due, pool_name(*book_, ask.instrument));
    return outcome::success();
}

} // namespace plimsoll::risk
