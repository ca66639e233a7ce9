#include "risk/clearing/unwinding.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>

namespace plimsoll::risk {

result<Int128> unwind_step(UnwindRule const& rule, Int128 left, Int128 book_contracts, Int128 lot) {
    PLIMSOLL_ASSERT(left >= 0 && book_contracts >= 0 && lot >= 1);
    auto const share = multiply_divide(left, rule.step_share, one_units, Rounding::floor);
    auto const most = multiply_divide(book_contracts, rule.most_of_book, one_units, Rounding::floor);
    if (!share || !most) return fail(Errc::arithmetic_overflow, "unwinding");
    Int128 const wanted = left < rule.full_below ? left : std::max(*share / lot * lot, lot);
    Int128 const carried = *most / lot * lot;
    return std::min({wanted, carried, left});
}

} // namespace plimsoll::risk
