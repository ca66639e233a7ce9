#include "risk/clearing/take_over.hpp"

#include "ledger/book/decide.hpp"
#include "risk/margin/portfolio.hpp"

#include <algorithm>

namespace plimsoll::risk {

/// Funding that a position has not met is met when it moves, so it counts as cash first.
result<void> move_share(book::Book const& book, AccountId account, AccountId bidder, Int256 const& share, Reserved const& reserved,
                        Origin const& origin, Decision& decision) {
    Checked on;
    std::vector<AssetHolding> cash;
    auto add = [&](AssetId asset, Int128 amount) {
        auto const found = std::ranges::find(cash, asset, &AssetHolding::asset);
        if (found == cash.end()) {
            cash.push_back({asset, amount});
        } else {
            found->amount = on.add(Int256{found->amount}, Int256{amount}).to_128();
        }
    };
    auto part_of = [&](Int128 units) { return on.times(Int256{units}, share).to_128(); };
    book.for_balances(account, [&](book::BalanceRow const& row) { add(row.asset, row.amount.units()); });
    result<void> done = outcome::success();
    std::vector<PositionSettled> moved;
    book.for_positions(account, [&](book::PositionRow const& row) {
        if (!done || (row.size.is_zero() && row.quote.is_zero())) return;
        book::InstrumentRow const& instrument = book.instrument(row.instrument);
        PositionSettled settled;
        settled.account = account;
        settled.counter = bidder;
        settled.instrument = row.instrument;
        settled.asset = instrument.settle;
        settled.type = SettlementType::transfer;
        settled.size = Quantity{part_of(row.size.units())};
        settled.quote = Amount{part_of(row.quote.units())};
        settled.price = instrument.mark.value;
        if (!settled.size.is_zero()) {
            auto const pending = book::pending_funding(instrument, row);
            if (!pending) {
                done = pending.as_failure();
                return;
            }
            add(instrument.settle, pending.value().units());
        }
        moved.push_back(settled);
    });
    PLIMSOLL_TRYV(std::move(done));
    std::ranges::sort(moved, {}, &PositionSettled::instrument);
    for (PositionSettled const& each : moved) decision.add(origin, each);
    std::ranges::sort(cash, {}, &AssetHolding::asset);
    for (AssetHolding const& each : cash) {
        Int128 const part = part_of(each.amount - (each.asset == reserved.asset ? reserved.units : 0));
        if (part == 0) continue;
        decision.add(origin, transferred(TransferType::transfer, bidder, account, each.asset, part));
    }
    PLIMSOLL_TRYV(on.settle(0));
    return outcome::success();
}

} // namespace plimsoll::risk
