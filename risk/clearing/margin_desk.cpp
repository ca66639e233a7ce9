#include "risk/clearing/margin_desk.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

/// How a kernel's figures move with time alone.
enum class TimeSense : std::uint8_t { none, seconds, exact };

[[nodiscard]] TimeSense time_sense(Preset const& preset) {
    ReadingLimits const limits = ReadingLimits::of(preset);
    bool const ages = limits.spot != 0 || limits.mark != 0 || limits.forward != 0 || limits.volatility != 0 ||
                      limits.rate != 0 || limits.price != 0;
    if (ages) return TimeSense::exact;
    switch (preset.kernel()) {
    case Kernel::linear:
    case Kernel::ratio: return TimeSense::none;
    case Kernel::scenario_grid:
    case Kernel::option_standard: return TimeSense::seconds;
    default: return TimeSense::exact;
    }
}

/// Whether a kernel reads such observations. Marks of options are read by those that price them.
[[nodiscard]] bool is_read(Preset const& preset, Observation kind) {
    switch (kind) {
    case Observation::settlement_price:
    case Observation::open_interest: return false;
    case Observation::forward:
    case Observation::forward_settled:
    case Observation::volatility:
    case Observation::rate: return preset.kernel() != Kernel::linear && preset.kernel() != Kernel::ratio;
    default: return true;
    }
}

} // namespace

void MarginDesk::saw(Event const& event) {
    if (is_old_) return;
    if (auto const* seen = std::get_if<Observed>(&event.body)) {
        is_old_ = is_read(preset_, seen->kind);
    } else if (auto const* fact = std::get_if<RareFact>(&event.body)) {
        is_old_ = (*fact)->type == wire::Rare::InstrumentDefined || (*fact)->type == wire::Rare::AssetDefined;
        if ((*fact)->type == wire::Rare::ParameterSet) is_old_ = (*fact)->AsParameterSet()->scope.starts_with(counts_as_scope);
    }
}

result<void> MarginDesk::refresh() {
    if (is_old_) {
        model_.reset();
        models_of_this_market_ = 0;
        PLIMSOLL_TRY(market, Market::of(*book_, quote_));
        PLIMSOLL_TRY(valuation, Valuation::of(*book_, quote_));
        market_ = std::move(market);
        valuation_ = std::move(valuation);
        asked_.resize(market_->options().size());
        is_old_ = false;
    }
    TimeNs const now = std::max(time_, book_->time());
    market_->move_to(now);
    if (model_ && time_has_passed()) {
        model_.reset();
        models_of_this_market_ = 0;
    }
    return outcome::success();
}

bool MarginDesk::time_has_passed() const {
    TimeNs const now = market_->time();
    switch (time_sense(preset_)) {
    case TimeSense::none: return false;
    case TimeSense::exact: return now != model_time_;
    case TimeSense::seconds:
        return now / second_ns != model_time_ / second_ns || (next_expiry_ != 0 && now >= next_expiry_);
    }
    return true;
}

/// Makes the model where there is none, or where it has no price of an option that is held.
result<void> MarginDesk::price_held() {
    bool lacks = !model_;
    for (OptionHolding const& held : portfolio_.options) {
        asked_[held.option] = 1;
        lacks = lacks || priced_[held.option] == 0;
    }
    if (!lacks) return outcome::success();
    std::size_t const count = market_->options().size();
    if (!model_) priced_.assign(count, 0);
    for (OptionHolding const& held : portfolio_.options) priced_[held.option] = 1;
    for (AccountId const account : expected_) {
        if (!book_->has(account)) continue;
        book_->for_positions(account, [&](book::PositionRow const& row) {
            if (auto const option = market_->option_of(row.instrument)) priced_[*option] = 1;
        });
    }
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t option = 0; option < count; ++option) {
        bool const wanted = models_of_this_market_ >= 2 || (models_of_this_market_ == 1 && asked_[option] != 0);
        if (wanted) priced_[option] = 1;
        if (priced_[option] != 0) numbers.push_back(option);
    }
    model_.reset();
    PLIMSOLL_TRY(model, make_model(preset_, *market_, numbers));
    model_ = std::move(model);
    model_time_ = market_->time();
    next_expiry_ = 0;
    for (ExpiryMarket const& each : market_->expiries()) {
        bool const is_next = each.expiry > model_time_ && (next_expiry_ == 0 || each.expiry < next_expiry_);
        if (is_next) next_expiry_ = each.expiry;
    }
    ++models_of_this_market_;
    ++models_made_;
    return outcome::success();
}

result<Levels> MarginDesk::evaluate(MarginDetail* detail) {
    PLIMSOLL_TRYV(price_held());
    return model_->evaluate(portfolio_, detail);
}

result<Market const*> MarginDesk::market_now() {
    PLIMSOLL_TRYV(refresh());
    return &*market_;
}

result<Levels> MarginDesk::levels(AccountId account, MarginDetail* detail) {
    PLIMSOLL_TRYV(refresh());
    PLIMSOLL_TRYV(PortfolioView(*market_, *valuation_).read(account, portfolio_));
    return evaluate(detail);
}

result<Levels> MarginDesk::levels(AccountRows const& rows) {
    PLIMSOLL_TRYV(refresh());
    PLIMSOLL_TRYV(PortfolioView(*market_, *valuation_).read(rows, portfolio_));
    return evaluate(nullptr);
}

} // namespace plimsoll::risk
