#include "risk/bridge/bridges.hpp"

#include "ledger/book/decide.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"
#include "ledger/event/wide.hpp"
#include "risk/bridge/book_ahead.hpp"
#include "risk/clearing/loss_cover.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr std::size_t longest_transaction = 128;

[[nodiscard]] std::string account_text(book::Book const& book, AccountId account) { return std::string(book.account(account).name.view()); }
[[nodiscard]] std::string asset_text(book::Book const& book, AssetId asset) { return std::string(book.asset(asset).name.view()); }

[[nodiscard]] result<AccountId> account_named(book::Book const& book, std::string const& name) {
    if (auto const known = book.find_account(name)) return *known;
    return fail(Errc::bridge_account_missing, "'" + name + "'");
}

[[nodiscard]] bool is_bridge_word(std::string_view word, std::size_t least) {
    bool const is_plain = std::ranges::all_of(word, [](char c) { return c > 0x20 && c != 0x7f; });
    return word.size() >= least && word.size() <= longest_transaction && is_plain;
}

[[nodiscard]] std::string place_text(BridgePlace const& place) {
    return place.transaction + " log " + std::to_string(place.log_index) + " on " + place.chain;
}

/// The lowest that is free: the same whoever decides.
template <class Slots> [[nodiscard]] std::uint32_t free_slot(Slots const& taken) {
    std::uint32_t slot = 1;
    for (auto const& [number, each] : taken) {
        if (number != slot) break;
        ++slot;
    }
    return slot;
}

/// `units` from one account to another.
void move_to(AccountId from, AccountId to, AssetId asset, Int128 units, TransferType type, Origin const& origin, Decision& decision) {
    if (units == 0) return;
    Transferred moved;
    moved.account = to;
    moved.counter = from;
    moved.asset = asset;
    moved.type = type;
    moved.amount = Amount{units};
    decision.add(origin, moved);
}

/// Accounts that are the bridge itself, or the world, own nothing that could be moved.
[[nodiscard]] result<void> check_owner(book::Book const& book, AccountId account) {
    if (!book.has(account)) return fail(book::Errc::unknown_account);
    book::AccountRow const& row = book.account(account);
    bool const is_bridge = row.kind == wire::AccountKind::bridge && row.name.view().starts_with(bridge_events_scope);
    if (is_bridge || row.kind == wire::AccountKind::outside) return fail(book::Errc::accounts_must_differ, account_text(book, account) + " is the bridge's own, or the chain's");
    return outcome::success();
}

[[nodiscard]] ParameterSet count_event(std::string_view chain, std::uint64_t withdrawals) {
    ParameterSet fact;
    fact.scope = std::string(bridge_events_scope) + std::string(chain);
    fact.name = "withdrawals";
    fact.value = to_wire(static_cast<Int128>(withdrawals) * one_units);
    return fact;
}

[[nodiscard]] ParameterSet final_event(std::string_view chain, BridgeTransfer const& transfer) {
    ParameterSet fact;
    fact.scope = std::string(bridge_events_scope) + std::string(chain);
    fact.name = "final";
    fact.value = to_wire(static_cast<Int128>(transfer.block) * one_units);
    fact.text = "final block=" + std::to_string(transfer.block) + " log=" + std::to_string(transfer.log_index);
    return fact;
}

} // namespace

std::string exchange_name(std::string_view asset) { return "exchange:" + std::string(asset); }

result<BridgeAccounts> bridge_accounts(book::Book const& book, std::string_view chain) {
    BridgeAccounts accounts;
    for (book::ChainRow const& row : book.chains.rows()) {
        if (row.name.view() == chain) accounts.outside = AccountId{static_cast<std::uint32_t>(row.account)};
    }
    if (!accounts.outside.is_some()) return fail(Errc::bridge_account_missing, "the outside of chain '" + std::string(chain) + "'");
    std::string const name = std::string(bridge_events_scope) + std::string(chain);
    PLIMSOLL_TRY(incoming, account_named(book, name));
    accounts.incoming = incoming;
    PLIMSOLL_TRY(outgoing, account_named(book, name + ":out"));
    accounts.outgoing = outgoing;
    accounts.fund = fund_of(book, incoming);
    return accounts;
}

