#include "replay/pool_recall.hpp"

#include "replay/adopted_preset.hpp"
#include "risk/pool/pool_history.hpp"

#include <algorithm>

namespace plimsoll::replay {
namespace {

constexpr std::string_view pool_prefix = "pool:";

} // namespace

result<std::vector<AdoptedPool>> adopted_pools(Reader const& reader, book::Book const& book) {
    std::vector<AdoptedPool> pools;
    for (book::PresetRow const& row : book.presets.rows()) {
        std::string const scope(row.scope.view());
        if (!scope.starts_with(pool_prefix)) continue;
        auto const account = book.find_account(scope.substr(pool_prefix.size()));
        if (!account) continue; // of a ledger whose pool is not there: binds nobody
        PLIMSOLL_TRY(adopted, adopted_preset(reader, book, scope));
        if (!adopted) continue;
        PLIMSOLL_TRY(preset, risk::pool::PoolPreset::parse(adopted->body, adopted->place()));
        pools.push_back({*account, std::move(preset), adopted->sequence});
    }
    std::ranges::sort(pools, {}, &AdoptedPool::account);
    return pools;
}

/// The first command of a pool records its quote asset, once; what is before concerns it not.
result<void> for_pool_events(Reader const& reader, book::Book const& book, std::uint64_t last,
                             std::function<void(std::uint64_t, Event const&)> const& f) {
    std::uint64_t first = last + 1;
    for (book::ParameterRow const& row : book.parameters.rows()) {
        if (!row.scope.view().starts_with(pool_prefix) || row.name.view() != risk::pool::quote_parameter) continue;
        first = std::min(first, row.sequence);
    }
    if (first > last) return outcome::success();
    return reader.for_events(first, last, [&](std::uint64_t sequence, Event const& event) {
        f(sequence, event);
        return true;
    });
}

} // namespace plimsoll::replay
