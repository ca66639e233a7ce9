#include "risk/margin/derive_portfolio.hpp"

namespace plimsoll::risk::derive {
namespace {

/// Values of one expiry's holdings, a number for each wanted column of the grid.
struct ExpiryGroup {
    std::size_t first = 0; ///< holdings, in sorted order
    std::size_t end = 0;
    std::size_t values = 0; ///< where its sums start
};

/// One account against one grid.
class Portfolio {
public:
    Portfolio(PortfolioAccount const& account, ScenarioGrid const& grid)
        : account_(account), grid_(grid), set_(grid.parameters()), market_(grid.market()) {}

    /// Sorts the holdings, and sums them under the columns 0 up to `columns`, and `extra`.
    [[nodiscard]] result<void> load(std::size_t columns, std::optional<std::size_t> extra);

    void weigh();
    [[nodiscard]] Int256 scenario_pnl(Scenario const& scenario, std::size_t slot);
    [[nodiscard]] Int256 margin(MarginKind kind, Int256 const& worst);
    [[nodiscard]] Int256 mark_to_market() { return on.add(out.total_mtm, account_.cash); }

    Checked on;
    PortfolioMargin out;

private:
    void value_group(ExpiryGroup const& group, std::size_t columns,
                     std::optional<std::size_t> extra);
    void weigh_collateral(Collateral const& collateral);
    void weigh_perp();
    void weigh_expiry(ExpiryGroup const& group);
    [[nodiscard]] Int256 naked_shorts(ExpiryGroup const& group);
    [[nodiscard]] Int256 confidence_contingency(Int256 const& confidence, Int256 const& notional);

