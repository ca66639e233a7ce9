/// A lower bound of a portfolio's margin from prices cut to 10^-9: quick, and never above the exact figure.
#pragma once

#include "risk/margin/derive_portfolio.hpp"
#include "risk/margin/model.hpp"

namespace plimsoll::risk {

/// Prices and amounts are cut to 10^-9, so that an option and a scenario cost one product of 64-bit
/// numbers; what the cutting may have lost is counted and taken off at the end. Each price loses less
/// than 10^-9 of a quote (and the slack of the fast family where the grid is of it), each amount less than 10^-9 of a coin: their product at most
/// (price + amount) * 10^-9. What it cannot bound, it leaves to the exact rule:
///
///     a price above 1.1e9, an amount above 1.1e6, a confidence below its threshold, a price with a fault
///
/// Its figures are of the same account and market: bounds(account) <= margin_of(account), each level.
class GridScreen {
public:
    GridScreen() = default;
    explicit GridScreen(derive::ScenarioGrid const& grid);

    /// Nothing where the account must be evaluated exactly.
    [[nodiscard]] std::optional<Bounds> bounds(derive::PortfolioAccount const& account) const;

private:
    struct Row {
        bool is_usable = false;
        std::uint32_t expiry = 0;
        std::uint32_t strike = 0; ///< the put and the call of one strike share it
        std::uint32_t place = 0;
        std::int64_t largest = 0; ///< of its prices
        std::int64_t slack = 0;   ///< how far a price may be off, beyond the cutting
    };
    struct Expiry {
        bool is_usable = false;
        std::int64_t gains_at_least = 0; ///< static discount of gains, cut down, and up
        std::int64_t gains_at_most = 0;
        std::int64_t losses_at_least = 0;
        std::int64_t losses_at_most = 0;
        std::int64_t basis_factor = 0; ///< rounded up
    };
    struct Scenario {
        std::size_t column = 0;
        std::int64_t move = 0;      ///< spot shock less one, rounded down
        std::int64_t perp_move = 0; ///< of the perpetual's price, rounded down
        std::int64_t damp_at_least = 0;
        std::int64_t damp_at_most = 0;
        bool tilts = false;
    };
    class Sums;

    std::size_t columns_ = 0;
    std::vector<std::int64_t> prices_; ///< a row of columns_ an option, 10^-9
    std::vector<Row> rows_;
    std::vector<Expiry> expiries_;
    std::vector<Scenario> scenarios_;
    bool is_usable_ = false;
    bool perp_is_usable_ = false;
    std::int64_t spot_ = 0; ///< rounded up, like all that follow
    Int128 stable_units_ = 0;
    Int128 spot_confidence_units_ = 0;
    Int128 threshold_units_ = 0; ///< of confidence
    std::int64_t perp_maintenance_ = 0;
    std::int64_t perp_initial_ = 0;
    std::int64_t option_maintenance_ = 0;
    std::int64_t option_initial_ = 0;
    std::int64_t factor_maintenance_ = 0;
    std::int64_t factor_initial_ = 0;
};

} // namespace plimsoll::risk