Bridges::Bridges(book::Book const& book, BridgePreset const& preset, ClearingPreset const* clearing)
    : book_(&book), preset_(&preset), clearing_(clearing), capacities_(book, preset.limits, bridge_capacity_scope, &board_.arriving()) {}

bool Bridges::governs(AssetId asset) const { return book_->has(asset) && preset_->asset(book_->asset(asset).name.view()) != nullptr; }

void Bridges::forget() {
    board_.forget();
    capacities_.forget();
}

void Bridges::follow(ParameterSet const& fact, std::uint64_t sequence) {
    board_.follow(fact, *book_, sequence);
    capacities_.recall(fact);
}

void Bridges::follow(Event const& event, book::Book const& after) {
    auto const* const rare_fact = std::get_if<RareFact>(&event.body);
    if (rare_fact == nullptr || (*rare_fact)->type != wire::Rare::ParameterSet) return;
    follow(*(*rare_fact)->AsParameterSet(), after.sequence());
}

result<BridgedChain const*> Bridges::chain_of(std::string_view name) const {
    if (BridgedChain const* const chain = preset_->chain(name)) return chain;
    std::string names;
    for (BridgedChain const& each : preset_->chains) names.append(names.empty() ? "" : ", ").append(each.name);
    return fail(Errc::chain_not_bridged, "'" + std::string(name) + "'; there are " + names);
}

result<std::pair<std::uint32_t const, BridgeTransfer> const*> Bridges::find(BridgePlace const& place) const {
    auto const* const found = board_.lane(place.chain).find(place);
    if (found == nullptr) return fail(Errc::transfer_not_in_flight, place_text(place));
    return found;
}

Int128 Bridges::free_on_chain(AssetId asset) const {
    BridgedAsset const* const row = book_->has(asset) ? preset_->asset(book_->asset(asset).name.view()) : nullptr;
    if (row == nullptr) return 0;
    auto const accounts = bridge_accounts(*book_, row->chain);
    if (!accounts) return 0;
    auto const arriving = board_.arriving().find(asset);
    Int128 const not_final = arriving == board_.arriving().end() ? 0 : arriving->second;
    return -balance_of(*book_, accounts.value().outside, asset) - not_final - board_.waiting(asset);
}

std::optional<Int128> Bridges::leaves_now(AssetId asset, TimeNs now) const {
    std::optional<Int128> least;
    for (WithdrawalLimit const& limit : preset_->limits) {
        if (limit.asset != book_->asset(asset).name.view()) continue;
        Int128 const left = capacities_.capacity(limit, asset, now);
        least = least ? std::min(*least, left) : left;
    }
    return least;
}

std::optional<Withdraw> Bridges::as_withdrawal(BridgeCommand const& command) const {
    auto const* const ask = std::get_if<BridgeWithdraw>(&command.ask);
    if (ask == nullptr || !governs(ask->asset)) return std::nullopt;
    auto const accounts = bridge_accounts(*book_, preset_->asset(book_->asset(ask->asset).name.view())->chain);
    if (!accounts) return std::nullopt;
    return Withdraw{ask->account, accounts.value().outside, ask->asset, ask->amount};
}

result<void> Bridges::decide(BridgeCommand const& command, Clearing& clearing, Origin const& origin, Decision& decision) const {
    return std::visit(
        [&](auto const& ask) -> result<void> {
            if constexpr (std::is_same_v<std::decay_t<decltype(ask)>, BridgeWithdraw>) {
                return withdraw(ask, clearing, origin, decision);
            } else {
                return decide_one(ask, origin, decision);
            }
        },
        command.ask);
}

