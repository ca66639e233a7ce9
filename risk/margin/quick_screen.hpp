/// The first look at an account: each option's own worst, scenario by scenario, summed. Cheap, and never too kind.
#pragma once

#include "risk/margin/derive_portfolio.hpp"
#include "risk/margin/model.hpp"

namespace plimsoll::risk {

/// What a row of the grid gains in each scenario, long and short, is worked out once, so that an account costs
/// one product of 64-bit numbers for each option and scenario. It bounds derive::margin_of from below:
///
///     the discounts of gains and losses, the basis contingency and a tilt's -|gain| are concave and scale with
///     the holding (losses are discounted no less than gains), so that options apart lose no less than together;
///     naked shorts are counted without the longs that would net them
///
/// Gains count 10^-4 of the quote and amounts 10^-6 of a coin, both cut; what that may lose, a unit of amount
/// times the row's largest gain and a unit of gain times the amount, is taken off. GridScreen then looks closer.
class QuickScreen {
public:
    struct Held {
        std::uint32_t option = 0; ///< row of the grid
        Int128 amount = 0;
    };

    QuickScreen() = default;
    explicit QuickScreen(derive::ScenarioGrid const& grid);

    /// Of options and cash alone; nothing where a row has no bound, or the sums would leave 63 bits.
    [[nodiscard]] std::optional<Bounds> bounds(std::span<Held const> held, Int128 cash) const;

private:
    struct Row {
        bool is_usable = false;
        std::int64_t largest = 0; ///< of its gains, either way
    };
    void add_row(derive::ScenarioGrid const& grid, std::size_t option);

    bool is_usable_ = false;
    std::size_t width_ = 0; ///< scenarios, then the basis contingency, then the value at mark
    std::vector<std::int64_t> gains_; ///< of each row: width_ long, width_ short
    std::vector<Row> rows_;
    Int128 naked_maintenance_ = 0; ///< of 10^-6 coins short, 10^-18 of the quote, rounded up
    Int128 naked_initial_ = 0;
    std::int64_t factor_maintenance_ = 0; ///< of the worst loss, 2^-30, rounded up
    std::int64_t factor_initial_ = 0;
};

} // namespace plimsoll::risk
