/// A cascade: prices are shocked, who falls below maintenance is closed, closing moves prices, and again.
#pragma once

#include "risk/clearing/clearing_preset.hpp"
#include "risk/clearing/price_shock.hpp"
#include "risk/margin/sweep.hpp"

#include <functional>

namespace plimsoll::risk {

/// How margins are swept: risk::sweep, or the same on several cores. Rows in the order of the accounts.
using Sweeper = std::function<std::vector<SweepRow>(MarginModel const&, PortfolioView const&, std::span<AccountId const>)>;

struct StressAsk {
    std::vector<PriceShock> shocks;
    AssetId quote;
    Int128 impact_per_million = 0; ///< share of a price that 1,000,000 of the quote, sold or bought, move it by
    std::uint32_t most_rounds = 20;
    bool with_breakers = false;
};

/// One account that was closed, in the quote asset.
struct Closed {
    AccountId account;
    std::uint32_t round = 0;
    Int128 equity = 0;   ///< at the shocked marks
    Int128 notional = 0; ///< of its positions
    Int128 fee = 0;
    Int128 shortfall = 0; ///< what its equity did not cover
};

struct StressRound {
    std::uint32_t number = 0; ///< from 1
    std::uint64_t below = 0;  ///< accounts below maintenance, insolvent ones among them
    std::uint64_t insolvent = 0;
    std::uint64_t failed = 0; ///< accounts without a margin under the preset
    std::uint64_t closed = 0; ///< 0 where a breaker forbade it
    Int128 notional = 0;
    Int128 fees = 0;
    Int128 shortfall = 0;
    Int128 residual = 0;
    std::vector<PriceShock> moves; ///< what closing did to prices, by asset
};

/// Who owes the most, closed or waiting, their accounts taken together; fund: insurance accounts before the shock.
struct CoverTwo {
    std::vector<std::pair<AccountId, Int128>> largest; ///< at most two owners and their shortfalls
    Int128 sum = 0;
    Int128 fund = 0;

    [[nodiscard]] bool is_covered() const { return sum <= fund; }
};

struct StressOutcome {
    std::vector<StressRound> rounds; ///< the last one closed nobody, unless the limit was reached
    std::vector<Closed> closed;      ///< in order: by round, the deepest first, then the older account
    std::vector<Int128> layer_before; ///< what each layer of the preset had
    std::vector<Int128> layer_paid;
    Int128 fees = 0;
    Int128 fees_to_fund = 0;
    Int128 shortfall = 0;
    Int128 residual = 0; ///< shortfall less what layers paid
    std::uint64_t waiting = 0; ///< below maintenance at the end, and not closed
    Int128 waiting_shortfall = 0; ///< of those
    std::uint64_t options_not_marked = 0;
    std::vector<std::string> tripped; ///< breakers, with scope and value
    bool is_quiet = false; ///< it ended because nobody was left
    CoverTwo cover;
};

/// Works on the book's prices and puts them back: it is the same afterwards. Accounts are those of
/// margined_accounts(). Closing takes the whole account at the shocked marks, less the preset's fee out of what
/// equity there is; a shortfall goes down the preset's layers. What stands in a layer: accounts of its kind,
/// in the quote (insurance accounts are the shared fund); for auto-deleveraging the profits of those who are
/// left, for a socialised layer their equity. An impact moves a price by at most half in a round; options have
/// none. With breakers, price moves since the start and the fund's drawdown are asked before each round: where
/// liquidation is not allowed, nobody is closed and they wait.
/// Errors: those of the margin preset's kernel; Errc::arithmetic_overflow.
[[nodiscard]] result<StressOutcome> stress(book::Book& book, Preset const& margin, ClearingPreset const& clearing,
                                           StressAsk const& ask, Sweeper const& sweeper);

} // namespace plimsoll::risk
