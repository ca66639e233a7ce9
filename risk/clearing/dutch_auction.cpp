#include "risk/clearing/dutch_auction.hpp"

namespace plimsoll::risk::derive {

result<void> check(AuctionParameters const& set) {
    bool const times = set.fast_length_seconds >= 0 && set.slow_length_seconds >= 0 &&
                       set.insolvent_length_seconds >= 0;
    bool const curve = set.start_fraction <= one_wei && !set.fast_cutoff_fraction.is_negative() &&
                       set.fast_cutoff_fraction <= set.start_fraction;
    bool const fee =
        !set.liquidator_fee_rate.is_negative() && set.liquidator_fee_rate <= Int256{one_units / 10};
    bool const buffer = !set.buffer_margin_fraction.is_negative() &&
                        set.buffer_margin_fraction <= Int256{4 * one_units};
    bool const cutoff = set.mtm_cutoff <= Int256{1000 * one_units};
    for (auto const& [holds, name] :
         {std::pair(times, "lengths"), std::pair(curve, "fractions of the curve"),
          std::pair(fee, "liquidator fee rate"), std::pair(buffer, "buffer margin fraction"),
          std::pair(cutoff, "mark-to-market cutoff")}) {
        if (!holds) return fail(Errc::parameter_out_of_bounds, name);
    }
    return outcome::success();
}

std::int64_t DutchAuction::elapsed(Auction const& auction) const {
    return now_seconds_ - auction.start_seconds;
}

bool DutchAuction::window_is_over(Auction const& auction) const {
    return Int128{elapsed(auction)} >= Int128{set_.fast_length_seconds} + set_.slow_length_seconds;
}

/// The maintenance margin with some of the account's risk on top.
Int256 DutchAuction::buffer_margin(Checked& on) const {
    Int256 const risk = on.subtract(value_.maintenance_margin, value_.mark_to_market);
    return on.add(value_.maintenance_margin, on.times(risk, set_.buffer_margin_fraction));
}

Int256 DutchAuction::curve(Checked& on, Auction const& auction) const {
    std::int64_t const seconds = elapsed(auction);
    if (seconds < set_.fast_length_seconds) {
        Int256 const range = on.subtract(set_.start_fraction, set_.fast_cutoff_fraction);
        return on.subtract(
            set_.start_fraction,
            on.unsigned_fraction(range, Int128{seconds}, Int128{set_.fast_length_seconds}));
    }
    if (window_is_over(auction)) return {};
    // the product with plain seconds is cut to 18 decimals before the quotient, as in the source
    Int256 const slow =
        on.times(set_.fast_cutoff_fraction, Int128{seconds} - set_.fast_length_seconds);
    return on.subtract(set_.fast_cutoff_fraction, on.over(slow, Int128{set_.slow_length_seconds}));
}

/// How much of the account may be taken, so that what is left has its buffer margin.
Int256 DutchAuction::share_at(Checked& on, Int256 const& discount, Int256 const& reserved) const {
    if (value_.mark_to_market.is_negative()) {
        on.refuse(Errc::solvent_auction_ended);
        return {};
    }
    if (value_.mark_to_market < set_.mtm_cutoff) return one_wei;
    Int256 const missing = std::min(buffer_margin(on), Int256{});
    Int256 const paid = on.add(on.times(value_.mark_to_market, discount),
                               on.times(reserved, on.subtract(one_wei, discount)));
    return on.over(missing, on.subtract(missing, paid));
}

Int256 DutchAuction::solvent_price(Checked& on, Auction const& auction) const {
    if (window_is_over(auction)) return {};
    if (auction.reserved_cash > value_.mark_to_market) {
        on.refuse(Errc::reserved_cash_exceeds_value);
        return {};
    }
    Int256 const value = on.subtract(value_.mark_to_market, auction.reserved_cash);
    return on.times(value, curve(on, auction));
}

/// From the negative value to the whole maintenance margin, in a straight line.
Int256 DutchAuction::insolvent_price(Checked& on, Auction const& auction) const {
    Int256 const& mm = value_.maintenance_margin;
    if (!mm.is_negative()) return {};
    Int256 const start = std::min(value_.mark_to_market, Int256{});
    std::int64_t const seconds = elapsed(auction);
    if (seconds >= set_.insolvent_length_seconds) return mm;
    Int256 const range = on.multiply(on.subtract(mm, start), Int128{seconds});
    return on.add(on.divide(range, Int128{set_.insolvent_length_seconds}), start);
}

bool DutchAuction::can_terminate(Checked& on, Auction const& auction) const {
    if (auction.insolvent || window_is_over(auction))
        return !value_.maintenance_margin.is_negative();
    return value_.mark_to_market.is_negative() || auction.reserved_cash >= value_.mark_to_market ||
           !buffer_margin(on).is_negative();
}

result<AuctionStart> DutchAuction::start(Auction const& auction) const {
    if (!value_.maintenance_margin.is_negative()) return fail(Errc::account_above_maintenance);
    if (auction.ongoing) return fail(Errc::auction_already_ongoing);
    Checked on;
    AuctionStart started;
    started.auction.ongoing = true;
    started.auction.start_seconds = now_seconds_;
    if (value_.mark_to_market <= Int256{}) {
        started.auction.insolvent = true;
        started.auction.cached_mm = on.negate(value_.maintenance_margin);
    } else {
        Int256 const value = on.times(share_at(on, one_wei, Int256{}), value_.mark_to_market);
        started.fee = on.times(value, set_.liquidator_fee_rate);
    }
    return on.settle(started);
}

result<AuctionBid> DutchAuction::bid(Auction const& auction, Int256 const& share,
                                     Int256 const& price_limit,
                                     std::optional<Int256> const& bidder_cash) const {
    if (share <= Int256{} || share > one_wei) return fail(Errc::share_out_of_bounds);
    if (!auction.ongoing) return fail(Errc::auction_not_ongoing);
    Checked on;
    if (can_terminate(on, auction)) return fail(Errc::auction_must_be_terminated);
    AuctionBid bid;
    bid.auction = auction;
    bid.share = share;
    Int256 payment;
    Int256 needed;
    if (auction.insolvent) {
        payment = on.times(insolvent_price(on, auction), share);
        bid.cash_to_bidder = on.negate(payment);
        Int256 const margin = on.times(on.absolute(value_.maintenance_margin), share);
        needed = on.subtract(margin, bid.cash_to_bidder);
        if (needed.is_negative()) on.refuse(Errc::arithmetic_overflow); // a count without a sign
        bid.auction.ongoing = share != one_wei;
    } else {
        if (window_is_over(auction)) return fail(Errc::solvent_auction_ended);
        Int256 const most = share_at(on, curve(on, auction), auction.reserved_cash);
        if (share >= most) {
            bid.share = most;
            bid.auction.ongoing = false;
        }
        payment = on.times(solvent_price(on, auction), bid.share);
        bid.cash_from_bidder = payment;
        Int256 const left = on.subtract(buffer_margin(on), auction.reserved_cash);
        needed = on.add(payment, on.times(on.absolute(left), bid.share));
        bid.auction.reserved_cash = on.add(auction.reserved_cash, payment);
    }
    if (on.broken()) return fail(on.rule());
    if (!price_limit.is_zero() && payment > price_limit) return fail(Errc::price_limit_exceeded);
    if (bidder_cash && *bidder_cash < needed) return fail(Errc::bidder_cash_insufficient);
    return bid;
}

result<Auction> DutchAuction::convert_to_insolvent(Auction const& auction) const {
    if (!auction.ongoing) return fail(Errc::auction_not_ongoing);
    if (auction.insolvent) return fail(Errc::auction_already_insolvent);
    Checked on;
    Int256 const asked = solvent_price(on, auction);
    if (on.broken()) return fail(on.rule());
    if (asked > Int256{}) return fail(Errc::solvent_auction_continues);
    if (!value_.maintenance_margin.is_negative()) return fail(Errc::account_above_maintenance);
    Auction converted;
    converted.ongoing = true;
    converted.insolvent = true;
    converted.start_seconds = now_seconds_;
    converted.cached_mm = on.negate(value_.maintenance_margin);
    return on.settle(converted);
}

result<Auction> DutchAuction::terminate(Auction const& auction) const {
    if (!auction.ongoing) return fail(Errc::auction_not_ongoing);
    Checked on;
    bool const allowed = can_terminate(on, auction);
    if (on.broken()) return fail(on.rule());
    if (!allowed) return fail(Errc::auction_cannot_be_terminated);
    Auction terminated = auction;
    terminated.ongoing = false;
    return terminated;
}

result<Int256> DutchAuction::price(Auction const& auction) const {
    if (!auction.ongoing) return fail(Errc::auction_not_ongoing);
    Checked on;
    Int256 const asked =
        auction.insolvent ? insolvent_price(on, auction) : solvent_price(on, auction);
    return on.settle(asked);
}

result<Int256> DutchAuction::discount_fraction(Auction const& auction) const {
    Checked on;
    Int256 const fraction = curve(on, auction);
    return on.settle(fraction);
}

result<Int256> DutchAuction::max_share(Auction const& auction) const {
    Checked on;
    Int256 const share = share_at(on, curve(on, auction), auction.reserved_cash);
    return on.settle(share);
}

} // namespace plimsoll::risk::derive
