#include "risk/clearing/withdrawal_limits.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"
#include "risk/clearing/rate_limiter.hpp"
#include "risk/errc.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr Int128 millionth = one_units / 1'000'000;

[[nodiscard]] std::string seconds_text(TimeNs span) { return format_decimal(Int128{span} * (one_units / 1'000'000'000)) + "s"; }
[[nodiscard]] std::string name_of(WithdrawalLimit const& limit) { return limit.asset + " " + seconds_text(limit.window); }

[[nodiscard]] RateLimiter rule_of(WithdrawalLimit const& limit) {
    return {Wide{limit.window}, Wide{limit.least}, Wide{limit.share / millionth}};
}

/// Capacities stay within what an event may carry.
[[nodiscard]] Int128 within_events(Wide const& value) {
    return static_cast<Int128>(std::clamp<Wide>(value, 0, Wide{event_limit_units}));
}

} // namespace

void WithdrawalCapacities::recall(ParameterSet const& fact) {
    if (fact.scope != scope_) return;
    auto const time = parse_time(fact.text);
    used_[fact.name] = {units(fact.value), time ? time.value() : 0};
}

/// What the outside world has put in and not taken out.
Int128 WithdrawalCapacities::held(AssetId asset) const {
    for (; seen_accounts_ < book_->accounts.size(); ++seen_accounts_) {
        std::uint32_t const id = seen_accounts_ + 1;
        if (book_->accounts[id].kind == wire::AccountKind::outside) outside_.push_back(AccountId{id});
    }
    Int128 sum = 0;
    for (AccountId const account : outside_) {
        if (book::BalanceRow const* const row = book_->balance(account, asset)) sum -= row->amount.units();
    }
    if (pending_ != nullptr) {
        auto const pending = pending_->find(asset);
        if (pending != pending_->end()) sum -= pending->second;
    }
    return std::clamp<Int128>(sum, 0, row_limit_units);
}

Int128 WithdrawalCapacities::capacity(WithdrawalLimit const& limit, AssetId asset, TimeNs now) const {
    RateLimiter const rule = rule_of(limit);
    Wide const inside = held(asset);
    auto const known = used_.find(name_of(limit));
    if (known == used_.end()) return within_events(baseline(rule, inside));
    TimeNs const elapsed = std::max<TimeNs>(now - known->second.time, 0);
    return within_events(recovered(rule, inside, known->second.capacity, elapsed));
}

result<void> WithdrawalCapacities::admit(AssetId asset, Amount amount, TimeNs now, Decision& decision) const {
    std::string_view const name = book_->asset(asset).name.view();
    for (WithdrawalLimit const& limit : limits_) {
        if (limit.asset != name) continue;
        Int128 const left = capacity(limit, asset, now);
        if (amount.units() <= left) continue;
        decision.say("withdrawal_capacity", {}, left);
        decision.say("withdrawal_window_seconds", {}, Int128{limit.window} * (one_units / 1'000'000'000));
        return fail(Errc::withdrawal_limited, format_decimal(left) + " " + limit.asset + " may leave now of what a window of " +
                                                  seconds_text(limit.window) + " allows, " + format_decimal(amount) + " was asked: ask for less, or later");
    }
    return outcome::success();
}

void WithdrawalCapacities::note(AssetId asset, Amount change, Origin const& origin, Decision& decision) const {
    if (!book_->has(asset)) return;
    std::string_view const name = book_->asset(asset).name.view();
    for (WithdrawalLimit const& limit : limits_) {
        if (limit.asset != name) continue;
        TimeNs const now = std::max(origin.source_time, book_->time());
        ParameterSet left;
        left.scope = scope_;
        left.name = name_of(limit);
        left.unit = limit.asset;
        left.value = to_wire(within_events(Wide{capacity(limit, asset, now)} + Wide{change.units()}));
        left.text = format_time(now);
        decision.add(origin, rare(std::move(left)));
    }
}

} // namespace plimsoll::risk
