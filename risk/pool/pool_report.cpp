#include "risk/pool/pool_report.hpp"

#include "ledger/book/postings.hpp"

#include <algorithm>

namespace plimsoll::risk::pool {
namespace {

/// What an event moves of one account's cash in one asset.
struct CashOf {
    AccountId account;
    AssetId asset;
    Int128 amount = 0;
    bool is_named = false;

    void cash(AccountId who, AssetId what, Amount moved) {
        if (who != account) return;
        is_named = true;
        if (what == asset) amount += moved.units();
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) {}
    void size(AccountId, InstrumentId, Quantity) {}
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}
};

[[nodiscard]] std::size_t index_of(PoolCause cause) { return static_cast<std::size_t>(cause); }

} // namespace

std::string_view word(PoolCause cause) {
    constexpr std::array<std::string_view, pool_causes> words{"option_fees", "spot_fees", "variance_fees", "vega_fees", "options",
                                                              "hedge",       "bad_debt",  "deposits",      "withdrawals", "other"};
    return words[index_of(cause)];
}

Int128 PoolEnd::share_price() const {
    if (supply <= 0) return one_units;
    return multiply_divide(net_value(), one_units, supply, Rounding::floor).value_or(0);
}

PoolEnd end_of(PoolStanding const& standing) { return {standing.cash, standing.base_value, standing.options_value, standing.supply}; }

/// Fees follow their trade in the order of FeeKind, those of nothing too.
PoolCause PoolExplainer::cause_of(Event const& event, book::Book const& book) {
    auto const is_option = [&](InstrumentId instrument) { return book.instrument(instrument).kind == wire::InstrumentKind::option; };
    if (auto const* const trade = std::get_if<Traded>(&event.body)) {
        if (is_option(trade->instrument)) {
            fees_seen_ = 0;
            return PoolCause::options;
        }
        return trade->booking == Booking::spot ? PoolCause::hedge : PoolCause::other;
    }
    if (auto const* const paid = std::get_if<Transferred>(&event.body)) {
        bool const is_fee = paid->type == TransferType::trade_fee && paid->account == history_->pool() && paid->instrument.is_some();
        return is_fee && fees_seen_ < fee_kinds ? static_cast<PoolCause>(fees_seen_++) : PoolCause::other;
    }
    if (auto const* const settled = std::get_if<PositionSettled>(&event.body)) {
        return is_option(settled->instrument) ? PoolCause::options : PoolCause::other;
    }
    if (auto const* const met = std::get_if<IndexMet>(&event.body)) {
        return met->kind == IndexKind::socialised_loss ? PoolCause::bad_debt : PoolCause::other;
    }
    PoolCause cause = PoolCause::other;
    visit_body(event.body, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_same_v<Fact, WaterfallPaid>) cause = PoolCause::bad_debt;
        if constexpr (std::is_same_v<Fact, PoolMoved>) cause = units(fact.amount) > 0 ? PoolCause::deposits : PoolCause::withdrawals;
    });
    return cause;
}

/// While shares do not move, each cause moves their price by what it brings, a share.
void PoolExplainer::close_stretch() {
    for (std::size_t i = 0; i < pool_causes; ++i) {
        explanation_.value[i] += stretch_[i];
        if (at_.supply > 0) {
            explanation_.per_share[i] += multiply_divide(stretch_[i], one_units, at_.supply, Rounding::floor).value_or(0);
        }
        stretch_[i] = 0;
    }
}

void PoolExplainer::value_is(Int128 options_value, Int128 base_value) {
    stretch_[index_of(PoolCause::options)] += options_value - at_.options_value;
    stretch_[index_of(PoolCause::hedge)] += base_value - at_.base_value;
    at_.options_value = options_value;
    at_.base_value = base_value;
    close_stretch();
}

void PoolExplainer::follow(std::uint64_t sequence, Event const& event, book::Book const& book) {
    CashOf moved{history_->pool(), history_->quote()};
    Int128 shares = 0;
    visit_body(event.body, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        book::post(fact, moved);
        if constexpr (std::is_same_v<Fact, ParameterSet>) {
            if (fact.scope != history_->scope()) return;
            if (fact.name == options_value_parameter) next_options_value_ = units(fact.value);
            if (fact.name == base_value_parameter) value_is(next_options_value_, units(fact.value));
        } else if constexpr (std::is_same_v<Fact, PoolMoved>) {
            if (AccountId{fact.pool} == history_->pool()) shares = units(fact.shares);
        }
    });
    if (!moved.is_named) return;
    PoolCause const cause = cause_of(event, book);
    if (shares == 0) {
        stretch_[index_of(cause)] += moved.amount;
        at_.cash += moved.amount;
    } else {
        Int128 const before = at_.share_price();
        at_.cash += moved.amount;
        at_.supply += shares;
        explanation_.value[index_of(cause)] += moved.amount;
        explanation_.per_share[index_of(cause)] += at_.share_price() - before;
    }
    if (moved.amount != 0) explanation_.postings.push_back({sequence, event.origin.source_time, cause, moved.amount});
}

PoolExplanation PoolExplainer::finish(PoolEnd const& to) {
    value_is(to.options_value, to.base_value);
    explanation_.to = to;
    explanation_.rest = to.net_value() - explanation_.from.net_value();
    explanation_.rounding = to.share_price() - explanation_.from.share_price();
    for (std::size_t i = 0; i < pool_causes; ++i) {
        explanation_.rest -= explanation_.value[i];
        explanation_.rounding -= explanation_.per_share[i];
    }
    return std::move(explanation_);
}

LargestTrade largest_trade(book::Book const& book, PoolPreset const& preset, PoolStanding const& standing, SeriesStanding const& series, bool is_buy) {
    constexpr Int128 step = one_units / 10'000;
    LargestTrade largest;
    // Volatilities move in a straight line with size, so their bounds need no prices.
    auto const is_in_line = [&](Int128 steps) {
        auto const [base, skew] = moved_by(preset, series, is_buy, steps * step);
        auto const in = [](Int128 value, Int128 least, Int128 most) { return value >= least && value <= most; };
        Int128 const both = multiply_divide(base, skew, one_units, Rounding::floor).value_or(row_limit_units);
        return in(base, preset.base_least, preset.base_most) && in(skew, preset.skew_least, preset.skew_most) &&
               in(both, preset.volatility_least, preset.volatility_most);
    };
    auto const is_taken = [&](Int128 steps) {
        Decision ignored;
        auto const quote = quote_trade(book, preset, standing, series, {is_buy, steps * step, is_buy ? steps * step : 0}, ignored);
        if (quote) return true;
        largest.rule = quote.error().rule().name;
        largest.reason = quote.error().detail();
        return false;
    };
    // The largest number of steps that passes, where all below it do; `most` does not.
    auto const bisect = [](Int128 least, Int128 most, auto const& passes) {
        while (most - least > 1) {
            Int128 const middle = least + (most - least) / 2;
            (passes(middle) ? least : most) = middle;
        }
        return least;
    };
    Int128 beyond = 1;
    while (is_in_line(beyond) && beyond < event_limit_units / step) beyond *= 2;
    Int128 const in_line = bisect(0, beyond, is_in_line);
    Int128 steps = in_line;
    if (in_line > 0 && !is_taken(in_line)) steps = bisect(0, in_line, is_taken);
    if (is_taken(steps + 1)) largest.rule = largest.reason = "";
    largest.size = steps * step;
    return largest;
}

} // namespace plimsoll::risk::pool
