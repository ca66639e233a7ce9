#include "risk/clearing/staked_module.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] result<Int128> worth(StakedVault const& vault, Int128 shares) {
    if (shares == 0) return Int128{0};
    auto const value = multiply_divide(shares, vault.assets, vault.shares, Rounding::floor);
    if (!value) return fail(Errc::arithmetic_overflow, "shares");
    return *value;
}

} // namespace

result<Int128> shares_for(StakedVault const& vault, Int128 amount) {
    if (vault.shares == 0) return amount;
    if (vault.assets == 0) return fail(Errc::division_by_zero, "the module's shares are worth nothing");
    auto const shares = multiply_divide(amount, vault.shares, vault.assets, Rounding::floor);
    if (!shares) return fail(Errc::arithmetic_overflow, "shares");
    return *shares;
}

result<UnstakeRequest> ask_unstake(StakedVault const& vault, Int128 shares, TimeNs now) {
    PLIMSOLL_TRY(value, worth(vault, shares));
    return UnstakeRequest{shares, value, now};
}

result<std::optional<Int128>> unstaked(StakedVault const& vault, UnstakeRequest const& request, TimeNs now, TimeNs delay) {
    if (now - request.asked < delay) return std::optional<Int128>{};
    PLIMSOLL_TRY(value, worth(vault, request.shares));
    return std::optional<Int128>{std::min(value, request.value)};
}

result<Int128> liable(StakedVault const& vault, std::span<UnstakeRequest const> requests, TimeNs now, TimeNs delay) {
    Int128 left = vault.assets;
    for (UnstakeRequest const& request : requests) {
        PLIMSOLL_TRY(value, unstaked(vault, request, now, delay));
        if (value) left -= *value;
    }
    return std::max<Int128>(left, 0);
}

} // namespace plimsoll::risk
