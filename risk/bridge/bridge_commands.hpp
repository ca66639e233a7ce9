/// What may be asked of a bridge.
#pragma once

#include "ledger/event/event.hpp"

#include <optional>
#include <string>
#include <variant>

namespace plimsoll::risk {

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

} // namespace plimsoll::risk
