#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"
#include "risk/margin/derive_portfolio.hpp"
#include "risk/margin/grid_screen.hpp"
#include "risk/margin/models.hpp"
#include "risk/margin/quick_screen.hpp"

#include <map>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr std::uint32_t not_priced = 0xffff'ffff;

[[nodiscard]] derive::VolShock shock_of(std::string const& word) {
    if (word == "up") return derive::VolShock::up;
    if (word == "down") return derive::VolShock::down;
    if (word == "linear") return derive::VolShock::linear;
    if (word == "absolute") return derive::VolShock::abs;
    return derive::VolShock::none;
}

[[nodiscard]] std::string_view word_of(derive::VolShock shock) {
    constexpr std::array<std::string_view, 5> words{"none", "up", "down", "linear", "absolute"};
    return words[static_cast<std::size_t>(shock)];
}

[[nodiscard]] derive::PortfolioParameters parameters_of(Preset const& preset) {
    auto of = [&](std::string_view key) { return Int256{preset.number(key)}; };
    derive::PortfolioParameters set;
    set.vol_shock = {of("volatility_range_up"), of("volatility_range_down"),  of("short_term_power"),
                     of("long_term_power"),     of("minimum_volatility_up"), Int256{preset.number("expiry_floor_seconds") / one_units}};
    set.margin = {of("initial_factor"),      of("maintenance_factor"), of("short_rate_multiplier"), of("long_rate_multiplier"),
                  of("short_rate_add"),      of("long_rate_add"),      of("short_static_discount"), of("long_static_discount")};
    set.basis_contingency = {of("basis_spot_up"), of("basis_spot_down"), of("basis_add_factor"), of("basis_multiple_factor")};
    set.other_contingency = {of("depeg_threshold"),      of("depeg_factor"),
                             of("confidence_threshold"), of("confidence_factor"),
                             of("perp_maintenance_fraction"), of("perp_initial_fraction"),
                             of("option_maintenance_fraction"), of("option_initial_fraction")};
    set.skew_shock = {of("skew_linear_base_cap"), of("skew_absolute_base_cap"), of("skew_linear_cap_slope"),
                      of("skew_absolute_cap_slope"), of("skew_minimum_width"), of("skew_width_scale"),
                      of("skew_volatility_static"), of("skew_volatility_scale")};
    for (ParameterRow const& row : preset.list("scenarios")) {
        set.scenarios.push_back({Int256{row.number("spot")}, shock_of(row.text("volatility")), Int256{row.number("dampening")}});
    }
    return set;
}

/// One underlying's grid, and where its options are in it.
struct Underlying {
    AssetId base;
    InstrumentId perpetual; ///< whose mark is the perpetual price: the first listed; none where there is none
    std::optional<derive::ScenarioGrid> grid;
    std::optional<Error> fault; ///< why there is no grid
    QuickScreen quick;
    GridScreen screen;
};

/// Of one account: what it holds of one underlying.
struct Share {
    std::size_t underlying = 0;
    derive::PortfolioAccount account;
    std::vector<AssetHolding> collateral; ///< like account.collaterals
};

class GridModel final : public MarginModel {
public:
    GridModel(Preset const& preset, Market const& market, derive::Fidelity fidelity)
        : preset_(&preset), market_(&market), needs_(preset, market), parameters_(parameters_of(preset)),
          fidelity_(fidelity) {}

