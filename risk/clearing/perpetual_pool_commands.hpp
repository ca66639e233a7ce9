/// What may be asked of a pool that stands against the traders of perpetuals.
#pragma once

#include "ledger/event/event.hpp"

#include <variant>

namespace plimsoll::risk {

/// A trade with the pool at the mark, its skew and its impact.
struct TradeWithPool {
    AccountId account;
    AccountId pool; ///< none: the ledger's first of its kind
    InstrumentId instrument;
    Quantity size;  ///< above 0 the account buys, below 0 it sells
    Price limit;    ///< the worst price for it, impact included; 0: any
};

/// Brings funding up to date; every trade does it first.
struct AccruePoolFunding {
    AccountId pool;
    InstrumentId instrument;
};

/// Closes winners while their profit is too large a share of the pool.
struct DeleveragePool {
    AccountId pool;
    InstrumentId instrument;
};

using AnyPerpetualPoolCommand = std::variant<TradeWithPool, AccruePoolFunding, DeleveragePool>;

/// One of them, among all commands.
struct PerpetualPoolCommand {
    AnyPerpetualPoolCommand ask;
};

} // namespace plimsoll::risk
