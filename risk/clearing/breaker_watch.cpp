#include "risk/clearing/breaker_watch.hpp"

#include "ledger/event/wide.hpp"
#include "risk/pool/pool_preset.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr Int128 units_per_ns = one_units / 1'000'000'000;

[[nodiscard]] bool leaves(Transferred const& fact) {
    return fact.type == TransferType::withdrawal || fact.type == TransferType::bridge_out;
}

/// One with shares out owes all it has, and breakers of its own look at what is free (pool/pool_breakers).
[[nodiscard]] bool is_option_pool(book::Book const& book, AccountId account) {
    std::string const scope = pool::pool_scope(book.account(account).name.view());
    return std::ranges::any_of(book.presets.rows(), [&](book::PresetRow const& row) { return row.scope.view() == scope; });
}

} // namespace

void MetricWindow::forget(TimeNs now) {
    while (!values_.empty() && now - values_.front().time > length_) values_.pop_front();
}

void MetricWindow::add(TimeNs now, Int128 value) {
    forget(now);
    values_.push_back({now, value});
}

Int128 MetricWindow::largest() const { return std::ranges::max_element(values_, {}, &Value::value)->value; }

Int128 MetricWindow::sum() const {
    Int128 total = 0;
    for (Value const& each : values_) total = std::min(total + each.value, row_limit_units);
    return total;
}

std::optional<Int128> relative_move(Int128 a, Int128 b) {
    if (a <= 0 || b < 0) return std::nullopt;
    return multiply_divide(b < a ? a - b : b - a, one_units, a, Rounding::floor);
}

Int128 share_of_whole(Int128 part, Int128 whole) {
    if (whole <= 0) return part > 0 ? one_units : 0;
    auto const share = multiply_divide(part, one_units, whole, Rounding::ceiling);
    return share ? std::min(*share, row_limit_units) : row_limit_units;
}

MetricWindow& BreakerWatch::window(std::size_t rule, std::uint32_t subject) {
    return windows_.try_emplace({rule, subject}, board_->rules()[rule].window).first->second;
}

template <class F> void BreakerWatch::for_rules(Metric metric, F&& f) {
    for (std::size_t i = 0; i < board_->rules().size(); ++i) {
        if (board_->rules()[i].metric == metric) f(i);
    }
}

void BreakerWatch::ask(std::vector<Body>& moved, std::size_t rule, std::string const& scope, Int128 value, TimeNs now) {
    if (auto event = board_->observe(rule, scope, value, now)) moved.push_back(std::move(*event));
}

void BreakerWatch::learn(book::Book const& book) {
    for (; accounts_seen_ < book.accounts.size(); ++accounts_seen_) {
        AccountId const account{accounts_seen_ + 1};
        auto const kind = book.account(account).kind;
        if (kind == wire::AccountKind::outside) outside_.push_back(account);
        if (kind == wire::AccountKind::pool || kind == wire::AccountKind::vault) pools_.push_back(account);
    }
}

Int128 BreakerWatch::held_outside(book::Book const& book, AssetId asset) {
    learn(book);
    Int128 held = 0;
    for (AccountId const account : outside_) {
        auto const* row = book.balance(account, asset);
        if (row != nullptr) held -= row->amount.units();
    }
    return held;
}

std::vector<Body> BreakerWatch::follow(Event const& event, book::Book const& after) {
    std::vector<Body> moved;
    TimeNs const now = after.time();
    if (last_) {
        Int128 const gap = Int128{now - *last_} * units_per_ns;
        for_rules(Metric::outage, [&](std::size_t rule) { ask(moved, rule, "", gap, now); });
    }
    last_ = now;
    if (auto const* seen = std::get_if<Observed>(&event.body)) {
        bool const is_mark = seen->kind == Observation::mark_price &&
                             after.instruments[seen->subject].kind != wire::InstrumentKind::option;
        if (is_mark || seen->kind == Observation::volatility) {
            std::string const scope(after.instruments[seen->subject].name.view());
            for_rules(is_mark ? Metric::price_move : Metric::volatility_move, [&](std::size_t rule) {
                MetricWindow& values = window(rule, seen->subject);
                values.add(now, seen->value.units());
                auto const move = is_mark ? relative_move(values.oldest(), values.newest())
                                          : std::optional(std::max(values.newest() - values.oldest(), values.oldest() - values.newest()));
                if (move) ask(moved, rule, scope, *move, now);
            });
        }
    }
    if (auto const* transfer = std::get_if<Transferred>(&event.body); transfer != nullptr && leaves(*transfer)) {
        Int128 const amount = transfer->amount.is_negative() ? -transfer->amount.units() : transfer->amount.units();
        std::string const scope(after.asset(transfer->asset).name.view());
        for_rules(Metric::withdrawal_share, [&](std::size_t rule) {
            MetricWindow& values = window(rule, transfer->asset.number());
            values.add(now, amount);
            ask(moved, rule, scope, share_of_whole(values.sum(), held_outside(after, transfer->asset) + values.sum()), now);
        });
    }
    if (auto const* fund = fund_.is_some() ? after.balance(fund_, asset_) : nullptr) {
        Int128 const balance = fund->amount.units();
        for_rules(Metric::fund_drawdown, [&](std::size_t rule) {
            MetricWindow& values = window(rule, asset_.number());
            Int128 const before = values.empty() ? balance : values.newest(); // it stood until now
            values.forget(now);
            if (values.empty()) values.add(now, before);
            if (before != balance) values.add(now, balance);
            ask(moved, rule, std::string(after.account(fund_).name.view()),
                share_of_whole(values.largest() - balance, values.largest()), now);
        });
    }
    return moved;
}

std::vector<Body> BreakerWatch::look(Valuation const& valuation, TimeNs now) {
    book::Book const& book = valuation.book();
    std::vector<Body> moved;
    for (book::InstrumentRow const& row : book.instruments.rows()) {
        if (!row.mark.is_some() || (row.expiry != 0 && now >= row.expiry)) continue;
        std::string const scope(row.name.view());
        for_rules(Metric::oracle_age, [&](std::size_t rule) { ask(moved, rule, scope, Int128{now - row.mark.time} * units_per_ns, now); });
        for_rules(Metric::oracle_confidence, [&](std::size_t rule) { ask(moved, rule, scope, row.mark.confidence.units(), now); });
    }
    learn(book);
    for (AccountId const pool : pools_) {
        if (is_option_pool(book, pool)) continue;
        for_rules(Metric::free_liquidity, [&](std::size_t rule) {
            book::BalanceRow const* const row = book.balance(pool, valuation.in());
            Int128 const cash = row == nullptr ? 0 : std::max<Int128>(row->amount.units(), 0);
            Int128 const equity = valuation.account(pool).amount.units();
            if (row == nullptr && equity == 0) return; // nobody's pool yet
            auto const free = equity <= 0 ? Int128{0} : multiply_divide(cash, one_units, equity, Rounding::floor).value_or(row_limit_units);
            ask(moved, rule, std::string(book.account(pool).name.view()), std::min(free, row_limit_units), now);
        });
    }
    return moved;
}

} // namespace plimsoll::risk
