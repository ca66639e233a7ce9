/// Why an option pool's net value and share price moved between two moments, posting by posting; what it would still trade.
#pragma once

#include "risk/pool/pool_quote.hpp"

#include <array>

namespace plimsoll::risk::pool {

enum class PoolCause : std::uint8_t {
    option_fees, spot_fees, variance_fees, vega_fees,
    options,     ///< premiums, settlements, and what open contracts are worth
    hedge,       ///< spot trades, and what the spot held is worth
    bad_debt,    ///< paid for others' losses
    deposits, withdrawals,
    other        ///< whatever else was paid
};
inline constexpr std::size_t pool_causes = 10;
[[nodiscard]] std::string_view word(PoolCause cause);

/// A cash leg of the pool in its quote asset.
struct PoolPosting {
    std::uint64_t sequence = 0;
    TimeNs time = 0;
    PoolCause cause{};
    Int128 amount = 0;
};

/// The pool at one end.
struct PoolEnd {
    Int128 cash = 0;
    Int128 base_value = 0;
    Int128 options_value = 0;
    Int128 supply = 0;

    [[nodiscard]] Int128 net_value() const { return cash + base_value + options_value; }
    [[nodiscard]] Int128 share_price() const; ///< rounded down; one where there are no shares
};
[[nodiscard]] PoolEnd end_of(PoolStanding const& standing);

struct PoolExplanation {
    PoolEnd from;
    PoolEnd to;
    std::array<Int128, pool_causes> value{};     ///< of the net value
    std::array<Int128, pool_causes> per_share{}; ///< of the share price, each part rounded down
    Int128 rest = 0;     ///< of the net value, which no cause explains: 0 unless the log and the rows disagree
    Int128 rounding = 0; ///< of the share price: less than a unit a cause, from one processing of the queue to the next
    std::vector<PoolPosting> postings;
};

/// Walks from one moment to another. Where shares are issued or redeemed, the log has what options and spot were worth.
class PoolExplainer {
public:
    PoolExplainer(PoolHistory const& history, PoolEnd const& from) : history_(&history), at_(from) { explanation_.from = from; }

    /// Each event that names the pool or is of its scope, in order. `book`: any that knows the names.
    void follow(std::uint64_t sequence, Event const& event, book::Book const& book);
    [[nodiscard]] PoolExplanation finish(PoolEnd const& to);

private:
    void value_is(Int128 options_value, Int128 base_value);
    void close_stretch();
    [[nodiscard]] PoolCause cause_of(Event const& event, book::Book const& book);

    PoolHistory const* history_;
    PoolEnd at_;
    std::array<Int128, pool_causes> stretch_{}; ///< since shares last moved
    Int128 next_options_value_ = 0;
    std::size_t fees_seen_ = 0; ///< since the last trade
    PoolExplanation explanation_;
};

/// How much more of a series the pool would trade, in steps of a ten-thousandth of a contract, and what stops more.
struct LargestTrade {
    Int128 size = 0;
    std::string rule; ///< of the refusal of one step more
    std::string reason;
};
[[nodiscard]] LargestTrade largest_trade(book::Book const& book, PoolPreset const& preset, PoolStanding const& standing, SeriesStanding const& series,
                                         bool is_buy);

} // namespace plimsoll::risk::pool
