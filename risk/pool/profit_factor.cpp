#include "risk/pool/profit_factor.hpp"

#include "risk/margin/tally.hpp"
#include "risk/number/wide_integer.hpp"

#include <algorithm>
#include <numeric>

namespace plimsoll::risk::pool {
namespace {

[[nodiscard]] PoolSide after_close(PoolSide const& side, Int128 realised) { return {side.assets - realised, side.profit - realised}; }

/// profit / assets > factor, exactly.
[[nodiscard]] bool is_beyond(PoolSide const& side, Int128 factor) {
    return widened(side.profit) * power_of_ten(fixed_decimals) > widened(side.assets) * widened(factor);
}
[[nodiscard]] bool is_below(PoolSide const& side, Int128 factor) {
    return widened(side.profit) * power_of_ten(fixed_decimals) < widened(side.assets) * widened(factor);
}

/// The profit whose payment leaves the factor at just `target`: (profit - target * assets) / (1 - target).
[[nodiscard]] Int128 profit_to_reach(PoolSide const& side, Int128 target, Rounding rounding) {
    Wide const one = power_of_ten(fixed_decimals);
    Wide const above = widened(side.profit) * one - widened(side.assets) * widened(target);
    auto const units = narrowed(quotient(above, one - widened(target), rounding));
    return units ? *units : 0;
}

[[nodiscard]] result<void> check_side(PoolSide const& side) {
    if (!within(side.assets, row_limit_units) || !within(side.profit, row_limit_units)) return fail(Errc::arithmetic_overflow, "a pool's side");
    if (side.profit > 0 && side.assets <= 0) return fail(Errc::division_by_zero, "a profit that meets no assets");
    return outcome::success();
}

} // namespace

std::string_view word(FactorVerdict verdict) {
    switch (verdict) {
    case FactorVerdict::fine: return "fine";
    case FactorVerdict::not_due: return "not_due";
    case FactorVerdict::factor_not_lower: return "factor_not_lower";
    case FactorVerdict::below_floor: return "below_floor";
    case FactorVerdict::shares_wait: return "shares_wait";
    }
    return {};
}

result<Int128> profit_factor(PoolSide const& side) {
    PLIMSOLL_TRYV(check_side(side));
    if (side.profit <= 0) return Int128{0};
    Tally on;
    Int128 const factor = on.fraction_up(side.profit, one_units, side.assets);
    PLIMSOLL_TRYV(on.settle("a profit factor"));
    return factor;
}

result<Int128> capped_profit(Int128 profit, PoolSide const& side, ProfitFactorTerms const& terms) {
    PLIMSOLL_TRYV(check_side(side));
    if (profit <= 0 || !is_beyond(side, terms.trader_cap)) return profit;
    Tally on;
    Int128 const payable = on.product_down(side.assets, terms.trader_cap);
    Int128 const paid = on.fraction_down(profit, payable, side.profit);
    PLIMSOLL_TRYV(on.settle("a capped profit"));
    return paid;
}

result<FactorVerdict> check_deleverage(PoolSide const& before, Int128 realised, ProfitFactorTerms const& terms) {
    PLIMSOLL_TRYV(check_side(before));
    if (!is_beyond(before, terms.deleverage)) return FactorVerdict::not_due;
    PoolSide const after = after_close(before, realised);
    PLIMSOLL_TRYV(check_side(after));
    bool const falls = widened(after.profit) * widened(before.assets) < widened(before.profit) * widened(after.assets);
    if (!falls) return FactorVerdict::factor_not_lower;
    return is_below(after, terms.floor) ? FactorVerdict::below_floor : FactorVerdict::fine;
}

result<FactorVerdict> check_shares(PoolSide const& side, bool redeems, ProfitFactorTerms const& terms) {
    PLIMSOLL_TRYV(check_side(side));
    return is_beyond(side, redeems ? terms.withdrawals : terms.deposits) ? FactorVerdict::shares_wait : FactorVerdict::fine;
}

result<std::vector<PoolClose>> plan_deleverage(PoolSide side, std::span<PoolWinner const> winners, ProfitFactorTerms const& terms) {
    bool const in_order = terms.floor >= 0 && terms.floor < terms.deleverage && terms.deleverage <= terms.trader_cap && terms.deleverage < one_units;
    if (!in_order) return fail(Errc::parameter_out_of_bounds, "profit factors: floor below deleverage, which is at most the trader cap and below 1");
    PLIMSOLL_TRYV(check_side(side));
    bool const has_contracts = std::ranges::all_of(winners, [](PoolWinner const& each) { return each.contracts > 0; });
    if (!has_contracts) return fail(Errc::parameter_out_of_bounds, "a winner without contracts");
    std::vector<PoolClose> closes;
    if (!is_beyond(side, terms.deleverage)) return closes;
    std::vector<std::size_t> order(winners.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return widened(winners[a].profit) * widened(winners[b].contracts) > widened(winners[b].profit) * widened(winners[a].contracts);
    });
    Tally on;
    for (std::size_t const place : order) {
        PoolWinner const& winner = winners[place];
        if (winner.profit <= 0) break; // nobody behind it has won
        Int128 const most = profit_to_reach(side, terms.floor, Rounding::floor);
        Int128 const wanted = std::min({winner.profit, profit_to_reach(side, terms.deleverage, Rounding::ceiling), most});
        PoolClose close{place, on.fraction_up(winner.contracts, wanted, winner.profit), 0};
        close.profit = on.fraction_down(winner.profit, close.contracts, winner.contracts);
        if (close.profit > most) { // one contract unit more than the floor allows
            close.contracts = on.fraction_down(winner.contracts, most, winner.profit);
            close.profit = on.fraction_down(winner.profit, close.contracts, winner.contracts);
        }
        PLIMSOLL_TRYV(on.settle("a forced close"));
        if (close.profit <= 0) continue;
        side = after_close(side, close.profit);
        closes.push_back(close);
        if (!is_beyond(side, terms.deleverage)) break;
    }
    return closes;
}

} // namespace plimsoll::risk::pool
