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
/// Gains are cut to 31 bits in a unit that fits the grid's largest one, and amounts to 10^-6 of a coin; what
/// that may lose, a unit of amount times the row's largest gain, is taken off. GridScreen then looks closer.
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
    /// Columns stand in blocks of so many, the last one filled up with zeros.
    static constexpr std::size_t block = 8;
    struct Row {
        bool is_usable = false;
        std::int64_t largest = 0; ///< of its gains, either way
    };
    /// Gains of one row in 10^-18, long and short; nothing where it has none that fit.
    [[nodiscard]] std::optional<std::vector<Int128>> gains_of(derive::ScenarioGrid const& grid, std::size_t option) const;

    bool is_usable_ = false;
    std::size_t columns_ = 0; ///< scenarios, then the basis contingency, then the value at mark
    std::size_t width_ = 0;   ///< columns_ in whole blocks
    int gain_bits_ = 0;       ///< a gain counts 2^gain_bits_ of 10^-18
    std::vector<std::int32_t> gains_; ///< of each row: width_ long, width_ short
    std::vector<Row> rows_;
    Int128 naked_maintenance_ = 0; ///< of 10^-6 coins short, 10^-18 of the quote, rounded up
    Int128 naked_initial_ = 0;
    std::int64_t factor_maintenance_ = 0; ///< of the worst loss, 2^-30, rounded up
    std::int64_t factor_initial_ = 0;
};

} // namespace plimsoll::risk
