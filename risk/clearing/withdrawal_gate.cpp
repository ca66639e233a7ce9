#include "risk/clearing/withdrawal_gate.hpp"

#include <algorithm>

namespace plimsoll::risk::linear {

PoolId pool_of(Account const& account, Markets const& markets) {
    for (auto const& [id, position] : account.positions) {
        auto const market = markets.find(id);
        if (market != markets.end() && market->second.isolated) return id;
    }
    return std::nullopt;
}

bool WithdrawalGate::closed_for(std::vector<PoolId> const& pools) const {
    return std::ranges::any_of(pools, [&](PoolId const& pool) {
        auto const seen = sightings.find(pool);
        return seen != sightings.end() && block - seen->second < window_blocks;
    });
}

} // namespace plimsoll::risk::linear
