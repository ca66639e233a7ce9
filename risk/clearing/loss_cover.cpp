#include "risk/clearing/loss_cover.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

[[nodiscard]] AccountId fund_of(book::Book const& book, AccountId parent) {
    for (std::uint32_t id = 1; id <= book.accounts.size(); ++id) {
        book::AccountRow const& row = book.accounts[id];
        if (row.kind == wire::AccountKind::insurance && row.parent == parent) return AccountId{id};
    }
    return {};
}

} // namespace

std::uint64_t next_loss(book::Book const& book) {
    std::uint64_t number = book.losses.size() + 1;
    while (book.find_loss(number) != nullptr) ++number;
    return number;
}

std::uint64_t next_liquidation(book::Book const& book) {
    std::uint64_t number = book.liquidations.size() + 1;
    while (book.find_liquidation(number) != nullptr) ++number;
    return number;
}

AccountId shared_fund(book::Book const& book) { return fund_of(book, AccountId{}); }

void cover_loss(book::Book const& book, OpenLoss const& loss, Origin const& origin, Decision& decision) {
    BadDebtRecognised debt;
    debt.loss = next_loss(book);
    debt.account = loss.account.number();
    debt.asset = loss.asset.number();
    debt.amount = to_wire(loss.units);
    debt.liquidation = loss.liquidation;
    Origin by_rule = origin;
    by_rule.cause = Cause::waterfall;
    decision.add(by_rule, rare(std::move(debt)));
    Int128 left = loss.units;
    auto draw = [&](wire::Layer layer, AccountId payer) {
        if (!payer.is_some() || payer == loss.account || left == 0) return;
        book::BalanceRow const* row = book.balance(payer, loss.asset);
        Int128 const paid = std::min(left, row == nullptr ? Int128{0} : row->amount.units());
        if (paid <= 0) return;
        WaterfallPaid fact;
        fact.loss = next_loss(book);
        fact.layer = layer;
        fact.payer = payer.number();
        fact.account = loss.account.number();
        fact.asset = loss.asset.number();
        fact.amount = to_wire(paid);
        decision.add(by_rule, rare(std::move(fact)));
        left -= paid;
    };
    bool const has_market = loss.instrument.is_some() && book.instrument(loss.instrument).market_account.is_some();
    if (has_market) draw(wire::Layer::market_fund, fund_of(book, book.instrument(loss.instrument).market_account));
    draw(wire::Layer::shared_fund, shared_fund(book));
    decision.say("loss", loss.account, loss.units);
    decision.say("loss_left", loss.account, left);
}

} // namespace plimsoll::risk
