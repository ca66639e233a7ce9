/// What verify can say of events without the book: legs that sum to zero, and the history index that they make.
#pragma once

#include "replay/verify.hpp"

#include "ledger/book/invariants.hpp"
#include "ledger/store/history.hpp"
#include "ledger/store/store.hpp"

namespace plimsoll::replay {

class FactCheck {
public:
    /// `epochs`: so many the history index says that it has.
    FactCheck(store::Store const& store, std::uint32_t epochs) : store_(store), epochs_(epochs) {}

    /// Events in the log's order, each once.
    void check(std::uint64_t sequence, Event const& event, std::vector<Finding>& findings);

    [[nodiscard]] std::uint64_t epochs_compared() const { return compared_; }

private:
    void compare_epoch(std::uint32_t epoch, std::vector<Finding>& findings);

    store::Store const& store_;
    std::uint32_t epochs_;
    std::uint64_t compared_ = 0;
    book::LegSums leg_sums_;
    std::vector<store::Mention> mentions_;
};

} // namespace plimsoll::replay