    PortfolioAccount const& account_;
    ScenarioGrid const& grid_;
    PortfolioParameters const& set_;
    PortfolioMarket const& market_;
    std::vector<OptionHolding> holdings_;
    std::vector<ExpiryGroup> groups_;
    std::vector<Int256> values_;
};

result<void> Portfolio::load(std::size_t columns, std::optional<std::size_t> extra) {
    holdings_ = account_.options;
    std::size_t const rows = grid_.options().size();
    for (OptionHolding const& holding : holdings_) {
        if (holding.option >= rows) {
            return fail(Errc::unknown_option, "#" + std::to_string(holding.option));
        }
    }
    std::ranges::sort(holdings_, {}, [&](auto const& held) { return grid_.place(held.option); });
    for (std::size_t i = 1; i < holdings_.size(); ++i) {
        if (holdings_[i].option != holdings_[i - 1].option) continue;
        return fail(Errc::option_repeated, "#" + std::to_string(holdings_[i].option));
    }
    std::size_t const width = columns + (extra ? 1 : 0);
    for (std::size_t i = 0; i < holdings_.size();) {
        ExpiryGroup group{i, i, groups_.size() * width};
        auto const expiry = grid_.options()[holdings_[i].option].expiry;
        while (i < holdings_.size() && grid_.options()[holdings_[i].option].expiry == expiry) ++i;
        group.end = i;
        groups_.push_back(group);
    }
    values_.resize(groups_.size() * width);
    for (ExpiryGroup const& group : groups_) value_group(group, columns, extra);
    return outcome::success();
}

void Portfolio::value_group(ExpiryGroup const& group, std::size_t columns,
                            std::optional<std::size_t> extra) {
    std::span<Int256> const sums =
        std::span(values_).subspan(group.values, columns + (extra ? 1 : 0));
    for (std::size_t i = group.first; i < group.end; ++i) {
        OptionHolding const& held = holdings_[i];
        auto const prices = grid_.prices(held.option);
        on.add_products(sums.first(columns), prices, held.amount);
        if (extra) on.add_products(sums.subspan(columns), prices.subspan(*extra), held.amount);
        if (!grid_.has_fault(held.option)) continue;
        for (std::size_t column = 0; column < columns; ++column) {
            grid_.note_fault(on, held.option, column);
        }
        if (extra) grid_.note_fault(on, held.option, *extra);
    }
}

/// What a feed of low confidence costs the initial margin.
Int256 Portfolio::confidence_contingency(Int256 const& confidence, Int256 const& notional) {
    OtherContingencyParameters const& set = set_.other_contingency;
    if (confidence >= set.confidence_threshold) return {};
    return on.times(on.times(on.subtract(one_wei, confidence), set.confidence_margin), notional);
}

/// Values, confidences and contingencies of all that is held.
void Portfolio::weigh() {
    bool const has_perp = !account_.perp_position.is_zero();
    out.min_confidence = market_.spot_confidence;
    if (has_perp) out.min_confidence = std::min(out.min_confidence, market_.perp_confidence);
    if (has_perp) weigh_perp();
    for (ExpiryGroup const& group : groups_) weigh_expiry(group);
    for (Collateral const& collateral : account_.collaterals) weigh_collateral(collateral);
}

void Portfolio::weigh_perp() {
    OtherContingencyParameters const& set = set_.other_contingency;
    out.perp_value = account_.perp_unsettled_cash;
    out.total_mtm = on.add(out.total_mtm, out.perp_value);
    Int256 const notional = on.times(on.absolute(account_.perp_position), market_.spot_price);
    out.mm_contingency = on.add(out.mm_contingency, on.times(notional, set.mm_perp_fraction));
    out.im_contingency = on.add(out.im_contingency, on.times(notional, set.im_perp_fraction));
    out.im_contingency =
        on.add(out.im_contingency, confidence_contingency(out.min_confidence, notional));
}

void Portfolio::weigh_expiry(ExpiryGroup const& group) {
    std::uint32_t const index = grid_.options()[holdings_[group.first].option].expiry;
    ExpiryFeed const& feed = market_.expiries[index];
    ExpiryTerms const& terms = grid_.expiries()[index];
    if (terms.fault.broken()) on.refuse(terms.fault.rule());

    Int256 const* const values = values_.data() + group.values;
    ExpiryMargin expiry;
    expiry.expiry = index;
    expiry.min_confidence = std::min(
        {out.min_confidence, feed.forward_confidence, feed.rate_confidence, feed.vol_confidence});
    for (std::size_t i = group.first; i < group.end; ++i) {
        expiry.net_options = on.add(expiry.net_options, on.absolute(holdings_[i].amount));
    }
    expiry.naked_shorts = naked_shorts(group);
    expiry.mtm = values[ScenarioGrid::mark];
    expiry.mtm_spot_up = values[ScenarioGrid::basis_up];
    expiry.mtm_spot_down = values[ScenarioGrid::basis_down];
    out.total_mtm = on.add(out.total_mtm, expiry.mtm);

    BasisContingencyParameters const& basis = set_.basis_contingency;
    Int256 const loss = std::min({on.subtract(expiry.mtm_spot_up, expiry.mtm),
                                  on.subtract(expiry.mtm_spot_down, expiry.mtm), Int256{}});
    Int256 const factor = on.add(basis.add_factor, on.times(basis.mult_factor, terms.time.years));
    out.basis_contingency = on.add(out.basis_contingency, on.times(loss, factor));

    OtherContingencyParameters const& set = set_.other_contingency;
    Int256 const naked = on.times(expiry.naked_shorts, market_.spot_price);
    out.mm_contingency = on.add(out.mm_contingency, on.times(naked, set.mm_option_fraction));
    out.im_contingency = on.add(out.im_contingency, on.times(naked, set.im_option_fraction));
    Int256 const notional = on.times(expiry.net_options, market_.spot_price);
    out.im_contingency =
        on.add(out.im_contingency, confidence_contingency(expiry.min_confidence, notional));
    out.expiries.push_back(expiry);
}

/// A put and a call of one strike net each other where their signs differ.
Int256 Portfolio::naked_shorts(ExpiryGroup const& group) {
    Int256 naked;
    for (std::size_t i = group.first; i < group.end; ++i) {
        Int256 const& amount = holdings_[i].amount;
        bool const paired = i + 1 < group.end && grid_.strike_number(holdings_[i].option) ==
                                                     grid_.strike_number(holdings_[i + 1].option);
        if (!paired) {
            naked = on.add(naked, std::max(Int256{}, on.negate(amount)));
            continue;
        }
        Int256 const& other = holdings_[++i].amount;
        naked = on.add(naked, std::max(Int256{}, on.negate(on.add(amount, other))));
    }
    return naked;
}

void Portfolio::weigh_collateral(Collateral const& collateral) {
    CollateralMargin margin;
    margin.value = on.unsigned_fraction(collateral.balance, collateral.price, market_.stable_price);
    margin.min_confidence = std::min(collateral.confidence, market_.spot_confidence);
    out.total_mtm = on.add(out.total_mtm, margin.value);
    out.mm_contingency =
        on.add(out.mm_contingency, on.times(margin.value, collateral.haircuts.maintenance));
    out.im_contingency =
        on.add(out.im_contingency, on.times(margin.value, collateral.haircuts.initial));
    out.im_contingency =
        on.add(out.im_contingency, confidence_contingency(margin.min_confidence, margin.value));
    out.collaterals.push_back(margin);
}

/// Change of value from now; `slot` says where the sums of its column are.
Int256 Portfolio::scenario_pnl(Scenario const& scenario, std::size_t slot) {
    Int256 const move = on.subtract(scenario.spot_shock, one_wei);
    Int256 const& damp = scenario.dampening_factor;
    bool const tilts =
        scenario.vol_shock == VolShock::linear || scenario.vol_shock == VolShock::abs;
    Int256 pnl;
    if (!account_.perp_position.is_zero()) {
        Int256 const change = on.times(move, market_.perp_price);
        pnl = on.times(on.times(account_.perp_position, change), damp);
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        ExpiryMargin const& expiry = out.expiries[i];
        ExpiryTerms const& terms = grid_.expiries()[expiry.expiry];
        Int256 const& shocked = values_[groups_[i].values + slot];
        Int256 const discounted =
            on.times(shocked, shocked.is_negative() ? terms.static_discount_negative
                                                    : terms.static_discount_positive);
        Int256 const gain = on.times(on.subtract(discounted, expiry.mtm), damp);
        pnl =
            tilts ? on.subtract(pnl, on.absolute(gain)) : on.add(pnl, gain); // either tilt may come
    }
    for (std::size_t i = 0; i < out.collaterals.size(); ++i) {
        if (!account_.collaterals[i].is_risk_cancelling) continue;
        pnl = on.add(pnl, on.times(on.times(out.collaterals[i].value, move), damp));
    }
    return pnl;
}

Int256 Portfolio::margin(MarginKind kind, Int256 const& worst) {
    bool const initial = kind == MarginKind::initial;
    Int256 const factor = initial ? grid_.initial_factor(on) : set_.margin.mm_factor;
    Int256 margin = on.subtract(on.times(worst, factor), out.mm_contingency);
    if (initial) margin = on.subtract(margin, out.im_contingency);
    return on.add(margin, mark_to_market());
}

/// Of equals the earlier, the basis contingency first of all.
[[nodiscard]] WorstCase worst_of(Int256 const& basis, std::span<Int256 const> scenarios) {
    WorstCase worst{basis, scenarios.size()};
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        if (scenarios[i] < worst.pnl) worst = {scenarios[i], i};
    }
    return worst;
}

} // namespace

