#include "ledger/event/time.hpp"
#include "risk/margin/fast_terms.hpp"
#include "risk/margin/risk_array.hpp"
#include "risk/margin/weighted_assets.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// risk_array.hpp on a book's market. Arrays are priced once; an account is a sparse sum of them, quick
/// enough that there is no screen.
class ArrayModel final : public MarginModel {
public:
    ArrayModel(Preset const& preset, Market const& market)
        : preset_(&preset), market_(&market), needs_(preset, market), assets_(preset, needs_),
          rules_(ArrayRules::of(preset)), moves_(moves_of(rules_)) {}

    void build(OptionNumbers options);
    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;

private:
    struct Share {
        AssetId base;
        ArrayPosition position;
        ArrayRisk risk;
    };
    struct NamedPair {
        AssetId first;
        AssetId second;
        DeltaPair pair;
    };

    [[nodiscard]] result<Share*> share_of(std::vector<Share>& shares, AssetId base) const;
    [[nodiscard]] result<std::vector<Share>> split(Portfolio const& portfolio, Tally& on) const;
    void settle(std::vector<Share>& shares, Tally& on) const;
    void explain(Share const& share, Int128 initial, Int128 maintenance, MarginDetail& detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    WeightedAssets assets_;
    ArrayRules rules_;
    ArrayMoves moves_;
    std::vector<NamedPair> pairs_;
    std::vector<RiskArray> arrays_;              ///< by option number
    std::vector<std::optional<Error>> faults_;   ///< the same: why there is no array
};

void ArrayModel::build(OptionNumbers options) {
    arrays_.resize(market_->options().size());
    faults_.resize(arrays_.size());
    for (std::uint32_t const option : options) {
        auto price = [&]() -> result<RiskArray> {
            PLIMSOLL_TRYV(needs_.option(option));
            TimeNs const left = market_->expiries()[market_->options()[option].expiry].expiry - market_->time();
            fast::Terms const terms = terms_of(*preset_, *market_, option);
            return priced(array_of(terms, years_of(*preset_, left - rules_.horizon), moves_), needs_.name_of_option(option));
        };
        if (auto array = price()) {
            arrays_[option] = array.value();
        } else {
            faults_[option] = std::move(array).error();
        }
    }
    for (ParameterRow const& row : preset_->list("inter_commodity")) {
        auto const first = market_->book().find_asset(row.text("first"));
        auto const second = market_->book().find_asset(row.text("second"));
        if (!first || !second) continue; // a coin that the book does not know is nobody's
        pairs_.push_back({*first, *second, {row.number("first_deltas"), row.number("second_deltas"), row.number("credit")}});
    }
}

result<ArrayModel::Share*> ArrayModel::share_of(std::vector<Share>& shares, AssetId base) const {
    for (Share& share : shares) {
        if (share.base == base) return &share;
    }
    PLIMSOLL_TRY(spot, needs_.spot(base));
    shares.push_back({base, {}, {}});
    shares.back().position.spot = spot;
    return &shares.back();
}

result<std::vector<ArrayModel::Share>> ArrayModel::split(Portfolio const& portfolio, Tally& on) const {
    std::vector<Share> shares;
    for (OptionHolding const& held : portfolio.options) {
        if (faults_[held.option]) return *faults_[held.option];
        ExpiryMarket const& expiry = market_->expiries()[market_->options()[held.option].expiry];
        PLIMSOLL_TRY(share, share_of(shares, expiry.base));
        share->position.add_option(arrays_[held.option], expiry.expiry, held.amount, on);
    }
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        PLIMSOLL_TRYV(needs_.mark(held.instrument));
        PLIMSOLL_TRY(share, share_of(shares, held.base));
        share->position.add_linear(moves_, market_->book().instrument(held.instrument).expiry, held.size, on);
    }
    return shares;
}

