/// What a clearing house is asked to do, names resolved: each is decided on the book as it stands.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/credit/commands.hpp"

#include <optional>
#include <string>
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

/// A transfer's life on its way in (risk/bridge/bridge_state.hpp).
enum class BridgeState : std::uint8_t { observed, attested, confirmed, final_, reversed };

/// Which transfer: its transaction on the chain, and which log of it.
struct BridgePlace {
    std::string chain;
    std::string transaction;
    std::uint64_t log_index = 0;
};

/// Somebody has seen a transfer to an account in a block.
struct BridgeObserve {
    BridgePlace place;
    std::uint64_t block = 0;
    std::string block_hash;
    AccountId account;
    AssetId asset;
    Amount amount; ///< positive
};

/// It goes on by one state, by the evidence that the state asks for.
struct BridgeAdvance {
    BridgePlace place;
    BridgeState state{};
    Ratio stake;                                ///< that attests
    std::optional<std::uint64_t> confirmations; ///< none: what the chain's recorded blocks say
};

/// It is not there any more.
struct BridgeReverse {
    BridgePlace place;
    std::string reason;
};

/// To the chain on which the asset stands.
struct BridgeWithdraw {
    AccountId account;
    AssetId asset;
    Amount amount; ///< positive
};

/// Pays out a withdrawal, or gives it back.
struct BridgeRelease {
    std::string chain;
    std::uint64_t withdrawal = 0;
};
struct BridgeDispute {
    std::string chain;
    std::uint64_t withdrawal = 0;
    std::string reason;
};

struct BridgeCommand {
    std::variant<BridgeObserve, BridgeAdvance, BridgeReverse, BridgeWithdraw, BridgeRelease, BridgeDispute> ask;
};

using Command = std::variant<Deposit, Withdraw, Transfer, Trade, Observe, Fund, Accrue, SettleExpiry, Liquidate, LiquidateAll, Bid, Check,
                             DrawCredit, RepayCredit, Vouch, Unvouch, AssessCredit, DeclareDefault, BridgeCommand>;

} // namespace plimsoll::risk
