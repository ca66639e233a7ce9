/// What the log says of one option pool beside the book's rows: its volatilities, its queue, its hedges, its breakers.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/pool/volatility_path.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>

namespace plimsoll::risk::pool {

/// Money or shares that wait, in the order in which they came.
struct QueueEntry {
    std::uint64_t sequence = 0; ///< of the event that brought it
    AccountId account;
    TimeNs time = 0;
    Int128 amount = 0; ///< of the quote asset, or shares; what of it still waits
};

/// The pool's own accounts and assets, which the ledger must have: queue:NAME, venue:NAME, shares:NAME.
struct PoolNames {
    AccountId queue;
    AccountId venue;
    AssetId shares;
};
[[nodiscard]] PoolNames pool_names(book::Book const& book, AccountId pool);

using StrikeKey = std::pair<TimeNs, Int128>; ///< expiry, strike

/// A fold of the pool's events, in order. The same log gives the same history, whoever asks and when.
class PoolHistory {
public:
    PoolHistory() = default;
    explicit PoolHistory(AccountId pool, std::string scope) : pool_(pool), scope_(std::move(scope)) {}

    /// `book`: any that knows the names of the log so far.
    void follow(std::uint64_t sequence, Event const& event, book::Book const& book);

    [[nodiscard]] AccountId pool() const { return pool_; }
    [[nodiscard]] std::string const& scope() const { return scope_; }
    [[nodiscard]] AssetId quote() const { return quote_; } ///< none before the first deposit or listing
    [[nodiscard]] AssetId base() const { return base_; }   ///< none before the first listing
    [[nodiscard]] std::vector<InstrumentId> const& listed() const { return listed_; } ///< in order
    [[nodiscard]] VolatilityPath const* base_volatility(TimeNs expiry) const;
    [[nodiscard]] VolatilityPath const* skew(StrikeKey const& strike) const;
    [[nodiscard]] std::deque<QueueEntry> const& deposits() const { return deposits_; }
    [[nodiscard]] std::deque<QueueEntry> const& withdrawals() const { return withdrawals_; }
    [[nodiscard]] TimeNs last_hedge() const { return last_hedge_; }           ///< 0: never
    [[nodiscard]] TimeNs last_settlement() const { return last_settlement_; } ///< 0: never
    /// When a breaker that is tripped was last seen to be.
    [[nodiscard]] TimeNs tripped_at(std::string_view breaker) const;

private:
    void take(std::uint64_t sequence, TimeNs time, Transferred const& fact, book::Book const& book);
    void take(TimeNs time, ParameterSet const& fact, book::Book const& book);
    void take(PoolMoved const& fact, book::Book const& book);

    AccountId pool_;
    std::string scope_;
    AssetId quote_;
    AssetId base_;
    std::vector<InstrumentId> listed_;
    std::map<TimeNs, VolatilityPath> boards_;
    std::map<StrikeKey, VolatilityPath> skews_;
    std::deque<QueueEntry> deposits_;
    std::deque<QueueEntry> withdrawals_;
    TimeNs last_hedge_ = 0;
    TimeNs last_settlement_ = 0;
    std::map<std::string, TimeNs, std::less<>> trips_;
};

/// Names of the parameters of a pool's scope.
inline constexpr std::string_view quote_parameter = "quote";
inline constexpr std::string_view base_parameter = "base";
inline constexpr std::string_view listed_parameter = "listed";
inline constexpr std::string_view hedged_parameter = "hedged";
inline constexpr std::string_view options_value_parameter = "options_value";
inline constexpr std::string_view base_value_parameter = "base_value";
[[nodiscard]] std::string base_volatility_parameter(TimeNs expiry);
[[nodiscard]] std::string skew_parameter(StrikeKey const& strike);

} // namespace plimsoll::risk::pool