    [[nodiscard]] result<void> build(OptionNumbers options);
    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;
    [[nodiscard]] std::optional<Bounds> screen(Portfolio const& portfolio) const override;
    [[nodiscard]] std::optional<Bounds> quick_bounds(Portfolio const& portfolio) const;

private:
    [[nodiscard]] result<derive::ScenarioGrid> grid_of(Underlying const& underlying, OptionNumbers options);
    [[nodiscard]] result<std::size_t> underlying_of(AssetId base) const;
    [[nodiscard]] result<std::vector<Share>> split(Portfolio const& portfolio, Int256& other_value, MarginDetail* detail) const;
    [[nodiscard]] result<void> add_asset(AssetHolding const& holding, std::vector<Share>& shares, Int256& other_value,
                                         MarginDetail* detail) const;
    [[nodiscard]] Share& share_of(std::vector<Share>& shares, std::size_t underlying) const;
    void explain(Share const& share, derive::PortfolioMargin const& margin, MarginDetail& detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    derive::PortfolioParameters parameters_;
    derive::Fidelity fidelity_;
    std::vector<Underlying> underlyings_;      ///< by asset id
    std::vector<std::uint32_t> grid_rows_;     ///< by option number
    std::vector<std::optional<Error>> option_faults_; ///< by option number
    std::vector<std::uint32_t> option_underlyings_;   ///< the same
    bool lists_markets_ = false;
};

result<void> GridModel::build(OptionNumbers options) {
    PLIMSOLL_TRYV(derive::check(parameters_));
    grid_rows_.assign(market_->options().size(), not_priced);
    option_faults_.resize(market_->options().size());
    option_underlyings_.resize(market_->options().size());
    lists_markets_ = !preset_->list("markets").empty();
    std::map<AssetId, std::vector<std::uint32_t>> by_base;
    for (std::uint32_t const option : options) {
        by_base[market_->expiries()[market_->options()[option].expiry].base].push_back(option);
    }
    std::map<AssetId, InstrumentId> perpetuals;
    for (std::uint32_t id = 1; id <= market_->book().instruments.size(); ++id) {
        book::InstrumentRow const& row = market_->book().instruments[id];
        if (!row.base.is_some() || row.base == market_->quote()) continue;
        by_base.try_emplace(row.base);
        if (row.kind == wire::InstrumentKind::perpetual) perpetuals.try_emplace(row.base, InstrumentId{id});
    }
    for (std::uint32_t id = 1; id <= market_->book().assets.size(); ++id) {
        if (market_->spot(AssetId{id}).is_some() && AssetId{id} != market_->quote()) by_base.try_emplace(AssetId{id});
    }
    for (auto const& [base, numbers] : by_base) {
        Underlying underlying{base, perpetuals[base], std::nullopt, std::nullopt, {}, {}};
        for (std::uint32_t const option : numbers) option_underlyings_[option] = static_cast<std::uint32_t>(underlyings_.size());
        auto grid = grid_of(underlying, numbers);
        if (grid) {
            underlying.grid = std::move(grid).value();
            underlying.quick = QuickScreen(*underlying.grid);
            underlying.screen = GridScreen(*underlying.grid);
        } else {
            underlying.fault = std::move(grid).error();
        }
        underlyings_.push_back(std::move(underlying));
    }
    return outcome::success();
}

/// Options whose readings cannot be used stay out; whoever holds one learns why.
result<derive::ScenarioGrid> GridModel::grid_of(Underlying const& underlying, OptionNumbers options) {
    PLIMSOLL_TRY(spot, needs_.spot(underlying.base));
    derive::PortfolioMarket market;
    market.now_seconds = market_->time() / second_ns;
    market.spot_price = spot;
    market.spot_confidence = market_->spot(underlying.base).confidence.units();
    market.stable_price = market_->quote_price();
    if (underlying.perpetual.is_some()) {
        book::Reading const& mark = market_->book().instrument(underlying.perpetual).mark;
        market.perp_price = mark.value.units();
        market.perp_confidence = mark.confidence.units();
    }
    std::map<std::uint32_t, std::uint32_t> expiries; // of the market: of the grid
    std::vector<derive::Option> rows;
    for (std::uint32_t const option : options) {
        if (auto usable = needs_.option(option); !usable) {
            option_faults_[option] = std::move(usable).error();
            continue;
        }
        OptionMarket const& row = market_->options()[option];
        ExpiryMarket const& expiry = market_->expiries()[row.expiry];
        auto const [at, is_new] = expiries.try_emplace(row.expiry, static_cast<std::uint32_t>(expiries.size()));
        if (is_new) {
            Int128 const settled = expiry.forward_settled.value.units();
            bool const has_rate = expiry.rate.is_some();
            market.expiries.push_back({expiry.expiry / second_ns, Int256{settled},
                                       Int256{expiry.forward.value.units() - settled}, Int256{expiry.forward.confidence.units()},
                                       Int256{expiry.rate.value.units()},
                                       Int256{has_rate ? expiry.rate.confidence.units() : one_units},
                                       // One an expiry, as the protocol has it, whoever asks for which options.
                                       Int256{expiry.volatility_confidence.units()}});
        }
        grid_rows_[option] = static_cast<std::uint32_t>(rows.size());
        rows.push_back({at->second, Int256{row.strike}, row.is_call, Int256{row.volatility.value.units()}});
    }
    return derive::ScenarioGrid::build(parameters_, std::move(market), std::move(rows), fidelity_);
}

result<std::size_t> GridModel::underlying_of(AssetId base) const {
    for (std::size_t i = 0; i < underlyings_.size(); ++i) {
        if (underlyings_[i].base != base) continue;
        if (underlyings_[i].fault) return *underlyings_[i].fault;
        return i;
    }
    return fail(Errc::spot_missing, needs_.name(base));
}

Share& GridModel::share_of(std::vector<Share>& shares, std::size_t underlying) const {
    for (Share& share : shares) {
        if (share.underlying == underlying) return share;
    }
    shares.push_back({underlying, {}, {}});
    return shares.back();
}

result<std::vector<Share>> GridModel::split(Portfolio const& portfolio, Int256& other_value, MarginDetail* detail) const {
    std::vector<Share> shares;
    for (OptionHolding const& held : portfolio.options) {
        if (option_faults_[held.option]) return *option_faults_[held.option];
        AssetId const base = market_->expiries()[market_->options()[held.option].expiry].base;
        PLIMSOLL_TRY(underlying, underlying_of(base));
        if (lists_markets_ && row_for(*preset_, "markets", "asset", needs_.name(base)) == nullptr) {
            return fail(Errc::instrument_not_in_preset, needs_.name_of_option(held.option));
        }
        PLIMSOLL_ASSERT(grid_rows_[held.option] != not_priced);
        share_of(shares, underlying).account.options.push_back({grid_rows_[held.option], Int256{held.amount}});
    }
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        PLIMSOLL_TRYV(needs_.mark(held.instrument));
        PLIMSOLL_TRY(underlying, underlying_of(held.base));
        if (!underlyings_[underlying].perpetual.is_some()) {
            return fail(Errc::instrument_not_in_preset, needs_.name(held.instrument));
        }
        PLIMSOLL_TRYV(needs_.mark(underlyings_[underlying].perpetual));
        derive::PortfolioAccount& account = share_of(shares, underlying).account;
        Checked on;
        account.perp_position = on.add(account.perp_position, held.size);
        account.perp_unsettled_cash = on.add(account.perp_unsettled_cash, held.unsettled);
        PLIMSOLL_TRYV(on.settle(0));
    }
    for (AssetHolding const& holding : portfolio.assets) {
        PLIMSOLL_TRYV(add_asset(holding, shares, other_value, detail));
    }
    for (Share& share : shares) { // a position that nets to nothing has no perpetual value of its own
        if (!share.account.perp_position.is_zero()) continue;
        Checked on;
        other_value = on.add(other_value, share.account.perp_unsettled_cash);
    }
    return shares;
}

