/// Auto-deleveraging: which winners give up how much when nobody else pays, one policy beside another.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/clearing/allocation.hpp"

#include <optional>
#include <string_view>

namespace plimsoll::risk {

/// How a burden is spread over winners.
enum class DeleveragePolicy : std::uint8_t {
    queue,             ///< by profit and leverage, each wholly before the next
    pro_rata,          ///< in proportion to what each can give
    capped_pro_rata,   ///< the same, nobody beyond a capacity: water-filling
    contract_pro_rata, ///< whole contracts in proportion to contracts held, largest remainders first
};
inline constexpr std::size_t deleverage_policy_count = 4;

/// At what price winners are closed. It says how much of the deficit they bear together.
enum class ExecutionPrice : std::uint8_t {
    bankruptcy, ///< all of it: the loser's equity ends at zero
    mid,        ///< half, rounded up: half-way from mark to bankruptcy
    mark,       ///< none: the deficit stays where it is
};
inline constexpr std::size_t execution_price_count = 3;

[[nodiscard]] std::string_view word(DeleveragePolicy policy);
[[nodiscard]] std::string_view word(ExecutionPrice price);
[[nodiscard]] std::optional<DeleveragePolicy> find_policy(std::string_view word);
[[nodiscard]] std::optional<ExecutionPrice> find_execution_price(std::string_view word);

/// A holder on the side that won, in the deficit's asset.
struct Winner {
    AccountId account;
    bool is_long = false;
    Int128 contracts = 0; ///< above zero
    Int128 profit = 0;    ///< of the position, above zero
    Int128 equity = 0;    ///< of the account, above zero
    Int128 notional = 0;  ///< of the position at the mark

    /// What it can give: its profit, but not more than its account is worth.
    [[nodiscard]] Int128 able() const { return profit < equity ? profit : equity; }
};

/// Rank key of the queue: (mark / entry) * (notional / equity) of a long, (entry / mark) * ... of a short;
/// 10^-18, each quotient rounded down, at most 2^126. Entry is what leaves the profit at the mark.
/// Source: Hyperliquid's documentation, which does not say the short's side; the inverse is our reading.
[[nodiscard]] Int128 queue_score(Winner const& winner);

/// The burden that a price puts on winners.
[[nodiscard]] Int128 burden_of(Int128 deficit, ExecutionPrice price);

struct DeleverageAsk {
    Int128 deficit = 0;
    ExecutionPrice price = ExecutionPrice::bankruptcy;
    Int128 capacity_share = one_units; ///< of what one can give, what capped_pro_rata may take
    std::optional<Int128> contracts;   ///< the loser's; only contract_pro_rata asks
    Int128 lot = 1;                    ///< of contracts
};

/// What one winner gives.
struct Haircut {
    Int128 amount = 0;    ///< of its profit
    Int128 contracts = 0; ///< closed
    std::uint32_t rank = 0; ///< in the queue, from 1
    Int128 score = 0;
};

/// sum of amounts + left = burden; burden + kept = deficit.
struct Deleveraging {
    std::vector<Haircut> haircuts; ///< in the order of the winners
    Int128 burden = 0;
    Int128 left = 0; ///< of the burden: beyond what winners can give
    Int128 kept = 0; ///< of the deficit: what the price leaves where it is
};

/// No policy takes more of one than it can give. Contracts closed are the share of the profit that was given up,
/// rounded up to a lot; under contract_pro_rata they come first, and the burden follows them. Without `contracts`
/// that policy closes the same share of all contracts that the burden is of all that can be given.
/// Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Deleveraging> deleverage(DeleveragePolicy policy, DeleverageAsk const& ask, std::span<Winner const> winners);

/// How a deleveraging feels to those it hits.
struct Concentration {
    std::uint64_t touched = 0;
    std::uint64_t wiped = 0;      ///< gave all they could
    Int128 largest = 0;           ///< amount
    Int128 largest_of_profit = 0; ///< the largest share of a profit, 10^-18, rounded down
    Int128 largest_of_burden = 0; ///< share of what was taken that one winner bears, rounded down
    Int128 contracts = 0;
    Int128 taken = 0;
};
[[nodiscard]] Concentration concentration_of(Deleveraging const& done, std::span<Winner const> winners);

/// The price at which closing `contracts` costs the counterparty `haircut` against the mark: above the mark where
/// the loser is long. The step from the mark rounds down; nothing where no contract is closed.
/// The multiplier is numerator / denominator, plain integers.
/// Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> deal_price(Int128 mark, Int128 haircut, Int128 contracts, Int128 numerator, Int128 denominator,
                                        bool loser_is_long);

/// The largest power of ten, in units, that divides all contracts: a lot that fits them.
[[nodiscard]] Int128 common_lot(std::span<Winner const> winners);

} // namespace plimsoll::risk
