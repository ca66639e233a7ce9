#include "risk/credit/credit_default.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/clearing/loss_cover.hpp"
#include "risk/clearing/rows_after.hpp"
#include "risk/valuation.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

/// Collects from one account after the other; keeps what is still open.
class Collector {
public:
    Collector(book::Book const& book, Valuation const& valuation, CreditLine const& line, AccountId liquidator, Origin const& origin, Decision& decision)
        : book_(book), valuation_(valuation), line_(line), liquidator_(liquidator), origin_(origin), decision_(decision), lot_(credit_lot(book, line.asset)), left_(line.drawn) {}

    [[nodiscard]] Int128 left() const { return left_; }

    [[nodiscard]] result<void> collect(AccountId account) {
        Int128 const worth = valuation_.account(account).amount.units();
        Int128 budget = in_lots(std::min(left_, std::max<Int128>(0, worth)));
        if (budget == 0) return outcome::success();
        held_.clear();
        book_.for_balances(account, [&](book::BalanceRow const& row) { add_clamped(held_[row.asset], row.amount.units()); });
        PLIMSOLL_TRYV(close_positions(account));
        Int128 const cash = in_lots(std::min(budget, std::max<Int128>(0, held_[line_.asset])));
        repay(account, cash);
        budget -= cash;
        for (auto const& [asset, units] : held_) {
            if (budget == 0) break;
            if (asset == line_.asset || units <= 0) continue;
            PLIMSOLL_TRY(raised, sell(account, asset, units, budget));
            budget -= raised;
        }
        return outcome::success();
    }

    void repay(AccountId account, Int128 amount) {
        if (amount == 0) return;
        decision_.add(origin_, transferred(TransferType::credit_repaid, account, line_.pool, line_.asset, -amount));
        left_ -= amount;
        decision_.say("collected", account, collected_[account] += amount);
    }

private:
    [[nodiscard]] Int128 in_lots(Int128 amount) const { return amount - amount % lot_; }

    [[nodiscard]] result<void> close_positions(AccountId account) {
        std::vector<book::PositionRow> rows;
        book_.for_positions(account, [&](book::PositionRow const& row) {
            if (!row.size.is_zero() || !row.quote.is_zero()) rows.push_back(row);
        });
        std::ranges::sort(rows, {}, &book::PositionRow::instrument);
        for (book::PositionRow const& row : rows) {
            PLIMSOLL_TRY(taker, account_of_kind(book_, liquidator_, wire::AccountKind::liquidator));
            if (std::ranges::find(line_.accounts, taker) != line_.accounts.end()) return fail(Errc::no_account_of_kind, "a liquidator of another owner");
            PositionValue const value = valuation_.settled(row);
            PositionSettled settled;
            settled.account = account;
            settled.counter = taker;
            settled.instrument = row.instrument;
            settled.asset = book_.instrument(row.instrument).settle;
            settled.type = SettlementType::liquidation;
            settled.size = row.size;
            settled.quote = row.quote;
            settled.amount = Amount{value.value.units() + value.quote.units()};
            settled.price = book_.instrument(row.instrument).mark.value;
            decision_.add(origin_, settled);
            add_clamped(held_[settled.asset], value.total.units()); // with the funding that it meets on the way
        }
        return outcome::success();
    }

    /// Coins for at most `budget`; what they raised.
    [[nodiscard]] result<Int128> sell(AccountId account, AssetId asset, Int128 units, Int128 budget) {
        Int128 const all = valuation_.balance(asset, Amount{units}).worth.units();
        if (all <= 0) return Int128{0};
        Int128 const raised = in_lots(std::min(all, budget));
        if (raised == 0) return Int128{0};
        auto const sold = multiply_divide(units, raised, all, Rounding::ceiling); // worth so much or a little more
        if (!sold) return fail(Errc::arithmetic_overflow, "coins");
        repay(account, raised);
        decision_.add(origin_, transferred(TransferType::conversion, account, line_.pool, asset, -*sold));
        decision_.add(origin_, transferred(TransferType::conversion, account, line_.pool, line_.asset, raised));
        return raised;
    }

    book::Book const& book_;
    Valuation const& valuation_;
    CreditLine const& line_;
    AccountId liquidator_;
    Origin origin_;
    Decision& decision_;
    Int128 lot_;
    Int128 left_;
    std::map<AssetId, Int128> held_; ///< by the account at hand, its positions closed
    std::map<AccountId, Int128> collected_;
};