/// A debt counts in full; collateral stands with the underlying whose risk it cancels, else with the first.
result<void> GridModel::add_asset(AssetHolding const& holding, std::vector<Share>& shares, Int256& other_value,
                                  MarginDetail* detail) const {
    std::string const name = needs_.name(holding.asset);
    ParameterRow const* const row = row_for(*preset_, "collateral", "asset", name);
    if (holding.amount < 0) {
        PLIMSOLL_TRY(debt, needs_.value(holding));
        Checked on;
        other_value = on.add(other_value, Int256{debt});
        return on.settle(0).has_value() ? result<void>(outcome::success()) : fail(Errc::arithmetic_overflow, name);
    }
    if (row == nullptr) {
        if (detail != nullptr) detail->not_counted.push_back(name);
        return outcome::success();
    }
    PLIMSOLL_TRYV(needs_.value(holding));
    std::string const cancels = row->has("cancels_risk_of") ? row->text("cancels_risk_of") : "-";
    bool const is_cancelling = cancels != "-";
    std::size_t underlying = 0;
    if (is_cancelling || shares.empty()) {
        auto const base = is_cancelling ? market_->book().find_asset(cancels) : std::optional(holding.asset);
        if (!base) return fail(Errc::spot_missing, cancels);
        PLIMSOLL_TRY(found, underlying_of(*base));
        underlying = found;
    } else {
        underlying = shares.front().underlying;
    }
    book::Reading const& price = market_->spot(holding.asset);
    Share& share = share_of(shares, underlying);
    share.account.collaterals.push_back({Int256{holding.amount}, Int256{price.value.units()}, Int256{price.confidence.units()}, is_cancelling,
                                         {Int256{row->number("maintenance_haircut")}, Int256{row->number("initial_haircut")}}});
    share.collateral.push_back(holding);
    return outcome::success();
}

