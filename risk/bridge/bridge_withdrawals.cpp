#include "risk/bridge/bridge_moves.hpp"
#include "risk/bridge/bridges.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"

#include <algorithm>

namespace plimsoll::risk {

using namespace bridge;

namespace {

[[nodiscard]] ParameterSet count_event(std::string_view chain, std::uint64_t withdrawals) {
    ParameterSet fact;
    fact.scope = std::string(bridge_events_scope) + std::string(chain);
    fact.name = "withdrawals";
    fact.value = to_wire(static_cast<Int128>(withdrawals) * one_units);
    return fact;
}

} // namespace

result<void> Bridges::withdraw(BridgeWithdraw const& ask, Clearing& clearing, Origin const& origin, Decision& decision) const {
    if (!governs(ask.asset)) return fail(Errc::asset_not_bridged, book_->has(ask.asset) ? asset_text(*book_, ask.asset) : "");
    BridgedAsset const& asset = *preset_->asset(book_->asset(ask.asset).name.view());
    PLIMSOLL_TRY(chain, chain_of(asset.chain));
    PLIMSOLL_TRY(accounts, bridge_accounts(*book_, asset.chain));
    if (ask.amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    PLIMSOLL_TRYV(check_owner(*book_, ask.account));
    Int128 const amount = ask.amount.units();
    Int128 const there = balance_of(*book_, ask.account, ask.asset);
    if (amount > there) return fail(Errc::balance_insufficient, account_text(*book_, ask.account) + " by " + format_decimal(amount - there));
    auto const whole = book_->find_asset(asset.asset);
    bool const waits_for_hole = clearing_ != nullptr && clearing_->withdrawals.while_hole;
    if (waits_for_hole && whole && book_->asset(*whole).bad_debt.units() > 0) {
        return fail(Errc::withdrawals_wait, "bad debt of " + format_decimal(book_->asset(*whole).bad_debt) + " " + asset.asset + " is open");
    }
    Int128 const not_final = board_.credited(ask.account, ask.asset);
    if (amount > there - not_final) {
        decision.say("credit_not_final", ask.account, not_final);
        return fail(Errc::credit_not_final, format_decimal(std::max<Int128>(there - not_final, 0)) + " " + asset.name + " may leave now");
    }
    Int128 const free = free_on_chain(ask.asset);
    if (amount > free) {
        decision.say("locked", {}, free + board_.waiting(ask.asset));
        decision.say("waiting", {}, board_.waiting(ask.asset));
        return fail(Errc::chain_lacks_funds, format_decimal(std::max<Int128>(free, 0)) + " " + asset.name + " can go to " + asset.chain +
                                                 " now: ask for less, or on another chain");
    }
    TimeNs const now = std::max(origin.source_time, book_->time());
    PLIMSOLL_TRYV(capacities_.admit(ask.asset, ask.amount, now, decision));
    Transferred const paid = transferred(TransferType::bridge_out, ask.account, accounts.outgoing, ask.asset, -ask.amount.units());
    PLIMSOLL_TRYV(clearing.pay(paid, ask.account, ask.asset, origin, decision));
    BridgeLane const& lane = board_.lane(asset.chain);
    BridgeWithdrawal const waiting{WithdrawalState::waiting, lane.withdrawals + 1, ask.asset, ask.account, amount, now, now + chain->dispute, 0};
    decision.say("withdrawal", {}, static_cast<Int128>(waiting.number) * one_units);
    decision.add(origin, rare(event_of(*book_, asset.chain, free_slot(lane.out), waiting)));
    decision.add(origin, rare(count_event(asset.chain, waiting.number)));
    capacities_.note(ask.asset, -ask.amount, origin, decision);
    return outcome::success();
}

result<void> Bridges::decide_one(BridgeRelease const& ask, Origin const& origin, Decision& decision) const {
    PLIMSOLL_TRYV(chain_of(ask.chain));
    auto const* const found = board_.lane(ask.chain).find(ask.withdrawal);
    if (found == nullptr) return fail(Errc::withdrawal_not_waiting, std::to_string(ask.withdrawal) + " of " + ask.chain);
    PLIMSOLL_TRY(accounts, bridge_accounts(*book_, ask.chain));
    BridgeWithdrawal over = found->second;
    if (std::max(origin.source_time, book_->time()) < over.due) return fail(Errc::dispute_window_open, "until " + format_time(over.due));
    over.state = WithdrawalState::released;
    decision.pay(accounts.outgoing, accounts.outside, over.asset, over.amount, TransferType::bridge_out, origin);
    decision.add(origin, rare(event_of(*book_, ask.chain, found->first, over)));
    return outcome::success();
}

result<void> Bridges::decide_one(BridgeDispute const& ask, Origin const& origin, Decision& decision) const {
    PLIMSOLL_TRYV(chain_of(ask.chain));
    auto const* const found = board_.lane(ask.chain).find(ask.withdrawal);
    if (found == nullptr) return fail(Errc::withdrawal_not_waiting, std::to_string(ask.withdrawal) + " of " + ask.chain);
    PLIMSOLL_TRY(accounts, bridge_accounts(*book_, ask.chain));
    BridgeWithdrawal over = found->second;
    over.state = WithdrawalState::returned;
    decision.pay(accounts.outgoing, over.account, over.asset, over.amount, TransferType::bridge_out, origin);
    decision.add(origin, rare(event_of(*book_, ask.chain, found->first, over, ask.reason)));
    capacities_.note(over.asset, Amount{over.amount}, origin, decision);
    return outcome::success();
}

} // namespace plimsoll::risk
