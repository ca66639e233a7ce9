/// The metrics of breakers, read off a log event by event.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/breakers.hpp"
#include "risk/valuation.hpp"

#include <deque>

namespace plimsoll::risk {

/// Values of the last while, oldest first. A value counts as long as its time is within the window of now.
class MetricWindow {
public:
    explicit MetricWindow(TimeNs length) : length_(length) {}

    /// Forgets what is too old; times only grow.
    void add(TimeNs now, Int128 value);
    void forget(TimeNs now);

    [[nodiscard]] bool empty() const { return values_.empty(); }
    [[nodiscard]] Int128 oldest() const { return values_.front().value; }
    [[nodiscard]] Int128 newest() const { return values_.back().value; }
    [[nodiscard]] Int128 largest() const;
    [[nodiscard]] Int128 sum() const; ///< at most 2^126

private:
    struct Value {
        TimeNs time;
        Int128 value;
    };
    TimeNs length_;
    std::deque<Value> values_;
};

/// |b / a - 1| in 10^-18, rounded down; nothing of a price that is not positive.
[[nodiscard]] std::optional<Int128> relative_move(Int128 a, Int128 b);
/// part / whole, rounded up, at most 2^126; of an empty whole: 1, or 0 where the part is empty too.
[[nodiscard]] Int128 share_of_whole(Int128 part, Int128 whole);

/// Follows a log and asks the board whenever a metric moves: marks and volatilities by instrument (an option's mark
/// moves with both, and has no band of its own), withdrawals by asset, the fund's balances, and the time between events. What only time or valuation shows is asked of a
/// book where `look` is called: oracle age and confidence by instrument, free liquidity by pool and vault.
class BreakerWatch {
public:
    /// fund: whose drawdown is watched, in that asset; none: nobody's.
    BreakerWatch(BreakerBoard& board, AccountId fund, AssetId asset) : board_(&board), fund_(fund), asset_(asset) {}

    /// After the event was applied. What it returns is to be decided and applied too, caused by the event.
    [[nodiscard]] std::vector<Body> follow(Event const& event, book::Book const& after);
    /// Age and confidence of each instrument's mark; a pool's cash in the valuation asset over its equity, which
    /// is 0 where it has no equity; one that never had anything is not asked. Instruments past their expiry are not asked.
    [[nodiscard]] std::vector<Body> look(Valuation const& valuation, TimeNs now);

private:
    using Key = std::pair<std::size_t, std::uint32_t>; ///< rule, and instrument or asset

    [[nodiscard]] MetricWindow& window(std::size_t rule, std::uint32_t subject);
    template <class F> void for_rules(Metric metric, F&& f);
    void ask(std::vector<Body>& moved, std::size_t rule, std::string const& scope, Int128 value, TimeNs now);

    /// Learns which of the accounts opened since are outside, or pools.
    void learn(book::Book const& book);
    /// What the outside world holds of an asset for the ledger.
    [[nodiscard]] Int128 held_outside(book::Book const& book, AssetId asset);

    BreakerBoard* board_;
    AccountId fund_;
    AssetId asset_;
    std::map<Key, MetricWindow> windows_;
    std::optional<TimeNs> last_;
    std::vector<AccountId> outside_;
    std::vector<AccountId> pools_; ///< and vaults
    std::uint32_t accounts_seen_ = 0;
};

} // namespace plimsoll::risk
