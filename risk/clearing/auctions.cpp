#include "risk/clearing/auctions.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

} // namespace

result<derive::DutchAuction> Auctions::auction_of(AccountId account, Origin const& origin, Levels& levels) {
    PLIMSOLL_TRY(terms, clearing_terms_of(*book_));
    PLIMSOLL_TRY(now, desk_->levels(account));
    levels = now;
    derive::AuctionedValue const value{Int256{levels.maintenance_excess}, Int256{levels.mark_to_market}};
    return derive::DutchAuction(terms.auction, value, std::max(origin.source_time, book_->time()) / second_ns);
}

result<void> Auctions::open(OpenLiquidation& open, Origin const& origin, Decision& decision) {
    Levels levels;
    PLIMSOLL_TRY(auction, auction_of(open.account, origin, levels));
    PLIMSOLL_TRY(started, auction.start({}));
    open.auction = started.auction;
    AccountId const fund = shared_fund(*book_);
    if (started.fee.is_zero() || !fund.is_some()) return outcome::success();
    Transferred const paid = transferred(TransferType::liquidation_penalty, open.account, fund, desk_->quote(), -started.fee.to_128());
    Origin by_rule = origin;
    by_rule.cause = Cause::liquidation;
    decision.add(by_rule, paid);
    open.penalty = started.fee.to_128();
    decision.say("fee", open.account, open.penalty);
    return outcome::success();
}

result<Levels> Auctions::levels_foreseen(AccountId account) {
    rows_after(*book_, account, foresight_.decided(), rows_);
    return desk_->levels(rows_);
}

result<std::optional<LossPlan>> Auctions::pay_bidder(OpenLiquidation const& open, AccountId bidder, Int128 units, bool is_last,
                                                     Origin const& origin, Decision& decision) const {
    if (units <= 0) return std::nullopt;
    PLIMSOLL_TRY(plan, LossCover(*book_, clearing_).plan({open.account, desk_->quote(), units, open.worst, open.id, open.penalty}));
    decision.say("layers_pay", open.account, plan.payment.covered());
    if (!is_last && plan.payment.residual > 0) return fail(Errc::fund_insufficient);
    decision.add(origin, transferred(TransferType::liquidation_reward, bidder, open.account, desk_->quote(), units));
    return std::optional(std::move(plan));
}

result<bool> Auctions::bid(OpenLiquidation& open, Bid const& ask, Origin const& origin, Decision& decision) {
    if (!book_->has(ask.bidder)) return fail(book::Errc::unknown_account);
    if (ask.bidder == open.account) return fail(book::Errc::accounts_must_differ);
    Levels levels;
    desk_->expect(open.account, ask.bidder);
    PLIMSOLL_TRY(auction, auction_of(open.account, origin, levels));
    Int256 const cash{balance_of(*book_, ask.bidder, desk_->quote())};
    PLIMSOLL_TRY(taken, auction.bid(open.auction, Int256{ask.share.units()}, Int256{ask.limit.units()}, cash));
    Int128 const pays = taken.cash_from_bidder.to_128();
    Int128 const receives = taken.cash_to_bidder.to_128();
    decision.say("share", ask.bidder, taken.share.to_128());
    decision.say("pays", ask.bidder, pays - receives);
    LiquidationBid fact;
    fact.liquidation = open.id;
    fact.account = open.account.number();
    fact.bidder = ask.bidder.number();
    fact.fraction = to_wire(taken.share.to_128());
    fact.asset = desk_->quote().number();
    fact.amount = to_wire(pays - receives);
    decision.add(origin, rare(std::move(fact)));
    Reserved const reserved{desk_->quote(), open.auction.reserved_cash.to_128()};
    PLIMSOLL_TRYV(move_share(*book_, open.account, ask.bidder, taken.share, reserved, origin, decision));
    if (pays > 0) {
        decision.add(origin, transferred(TransferType::transfer, open.account, ask.bidder, desk_->quote(), pays));
    }
    bool const is_over = !taken.auction.ongoing;
    PLIMSOLL_TRY(loss, pay_bidder(open, ask.bidder, receives, is_over, origin, decision));
    foresight_.clear();
    PLIMSOLL_TRYV(foresight_.add(decision.events));
    std::size_t const told = decision.events.size();
    PLIMSOLL_TRY(left, levels_foreseen(open.account));
    if (is_over) {
        auto const outcome = open.auction.insolvent ? wire::LiquidationOutcome::insolvent : wire::LiquidationOutcome::recovered;
        end(open, outcome, left.mark_to_market, origin, decision);
    }
    if (loss) {
        std::uint64_t const booked = foresight_.decided().size() + decision.events.size() - told;
        PLIMSOLL_TRYV(write_loss(*loss, next_loss(*book_), book_->sequence() + booked + 1, origin, decision));
        foresight_.assume(std::span(decision.events).subspan(told)); // the bidder may have to share it
    }
    PLIMSOLL_TRY(after, levels_foreseen(ask.bidder));
    decision.say("initial_excess_after", ask.bidder, after.initial_excess);
    if (after.initial_excess < 0) {
        return fail(Errc::initial_margin_insufficient, std::string(book_->account(ask.bidder).name.view()));
    }
    open.auction = taken.auction;
    return is_over;
}

result<bool> Auctions::look_again(OpenLiquidation& open, Origin const& origin, Decision& decision) {
    Levels levels;
    PLIMSOLL_TRY(auction, auction_of(open.account, origin, levels));
    if (auction.terminate(open.auction)) {
        auto const outcome = levels.maintenance_excess >= 0 ? wire::LiquidationOutcome::recovered : wire::LiquidationOutcome::terminated;
        end(open, outcome, levels.mark_to_market, origin, decision);
        return true;
    }
    auto const converted = auction.convert_to_insolvent(open.auction);
    if (!converted) return fail(Errc::auction_already_ongoing, converted.error().detail());
    end(open, wire::LiquidationOutcome::insolvent, levels.mark_to_market, origin, decision);
    open.id = next_liquidation(*book_);
    LiquidationStarted started = started_of(open, levels, *desk_);
    started.procedure = "dutch_auction_insolvent";
    started.instrument = open.worst.number();
    decision.add(origin, rare(std::move(started)));
    open.started_sequence = book_->sequence() + decision.events.size();
    open.penalty = 0;
    open.auction = converted.value();
    return false;
}

void Auctions::end(OpenLiquidation const& open, wire::LiquidationOutcome outcome, Int128 equity, Origin const& origin,
                   Decision& decision) const {
    decision.add(origin, rare(ended_of(open, outcome, desk_->quote(), equity)));
}

} // namespace plimsoll::risk
