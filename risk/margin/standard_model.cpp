#include "ledger/event/time.hpp"
#include "risk/margin/derive_standard.hpp"
#include "risk/margin/models.hpp"

#include <map>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr std::uint32_t not_priced = 0xffff'ffff;

[[nodiscard]] derive::StandardParameters parameters_of(Preset const& preset) {
    auto of = [&](std::string_view key) { return Int256{preset.number(key)}; };
    derive::StandardParameters set;
    set.perp_mm_fraction = of("perp_maintenance_fraction");
    set.perp_im_fraction = of("perp_initial_fraction");
    set.option = {of("option_maximum_spot_fraction"),        of("option_minimum_spot_fraction"),
                  of("option_maintenance_call_spot_fraction"), of("option_maintenance_put_spot_fraction"),
                  of("option_maintenance_put_mark_fraction"),  of("unpaired_initial_scale"),
                  of("unpaired_maintenance_scale"),          of("put_initial_of_maintenance")};
    set.base_margin_factor = of("base_margin_factor");
    set.base_im_scale = of("base_initial_scale");
    set.oracle = {of("perp_confidence_threshold"), of("option_confidence_threshold"), of("base_confidence_threshold"),
                  of("confidence_factor")};
    return set;
}

/// All underlyings in one account: derive_standard.hpp on a book's market.
class StandardModel final : public MarginModel {
public:
    StandardModel(Preset const& preset, Market const& market)
        : preset_(&preset), market_(&market), needs_(preset, market) {}

    [[nodiscard]] result<void> build(OptionNumbers options);
    [[nodiscard]] result<Levels> evaluate(Portfolio const& portfolio, MarginDetail* detail) const override;

private:
    [[nodiscard]] std::uint32_t add_market(derive::StandardState& state, AssetId base);
    void add_option(derive::StandardState& state, std::uint32_t option, std::vector<derive::StandardOption>& rows,
                    std::map<std::uint32_t, std::uint32_t>& expiries);
    /// The market of an underlying. Errors: Errc::spot_missing, reading_stale, instrument_not_in_preset.
    [[nodiscard]] result<std::uint32_t> market_of(AssetId base, std::string const& held) const;
    [[nodiscard]] result<derive::StandardAccount> account_of(Portfolio const& portfolio, MarginDetail* detail) const;
    [[nodiscard]] result<void> add_asset(AssetHolding const& holding, derive::StandardAccount& account,
                                         MarginDetail* detail) const;
    void explain(derive::StandardMargin const& initial, derive::StandardMargin const& maintenance, MarginDetail& detail) const;

    Preset const* preset_;
    Market const* market_;
    MarketNeeds needs_;
    std::optional<derive::StandardGrid> grid_;
    std::vector<AssetId> bases_;                 ///< by market of the grid
    std::vector<InstrumentId> perpetuals_;       ///< the same
    std::vector<std::uint32_t> market_numbers_;  ///< by asset number
    std::vector<std::uint32_t> grid_rows_;       ///< by option number
    std::vector<std::optional<Error>> option_faults_;
};

std::uint32_t StandardModel::add_market(derive::StandardState& state, AssetId base) {
    std::uint32_t& number = market_numbers_[base.number()];
    if (number != not_priced) return number;
    number = static_cast<std::uint32_t>(state.markets.size());
    derive::StandardMarket market;
    market.parameters = parameters_of(*preset_);
    market.spot_price = market_->spot(base).value.units();
    market.spot_confidence = market_->spot(base).confidence.units();
    state.markets.push_back(std::move(market));
    bases_.push_back(base);
    perpetuals_.emplace_back();
    return number;
}

void StandardModel::add_option(derive::StandardState& state, std::uint32_t option, std::vector<derive::StandardOption>& rows,
                               std::map<std::uint32_t, std::uint32_t>& expiries) {
    if (auto usable = needs_.option(option); !usable) {
        option_faults_[option] = std::move(usable).error();
        return;
    }
    OptionMarket const& row = market_->options()[option];
    ExpiryMarket const& expiry = market_->expiries()[row.expiry];
    std::uint32_t const number = add_market(state, expiry.base);
    auto& known = state.markets[number].expiries;
    auto const [at, is_new] = expiries.try_emplace(row.expiry, static_cast<std::uint32_t>(known.size()));
    if (is_new) {
        known.push_back({expiry.expiry / second_ns, Int256{expiry.forward.value.units()}, Int256{expiry.forward.confidence.units()},
                         Int256{expiry.volatility_confidence.units()}});
    }
    grid_rows_[option] = static_cast<std::uint32_t>(rows.size());
    rows.push_back({number, at->second, Int256{row.strike}, row.is_call, Int256{row.volatility.value.units()}});
}