/// What the state gives of the amount, less what was given before.
result<void> Bridges::credit(BridgedChain const& chain, BridgeAccounts const& accounts, BridgeTransfer& transfer, Origin const& origin,
                             Decision& decision) const {
    auto const target = multiply_divide(transfer.amount, chain.credit[static_cast<std::size_t>(transfer.state)], one_units, Rounding::floor);
    if (!target) return fail(Errc::arithmetic_overflow, "the credit");
    Int128 const step = *target - transfer.credited; // a preset adopted since may give less: nothing is taken back
    if (step > 0) {
        move_to(accounts.incoming, transfer.account, transfer.asset, step, TransferType::bridge_in, origin, decision);
        transfer.credited = *target;
    }
    decision.say("amount", transfer.account, transfer.amount);
    decision.say("credited", transfer.account, transfer.credited);
    return outcome::success();
}

result<void> Bridges::decide_one(BridgeObserve const& ask, Origin const& origin, Decision& decision) const {
    PLIMSOLL_TRY(chain, chain_of(ask.place.chain));
    BridgedAsset const* const asset = book_->has(ask.asset) ? preset_->asset(book_->asset(ask.asset).name.view()) : nullptr;
    if (asset == nullptr || asset->chain != chain->name) {
        return fail(Errc::asset_not_bridged, book_->has(ask.asset) ? asset_text(*book_, ask.asset) + " on " + chain->name : "");
    }
    PLIMSOLL_TRY(accounts, bridge_accounts(*book_, chain->name));
    if (ask.amount.units() <= 0) return fail(book::Errc::amount_must_be_positive);
    PLIMSOLL_TRYV(check_owner(*book_, ask.account));
    if (!is_bridge_word(ask.place.transaction, 1) || !is_bridge_word(ask.block_hash, 0)) return fail(Errc::transfer_id_malformed);
    BridgeLane const& lane = board_.lane(chain->name);
    BridgeTransfer transfer;
    transfer.state = BridgeState::observed;
    transfer.transaction = ask.place.transaction;
    transfer.log_index = ask.place.log_index;
    transfer.block = ask.block;
    transfer.block_hash = ask.block_hash;
    transfer.asset = ask.asset;
    transfer.account = ask.account;
    transfer.amount = ask.amount.units();
    if (lane.find(ask.place) != nullptr) return fail(Errc::transfer_seen_before, place_text(ask.place));
    for (auto const& [slot, other] : lane.in) {
        if (other.place() != transfer.place()) continue;
        return fail(Errc::transfer_seen_before, "block " + std::to_string(ask.block) + " log " + std::to_string(ask.place.log_index) + " is " +
                                                    other.transaction + ": one of the two was reorganised away; reverse it");
    }
    if (transfer.place() <= lane.final_place) {
        return fail(Errc::transfer_behind_final, place_text(ask.place) + " in block " + std::to_string(ask.block) + "; final up to block " +
                                                     std::to_string(lane.final_place.first) + " log " + std::to_string(lane.final_place.second));
    }
    move_to(accounts.outside, accounts.incoming, ask.asset, transfer.amount, TransferType::bridge_in, origin, decision);
    PLIMSOLL_TRYV(credit(*chain, accounts, transfer, origin, decision));
    decision.add(origin, rare(event_of(*book_, chain->name, free_slot(lane.in), transfer)));
    return outcome::success();
}