result<PortfolioMargin> margin_of(PortfolioAccount const& account, ScenarioGrid const& grid) {
    Portfolio portfolio(account, grid);
    PLIMSOLL_TRYV(portfolio.load(grid.columns().size(), std::nullopt));
    portfolio.weigh();
    PortfolioMargin& out = portfolio.out;

    auto const& scenarios = grid.parameters().scenarios;
    out.scenario_pnl.reserve(scenarios.size());
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        out.scenario_pnl.push_back(
            portfolio.scenario_pnl(scenarios[i], grid.column_of_scenario(i)));
    }
    out.worst = worst_of(out.basis_contingency, out.scenario_pnl);
    out.maintenance_margin = portfolio.margin(MarginKind::maintenance, out.worst.pnl);
    out.initial_margin = portfolio.margin(MarginKind::initial, out.worst.pnl);
    out.mark_to_market = portfolio.mark_to_market();

    std::array<Int256, 3> trusted;
    std::size_t next = 0;
    for (auto const column :
         {ScenarioGrid::basis_up, ScenarioGrid::basis_down, ScenarioGrid::mark}) {
        Scenario const scenario{grid.columns()[column].spot_shock, VolShock::none, one_wei};
        trusted[next++] = portfolio.scenario_pnl(scenario, column);
    }
    out.worst_trusted = worst_of(out.basis_contingency, trusted);
    out.trusted_maintenance_margin =
        portfolio.margin(MarginKind::maintenance, out.worst_trusted.pnl);
    return portfolio.on.settle(std::move(out));
}

result<MarginAndMark> margin_in_scenario(PortfolioAccount const& account, ScenarioGrid const& grid,
                                         MarginKind kind, std::size_t scenario) {
    auto const& scenarios = grid.parameters().scenarios;
    if (scenario > scenarios.size()) {
        return fail(Errc::unknown_scenario, std::to_string(scenario));
    }
    bool const basis_only = scenario == scenarios.size();
    Portfolio portfolio(account, grid);
    std::optional<std::size_t> extra;
    if (!basis_only) extra = grid.column_of_scenario(scenario);
    PLIMSOLL_TRYV(portfolio.load(ScenarioGrid::fixed_columns, extra));
    portfolio.weigh();
    Int256 worst = portfolio.out.basis_contingency;
    if (!basis_only) {
        worst = std::min(worst,
                         portfolio.scenario_pnl(scenarios[scenario], ScenarioGrid::fixed_columns));
    }
    MarginAndMark const margin{portfolio.margin(kind, worst), portfolio.mark_to_market()};
    return portfolio.on.settle(margin);
}

} // namespace plimsoll::risk::derive
