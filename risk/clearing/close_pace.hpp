/// How fast an account may be closed: a share of it at once, and more as time goes by.
#pragma once

#include "risk/clearing/terms.hpp"

namespace plimsoll::risk {

/// What was to be closed when a paced close began, and what has been.
struct PacedClose {
    Int128 at_start = 0; ///< notional; 0: no pace holds
    Int128 left = 0;
    TimeNs start = 0;
};

/// What may be closed now of the notional that is left: `pace_start` of the whole at once, all of it once `pace_seconds` are
/// over, in a straight line between; all at once where no more than `pace_free` is short of maintenance. Rounded down.
/// Source: Drift's max_pct_to_liquidate, risk-models F51. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<Int128> closable_by_pace(CloseTerms const& terms, PacedClose const& paced, Int128 shortage, TimeNs now);

} // namespace plimsoll::risk
