#include "risk/margin/fast_terms.hpp"
#include "risk/margin/shocked_black.hpp"
#include "risk/margin/weighted_assets.hpp"

namespace plimsoll::risk {
namespace {

/// shocked_black.hpp on a book's market: each short alone, long options count nothing, one level.
class ShockedModel final : public MarginModel {
public:
    ShockedModel(Preset const& preset, Market const& market)
        : preset_(&preset), market_(&market), needs_(preset, market), assets_(preset, needs_),
          rules_(ShockedRules::of(preset)) {}

    void build(OptionNumbers options);
    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;

private:
    struct Row {
        Int128 mark = 0; ///< Black-76 at the option's own readings, of one coin
        ShockedOption shocked;
    };

    [[nodiscard]] result<Row> price(std::uint32_t option) const;
    void explain(OptionHolding const& held, ShockedMargin const& margin, Int128 value, MarginDetail& detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    WeightedAssets assets_;
    ShockedRules rules_;
    std::vector<Row> rows_;                    ///< by option number
    std::vector<std::optional<Error>> faults_; ///< the same: why there is no row
};

result<ShockedModel::Row> ShockedModel::price(std::uint32_t option) const {
    PLIMSOLL_TRYV(needs_.option(option));
    ExpiryMarket const& expiry = market_->expiries()[market_->options()[option].expiry];
    PLIMSOLL_TRY(spot, needs_.spot(expiry.base));
    fast::Terms const terms = terms_of(*preset_, *market_, option);
    std::string const name = needs_.name_of_option(option);
    PLIMSOLL_TRY(mark, priced(fast::price(terms), name));
    TimeNs const left = expiry.expiry - market_->time();
    PLIMSOLL_TRY(after, priced(shocked(terms.side, terms.strike.units(), spot, left, terms.years.units(), rules_), name));
    return Row{mark.units(), after};
}

void ShockedModel::build(OptionNumbers options) {
    rows_.resize(market_->options().size());
    faults_.resize(rows_.size());
    for (std::uint32_t const option : options) {
        if (auto row = price(option)) {
            rows_[option] = row.value();
        } else {
            faults_[option] = std::move(row).error();
        }
    }
}

result<Levels> ShockedModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    if (!portfolio.perpetuals.empty()) {
        return fail(Errc::instrument_not_in_preset, needs_.name(portfolio.perpetuals.front().instrument));
    }
    Tally on;
    PLIMSOLL_TRY(worth, assets_.of(portfolio, on, detail));
    Int128 option_value = 0;
    Int128 required = 0;
    for (OptionHolding const& held : portfolio.options) {
        if (faults_[held.option]) return *faults_[held.option];
        Row const& row = rows_[held.option];
        Int128 const value = on.product_down(held.amount, row.mark);
        option_value = on.add(option_value, value);
        ShockedMargin margin;
        if (held.amount < 0) margin = margin_of(row.shocked, -held.amount, rules_, on);
        required = on.add(required, margin.required);
        if (detail != nullptr) explain(held, margin, value, *detail);
    }
    Int128 const excess = on.subtract(worth.counted, required);
    Levels const levels{on.add(worth.at_mark, option_value), excess, excess};
    PLIMSOLL_TRYV(on.settle("margin"));
    return levels;
}

/// The mark of each option is in mark_to_market, and a short's requirement covers it.
void ShockedModel::explain(OptionHolding const& held, ShockedMargin const& margin, Int128 value, MarginDetail& detail) const {
    std::string const name = needs_.name_of_option(held.option);
    detail.facts.push_back({"option at mark", name, value});
    if (held.amount > 0) {
        add_line(detail, "long option not counted", name, value, value);
        return;
    }
    constexpr std::array<std::string_view, 3> words{"short option past its mark: shock", "short option past its mark: floor",
                                                    "short option past its mark: full collateral"};
    Int128 const past = margin.required + value;
    add_line(detail, words[static_cast<std::size_t>(margin.bound)], name, past, past);
    detail.facts.push_back({"required", name, margin.required});
    ShockedOption const& option = rows_[held.option].shocked;
    detail.facts.push_back({"shock spot", name, option.shock_spot});
    detail.facts.push_back({"shock volatility", name, option.shock_volatility});
    detail.facts.push_back({"price after the shock", name, option.price});
    detail.facts.push_back({"after the shock", name, margin.shocked});
    detail.facts.push_back({"floor", name, margin.floor});
    if (margin.cap) detail.facts.push_back({"full collateral", name, *margin.cap});
    ScenarioLine line;
    line.name = "shock";
    line.subject = name;
    line.spot = option.side == wire::OptionSide::call ? rules_.call_spot_shock : rules_.put_spot_shock;
    line.volatility = "up";
    line.profit_and_loss = -margin.required - value;
    line.binds_initial = line.binds_maintenance = true;
    detail.scenarios.push_back(std::move(line));
}

} // namespace

result<ModelPtr> make_shocked_model(Preset const& preset, Market const& market, OptionNumbers options) {
    auto model = std::make_unique<ShockedModel>(preset, market);
    model->build(options);
    return ModelPtr(std::move(model));
}

} // namespace plimsoll::risk
