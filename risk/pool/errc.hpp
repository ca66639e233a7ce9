/// Why a pool does not do what it was asked for.
#pragma once

#include "ledger/event/result.hpp"

namespace plimsoll::risk::pool {

enum class Errc {
    perpetual_does_not_fit = 1,
    impact_fund_missing,
    profit_too_large,
    deleverage_not_due,
};

[[nodiscard]] Rule describe(Errc code);

} // namespace plimsoll::risk::pool
