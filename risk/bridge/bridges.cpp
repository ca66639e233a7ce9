#include "risk/bridge/bridges.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/bridge/bridge_moves.hpp"
#include "risk/clearing/loss_cover.hpp"

#include <algorithm>

namespace plimsoll::risk {

using namespace bridge;

namespace {

constexpr std::size_t longest_transaction = 128;

[[nodiscard]] bool is_bridge_word(std::string_view word, std::size_t least) {
    bool const is_plain = std::ranges::all_of(word, [](char c) { return c > 0x20 && c != 0x7f; });
    return word.size() >= least && word.size() <= longest_transaction && is_plain;
}

[[nodiscard]] std::string place_text(BridgePlace const& place) {
    return place.transaction + " log " + std::to_string(place.log_index) + " on " + place.chain;
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
        decision.pay(accounts.incoming, transfer.account, transfer.asset, step, TransferType::bridge_in, origin);
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
    decision.pay(accounts.outside, accounts.incoming, ask.asset, transfer.amount, TransferType::bridge_in, origin);
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

} // namespace plimsoll::risk
