/// What stands on each chain and what is owed there: whether a chain could pay its own claims now.
#pragma once

#include "risk/bridge/bridges.hpp"

namespace plimsoll::risk {

/// One asset on one chain, in its own units.
///
///     locked + arriving = what the chain's outside account holds for the ledger
///     shortfall         = max(0, owed + waiting - locked)
///
/// What is credited of transfers that are not final is owed already, and not locked yet.
struct ChainSheet {
    std::string chain;
    AssetId asset;
    AssetId whole;       ///< what it counts as: itself where nothing is said
    Int128 locked = 0;   ///< final on the chain
    Int128 arriving = 0; ///< in flight: transfers that are not final, whole
    Int128 credited = 0; ///< of those, what accounts have already
    Int128 waiting = 0;  ///< withdrawals that were debited and not released
    std::optional<Int128> owed; ///< positive claims of customers, positions included; none: claimed elsewhere
    Int128 exchanged = 0; ///< what the exchange has of it (negative: it is short of it here)
    std::uint64_t transfers = 0;
    std::uint64_t withdrawals = 0;
    std::optional<Int128> leaves_now; ///< final, less what waits, within the limits; none: no bridge
    Int128 kept = one_units; ///< what margin takes of it

    [[nodiscard]] Int128 shortfall() const { return owed ? std::max<Int128>(*owed + waiting - locked, 0) : 0; }
};

/// Of every asset of the bridge preset on its chain, in its order; then of what else the outside holds, by outside account and
/// asset. What stands there of a bridged asset is claimed on its chain. Another asset that several outside accounts hold is
/// claimed on none of them alone: it has a last row for them together, with no chain. `bridges`: null where no preset is in force.
[[nodiscard]] std::vector<ChainSheet> chain_sheets(Valuation const& valuation, Bridges const* bridges, TimeNs now);

} // namespace plimsoll::risk
