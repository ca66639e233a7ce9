/// A book in memory as the keeper of translated events: what a ledger of this chain should hold.
#pragma once

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"
#include "tools/chain/translator.hpp"

namespace plimsoll::tools::chain {

class ScratchKeeper final : public Keeper {
public:
    [[nodiscard]] book::Book const& book() const override { return book_; }

    /// All or none is not needed here: whoever is refused is told of as a finding, and its group is
    /// the last thing that this book is asked about it.
    [[nodiscard]] result<bool> submit(std::span<Event const> group) override {
        for (Event const& ask : group) {
            decided_.clear();
            PLIMSOLL_TRYV(book::decide(book_, ask, decided_));
            for (Event const& event : decided_) {
                PLIMSOLL_TRYV(book::apply(book_, event));
                if (event.origin.cursor != Cursor{}) kept_.push_back(event);
            }
        }
        return true;
    }

    /// The events of records since they were last taken.
    [[nodiscard]] std::vector<Event> take() { return std::exchange(kept_, {}); }

private:
    book::Book book_;
    std::vector<Event> decided_;
    std::vector<Event> kept_;
};

} // namespace plimsoll::tools::chain