/// One state on, and the evidence that the state asks for.
result<void> Bridges::check_step(BridgedChain const& chain, BridgeTransfer const& transfer, BridgeAdvance const& ask,
                                 std::uint64_t& confirmations) const {
    bool const is_next = ask.state != BridgeState::reversed && static_cast<int>(ask.state) == static_cast<int>(transfer.state) + 1;
    if (!is_next) {
        return fail(Errc::transfer_step_out_of_order, place_text(ask.place) + " is " + std::string(word(transfer.state)) + ", " +
                                                          std::string(word(ask.state)) + " does not follow");
    }
    if (ask.state == BridgeState::attested) {
        if (ask.stake.units() > chain.attestation_stake && ask.stake <= Ratio::whole(1)) return outcome::success();
        return fail(Errc::attestation_too_small, format_decimal(ask.stake) + " of the stake, more than " + format_decimal(chain.attestation_stake) + " is needed");
    }
    std::uint64_t seen = ask.confirmations.value_or(0);
    for (book::ChainRow const& row : book_->chains.rows()) {
        if (!ask.confirmations && row.name.view() == chain.name && row.block >= transfer.block) seen = row.block - transfer.block + 1;
    }
    std::uint64_t const needed = ask.state == BridgeState::confirmed ? chain.confirmations : chain.final_confirmations;
    confirmations = seen;
    if (seen >= needed) return outcome::success();
    return fail(Errc::confirmations_too_few, std::to_string(seen) + " of the " + std::to_string(needed) + " that " + std::string(word(ask.state)) + " needs");
}

result<void> Bridges::decide_one(BridgeAdvance const& ask, Origin const& origin, Decision& decision) const {
    PLIMSOLL_TRY(chain, chain_of(ask.place.chain));
    PLIMSOLL_TRY(found, find(ask.place));
    BridgeTransfer transfer = found->second;
    PLIMSOLL_TRYV(check_step(*chain, transfer, ask, transfer.confirmations));
    PLIMSOLL_TRY(accounts, bridge_accounts(*book_, chain->name));
    transfer.state = ask.state;
    PLIMSOLL_TRYV(credit(*chain, accounts, transfer, origin, decision));
    std::string const note = ask.state == BridgeState::attested ? format_decimal(ask.stake) + " of the stake" : std::string{};
    decision.add(origin, rare(event_of(*book_, chain->name, found->first, transfer, note)));
    if (ask.state != BridgeState::final_) return outcome::success();
    if (transfer.place() > board_.lane(chain->name).final_place) decision.add(origin, rare(final_event(chain->name, transfer)));
    capacities_.note(transfer.asset, Amount{transfer.amount}, origin, decision);
    return outcome::success();
}

result<void> Bridges::decide_one(BridgeReverse const& ask, Origin const& origin, Decision& decision) const {
    PLIMSOLL_TRY(chain, chain_of(ask.place.chain));
    PLIMSOLL_TRY(found, find(ask.place));
    BridgeTransfer transfer = found->second;
    PLIMSOLL_TRY(accounts, bridge_accounts(*book_, chain->name));
    Int128 const there = std::max<Int128>(balance_of(*book_, transfer.account, transfer.asset), 0);
    Int128 const taken = std::min(transfer.credited, there);
    Int128 const rest = transfer.credited - taken;
    transfer.state = BridgeState::reversed;
    decision.add(origin, rare(event_of(*book_, chain->name, found->first, transfer, ask.reason)));
    move_to(accounts.incoming, accounts.outside, transfer.asset, transfer.amount, TransferType::bridge_in, origin, decision);
    move_to(transfer.account, accounts.incoming, transfer.asset, taken, TransferType::bridge_in, origin, decision);
    decision.say("amount", transfer.account, transfer.amount);
    decision.say("credited", transfer.account, transfer.credited);
    decision.say("taken_back", transfer.account, taken);
    decision.say("not_there", transfer.account, rest);
    return rest == 0 ? result<void>(outcome::success()) : lose(*chain, accounts, transfer, rest, origin, decision);
}

