#include "risk/margin/linear.hpp"
#include "risk/margin/models.hpp"
#include "risk/margin/tally.hpp"
#include "risk/margin/weighted_assets.hpp"

#include "ledger/event/wide.hpp"

#include <algorithm>
#include <numeric>

namespace plimsoll::risk {
namespace {

/// A fraction of whole numbers in lowest terms.
struct Share {
    Int128 numerator = 0;
    Int128 denominator = 1;
};

[[nodiscard]] Int128 common_divisor(Int128 a, Int128 b) {
    while (b != 0) a = std::exchange(b, a % b);
    return a;
}
[[nodiscard]] Share share_of(Parameter const& parameter) {
    Int128 const common = common_divisor(parameter.units, parameter.divisor);
    return {parameter.units / common, parameter.divisor / common};
}

/// From a notional on, the charge is (notional * slope - deduction) / Market::unit: the marginal rates
/// summed, so that it is continuous at each bound.
struct Step {
    Int128 from = 0; ///< quantums, smallest units of the quote
    Int128 slope = 0;
    Int128 deduction = 0;
};

/// How one instrument is charged.
struct Charge {
    bool is_listed = false;
    std::vector<Step> steps;
    Int128 unit = 1;
    Share maintenance; ///< of the charge
    ParameterRow const* raised = nullptr; ///< the tier that open interest raises; null: none does
    Quantity open_interest;               ///< of the book when this was made
    Int128 initial_ppm = 0;               ///< raised by it
};

[[nodiscard]] constexpr Int128 ceiling(Int128 a, Int128 b) { return a / b + (a % b > 0 ? 1 : 0); }

/// A rate of each position's notional. Notional is cut to the quote's smallest unit, charges are rounded
/// up to it, maintenance a second time.
/// Source: dYdX v4 (one tier a market, open interest), Hyperliquid (tiers): risk-models 2.1.5, 2.1.7.
class LinearModel final : public MarginModel {
public:
    LinearModel(Preset const& preset, Market const& market)
        : preset_(&preset), market_(&market), needs_(preset, market), assets_(preset, needs_) {}

