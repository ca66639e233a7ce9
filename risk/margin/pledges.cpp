#include "risk/margin/pledges.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] result<void> add_pledge(Preset const& preset, MarketNeeds const& needs, AssetHolding const& holding, Pledges& pledges, Tally& on,
                                      MarginDetail* detail) {
    std::string const name = needs.name(holding.asset);
    ParameterRow const* const row = row_for(preset, "collateral", "asset", name);
    auto const value = needs.value(holding);
    if (row == nullptr && holding.amount > 0) {
        if (detail != nullptr) detail->not_counted.push_back(name);
        if (value) pledges.mark_to_market = on.add(pledges.mark_to_market, value.value());
        return outcome::success();
    }
    if (!value) return value.error();
    pledges.mark_to_market = on.add(pledges.mark_to_market, value.value());
    if (holding.amount < 0) {
        pledges.debt = on.subtract(pledges.debt, value.value());
    } else {
        pledges.all.push_back({holding.asset, holding.amount, value.value(), row->number("liquidation_ratio"),
                               row->has("debt_floor") ? row->number("debt_floor") : 0, 0});
    }
    return outcome::success();
}

} // namespace

result<Pledges> pledges_of(Preset const& preset, MarketNeeds const& needs, Portfolio const& portfolio, Tally& on, MarginDetail* detail) {
    Pledges pledges;
    pledges.mark_to_market = portfolio.cash;
    pledges.debt = std::max<Int128>(-portfolio.cash, 0);
    for (AssetHolding const& holding : portfolio.assets) {
        PLIMSOLL_TRYV(add_pledge(preset, needs, holding, pledges, on, detail));
    }
    if (pledges.debt != 0 && pledges.all.empty() && portfolio.cash <= 0) {
        return fail(Errc::debt_without_collateral, needs.name(needs.market().quote()));
    }
    std::ranges::stable_sort(pledges.all, {}, &Pledge::ratio);
    pledges.uncovered = pledges.debt;
    for (Pledge& pledge : pledges.all) {
        Int128 const reach = on.fraction_down(pledge.value, one_units, pledge.ratio);
        bool const is_last = &pledge == &pledges.all.back();
        pledge.covered = is_last ? pledges.uncovered : std::min(pledges.uncovered, reach);
        pledges.uncovered -= pledge.covered;
    }
    return pledges;
}

} // namespace plimsoll::risk
