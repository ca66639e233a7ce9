#include "risk/bridge/book_ahead.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/decide.hpp"

namespace plimsoll::risk {

result<void> BookAhead::catch_up(std::span<Event const> events) {
    std::vector<Event> decided;
    for (; booked_ < events.size(); ++booked_) {
        decided.clear();
        PLIMSOLL_TRYV(book::decide(book_, events[booked_], decided));
        for (Event const& event : decided) {
            PLIMSOLL_TRYV(book::apply(book_, event));
        }
    }
    return outcome::success();
}

} // namespace plimsoll::risk
