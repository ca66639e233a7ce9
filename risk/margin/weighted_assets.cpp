#include "risk/margin/weighted_assets.hpp"

namespace plimsoll::risk {

WeightedAssets::WeightedAssets(Preset const& preset, MarketNeeds const& needs) : needs_(needs) {
    weights_.resize(needs.market().book().assets.size() + 1);
    for (std::uint32_t id = 1; id < weights_.size(); ++id) {
        if (auto const* const row = row_for(preset, "collateral", "asset", needs.name(AssetId{id}))) {
            weights_[id] = row->number("weight");
        }
    }
}

result<WeightedAssets::Worth> WeightedAssets::of(Portfolio const& portfolio, Tally& on, MarginDetail* detail) const {
    Worth worth{portfolio.cash, portfolio.cash};
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        worth.at_mark = on.add(worth.at_mark, held.unsettled);
        worth.counted = on.add(worth.counted, held.unsettled);
    }
    for (AssetHolding const& holding : portfolio.assets) {
        PLIMSOLL_TRYV(add(holding, worth, on, detail));
    }
    return worth;
}

result<void> WeightedAssets::add(AssetHolding const& holding, Worth& worth, Tally& on, MarginDetail* detail) const {
    auto const& weight = weights_[holding.asset.number()];
    auto const value = needs_.value(holding);
    bool const is_owed = holding.amount < 0;
    if (!value && (is_owed || weight)) return value.error();
    Int128 const at_mark = value ? value.value() : 0;
    Int128 const counted = is_owed ? at_mark : weight ? on.product_down(at_mark, *weight) : 0;
    worth.at_mark = on.add(worth.at_mark, at_mark);
    worth.counted = on.add(worth.counted, counted);
    if (detail == nullptr) return outcome::success();
    bool const is_left_out = !is_owed && !weight;
    if (is_left_out) detail->not_counted.push_back(needs_.name(holding.asset));
    Int128 const lost = at_mark - counted;
    add_line(*detail, is_left_out ? "not counted" : "haircut", needs_.name(holding.asset), lost, lost);
    if (value) detail->facts.push_back({"value", needs_.name(holding.asset), at_mark});
    return outcome::success();
}

void add_line(MarginDetail& detail, std::string_view what, std::string subject, Int128 initial, Int128 maintenance) {
    if (initial != 0 || maintenance != 0) detail.lines.push_back({what, std::move(subject), initial, maintenance});
}

} // namespace plimsoll::risk
