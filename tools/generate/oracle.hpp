/// What the oracle publishes: prices, forwards, volatilities, and funding indices.
#pragma once

#include "tools/generate/world.hpp"

namespace plimsoll::tools {

/// One listing's news: up to oracle_events_limit observations.
void add_news(World& world, Group& group, std::size_t listing);
/// A listing, the majors more often than others.
[[nodiscard]] std::size_t pick_news(World& world);
/// A single mark: one event, whatever happens.
void add_mark(World& world, Group& group, std::size_t listing);

inline constexpr std::uint64_t oracle_events_limit = 3;

/// Funding indices, one perpetual after the other, each every four hours. Longs pay while an index
/// rises.
class Funding {
public:
    /// False, and nothing added, while no perpetual's time has come.
    [[nodiscard]] bool add_index(book::Book const& book, World& world, Group& group);

private:
    static constexpr TimeNs interval_ns = 14'400'000'000'000;
    std::size_t next_ = 0; ///< listing
    TimeNs due_ = interval_ns;
};

} // namespace plimsoll::tools