result<Levels> GridModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    PLIMSOLL_ASSERT(fidelity_ == derive::Fidelity::exact);
    if (portfolio.cash < 0 && preset_->text("borrowing") == "no") return fail(Errc::borrowing_not_allowed, needs_.name(market_->quote()));
    Int256 other_value;
    PLIMSOLL_TRY(shares, split(portfolio, other_value, detail));
    Checked on;
    Int256 const base = on.add(Int256{portfolio.cash}, other_value);
    Int256 mark = base;
    Int256 initial = base;
    Int256 maintenance = base;
    for (Share const& share : shares) {
        PLIMSOLL_TRY(margin, derive::margin_of(share.account, *underlyings_[share.underlying].grid));
        mark = on.add(mark, margin.mark_to_market);
        initial = on.add(initial, margin.initial_margin);
        maintenance = on.add(maintenance, margin.maintenance_margin);
        if (detail != nullptr) explain(share, margin, *detail);
    }
    PLIMSOLL_TRYV(on.settle(0));
    PLIMSOLL_TRY(mark_units, narrow(mark));
    PLIMSOLL_TRY(initial_units, narrow(initial));
    PLIMSOLL_TRY(maintenance_units, narrow(maintenance));
    return Levels{mark_units, initial_units, maintenance_units};
}

/// The parts again, each by the formula that the sum took. Sums of numbers that just fitted: no faults here.
void GridModel::explain(Share const& share, derive::PortfolioMargin const& margin, MarginDetail& detail) const {
    Underlying const& underlying = underlyings_[share.underlying];
    derive::ScenarioGrid const& grid = *underlying.grid;
    derive::PortfolioMarket const& market = grid.market();
    derive::OtherContingencyParameters const& set = parameters_.other_contingency;
    std::string const base = needs_.name(underlying.base);
    Checked on;
    auto doubt = [&](Int256 const& confidence, Int256 const& notional) {
        if (confidence >= set.confidence_threshold) return Int256{};
        return on.times(on.times(on.subtract(one_wei, confidence), set.confidence_margin), notional);
    };
    auto line = [&](std::string_view what, std::string subject, Int256 const& initial, Int256 const& maintenance) {
        if (!initial.is_zero() || !maintenance.is_zero()) detail.lines.push_back({what, std::move(subject), initial.to_128(), maintenance.to_128()});
    };
    Int256 const factor = grid.initial_factor(on);
    line("worst scenario", base, on.negate(on.times(margin.worst.pnl, factor)),
         on.negate(on.times(margin.worst.pnl, parameters_.margin.mm_factor)));
    if (!share.account.perp_position.is_zero()) {
        Int256 const notional = on.times(on.absolute(share.account.perp_position), market.spot_price);
        Int256 const part = on.times(notional, set.mm_perp_fraction);
        line("perpetual", base, on.add(part, on.times(notional, set.im_perp_fraction)), part);
        line("confidence of the perpetual", base, doubt(margin.min_confidence, notional), {});
        detail.facts.push_back({"perpetual value", base, margin.perp_value.to_128()});
    }
    for (derive::ExpiryMargin const& expiry : margin.expiries) {
        derive::ExpiryTerms const& terms = grid.expiries()[expiry.expiry];
        std::string const subject = base + " " + format_time(market.expiries[expiry.expiry].expiry_seconds * second_ns);
        Int256 const naked = on.times(expiry.naked_shorts, market.spot_price);
        Int256 const part = on.times(naked, set.mm_option_fraction);
        line("naked short options", subject, on.add(part, on.times(naked, set.im_option_fraction)), part);
        line("confidence of the expiry", subject, doubt(expiry.min_confidence, on.times(expiry.net_options, market.spot_price)), {});
        for (auto const& [what, value] : std::initializer_list<std::pair<std::string_view, Int256>>{
                 {"options at mark", expiry.mtm}, {"options, basis shock up", expiry.mtm_spot_up}, {"options, basis shock down", expiry.mtm_spot_down},
                 {"discount", terms.time.discount}, {"volatility shock up", terms.vol_shock_up}, {"volatility shock down", terms.vol_shock_down},
                 {"static discount of gains", terms.static_discount_positive}, {"static discount of losses", terms.static_discount_negative},
                 {"least confidence", expiry.min_confidence}}) {
            detail.facts.push_back({what, subject, value.to_128()});
        }
    }
    for (std::size_t i = 0; i < margin.collaterals.size(); ++i) {
        derive::CollateralMargin const& each = margin.collaterals[i];
        std::string const subject = needs_.name(share.collateral[i].asset);
        derive::Haircuts const& haircuts = share.account.collaterals[i].haircuts;
        Int256 const part = on.times(each.value, haircuts.maintenance);
        line("haircut", subject, on.add(part, on.times(each.value, haircuts.initial)), part);
        line("confidence of the collateral", subject, doubt(each.min_confidence, each.value), {});
        detail.facts.push_back({"collateral value", subject, each.value.to_128()});
    }
    auto const& scenarios = parameters_.scenarios;
    for (std::size_t i = 0; i <= scenarios.size(); ++i) {
        bool const is_basis = i == scenarios.size();
        ScenarioLine scenario;
        scenario.subject = base;
        scenario.spot = is_basis ? 0 : scenarios[i].spot_shock.to_128();
        scenario.volatility = is_basis ? "none" : word_of(scenarios[i].vol_shock);
        scenario.name = is_basis ? "basis contingency" : "scenario " + std::to_string(i + 1);
        scenario.profit_and_loss = (is_basis ? margin.basis_contingency : margin.scenario_pnl[i]).to_128();
        scenario.binds_initial = margin.worst.scenario == i;
        scenario.binds_maintenance = margin.worst.scenario == i;
        detail.scenarios.push_back(std::move(scenario));
    }
}

