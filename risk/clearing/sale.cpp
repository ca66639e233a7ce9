#include "risk/clearing/sale.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr TimeNs sale_second_ns = 1'000'000'000;

} // namespace

result<Levels> Sale::levels_below(AccountId account, Decision& decision, MarginDetail* detail) {
    if (!book_->has(account)) return fail(book::Errc::unknown_account);
    PLIMSOLL_TRY(levels, desk_->levels(account, detail));
    say_levels(account, levels, decision);
    if (levels.maintenance_excess >= 0) return fail(Errc::account_above_maintenance, name_of(account));
    bool const owes_anew = -balance_of(account, desk_->quote()) > open_debt(account, desk_->quote());
    if (!has_anything(desk_->portfolio()) && !owes_anew) return fail(Errc::nothing_to_liquidate, name_of(account));
    return levels;
}

LiquidationStarted Sale::started_of(OpenLiquidation const& open, Levels const& levels) const {
    LiquidationStarted started = risk::started_of(open, levels, *desk_);
    started.procedure = std::string(word(open.procedure));
    if (clearing_ != nullptr) started.preset += ", " + clearing_->name + " " + clearing_->version;
    started.instrument = open.lot.instrument.number();
    return started;
}

result<void> Sale::check_bidder(OpenLiquidation const& open, Bid const& ask) const {
    if (!book_->has(ask.bidder)) return fail(book::Errc::unknown_account);
    if (ask.bidder == open.account) return fail(book::Errc::accounts_must_differ);
    if (book_->account(ask.bidder).in_liquidation != 0) return fail(Errc::account_in_liquidation, name_of(ask.bidder));
    return outcome::success();
}

result<Int128> Sale::wanted(Bid const& ask, Int128 lot) {
    bool const by_size = !ask.size.is_zero();
    if (by_size && (ask.size.is_negative() || !ask.share.is_zero())) return fail(Errc::share_out_of_bounds, "either a share or a size above zero");
    if (by_size) return std::min(ask.size.units(), lot);
    if (ask.share.units() <= 0 || ask.share.units() > one_units) return fail(Errc::share_out_of_bounds, "above 0, at most 1");
    Tally on;
    Int128 const part = on.product_down(lot, ask.share.units());
    PLIMSOLL_TRYV(on.settle("a share of the lot"));
    if (part == 0) return fail(Errc::share_out_of_bounds, "less than a unit of the lot");
    return part;
}

std::int64_t Sale::elapsed_seconds(LotOnSale const& lot, book::Book const& book, Origin const& origin) {
    return std::max<TimeNs>(std::max(origin.source_time, book.time()) - lot.start, 0) / sale_second_ns;
}

Int128 Sale::pay_incentive(AccountId keeper, Int128 units, Origin const& origin, Decision& decision) const {
    AccountId const fund = shared_fund(*book_);
    if (!keeper.is_some() || !fund.is_some() || keeper == fund) return 0;
    Int128 const paid = std::clamp<Int128>(balance_of(fund, desk_->quote()), 0, units);
    decision.say("incentive", keeper, paid);
    if (paid < units) decision.say("incentive_unpaid", keeper, units - paid);
    decision.pay(fund, keeper, desk_->quote(), paid, TransferType::liquidation_reward, origin);
    return paid;
}

result<void> Sale::foresee(Decision const& decision) {
    foresight_.clear();
    return foresight_.add(decision.events);
}

result<Levels> Sale::levels_foreseen(AccountId account) {
    rows_after(*book_, account, foresight_.decided(), rows_);
    return desk_->levels(rows_);
}

result<void> Sale::check_margin(AccountId bidder, Decision& decision) {
    PLIMSOLL_TRY(after, levels_foreseen(bidder));
    decision.say("initial_excess_after", bidder, after.initial_excess);
    if (after.initial_excess < 0) return fail(Errc::initial_margin_insufficient, name_of(bidder));
    return outcome::success();
}

/// Of the account: recognised, and covered by nobody.
Int128 Sale::open_debt(AccountId account, AssetId asset) const {
    Int128 open = 0;
    for (book::LossRow const& loss : book_->losses.rows()) {
        if (loss.account == account && loss.asset == asset) open += loss.open().units();
    }
    return open;
}

result<void> Sale::finish(OpenLiquidation const& open, wire::LiquidationOutcome outcome, Figures figures, Origin const& origin,
                          Decision& decision) {
    PLIMSOLL_TRYV(foresee(decision));
    rows_after(*book_, open.account, foresight_.decided(), rows_);
    Int128 cash = 0;
    bool has_more = std::ranges::any_of(rows_.positions, [](auto const& row) { return !row.size.is_zero() || !row.quote.is_zero(); });
    for (book::BalanceRow const& row : rows_.balances) {
        if (row.asset == desk_->quote()) cash = row.amount.units();
        has_more = has_more || (row.amount.units() > 0 && row.asset != desk_->quote() && sells(row.asset));
    }
    auto const levels = has_more ? desk_->levels(rows_) : result<Levels>(Levels{cash, cash, cash});
    Int128 const equity = levels ? levels.value().mark_to_market : cash; // without a price: what is sure
    bool const is_insolvent = !has_more && cash < 0;
    LiquidationEnded ended = ended_of(open, is_insolvent ? wire::LiquidationOutcome::insolvent : outcome, desk_->quote(), equity);
    ended.figures = std::move(figures);
    std::size_t const told = decision.events.size();
    decision.add(origin, rare(std::move(ended)));
    decision.say("penalty", open.account, open.penalty);
    decision.say("kept", open.account, std::max<Int128>(equity, 0));
    Int128 const unmet = is_insolvent ? -cash - open_debt(open.account, desk_->quote()) : 0;
    if (unmet <= 0) {
        foresight_.assume(std::span(decision.events).subspan(told));
        return outcome::success();
    }
    PLIMSOLL_TRY(plan, LossCover(*book_, clearing_).plan({open.account, desk_->quote(), unmet, open.worst, open.id, open.penalty}));
    std::uint64_t const booked = foresight_.decided().size() + 1; // and LiquidationEnded
    PLIMSOLL_TRYV(write_loss(plan, next_loss(*book_), book_->sequence() + booked + 1, origin, decision));
    foresight_.assume(std::span(decision.events).subspan(told)); // a bidder may have to share it
    return outcome::success();
}

} // namespace plimsoll::risk
