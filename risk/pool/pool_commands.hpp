/// What an option pool is asked to do, names resolved.
#pragma once

#include "ledger/event/event.hpp"

#include <optional>
#include <variant>

namespace plimsoll::risk {

/// Puts a series on offer. The first of its expiry says the base volatility, the first of its strike the skew.
struct PoolList {
    AccountId pool;
    InstrumentId instrument;
    std::optional<Ratio> base_volatility;
    std::optional<Ratio> skew;
};

/// Buys from the pool, or sells to it, at its price.
struct PoolTrade {
    AccountId pool;
    AccountId account;
    InstrumentId instrument;
    Taker side{};               ///< what the account does
    Quantity size;              ///< positive
    std::optional<Price> limit; ///< a unit with all fees: paid at most, received at least
};

/// Money that waits for shares.
struct PoolDeposit {
    AccountId pool;
    AccountId account;
    AssetId asset;
    Amount amount; ///< positive
};

/// Shares that wait for money.
struct PoolWithdraw {
    AccountId pool;
    AccountId account;
    Amount shares; ///< positive
};

/// Does what is due of the queue.
struct PoolProcess {
    AccountId pool;
    std::uint64_t most = 200; ///< entries of either kind
};

/// Trades spot with the venue until deltas cancel.
struct PoolHedge {
    AccountId pool;
    std::optional<Price> price; ///< the venue's; none: the observed one
};

struct PoolCommand {
    std::variant<PoolList, PoolTrade, PoolDeposit, PoolWithdraw, PoolProcess, PoolHedge> ask;
};

} // namespace plimsoll::risk