/// Of an account of options of one underlying and cash, which most are.
std::optional<Bounds> GridModel::quick_bounds(Portfolio const& portfolio) const {
    constexpr std::size_t most = 256;
    std::size_t const count = portfolio.options.size();
    if (count == 0 || count > most || !portfolio.perpetuals.empty() || !portfolio.assets.empty() || lists_markets_) return std::nullopt;
    std::uint32_t const underlying = option_underlyings_[portfolio.options.front().option];
    std::array<QuickScreen::Held, most> held;
    for (std::size_t i = 0; i < count; ++i) {
        OptionHolding const& each = portfolio.options[i];
        if (option_underlyings_[each.option] != underlying || grid_rows_[each.option] == not_priced) return std::nullopt;
        held[i] = {grid_rows_[each.option], each.amount};
    }
    return underlyings_[underlying].quick.bounds(std::span(held.data(), count), portfolio.cash);
}

std::optional<Bounds> GridModel::screen(Portfolio const& portfolio) const {
    if (auto const quick = quick_bounds(portfolio); quick && quick->initial_excess_at_least >= 0 && quick->maintenance_excess_at_least >= 0) {
        return quick;
    }
    Int256 other_value;
    auto const shares = split(portfolio, other_value, nullptr);
    if (!shares || !other_value.fits_128()) return std::nullopt;
    Bounds bounds{other_value.to_128() + portfolio.cash, other_value.to_128() + portfolio.cash, other_value.to_128() + portfolio.cash};
    for (Share const& share : shares.value()) {
        auto const part = underlyings_[share.underlying].screen.bounds(share.account);
        if (!part) return std::nullopt;
        bounds.initial_excess_at_least += part->initial_excess_at_least;
        bounds.maintenance_excess_at_least += part->maintenance_excess_at_least;
        bounds.mark_to_market_at_least += part->mark_to_market_at_least;
    }
    return bounds;
}

} // namespace

result<ModelPtr> make_grid_model(Preset const& preset, Market const& market, OptionNumbers options, bool only_screens) {
    auto model = std::make_unique<GridModel>(preset, market, only_screens ? derive::Fidelity::fast : derive::Fidelity::exact);
    PLIMSOLL_TRYV(model->build(options));
    return ModelPtr(std::move(model));
}

} // namespace plimsoll::risk
