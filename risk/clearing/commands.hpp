/// What a clearing house is asked to do, names resolved: each is decided on the book as it stands.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/bridge/bridge_commands.hpp"
#include "risk/clearing/perpetual_pool_commands.hpp"
#include "risk/clearing/vault_commands.hpp"
#include "risk/credit/commands.hpp"
#include "risk/pool/pool_commands.hpp"

#include <optional>
#include <variant>

namespace plimsoll::risk {

/// Comes from `outside`, the account that stands for a chain or bank; none: the ledger's first.
struct Deposit {
    AccountId account;
    AccountId outside;
    AssetId asset;
    Amount amount; ///< positive
};

struct Withdraw {
    AccountId account;
    AccountId outside;
    AssetId asset;
    Amount amount; ///< positive
};

struct Transfer {
    AccountId from;
    AccountId to;
    AssetId asset;
    Amount amount; ///< positive
};

struct Trade {
    AccountId buyer;
    AccountId seller;
    InstrumentId instrument;
    Quantity size;
    Price price;
    std::optional<Amount> buyer_fee; ///< neither named: the ledger's schedule
    std::optional<Amount> seller_fee;
    AccountId fee_account; ///< none: the ledger's first of fees
    Taker taker{};
};

struct Observe {
    Observed observed;
};

/// Moves the cumulative funding per contract by a step: positive costs longs.
struct Fund {
    InstrumentId instrument;
    Index step;
};

/// Brings interest on an asset's cash up to date; the first time, begins it.
struct Accrue {
    AssetId asset;
};

/// Settles every position of an expired instrument at one price.
struct SettleExpiry {
    InstrumentId instrument;
    Price price = none; ///< none: the average of what was observed before the expiry

    static constexpr Price none{-1}; ///< no price is negative
};

/// Starts a liquidation, or goes on with one.
struct Liquidate {
    AccountId account;
    AccountId liquidator; ///< who takes over; none: the ledger's first of its kind
};

/// Liquidates everybody below maintenance, in order.
struct LiquidateAll {
    AccountId liquidator;
};

/// Takes a share of an account that is auctioned, or of the lot that is sold.
struct Bid {
    AccountId account;
    AccountId bidder;
    Ratio share;
    Amount limit;   ///< of the payment, 0: none
    Quantity size;  ///< of a lot: at most so much of it, in place of a share
    Price price;    ///< of a lot: the worst price for a unit of it, 0: any
};

/// Asks what margin an account has; books nothing.
struct Check {
    AccountId account;
};

using Command = std::variant<Deposit, Withdraw, Transfer, Trade, Observe, Fund, Accrue, SettleExpiry, Liquidate, LiquidateAll, Bid, Check,
                             DrawCredit, RepayCredit, Vouch, Unvouch, AssessCredit, DeclareDefault, BridgeCommand,
                             PoolCommand, VaultCommand, PerpetualPoolCommand>;

} // namespace plimsoll::risk
