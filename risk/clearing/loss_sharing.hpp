/// A mark-to-market settlement: losers pay what they can, winners share what was collected.
#pragma once

#include "risk/number/wide_integer.hpp"

#include <optional>
#include <vector>

namespace plimsoll::risk::settlement {

/// A trade since the last settlement: its price, and its size with the sign of the party's side.
struct Trade {
    Wide price;
    Wide size;
};

/// What a party has not been settled for yet.
struct Holding {
    Wide settled_size; ///< held since the last settlement, valued then
    std::vector<Trade> trades;

    [[nodiscard]] Wide size() const;
};

/// Amounts due in the order of the holdings: below 0 a loss, above 0 a win, in whole units. Each
/// magnitude rounds down; what losses then exceed wins by goes as one unit to each holder whose win
/// was rounded away, in order, and the rest to the largest exact win.
[[nodiscard]] std::vector<Wide> amounts_due(std::vector<Holding> const& holdings,
                                            Wide const& last_mark, Wide const& mark,
                                            int size_decimals);

/// What a loser pays from, in the order it is drawn. The network has nothing but the pool.
struct Purse {
    Wide margin;
    Wide general;
    Wide bond;
};

struct Draw {
    Wide margin;
    Wide general;
    Wide bond;
    Wide insurance;

    [[nodiscard]] Wide total() const { return margin + general + bond + insurance; }
};

/// Draws a loss from a purse and then from the market's insurance pool, which it lowers.
[[nodiscard]] Draw collect(Wide const& loss, Purse const& purse, Wide& insurance);

/// Share of each win that can be paid: collected over lost, rounded half up to 16 decimals, each
/// payment rounded down. What that leaves goes to the winner named by `residue`, else to the last.
/// Where everything was collected, wins are paid whole.
[[nodiscard]] std::vector<Wide> share(std::vector<Wide> const& wins, Wide const& lost,
                                      Wide const& collected, std::optional<std::size_t> residue);

} // namespace plimsoll::risk::settlement
