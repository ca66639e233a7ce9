/// How the synthetic protocol comes to be: definitions, first prices, accounts and their first
/// money.
#pragma once

#include "tools/generate/standing.hpp"

namespace plimsoll::tools {

/// What a day of so many events has room for: definitions and opening take about 40 % at most.
struct Plan {
    std::size_t listings = 1;
    std::uint64_t customers = 1;
    std::uint64_t opening_events = 1; ///< close to what will be: the clock and progress follow it
};
[[nodiscard]] Plan plan_of(DayOptions const& options);

/// Adds one group after the other until everything is there.
class Opening {
public:
    explicit Opening(World const& world);

    /// Adds at most `left` events. False, and nothing added, once all is open or no more fits.
    [[nodiscard]] bool add_next(book::Book const& book, World& world, Group& group,
                                std::uint64_t left);

private:
    struct Item {
        Body body;
        std::size_t news =
            no_listing; ///< the listing whose first prices are told here, instead of body
    };
    static constexpr std::uint64_t customer_events_limit = 3;

    void add_customer(book::Book const& book, World const& world, Group& group);

    std::vector<Item> items_;
    std::size_t done_ = 0;
    std::uint64_t customers_ = 0;
};

} // namespace plimsoll::tools
