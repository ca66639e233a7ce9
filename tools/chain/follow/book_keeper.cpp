#include "tools/chain/follow/book_keeper.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"

namespace plimsoll::tools::chain::follow {

result<bool> BookKeeper::submit(std::span<Event const> group) {
    PLIMSOLL_ASSERT(!group.empty());
    Origin const& origin = group.front().origin;
    bool const is_record = origin.source != 0 && origin.cursor != Cursor{};
    if (is_record && book_.sources.has(origin.source) && origin.cursor <= book_.sources[origin.source].cursor) return false;
    for (Event const& ask : group) {
        decided_.clear();
        PLIMSOLL_TRYV(book::decide(book_, ask, decided_));
        for (Event const& event : decided_) {
            PLIMSOLL_TRYV(book::apply(book_, event));
        }
    }
    return true;
}

} // namespace plimsoll::tools::chain::follow
