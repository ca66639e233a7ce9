/// A fund that people stake in: shares of a vault, and a delay during which what is asked back stays liable.
#pragma once

#include "ledger/event/time.hpp"
#include "risk/clearing/allocation.hpp"

#include <optional>

namespace plimsoll::risk {

struct StakedVault {
    Int128 assets = 0;
    Int128 shares = 0;
};

/// Shares for an amount paid in, rounded down: a stake never lowers the price of the others' shares. Into an
/// empty vault one share a unit.
/// Errors: Errc::arithmetic_overflow; division_by_zero where a vault with shares has lost all its assets.
[[nodiscard]] result<Int128> shares_for(StakedVault const& vault, Int128 amount);

struct UnstakeRequest {
    Int128 shares = 0;
    Int128 value = 0; ///< when it was asked
    TimeNs asked = 0;
};

[[nodiscard]] result<UnstakeRequest> ask_unstake(StakedVault const& vault, Int128 shares, TimeNs now);

/// What the request pays: its value when asked or now, whichever is less, rounded down; nothing before the
/// delay has passed. Errors: Errc::arithmetic_overflow.
[[nodiscard]] result<std::optional<Int128>> unstaked(StakedVault const& vault, UnstakeRequest const& request, TimeNs now,
                                                     TimeNs delay);

/// What a loss may be drawn from: all but what may leave already. Errors: as unstaked.
[[nodiscard]] result<Int128> liable(StakedVault const& vault, std::span<UnstakeRequest const> requests, TimeNs now,
                                    TimeNs delay);

} // namespace plimsoll::risk