result<void> StandardModel::build(OptionNumbers options) {
    book::Book const& book = market_->book();
    market_numbers_.assign(book.assets.size() + 1, not_priced);
    grid_rows_.assign(market_->options().size(), not_priced);
    option_faults_.resize(market_->options().size());
    derive::StandardState state;
    state.now_seconds = market_->time() / second_ns;
    state.stable_price = market_->quote_price();
    state.depeg_threshold = preset_->number("depeg_threshold");
    state.depeg_factor = preset_->number("depeg_factor");
    std::vector<derive::StandardOption> rows;
    std::map<std::uint32_t, std::uint32_t> expiries;
    for (std::uint32_t const option : options) add_option(state, option, rows, expiries);
    for (std::uint32_t id = 1; id <= book.instruments.size(); ++id) {
        book::InstrumentRow const& row = book.instruments[id];
        if (!row.base.is_some() || row.base == market_->quote()) continue;
        std::uint32_t const number = add_market(state, row.base);
        if (row.kind != wire::InstrumentKind::perpetual || perpetuals_[number].is_some()) continue;
        perpetuals_[number] = InstrumentId{id};
        state.markets[number].perp_price = row.mark.value.units();
        state.markets[number].perp_confidence = row.mark.confidence.units();
    }
    PLIMSOLL_TRY(grid, derive::StandardGrid::build(std::move(state), std::move(rows)));
    grid_ = std::move(grid);
    return outcome::success();
}

result<std::uint32_t> StandardModel::market_of(AssetId base, std::string const& held) const {
    if (!preset_->list("markets").empty() && row_for(*preset_, "markets", "asset", needs_.name(base)) == nullptr) {
        return fail(Errc::instrument_not_in_preset, held);
    }
    PLIMSOLL_TRYV(needs_.spot(base));
    return market_numbers_[base.number()];
}

result<void> StandardModel::add_asset(AssetHolding const& holding, derive::StandardAccount& account, MarginDetail* detail) const {
    std::string const name = needs_.name(holding.asset);
    Checked on;
    if (holding.amount < 0) { // a debt counts in full
        PLIMSOLL_TRY(debt, needs_.value(holding));
        account.cash = on.add(account.cash, Int256{debt});
    } else if (market_numbers_[holding.asset.number()] == not_priced) {
        if (detail != nullptr) detail->not_counted.push_back(name);
    } else {
        PLIMSOLL_TRYV(needs_.value(holding));
        PLIMSOLL_TRY(market, market_of(holding.asset, name));
        account.markets[market].base_balance = holding.amount;
    }
    return on.settle(0).has_value() ? result<void>(outcome::success()) : fail(Errc::arithmetic_overflow, name);
}

result<derive::StandardAccount> StandardModel::account_of(Portfolio const& portfolio, MarginDetail* detail) const {
    derive::StandardAccount account;
    account.cash = portfolio.cash;
    account.markets.resize(bases_.size());
    for (OptionHolding const& held : portfolio.options) {
        if (option_faults_[held.option]) return *option_faults_[held.option];
        AssetId const base = market_->expiries()[market_->options()[held.option].expiry].base;
        PLIMSOLL_TRYV(market_of(base, needs_.name_of_option(held.option)));
        PLIMSOLL_ASSERT(grid_rows_[held.option] != not_priced);
        account.options.push_back({grid_rows_[held.option], Int256{held.amount}});
    }
    Checked on;
    for (PerpetualHolding const& held : portfolio.perpetuals) {
        PLIMSOLL_TRYV(needs_.mark(held.instrument));
        PLIMSOLL_TRY(number, market_of(held.base, needs_.name(held.instrument)));
        if (!perpetuals_[number].is_some()) return fail(Errc::instrument_not_in_preset, needs_.name(held.instrument));
        PLIMSOLL_TRYV(needs_.mark(perpetuals_[number]));
        derive::MarketHolding& holding = account.markets[number];
        holding.perp_position = on.add(holding.perp_position, held.size);
        holding.perp_unsettled_cash = on.add(holding.perp_unsettled_cash, held.unsettled);
    }
    for (AssetHolding const& holding : portfolio.assets) {
        PLIMSOLL_TRYV(add_asset(holding, account, detail));
    }
    for (derive::MarketHolding const& each : account.markets) { // a position that nets to nothing is cash
        if (each.perp_position.is_zero()) account.cash = on.add(account.cash, each.perp_unsettled_cash);
    }
    return on.settle(std::move(account));
}

