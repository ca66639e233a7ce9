/// The option pools of a ledger, out of its log: the presets in force, and every event that a pool remembers.
#pragma once

#include "replay/moment.hpp"
#include "risk/pool/pool_preset.hpp"

#include <vector>

namespace plimsoll::replay {

struct AdoptedPool {
    AccountId account;
    risk::pool::PoolPreset preset;
    std::uint64_t sequence = 0; ///< of the event that put it in force
};

/// Each account for which `book` has a pool preset in force, by account. Errors: damage; risk::Errc::preset_*.
[[nodiscard]] result<std::vector<AdoptedPool>> adopted_pools(Reader const& reader, book::Book const& book);

/// Calls f(sequence, event) for each event up to `last`, from the first that any pool remembers on. `book` is any that
/// stands at `last` or later. Errors: damage.
[[nodiscard]] result<void> for_pool_events(Reader const& reader, book::Book const& book, std::uint64_t last,
                                           std::function<void(std::uint64_t, Event const&)> const& f);

} // namespace plimsoll::replay
