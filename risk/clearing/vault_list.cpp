#include "risk/clearing/vault_list.hpp"

#include "risk/margin/models.hpp"
#include "risk/margin/tally.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::risk {
namespace {

[[nodiscard]] result<void> look_at(VaultLine& line, Market const& market, MarketNeeds const& needs, VaultTerms const& terms) {
    book::Book const& book = market.book();
    VaultMoment moment = vault_moment(book, line.stand.sold, 0, market.time());
    bool const is_live = market.time() < book.instrument(line.stand.sold).expiry;
    if (is_live) {
        PLIMSOLL_TRY(spot, needs.spot(book.instrument(line.stand.sold).base));
        moment.spot = spot;
    }
    PLIMSOLL_TRY(asked, vault_needs(book, line.stand, moment, terms));
    line.needs = asked;
    line.state = !is_live ? VaultState::expired : line.excess() < 0 ? VaultState::below : VaultState::holds;
    if (line.stand.is_on_sale) line.state = VaultState::on_sale;
    if (!is_live) return outcome::success();
    PLIMSOLL_TRY(prices, vault_prices(book, line.stand, line.needs, moment, terms));
    line.prices = prices;
    return outcome::success();
}

/// In which part of the list.
[[nodiscard]] int place_of(VaultLine const& line) {
    if (line.state == VaultState::idle) return 3;
    if (line.state == VaultState::not_known) return 1;
    return line.excess() < 0 ? 0 : 2;
}

[[nodiscard]] bool comes_before(VaultLine const& a, VaultLine const& b) {
    if (place_of(a) != place_of(b)) return place_of(a) < place_of(b);
    Wide const left = widened(a.excess()) * widened(b.needs.required);
    Wide const right = widened(b.excess()) * widened(a.needs.required);
    return left != right ? left < right : a.stand.vault < b.stand.vault;
}

} // namespace

std::string_view word(VaultState state) {
    switch (state) {
    case VaultState::below: return "below";
    case VaultState::on_sale: return "on sale";
    case VaultState::expired: return "expired";
    case VaultState::not_known: return "not known";
    case VaultState::holds: return "holds";
    case VaultState::idle: return "idle";
    }
    return {};
}

result<std::vector<VaultLine>> list_vaults(Market const& market, Preset const& preset) {
    PLIMSOLL_TRY(terms, vault_terms_of(preset));
    MarketNeeds const needs(preset, market);
    book::Book const& book = market.book();
    std::vector<VaultLine> lines;
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        if (!is_option_vault(book, AccountId{id})) continue;
        VaultLine& line = lines.emplace_back();
        auto stand = vault_of(book, AccountId{id});
        if (stand) {
            line.stand = stand.value();
            line.state = VaultState::idle;
            if (!line.stand.sold.is_some()) continue;
        }
        auto const looked = stand ? look_at(line, market, needs, terms) : result<void>(stand.as_failure());
        if (looked) continue;
        line.stand.vault = AccountId{id};
        line.stand.owner = book.account(line.stand.vault).parent;
        line.state = VaultState::not_known;
        line.failure = looked.error();
    }
    std::ranges::sort(lines, comes_before);
    return lines;
}

result<std::vector<std::pair<AssetId, VaultSums>>> sum_vaults(std::vector<VaultLine> const& lines) {
    std::map<AssetId, VaultSums> sums;
    Tally on;
    for (VaultLine const& line : lines) {
        if (!line.stand.collateral.is_some()) continue;
        VaultSums& sum = sums[line.stand.collateral];
        ++sum.vaults;
        sum.locked = on.add(sum.locked, line.stand.locked);
        if (line.state == VaultState::not_known) continue;
        sum.required = on.add(sum.required, line.needs.required);
        sum.missing = on.add(sum.missing, std::max<Int128>(-line.excess(), 0));
        sum.cash_value = on.add(sum.cash_value, line.needs.cash_value);
    }
    PLIMSOLL_TRYV(on.settle("all vaults"));
    return std::vector<std::pair<AssetId, VaultSums>>(sums.begin(), sums.end());
}

} // namespace plimsoll::risk
