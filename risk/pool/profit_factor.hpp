/// When traders' profit is too large a share of a perpetual pool: caps, refusals and who is closed, driven by one ratio.
#pragma once

#include "ledger/event/number.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace plimsoll::risk::pool {

/// Shares of the pool's own assets, 10^-18. Source: GMX v2; risk-models 2.5 and 2.6 (90 / 85 / 77 %, deposits 90, withdrawals 70).
struct ProfitFactorTerms {
    Int128 trader_cap = one_units / 100 * 90;  ///< beyond it profits are paid in part
    Int128 deleverage = one_units / 100 * 85;  ///< strictly beyond it winners are closed
    Int128 floor = one_units / 100 * 77;       ///< but not below it
    Int128 deposits = one_units / 100 * 90;    ///< at most, for shares to be issued
    Int128 withdrawals = one_units / 100 * 70; ///< at most, for shares to be redeemed
};

/// One side of a market: what the pool holds for it, and its traders' profit less loss.
struct PoolSide {
    Int128 assets = 0;
    Int128 profit = 0;
};

/// profit / assets, rounded up; 0 where nobody has won. Errors: Errc::division_by_zero where a profit meets no assets.
[[nodiscard]] result<Int128> profit_factor(PoolSide const& side);

/// What a trader with `profit` is paid where all profit is beyond the cap: its share of what the cap leaves, rounded down.
/// A loss is paid in full. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> capped_profit(Int128 profit, PoolSide const& side, ProfitFactorTerms const& terms);

enum class FactorVerdict : std::uint8_t {
    fine,
    not_due,           ///< the factor is not beyond `deleverage`
    factor_not_lower,  ///< the close does not lower it
    below_floor,       ///< it lowers it too far
    shares_wait,       ///< the factor is beyond what issuing or redeeming allows
};
[[nodiscard]] std::string_view word(FactorVerdict verdict);

/// Whether one forced close, which pays `realised` out of the side's assets and profit, may be done.
[[nodiscard]] result<FactorVerdict> check_deleverage(PoolSide const& before, Int128 realised, ProfitFactorTerms const& terms);
[[nodiscard]] result<FactorVerdict> check_shares(PoolSide const& side, bool redeems, ProfitFactorTerms const& terms);

struct PoolWinner {
    Int128 contracts = 0; ///< above 0
    Int128 profit = 0;    ///< of all of them
};

struct PoolClose {
    std::size_t winner = 0; ///< its place in the list
    Int128 contracts = 0;
    Int128 profit = 0; ///< realised, of those contracts; rounded down
};

/// Closes winners until the factor is no longer beyond `deleverage`, as far as they go: the largest profit a contract first,
/// of equals the first in the list; contracts of the last one are rounded up to reach it, and none is closed past the
/// floor. Empty where nothing is due. Errors: Errc::parameter_out_of_bounds where the terms' order is not floor <
/// deleverage <= trader_cap, or a winner has no contracts; those of profit_factor.
[[nodiscard]] result<std::vector<PoolClose>> plan_deleverage(PoolSide side, std::span<PoolWinner const> winners, ProfitFactorTerms const& terms);

} // namespace plimsoll::risk::pool
