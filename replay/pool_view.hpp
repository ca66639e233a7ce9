/// An option pool at a moment, and what became of it between two.
#pragma once

#include "replay/pool_recall.hpp"
#include "risk/pool/pool_report.hpp"

namespace plimsoll::replay {

struct PoolView {
    AdoptedPool adopted; ///< in force at the second moment
    risk::pool::PoolHistory history;
    risk::pool::PoolStanding standing;
    risk::pool::PoolExplanation explanation; ///< since the first moment
};

/// From `from` to `to`, which is the later: nothing was there before the ledger began. The preset in force at `to` values both
/// ends. Errors: book::Errc::unknown_account; risk::Errc::pool_unknown, spot_missing, arithmetic_overflow; damage.
[[nodiscard]] result<PoolView> pool_view(Reader const& reader, Moment const& from, Moment const& to, std::string_view pool);

} // namespace plimsoll::replay
