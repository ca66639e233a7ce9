#include "risk/bridge/book_ahead.hpp"
#include "risk/bridge/bridge_moves.hpp"
#include "risk/bridge/bridges.hpp"
#include "risk/clearing/loss_cover.hpp"

#include <algorithm>

namespace plimsoll::risk {

using namespace bridge;

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
    decision.pay(accounts.incoming, accounts.outside, transfer.asset, transfer.amount, TransferType::bridge_in, origin);
    decision.pay(transfer.account, accounts.incoming, transfer.asset, taken, TransferType::bridge_in, origin);
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
            decision.pay(from, to, transfer.asset, moved, TransferType::conversion, origin);
            decision.pay(to, from, *whole, moved, TransferType::conversion, origin);
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
        decision.pay(account, exchange, row.asset, row.amount.units(), TransferType::conversion, origin);
        decision.pay(exchange, account, rule.whole, worth, TransferType::conversion, origin);
        if (asset == nullptr) continue;
        PLIMSOLL_TRY(accounts, bridge_accounts(*book_, asset->chain));
        if (accounts.fund.is_some()) {
            decision.pay(exchange, accounts.fund, row.asset, row.amount.units() - worth, TransferType::insurance_contribution, origin);
        }
    }
    return outcome::success();
}

} // namespace plimsoll::risk
