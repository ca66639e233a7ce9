#include "risk/margin/pledges.hpp"
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
    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
};

result<Levels> RatioModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    if (!portfolio.options.empty()) return fail(Errc::instrument_not_in_preset, needs_.name_of_option(portfolio.options.front().option));
    if (!portfolio.perpetuals.empty()) return fail(Errc::instrument_not_in_preset, needs_.name(portfolio.perpetuals.front().instrument));
    Tally on;
    PLIMSOLL_TRY(pledges, pledges_of(*preset_, needs_, portfolio, on, detail));
    Levels levels{pledges.mark_to_market, std::max<Int128>(portfolio.cash, 0), 0};
    if (detail != nullptr) detail->facts.push_back({"debt", needs_.name(market_->quote()), pledges.debt});
    for (Pledge const& pledge : pledges.all) {
        Int128 const covered = pledge.covered;
        Int128 const asked = on.product_up(covered, pledge.ratio);
        levels.initial_excess = on.add(levels.initial_excess, on.subtract(pledge.value, asked));
        if (detail == nullptr) continue;
        // What is asked beyond the debt, which mark-to-market has taken off already.
        add_line(*detail, "debt at its ratio", needs_.name(pledge.asset), on.subtract(asked, covered), on.subtract(asked, covered));
        detail->facts.push_back({"collateral value", needs_.name(pledge.asset), pledge.value});
        if (covered != 0 && covered < pledge.debt_floor) detail->facts.push_back({"debt below its floor of", needs_.name(pledge.asset), pledge.debt_floor});
        if (covered != 0) detail->facts.push_back({"collateral ratio", needs_.name(pledge.asset), on.fraction_down(pledge.value, one_units, covered)});
    }
    levels.initial_excess = on.subtract(levels.initial_excess, pledges.uncovered); // owed though cash is held: no coin to lay it on
    levels.maintenance_excess = levels.initial_excess;
    PLIMSOLL_TRYV(on.settle("the account"));
    return levels;
}

} // namespace

result<ModelPtr> make_ratio_model(Preset const& preset, Market const& market, OptionNumbers) {
    return ModelPtr(std::make_unique<RatioModel>(preset, market));
}

} // namespace plimsoll::risk