/// One who loses a stake: all of one voucher's, wherever it lies.
[[nodiscard]] result<void> write_off(book::Book const& book, CreditHistory const& history, CreditLine const& line, Int128 loss, Origin const& origin,
                                     Decision& decision) {
    std::vector<Stake> const stakes = history.stakes(line.holder);
    std::vector<Int128> weights;
    Int128 staked = 0;
    for (Stake const& stake : stakes) {
        weights.push_back(stake.amount);
        add_clamped(staked, stake.amount);
    }
    LossLayer vouchers;
    vouchers.layer = wire::Layer::staked_module;
    LossLayer pool;
    pool.layer = wire::Layer::pool;
    std::vector<LossLayer> const layers{vouchers, pool};
    std::vector<Int128> const balances{staked, loss}; // the pool has just been repaid so much
    LossPayment const payment = pay(loss, layers, balances);
    PLIMSOLL_TRY(whole, split_pro_rata(payment.draws[0], weights, credit_lot(book, line.asset)));
    PLIMSOLL_ASSERT(payment.residual == 0);
    Split split = whole;
    for (std::size_t i = 0; split.left != 0 && i < stakes.size(); ++i) { // of a log whose stakes are no whole lots
        Int128 const more = std::min(split.left, stakes[i].amount - split.parts[i]);
        split.parts[i] += more;
        split.left -= more;
    }

    decision.add(origin, transferred(TransferType::credit_repaid, line.holder, line.pool, line.asset, -loss)); // on paper: nobody had it
    std::vector<std::vector<LayerPart>> parts(2);
    for (std::size_t i = 0; i < stakes.size(); ++i) {
        if (split.parts[i] == 0) continue;
        decision.add(origin, transferred(TransferType::slash, stakes[i].voucher, stakes[i].module, line.asset, split.parts[i]));
        decision.say("stake_lost", stakes[i].voucher, split.parts[i]);
        parts[0].push_back({stakes[i].voucher, split.parts[i]});
    }
    parts[1] = {{line.pool, payment.draws[1]}};
    Loss lost;
    lost.number = next_loss(book);
    lost.account = line.holder;
    lost.asset = line.asset;
    lost.amount = loss;
    LossRecord const record{lost, layers, payment, parts, {}, {}};
    Foresight foresight(book); // funding met on the way has sequences too
    PLIMSOLL_TRYV(foresight.add(decision.events));
    PLIMSOLL_TRY(events, events_of(record, book.sequence() + foresight.decided().size() + 1, origin));
    decision.events.insert(decision.events.end(), events.begin(), events.end());
    decision.say("loss", line.holder, loss);
    decision.say("paid_by_vouchers", line.holder, payment.draws[0]);
    decision.say("paid_by_pool", line.holder, payment.draws[1]);
    return outcome::success();
}

} // namespace

bool is_in_default(CreditLine const& line, CreditPreset const& preset) {
    if (line.drawn == 0) return false;
    if (line.now > line.first_due && line.now - line.first_due > preset.grace) return true;
    auto const least = multiply_divide(line.drawn, preset.default_below, one_units, Rounding::ceiling);
    return line.is_complete && least && line.collateral < *least;
}

result<void> collect_default(book::Book const& book, CreditHistory const& history, CreditLine const& line, AccountId liquidator,
                             Origin const& origin, Decision& decision) {
    std::string const name(book.account(line.holder).name.view());
    if (!is_in_default(line, *history.preset())) {
        return fail(Errc::not_in_default, name + ": " + format_decimal(line.drawn) + " drawn" +
                                              (line.drawn == 0 ? "" : ", due " + format_time(line.first_due) + ", against " + format_decimal(line.collateral)));
    }
    if (!line.pool.is_some()) return fail(Errc::no_credit_pool, credit_pool_name(book.asset(line.asset).name.view()));
    for (AccountId const account : line.accounts) {
        if (book.account(account).in_liquidation != 0) return fail(Errc::account_in_liquidation, std::string(book.account(account).name.view()));
    }
    if (!line.is_complete) return fail(Errc::price_missing, "of something that " + name + " or another account of its owner holds");
    Origin by_rule = origin;
    by_rule.cause = Cause::liquidation;
    PLIMSOLL_TRY(valuation, Valuation::of(book, line.asset));
    Collector collector(book, valuation, line, liquidator, by_rule, decision);
    for (AccountId const account : line.accounts) {
        if (collector.left() == 0) break;
        PLIMSOLL_TRYV(collector.collect(account));
    }
    Int128 const loss = collector.left();
    if (loss == 0) return outcome::success();
    return write_off(book, history, line, loss, by_rule, decision);
}

} // namespace plimsoll::risk
