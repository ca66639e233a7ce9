#include "risk/margin/models.hpp"
#include "risk/margin/tally.hpp"
#include "risk/margin/weighted_assets.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// Debt in the quote against coins, each at its own liquidation ratio. Debt is laid against the coin with
/// the lowest ratio first, as far as it reaches, so that an account with one coin is a Maker vault:
///
///     asked = sum of covered debt * ratio, rounded up;  excess = value of the coins - asked
///
/// What no coin covers stands at the highest ratio. One level. Source: Maker vat and spotter, risk-models 2.1.1.
class RatioModel final : public MarginModel {
public:
    RatioModel(Preset const& preset, Market const& market) : preset_(&preset), market_(&market), needs_(preset, market) {}

    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;

private:
    struct Pledge {
        AssetId asset;
        Int128 value = 0;
        Int128 ratio = 0;
        Int128 debt_floor = 0;
    };
    [[nodiscard]] result<void> add(AssetHolding const& holding, std::vector<Pledge>& pledges, Int128& debt, Levels& levels,
                                   Tally& on, MarginDetail* detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
};

result<void> RatioModel::add(AssetHolding const& holding, std::vector<Pledge>& pledges, Int128& debt, Levels& levels, Tally& on,
                             MarginDetail* detail) const {
    std::string const name = needs_.name(holding.asset);
    ParameterRow const* const row = row_for(*preset_, "collateral", "asset", name);
    auto const value = needs_.value(holding);
    if (row == nullptr && holding.amount > 0) {
        if (detail != nullptr) detail->not_counted.push_back(name);
        if (value) levels.mark_to_market = on.add(levels.mark_to_market, value.value());
        return outcome::success();
    }
    if (!value) return value.error();
    levels.mark_to_market = on.add(levels.mark_to_market, value.value());
    if (holding.amount < 0) {
        debt = on.subtract(debt, value.value());
    } else {
        pledges.push_back({holding.asset, value.value(), row->number("liquidation_ratio"),
                           row->has("debt_floor") ? row->number("debt_floor") : 0});
    }
    return outcome::success();
}

result<Levels> RatioModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    if (!portfolio.options.empty()) return fail(Errc::instrument_not_in_preset, needs_.name_of_option(portfolio.options.front().option));
    if (!portfolio.perpetuals.empty()) return fail(Errc::instrument_not_in_preset, needs_.name(portfolio.perpetuals.front().instrument));
    Tally on;
    Levels levels{portfolio.cash, std::max<Int128>(portfolio.cash, 0), 0};
    Int128 debt = std::max<Int128>(-portfolio.cash, 0);
    std::vector<Pledge> pledges;
    for (AssetHolding const& holding : portfolio.assets) {
        PLIMSOLL_TRYV(add(holding, pledges, debt, levels, on, detail));
    }
    if (debt != 0 && pledges.empty() && portfolio.cash <= 0) return fail(Errc::debt_without_collateral, needs_.name(market_->quote()));
    if (detail != nullptr) detail->facts.push_back({"debt", needs_.name(market_->quote()), debt});
    std::ranges::stable_sort(pledges, {}, &Pledge::ratio);
    for (std::size_t i = 0; i < pledges.size(); ++i) {
        Pledge const& pledge = pledges[i];
        Int128 const reach = on.fraction_down(pledge.value, one_units, pledge.ratio);
        Int128 const covered = i + 1 == pledges.size() ? debt : std::min(debt, reach);
        debt -= covered;
        Int128 const asked = on.product_up(covered, pledge.ratio);
        levels.initial_excess = on.add(levels.initial_excess, on.subtract(pledge.value, asked));
        if (detail == nullptr) continue;
        // What is asked beyond the debt, which mark-to-market has taken off already.
        add_line(*detail, "debt at its ratio", needs_.name(pledge.asset), on.subtract(asked, covered), on.subtract(asked, covered));
        detail->facts.push_back({"collateral value", needs_.name(pledge.asset), pledge.value});
        if (covered != 0 && covered < pledge.debt_floor) detail->facts.push_back({"debt below its floor of", needs_.name(pledge.asset), pledge.debt_floor});
        if (covered != 0) detail->facts.push_back({"collateral ratio", needs_.name(pledge.asset), on.fraction_down(pledge.value, one_units, covered)});
    }
    levels.initial_excess = on.subtract(levels.initial_excess, debt); // owed though cash is held: no coin to lay it on
    levels.maintenance_excess = levels.initial_excess;
    PLIMSOLL_TRYV(on.settle("the account"));
    return levels;
}

} // namespace

result<ModelPtr> make_ratio_model(Preset const& preset, Market const& market, OptionNumbers) {
    return ModelPtr(std::make_unique<RatioModel>(preset, market));
}

} // namespace plimsoll::risk
