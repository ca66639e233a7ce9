#include "risk/pool/pool_history.hpp"

#include "ledger/event/decimal.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

constexpr std::string_view base_volatility_prefix = "base_volatility ";
constexpr std::string_view skew_prefix = "skew ";

/// "skew 2026-01-30T08:00:00Z 3000" back into what it names.
[[nodiscard]] std::optional<StrikeKey> strike_named(std::string_view name) {
    name.remove_prefix(skew_prefix.size());
    auto const space = name.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    auto const expiry = parse_time(name.substr(0, space));
    auto const strike = parse_decimal(name.substr(space + 1));
    if (!expiry || !strike) return std::nullopt;
    return StrikeKey{expiry.value(), strike.value()};
}

void consume(std::deque<QueueEntry>& queue, Int128 amount) {
    while (amount > 0 && !queue.empty()) {
        Int128 const part = std::min(queue.front().amount, amount);
        queue.front().amount -= part;
        amount -= part;
        if (queue.front().amount == 0) queue.pop_front();
    }
}

} // namespace

std::string base_volatility_parameter(TimeNs expiry) { return std::string(base_volatility_prefix) + format_time(expiry); }

std::string skew_parameter(StrikeKey const& strike) {
    return std::string(skew_prefix) + format_time(strike.first) + " " + format_decimal(strike.second);
}

PoolNames pool_names(book::Book const& book, AccountId pool) {
    std::string const name(book.account(pool).name.view());
    PoolNames names;
    names.queue = book.find_account("queue:" + name).value_or(AccountId{});
    names.venue = book.find_account("venue:" + name).value_or(AccountId{});
    names.shares = book.find_asset("shares:" + name).value_or(AssetId{});
    return names;
}

VolatilityPath const* PoolHistory::base_volatility(TimeNs expiry) const {
    auto const found = boards_.find(expiry);
    return found == boards_.end() ? nullptr : &found->second;
}

VolatilityPath const* PoolHistory::skew(StrikeKey const& strike) const {
    auto const found = skews_.find(strike);
    return found == skews_.end() ? nullptr : &found->second;
}

TimeNs PoolHistory::tripped_at(std::string_view breaker) const {
    auto const found = trips_.find(breaker);
    return found == trips_.end() ? 0 : found->second;
}

/// What somebody pays into the queue waits there; what the queue gives out was taken off it by PoolMoved.
void PoolHistory::take(std::uint64_t sequence, TimeNs time, Transferred const& fact, book::Book const& book) {
    bool const is_deposit = fact.type == TransferType::pool_deposit;
    if (!is_deposit && fact.type != TransferType::pool_withdrawal) return;
    if (fact.account != pool_names(book, pool_).queue || fact.amount.units() <= 0) return;
    (is_deposit ? deposits_ : withdrawals_).push_back({sequence, fact.counter, time, fact.amount.units()});
}

void PoolHistory::take(PoolMoved const& fact, book::Book const& book) {
    if (AccountId{fact.pool} != pool_ || AccountId{fact.account} != pool_names(book, pool_).queue) return;
    if (units(fact.amount) > 0) {
        consume(deposits_, units(fact.amount));
    } else {
        consume(withdrawals_, -units(fact.shares));
    }
}

void PoolHistory::take(TimeNs time, ParameterSet const& fact, book::Book const& book) {
    if (fact.scope != scope_) return;
    std::string_view const name = fact.name;
    if (name == quote_parameter) quote_ = book.find_asset(fact.text).value_or(AssetId{});
    if (name == base_parameter) base_ = book.find_asset(fact.text).value_or(AssetId{});
    if (name == hedged_parameter) last_hedge_ = time;
    if (name == listed_parameter) {
        auto const instrument = book.find_instrument(fact.text);
        if (!instrument) return;
        book::InstrumentRow const& row = book.instrument(*instrument);
        bool const is_priced = boards_.contains(row.expiry) && skews_.contains({row.expiry, row.strike.units()});
        if (is_priced) listed_.push_back(*instrument);
    }
    Int128 const value = units(fact.value);
    if (value <= 0) return;
    if (name.starts_with(base_volatility_prefix)) {
        if (auto const expiry = parse_time(name.substr(base_volatility_prefix.size()))) boards_[expiry.value()].add(time, value);
    } else if (name.starts_with(skew_prefix)) {
        if (auto const strike = strike_named(name)) skews_[*strike].add(time, value);
    }
}

void PoolHistory::follow(std::uint64_t sequence, Event const& event, book::Book const& book) {
    TimeNs const time = event.origin.source_time;
    if (auto const* const paid = std::get_if<Transferred>(&event.body)) return take(sequence, time, *paid, book);
    if (auto const* const settled = std::get_if<PositionSettled>(&event.body)) {
        if (settled->account == pool_ && settled->type == SettlementType::expiry) last_settlement_ = time;
        return;
    }
    auto const* const rare_fact = std::get_if<RareFact>(&event.body);
    if (rare_fact == nullptr) return;
    visit_rare(**rare_fact, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_same_v<Fact, ParameterSet>) {
            take(time, fact, book);
        } else if constexpr (std::is_same_v<Fact, PoolMoved>) {
            take(fact, book);
        } else if constexpr (std::is_same_v<Fact, BreakerTripped>) {
            if (fact.scope == scope_) trips_[fact.breaker] = time;
        } else if constexpr (std::is_same_v<Fact, BreakerReleased>) {
            if (fact.scope == scope_) trips_.erase(fact.breaker);
        }
    });
}

} // namespace plimsoll::risk::pool
