#include "risk/clearing/close_pace.hpp"

#include "risk/margin/tally.hpp"

#include <algorithm>

namespace plimsoll::risk {

result<Int128> closable_by_pace(CloseTerms const& terms, PacedClose const& paced, Int128 shortage, TimeNs now) {
    if (paced.at_start == 0 || shortage <= terms.pace_free) return paced.left;
    constexpr Int128 unit_per_ns = one_units / 1'000'000'000;
    Tally on;
    Int128 const elapsed = Int128{std::max<TimeNs>(now - paced.start, 0)} * unit_per_ns;
    if (elapsed >= terms.pace_seconds) return paced.left;
    Int128 const grown = on.fraction_down(elapsed, one_units, terms.pace_seconds);
    Int128 const share = std::min(on.add(terms.pace_start, grown), one_units);
    Int128 const closed = on.subtract(paced.at_start, paced.left);
    Int128 const allowed = on.subtract(on.product_down(paced.at_start, share), closed);
    PLIMSOLL_TRYV(on.settle("the pace"));
    return std::clamp<Int128>(allowed, 0, std::max<Int128>(paced.left, 0));
}

} // namespace plimsoll::risk