void ArrayModel::settle(std::vector<Share>& shares, Tally& on) const {
    for (Share& share : shares) share.risk = risk_of(share.position, rules_, moves_, on);
    for (NamedPair const& each : pairs_) {
        auto const first = std::ranges::find(shares, each.first, &Share::base);
        auto const second = std::ranges::find(shares, each.second, &Share::base);
        if (first == shares.end() || second == shares.end() || first == second) continue;
        give_credit(first->risk, second->risk, each.pair, on);
    }
}

result<Levels> ArrayModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    Tally on;
    PLIMSOLL_TRY(shares, split(portfolio, on));
    PLIMSOLL_TRY(worth, assets_.of(portfolio, on, detail));
    settle(shares, on);
    Int128 initial = 0;
    Int128 maintenance = 0;
    Int128 option_value = 0;
    for (Share const& share : shares) {
        Int128 const first = share.risk.initial(share.position, rules_, on);
        Int128 const later = share.risk.maintenance(on);
        initial = on.add(initial, first);
        maintenance = on.add(maintenance, later);
        option_value = on.add(option_value, share.position.option_value);
        if (detail != nullptr) explain(share, first, later, *detail);
    }
    // What options are worth past the risk they offset counts nothing: max(risk, value) in all.
    Int128 const initial_asks = std::max(initial, option_value);
    Int128 const maintenance_asks = std::max(maintenance, option_value);
    Int128 const at_mark = on.add(worth.at_mark, option_value);
    Int128 const counted = on.add(worth.counted, option_value);
    Levels const levels{at_mark, on.subtract(counted, initial_asks), on.subtract(counted, maintenance_asks)};
    PLIMSOLL_TRYV(on.settle("margin"));
    if (detail != nullptr) {
        add_line(*detail, "option value past the risk", "", initial_asks - initial, maintenance_asks - maintenance);
        detail->facts.push_back({"net option value", "", option_value});
    }
    return levels;
}

void ArrayModel::explain(Share const& share, Int128 initial, Int128 maintenance, MarginDetail& detail) const {
    std::string const base = needs_.name(share.base);
    ArrayRisk const& of = share.risk;
    Int128 const before = of.scan + of.calendar - of.credit;
    add_line(detail, "worst row", base, of.scan, of.scan);
    add_line(detail, "calendar spreads", base, of.calendar, of.calendar);
    add_line(detail, "credit between underlyings", base, -of.credit, -of.credit);
    add_line(detail, "short-option minimum", base, maintenance - before, maintenance - before);
    add_line(detail, "initial over maintenance", base, initial - maintenance, 0);
    detail.facts.push_back({"spot", base, share.position.spot});
    detail.facts.push_back({"options at mark", base, share.position.option_value});
    detail.facts.push_back({"net delta", base, of.net_delta});
    detail.facts.push_back({"delta not paired between underlyings", base, of.unpaired});
    detail.facts.push_back({"short-option minimum", base, of.minimum});
    for (ArrayPosition::Delta const& each : share.position.deltas) {
        std::string const expiry = each.expiry == 0 ? "perpetual" : format_time(each.expiry);
        detail.facts.push_back({"delta", base + " " + expiry, each.coins});
    }
    for (std::size_t row = 0; row < array_size; ++row) {
        ScenarioLine line;
        line.name = (row < array_size - 2 ? "row " : "extreme row ") + std::to_string(row + 1);
        line.subject = base;
        line.spot = one_units + moves_[row].price;
        line.volatility = moves_[row].volatility_word;
        line.profit_and_loss = of.profits[row];
        line.binds_initial = line.binds_maintenance = row == of.worst && of.scan > 0;
        detail.scenarios.push_back(std::move(line));
    }
}

} // namespace

result<ModelPtr> make_array_model(Preset const& preset, Market const& market, OptionNumbers options) {
    auto model = std::make_unique<ArrayModel>(preset, market);
    model->build(options);
    return ModelPtr(std::move(model));
}

} // namespace plimsoll::risk
