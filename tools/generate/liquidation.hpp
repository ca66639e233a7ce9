/// Liquidations of the synthetic day, one step a group: start, close in slices, settle, and who
/// pays.
#pragma once

#include "tools/generate/standing.hpp"

#include <deque>

namespace plimsoll::tools {

/// Whoever's liquidation found no bidder is left alone from then on: it stays under water.
[[nodiscard]] bool is_abandoned(book::Book const& book, AccountId account);

class Liquidations {
public:
    /// Asks for an account's liquidation. Where too many wait already the account stays as it is,
    /// to be met again: that backlog is how a crash makes bad debt.
    void report(book::Book const& book, World const& world, AccountId account);

    [[nodiscard]] bool empty() const { return waiting_.empty(); }
    /// Adds the next step of the next liquidation. False, and nothing added, where nothing came of
    /// it.
    [[nodiscard]] bool add_step(book::Book const& book, World& world, Group& group, bool may_start);

    /// The most events that one step can take, those decided by rules included.
    static constexpr std::uint64_t step_events_limit = 20;

private:
    struct Case {
        AccountId account;
        std::uint64_t id = 0; ///< 0: not started
        Micro penalty = 0;
        std::size_t worst = 0; ///< the listing that it was started for
    };

    void start(book::Book const& book, World const& world, Group& group, Case& open,
               Standing const& standing);
    void close_slice(book::Book const& book, World& world, Group& group, Case& open,
                     Standing const& standing);

    std::deque<Case> waiting_;
};

} // namespace plimsoll::tools
