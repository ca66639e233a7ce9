#include "risk/margin/fast_terms.hpp"
#include "risk/margin/models.hpp"
#include "risk/margin/naked_bound.hpp"
#include "risk/margin/tally.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

[[nodiscard]] Fixed27 fixed(Int128 units) {
    Wide const magnitude = (Wide(static_cast<std::uint64_t>(static_cast<Uint128>(units < 0 ? -units : units) >> 64)) << 64) +
                           static_cast<std::uint64_t>(static_cast<Uint128>(units < 0 ? -units : units));
    return Fixed27::counted(units < 0 ? Wide(-magnitude) : magnitude, fixed_decimals);
}

/// Each short option by the bound of its tenor, on a spot that has moved against it; long options cost
/// nothing and back nothing, but for a vault of one short and one long of the same side and expiry, which
/// holds at most the largest loss of the pair (spreads_offset). A call is asked for in its underlying, and
/// told in the quote at spot. No short option is asked for less than the preset's floor. Requirements are rounded up to 10^-18. One level.
/// Source: Opyn Gamma, risk-models 2.1.2; the sums are naked_bound.hpp.
class NakedModel final : public MarginModel {
public:
    NakedModel(Preset const& preset, Market const& market) : preset_(&preset), market_(&market), needs_(preset, market) {
        terms_.spot_shock = fixed(preset.number("spot_shock"));
        for (ParameterRow const& row : preset.list("tenors")) {
            Wide const seconds = static_cast<std::int64_t>(row.number("seconds") / one_units);
            terms_.tenors.push_back({seconds, fixed(row.number("bound"))});
        }
    }

    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;

private:
    /// The holdings of one underlying, expiry and side.
    using Vaults = std::map<std::tuple<std::uint32_t, bool>, std::vector<OptionHolding>>;