    [[nodiscard]] result<void> build();
    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;
    [[nodiscard]] std::optional<Bounds> screen(Portfolio const& portfolio) const override {
        auto const levels = evaluate(portfolio, nullptr); // as quick as a bound would be
        if (!levels) return std::nullopt;
        return Bounds{levels.value().initial_excess, levels.value().maintenance_excess, levels.value().mark_to_market};
    }

private:
    struct Asked {
        Int128 initial = 0;
        Int128 maintenance = 0;
    };
    [[nodiscard]] Charge charge_of(InstrumentId instrument) const;
    [[nodiscard]] Int128 scaled_ppm(InstrumentId instrument, ParameterRow const& tier, Quantity open_interest) const;
    [[nodiscard]] Int128 raised_ppm(Charge const& charge, PerpetualHolding const& held) const;
    [[nodiscard]] Int128 notional_of(PerpetualHolding const& held, Tally& on) const;
    [[nodiscard]] Asked asked(Charge const& charge, PerpetualHolding const& held, Int128 notional, Tally& on) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    WeightedAssets assets_;
    std::vector<Charge> charges_; ///< by instrument number
    Int128 quantum_ = 1;          ///< 10^-18 in one
};

result<void> LinearModel::build() {
    for (Int128 i = preset_->number("rounding_decimals") / one_units; i < fixed_decimals; ++i) quantum_ *= 10;
    charges_.resize(market_->book().instruments.size() + 1);
    for (std::uint32_t id = 1; id < charges_.size(); ++id) charges_[id] = charge_of(InstrumentId{id});
    return outcome::success();
}

/// The tiers named after the instrument, else after its underlying, else those of "*".
Charge LinearModel::charge_of(InstrumentId instrument) const {
    book::InstrumentRow const& row = market_->book().instrument(instrument);
    bool const has_mark = row.kind == wire::InstrumentKind::perpetual || row.kind == wire::InstrumentKind::future;
    if (!has_mark || !row.base.is_some()) return {};
    ParameterRow const* named = row_for(*preset_, "tiers", "market", needs_.name(instrument));
    if (named == nullptr || named->text("market") == "*") named = row_for(*preset_, "tiers", "market", needs_.name(row.base));
    if (named == nullptr) return {};
    Charge charge;
    charge.is_listed = true;
    charge.maintenance = share_of((*named)["maintenance_of_initial"]);
    std::vector<Share> rates;
    for (ParameterRow const& tier : preset_->list("tiers")) {
        if (tier.text("market") != named->text("market")) continue;
        rates.push_back(share_of(tier["initial_fraction"]));
        charge.unit = charge.unit / common_divisor(charge.unit, rates.back().denominator) * rates.back().denominator;
        charge.steps.push_back({tier.number("from_notional") / quantum_, 0, 0});
    }
    for (std::size_t i = 0; i < rates.size(); ++i) {
        Step& step = charge.steps[i];
        step.slope = rates[i].numerator * (charge.unit / rates[i].denominator);
        if (i != 0) step.deduction = charge.steps[i - 1].deduction + step.from * (step.slope - charge.steps[i - 1].slope);
    }
    if (preset_->text("open_interest_scale") == "yes" && named->has("open_interest_lower")) {
        charge.raised = named;
        charge.open_interest = row.open_interest;
        charge.initial_ppm = scaled_ppm(instrument, *named, row.open_interest);
    }
    return charge;
}

/// A trade that is only considered changes open interest before the book does.
Int128 LinearModel::raised_ppm(Charge const& charge, PerpetualHolding const& held) const {
    if (held.open_interest == charge.open_interest) return charge.initial_ppm;
    return scaled_ppm(held.instrument, *charge.raised, held.open_interest);
}

Int128 LinearModel::scaled_ppm(InstrumentId instrument, ParameterRow const& row, Quantity open_interest) const {
    book::InstrumentRow const& terms = market_->book().instrument(instrument);
    auto wide = [&](std::string_view key) { return Wide(static_cast<std::int64_t>(row.number(key) / quantum_)); };
    Share const base = share_of(row["initial_fraction"]);
    linear::Tier const tier{Wide(static_cast<std::int64_t>(base.numerator * linear::one_ppm / base.denominator)), Wide(0),
                            wide("open_interest_lower"), wide("open_interest_upper")};
    auto const open = scaled_product(open_interest.units(), terms.mark.value.units(), book::multiplier(terms.multiplier_numerator),
                                     book::multiplier(terms.multiplier_denominator), Rounding::toward_zero);
    if (!open) return linear::one_ppm;
    Int128 const quantums = std::min(*open / quantum_, Int128{std::numeric_limits<std::int64_t>::max()});
    return static_cast<Int128>(
        linear::adjusted_initial_margin_ppm(tier, Wide(static_cast<std::int64_t>(quantums))).convert_to<std::int64_t>());
}

/// In quantums, cut. A linear position's is its value; another's what its contracts stand for.
Int128 LinearModel::notional_of(PerpetualHolding const& held, Tally& on) const {
    book::InstrumentRow const& row = market_->book().instrument(held.instrument);
    if (row.payoff != wire::Payoff::linear) return held.notional / quantum_;
    Int128 const size = held.size < 0 ? -held.size : held.size;
    return on.product_down(size, row.mark.value.units()) / quantum_;
}

LinearModel::Asked LinearModel::asked(Charge const& charge, PerpetualHolding const& held, Int128 notional, Tally& on) const {
    auto const above = std::ranges::upper_bound(charge.steps, notional, {}, &Step::from);
    Step const& step = *std::prev(above);
    Int128 scaled = 0;
    if (__builtin_mul_overflow(notional, step.slope, &scaled)) {
        static_cast<void>(on.add(row_limit_units, row_limit_units)); // too large
        return {};
    }
    Int128 const base = ceiling(scaled - step.deduction, charge.unit);
    Asked asked{base, on.fraction_up(base, charge.maintenance.numerator, charge.maintenance.denominator)};
    if (charge.raised != nullptr) {
        asked.initial = std::max(base, on.fraction_up(notional, raised_ppm(charge, held), linear::one_ppm));
    }
    if (preset_->has("account_leverage")) {
        Share const leverage = share_of(preset_->scalars()["account_leverage"]);
        asked.initial = std::max(asked.initial, on.fraction_up(notional, leverage.denominator, leverage.numerator));
    }
    return asked;
}

result<Levels> LinearModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    if (!portfolio.options.empty()) {
        return fail(Errc::instrument_not_in_preset, needs_.name_of_option(portfolio.options.front().option));
    }
    Tally on;
    PLIMSOLL_TRY(worth, assets_.of(portfolio, on, detail));
    Levels levels{worth.at_mark, worth.counted, worth.counted};
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        PLIMSOLL_TRYV(needs_.mark(held.instrument));
        Charge const& charge = charges_[held.instrument.number()];
        if (!charge.is_listed) return fail(Errc::instrument_not_in_preset, needs_.name(held.instrument));
        Int128 const notional = notional_of(held, on);
        Asked const part = asked(charge, held, notional, on);
        Int128 const initial = on.fraction_up(part.initial, quantum_, 1);
        Int128 const maintenance = on.fraction_up(part.maintenance, quantum_, 1);
        levels.initial_excess = on.subtract(levels.initial_excess, initial);
        levels.maintenance_excess = on.subtract(levels.maintenance_excess, maintenance);
        if (detail == nullptr) continue;
        add_line(*detail, "position", needs_.name(held.instrument), initial, maintenance);
        detail->facts.push_back({"notional", needs_.name(held.instrument), on.fraction_down(notional, quantum_, 1)});
    }
    PLIMSOLL_TRYV(on.settle("the account"));
    return levels;
}

} // namespace

result<ModelPtr> make_linear_model(Preset const& preset, Market const& market, OptionNumbers) {
    auto model = std::make_unique<LinearModel>(preset, market);
    PLIMSOLL_TRYV(model->build());
    return ModelPtr(std::move(model));
}

} // namespace plimsoll::risk
