#include "risk/margin/fast_terms.hpp"
#include "risk/margin/greeks_rectangle.hpp"
#include "risk/margin/weighted_assets.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// greeks_rectangle.hpp on a book's market. Each option's Greeks and tails are worked out once.
class GreeksModel final : public MarginModel {
public:
    GreeksModel(Preset const& preset, Market const& market)
        : preset_(&preset), market_(&market), needs_(preset, market), assets_(preset, needs_),
          rules_(GreeksRules::of(preset)) {}

    void build(OptionNumbers options);
    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;

private:
    struct Share {
        AssetId base;
        GreeksPosition position;
    };

    [[nodiscard]] result<Share*> share_of(std::vector<Share>& shares, AssetId base) const;
    [[nodiscard]] result<std::vector<Share>> split(Portfolio const& portfolio, Int128& option_value, Tally& on) const;
    void explain(Share const& share, GreeksRisk const& risk, MarginDetail& detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    WeightedAssets assets_;
    GreeksRules rules_;
    std::vector<GreeksRow> rows_;              ///< by option number
    std::vector<std::optional<Error>> faults_; ///< the same: why there is no row
};

void GreeksModel::build(OptionNumbers options) {
    rows_.resize(market_->options().size());
    faults_.resize(rows_.size());
    Int128 const horizon = years_of(*preset_, rules_.horizon);
    for (std::uint32_t const option : options) {
        auto price = [&]() -> result<GreeksRow> {
            PLIMSOLL_TRYV(needs_.option(option));
            return priced(greeks_row_of(terms_of(*preset_, *market_, option), horizon, rules_), needs_.name_of_option(option));
        };
        if (auto row = price()) {
            rows_[option] = std::move(row).value();
        } else {
            faults_[option] = std::move(row).error();
        }
    }
}

result<GreeksModel::Share*> GreeksModel::share_of(std::vector<Share>& shares, AssetId base) const {
    for (Share& share : shares) {
        if (share.base == base) return &share;
    }
    PLIMSOLL_TRY(spot, needs_.spot(base));
    shares.push_back({base, {}});
    shares.back().position.spot = spot;
    return &shares.back();
}

result<std::vector<GreeksModel::Share>> GreeksModel::split(Portfolio const& portfolio, Int128& option_value, Tally& on) const {
    std::vector<Share> shares;
    for (OptionHolding const& held : portfolio.options) {
        if (faults_[held.option]) return *faults_[held.option];
        PLIMSOLL_TRY(share, share_of(shares, market_->expiries()[market_->options()[held.option].expiry].base));
        share->position.add_option(rows_[held.option], held.amount, on);
        option_value = on.add(option_value, on.product_down(held.amount, rows_[held.option].price));
    }
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        PLIMSOLL_TRYV(needs_.mark(held.instrument));
        PLIMSOLL_TRY(share, share_of(shares, held.base));
        share->position.add_linear(rules_, held.size, on);
    }
    return shares;
}

result<Levels> GreeksModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    Tally on;
    Int128 option_value = 0;
    PLIMSOLL_TRY(shares, split(portfolio, option_value, on));
    PLIMSOLL_TRY(worth, assets_.of(portfolio, on, detail));
    Int128 maintenance = 0;
    for (Share const& share : shares) {
        GreeksRisk const risk = risk_of(share.position, rules_, on);
        maintenance = on.add(maintenance, std::max(risk.loss, risk.minimum));
        if (detail != nullptr) explain(share, risk, *detail);
    }
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        Int128 const part = on.product_up(held.notional, rules_.perp_fraction);
        maintenance = on.add(maintenance, part);
        if (detail != nullptr) add_line(*detail, "perpetual", needs_.name(held.instrument), part, part);
    }
    Int128 const initial = on.product_up(maintenance, rules_.initial_of_maintenance);
    Int128 const counted = on.add(worth.counted, option_value);
    Levels const levels{on.add(worth.at_mark, option_value), on.subtract(counted, initial), on.subtract(counted, maintenance)};
    PLIMSOLL_TRYV(on.settle("margin"));
    if (detail != nullptr) {
        add_line(*detail, "initial over maintenance", "", initial - maintenance, 0);
        detail->facts.push_back({"net option value", "", option_value});
    }
    return levels;
}

void GreeksModel::explain(Share const& share, GreeksRisk const& risk, MarginDetail& detail) const {
    std::string const base = needs_.name(share.base);
    bool const is_tail = risk.worst >= risk.points.size();
    add_line(detail, is_tail ? "worst tail" : "worst of the rectangle", base, risk.loss, risk.loss);
    Int128 const above = std::max(risk.minimum - risk.loss, Int128{0});
    add_line(detail, "short-option minimum", base, above, above);
    CashGreeks const& net = risk.net;
    for (MarginFact const& fact : {MarginFact{"spot", base, share.position.spot}, MarginFact{"delta in quote", base, net.delta},
                                   MarginFact{"gamma in quote", base, net.gamma}, MarginFact{"vega in quote", base, net.vega},
                                   MarginFact{"theta of the horizon", base, net.theta},
                                   MarginFact{"short-option minimum", base, risk.minimum}}) {
        detail.facts.push_back(fact);
    }
    auto add = [&](std::string name, Int128 spot, std::string_view volatility, Int128 profit, std::size_t number) {
        bool const binds = number == risk.worst && risk.loss > 0;
        detail.scenarios.push_back({std::move(name), base, spot, volatility, profit, binds, binds});
    };
    constexpr std::array<char const*, 3> places{"lower end", "upper end", "vertex"};
    for (std::size_t i = 0; i < risk.points.size(); ++i) {
        RectanglePoint const& point = risk.points[i];
        if (point.is_there) add(places[i / 2], one_units + point.move, i % 2 == 0 ? "up" : "down", point.profit, i);
    }
    for (std::size_t i = 0; i < risk.tails.size(); ++i) {
        add("tail " + std::to_string(i + 1), rules_.tails[i].spot, "none", risk.tails[i], risk.points.size() + i);
    }
}

} // namespace

result<ModelPtr> make_greeks_model(Preset const& preset, Market const& market, OptionNumbers options) {
    auto model = std::make_unique<GreeksModel>(preset, market);
    model->build(options);
    return ModelPtr(std::move(model));
}

} // namespace plimsoll::risk