    [[nodiscard]] result<Int128> worth(OptionHolding const& held, Tally& on) const;
    [[nodiscard]] result<Int128> naked(OptionHolding const& held) const;
    /// Of a pair: in the strike asset for puts, in the underlying for calls; not converted.
    [[nodiscard]] Int128 spread(OptionHolding const& sold, OptionHolding const& bought, Tally& on) const;
    [[nodiscard]] result<Int128> in_quote(Int128 asked, OptionMarket const& option, Tally& on) const;
    [[nodiscard]] result<void> add_vault(std::vector<OptionHolding> const& held, Levels& levels, Tally& on, MarginDetail* detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    naked::NakedTerms terms_;
};

/// At the mark that its volatility gives it; against the account.
result<Int128> NakedModel::worth(OptionHolding const& held, Tally& on) const {
    PLIMSOLL_TRY(price, priced(fast::price(terms_of(*preset_, *market_, held.option)), needs_.name_of_option(held.option)));
    return on.product_down(price.units(), held.amount);
}

result<Int128> NakedModel::naked(OptionHolding const& held) const {
    OptionMarket const& option = market_->options()[held.option];
    ExpiryMarket const& expiry = market_->expiries()[option.expiry];
    PLIMSOLL_TRY(spot, needs_.spot(expiry.base));
    naked::ShortOption const sold{fixed(-held.amount), fixed(option.strike),
                                  Wide(static_cast<std::int64_t>((expiry.expiry - market_->time() + second_ns - 1) / second_ns)), !option.is_call};
    auto const asked = naked::required(sold, fixed(spot), terms_);
    if (!asked) return fail(Errc::tenor_beyond_table, needs_.name_of_option(held.option));
    Wide const units = asked.value().magnitude(fixed_decimals, Rounding::ceiling);
    if (units >> 126 != 0) return fail(Errc::arithmetic_overflow, needs_.name_of_option(held.option));
    auto const high = static_cast<std::uint64_t>(units >> 64);
    auto const low = static_cast<std::uint64_t>(units & ~std::uint64_t{0});
    return static_cast<Int128>((Uint128{high} << 64) | low);
}

Int128 NakedModel::spread(OptionHolding const& sold, OptionHolding const& bought, Tally& on) const {
    OptionMarket const& a = market_->options()[sold.option];
    OptionMarket const& b = market_->options()[bought.option];
    Int128 const short_amount = -sold.amount;
    if (!a.is_call) {
        Int128 const paired = std::min(short_amount, bought.amount);
        return std::max<Int128>(0, on.subtract(on.product_up(short_amount, a.strike), on.product_down(paired, b.strike)));
    }
    Int128 asked = std::max<Int128>(0, on.subtract(short_amount, bought.amount));
    if (b.strike > 0) asked = std::max(asked, on.fraction_up(short_amount, on.subtract(b.strike, a.strike), b.strike));
    return asked;
}

result<Int128> NakedModel::in_quote(Int128 asked, OptionMarket const& option, Tally& on) const {
    if (!option.is_call) return asked;
    PLIMSOLL_TRY(spot, needs_.spot(market_->expiries()[option.expiry].base));
    return on.fraction_up(asked, spot, market_->quote_price());
}

result<void> NakedModel::add_vault(std::vector<OptionHolding> const& held, Levels& levels, Tally& on, MarginDetail* detail) const {
    auto const is_short = [](OptionHolding const& each) { return each.amount < 0; };
    auto const shorts = std::ranges::count_if(held, is_short);
    bool const is_pair = preset_->text("spreads_offset") == "yes" && shorts == 1 && held.size() == 2;
    for (OptionHolding const& each : held) {
        PLIMSOLL_TRY(value, worth(each, on));
        levels.mark_to_market = on.add(levels.mark_to_market, value);
        std::string const name = needs_.name_of_option(each.option);
        if (detail != nullptr) detail->facts.push_back({"option at mark", name, value});
        if (!is_short(each)) {
            if (detail != nullptr && value != 0) detail->lines.push_back({"long option, not counted", name, value, value});
            continue;
        }
        PLIMSOLL_TRY(alone, naked(each));
        Int128 asked = alone;
        if (is_pair) {
            OptionHolding const& other = is_short(held.front()) ? held.back() : held.front();
            asked = std::min(asked, spread(each, other, on));
        }
        std::string_view const floor = market_->options()[each.option].is_call ? "debt_floor_base" : "debt_floor_quote";
        if (preset_->has(floor)) asked = std::max(asked, preset_->number(floor));
        PLIMSOLL_TRY(in_money, in_quote(asked, market_->options()[each.option], on));
        levels.initial_excess = on.subtract(levels.initial_excess, in_money);
        // mark-to-market has taken the option's own value off already
        Int128 const line = on.add(in_money, value);
        if (detail != nullptr) detail->lines.push_back({is_pair ? "short option of a spread" : "short option", name, line, line});
    }
    return outcome::success();
}

result<Levels> NakedModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    if (!portfolio.perpetuals.empty()) return fail(Errc::instrument_not_in_preset, needs_.name(portfolio.perpetuals.front().instrument));
    Tally on;
    Levels levels{portfolio.cash, portfolio.cash, 0};
    for (AssetHolding const& holding : portfolio.assets) { // collateral counts in full: the rule asks in its kind
        PLIMSOLL_TRY(value, needs_.value(holding));
        levels.mark_to_market = on.add(levels.mark_to_market, value);
        levels.initial_excess = on.add(levels.initial_excess, value);
        if (detail != nullptr) detail->facts.push_back({"collateral value", needs_.name(holding.asset), value});
    }
    Vaults vaults;
    for (OptionHolding const& held : portfolio.options) {
        PLIMSOLL_TRYV(needs_.option(held.option));
        OptionMarket const& option = market_->options()[held.option];
        vaults[{option.expiry, option.is_call}].push_back(held);
    }
    for (auto const& [key, held] : vaults) {
        PLIMSOLL_TRYV(add_vault(held, levels, on, detail));
    }
    levels.maintenance_excess = levels.initial_excess;
    PLIMSOLL_TRYV(on.settle("the account"));
    return levels;
}

} // namespace

result<ModelPtr> make_naked_model(Preset const& preset, Market const& market, OptionNumbers) {
    return ModelPtr(std::make_unique<NakedModel>(preset, market));
}

} // namespace plimsoll::risk