/// The hole is in the asset on the chain; who pays has the asset that it counts as. The exchange stands between: it is then
/// short on the chain, until somebody brings the amount there.
result<void> Bridges::lose(BridgedChain const& chain, BridgeAccounts const& accounts, BridgeTransfer const& transfer, Int128 rest,
                           Origin const& origin, Decision& decision) const {
    BridgedAsset const* const asset = preset_->asset(book_->asset(transfer.asset).name.view());
    PLIMSOLL_ASSERT(asset != nullptr);
    auto const whole = book_->find_asset(asset->asset);
    if (!whole) return fail(book::Errc::unknown_asset, asset->asset);
    BookAhead ahead(*book_);
    PLIMSOLL_TRYV(ahead.catch_up(decision.events));
    Int128 const fund_cap = chain.fund_cap_per_loss.value_or(row_limit_units);
    if (*whole != transfer.asset) {
        PLIMSOLL_TRY(exchange, account_named(*book_, exchange_name(asset->asset)));
        Int128 const by_fund = accounts.fund.is_some()
                                   ? std::clamp<Int128>(balance_of(ahead.book(), accounts.fund, transfer.asset), 0, std::min(rest, fund_cap))
                                   : 0;
        for (auto const& [owner, units] : {std::pair(accounts.fund, by_fund), std::pair(accounts.incoming, -rest)}) {
            if (units == 0) continue;
            AccountId const from = units > 0 ? owner : exchange;
            AccountId const to = units > 0 ? exchange : owner;
            Int128 const moved = units > 0 ? units : -units;
            move_to(from, to, transfer.asset, moved, TransferType::conversion, origin, decision);
            move_to(to, from, *whole, moved, TransferType::conversion, origin, decision);
        }
        PLIMSOLL_TRYV(ahead.catch_up(decision.events));
    }
    LossCover cover(ahead.book(), clearing_);
    LossLayer own;
    own.layer = wire::Layer::market_fund;
    own.cap_per_loss = chain.fund_cap_per_loss;
    cover.put_first(own);
    PLIMSOLL_TRY(plan, cover.plan({accounts.incoming, *whole, rest, {}, 0, 0}));
    return write_loss(plan, next_loss(ahead.book()), ahead.book().sequence() + 1, origin, decision);
}

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
    Transferred paid;
    paid.account = ask.account;
    paid.counter = accounts.outgoing;
    paid.asset = ask.asset;
    paid.type = TransferType::bridge_out;
    paid.amount = -ask.amount;
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
    move_to(accounts.outgoing, accounts.outside, over.asset, over.amount, TransferType::bridge_out, origin, decision);
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
    move_to(accounts.outgoing, over.account, over.asset, over.amount, TransferType::bridge_out, origin, decision);
    decision.add(origin, rare(event_of(*book_, ask.chain, found->first, over, ask.reason)));
    capacities_.note(over.asset, Amount{over.amount}, origin, decision);
    return outcome::success();
}

result<void> Bridges::gather(AccountId account, Origin const& origin, Decision& decision) const {
    std::vector<CountsAs> const rules = what_counts_as(*book_);
    std::vector<book::BalanceRow> rows;
    book_->for_balances(account, [&](book::BalanceRow const& row) {
        bool const stands = row.asset.number() < rules.size() && rules[row.asset.number()].whole.is_some();
        if (stands && row.amount.units() > 0) rows.push_back(row);
    });
    std::ranges::sort(rows, {}, &book::BalanceRow::asset);
    for (book::BalanceRow const& row : rows) {
        CountsAs const& rule = rules[row.asset.number()];
        BridgedAsset const* const asset = preset_->asset(book_->asset(row.asset).name.view());
        PLIMSOLL_TRY(exchange, account_named(*book_, exchange_name(asset_text(*book_, rule.whole))));
        Int128 const worth = counted(rule, row.amount.units());
        move_to(account, exchange, row.asset, row.amount.units(), TransferType::conversion, origin, decision);
        move_to(exchange, account, rule.whole, worth, TransferType::conversion, origin, decision);
        if (asset == nullptr) continue;
        PLIMSOLL_TRY(accounts, bridge_accounts(*book_, asset->chain));
        if (accounts.fund.is_some()) {
            move_to(exchange, accounts.fund, row.asset, row.amount.units() - worth, TransferType::insurance_contribution, origin, decision);
        }
    }
    return outcome::success();
}

} // namespace plimsoll::risk