result<Levels> StandardModel::evaluate(Portfolio const& portfolio, MarginDetail* detail) const {
    if (portfolio.cash < 0 && preset_->text("borrowing") == "no") {
        return fail(Errc::borrowing_not_allowed, needs_.name(market_->quote()));
    }
    PLIMSOLL_TRY(account, account_of(portfolio, detail));
    PLIMSOLL_TRY(initial, derive::margin_of(account, *grid_, derive::StandardKind::initial));
    PLIMSOLL_TRY(maintenance, derive::margin_of(account, *grid_, derive::StandardKind::maintenance));
    if (detail != nullptr) explain(initial, maintenance, *detail);
    PLIMSOLL_TRY(mark_units, narrow(initial.mark_to_market));
    PLIMSOLL_TRY(initial_units, narrow(initial.margin));
    PLIMSOLL_TRY(maintenance_units, narrow(maintenance.margin));
    return Levels{mark_units, initial_units, maintenance_units};
}

/// What a rule asks is what it counts less what it is worth at the mark.
void StandardModel::explain(derive::StandardMargin const& initial, derive::StandardMargin const& maintenance, MarginDetail& detail) const {
    Checked on;
    auto line = [&](std::string_view what, std::string const& subject, Int256 const& a, Int256 const& b) {
        if (!a.is_zero() || !b.is_zero()) detail.lines.push_back({what, subject, on.negate(a).to_128(), on.negate(b).to_128()});
    };
    for (std::size_t i = 0; i < initial.markets.size(); ++i) {
        derive::StandardMarketLine const& a = initial.markets[i];
        derive::StandardMarketLine const& b = maintenance.markets[i];
        std::string const subject = needs_.name(bases_[i]);
        line("perpetual", subject, a.perp, b.perp);
        line("confidence of the perpetual", subject, a.perp_oracle, b.perp_oracle);
        line("depegged quote", subject, a.depeg, b.depeg);
        line("collateral", subject, on.subtract(a.base, a.base_mark_to_market), on.subtract(b.base, b.base_mark_to_market));
        line("confidence of the collateral", subject, a.base_oracle, b.base_oracle);
    }
    for (std::size_t i = 0; i < initial.expiries.size(); ++i) {
        derive::StandardExpiryLine const& a = initial.expiries[i];
        derive::StandardExpiryLine const& b = maintenance.expiries[i];
        TimeNs const expiry = grid_->state().markets[a.market].expiries[a.expiry].expiry_seconds * second_ns;
        std::string const subject = needs_.name(bases_[a.market]) + " " + format_time(expiry);
        line("options", subject, on.subtract(a.margin, a.mark_to_market), on.subtract(b.margin, b.mark_to_market));
        line("confidence of the expiry", subject, a.oracle, b.oracle);
        detail.facts.push_back({"options at mark", subject, a.mark_to_market.to_128()});
        detail.facts.push_back({"each short alone, initial", subject, a.isolated.to_128()});
        detail.facts.push_back({"each short alone, maintenance", subject, b.isolated.to_128()});
        detail.facts.push_back({"worst payoff, initial", subject, a.max_loss.to_128()});
        detail.facts.push_back({"worst payoff, maintenance", subject, b.max_loss.to_128()});
    }
}

} // namespace

result<ModelPtr> make_standard_model(Preset const& preset, Market const& market, OptionNumbers options) {
    auto model = std::make_unique<StandardModel>(preset, market);
    PLIMSOLL_TRYV(model->build(options));
    return ModelPtr(std::move(model));
}

} // namespace plimsoll::risk
