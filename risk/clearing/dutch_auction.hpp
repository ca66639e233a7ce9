/// Derive's liquidation auction of one account, as a state and the operations that change it.
#pragma once

#include "risk/number/wei.hpp"

#include <optional>

namespace plimsoll::risk::derive {

struct AuctionParameters {
    Int256 start_fraction;       ///< of the price curve, then down to the cutoff
    Int256 fast_cutoff_fraction; ///< where the slow part begins, which ends at 0
    std::int64_t fast_length_seconds = 0;
    std::int64_t slow_length_seconds = 0;
    std::int64_t insolvent_length_seconds = 0;
    Int256 liquidator_fee_rate;
    Int256 buffer_margin_fraction;
    Int256 mtm_cutoff; ///< below this value the whole account may be taken
};

/// Errors: parameter_out_of_bounds.
[[nodiscard]] result<void> check(AuctionParameters const& parameters);

/// What the account's manager says of it, for the auction's scenario, when asked.
struct AuctionedValue {
    Int256 maintenance_margin;
    Int256 mark_to_market;
};

struct Auction {
    bool ongoing = false;
    bool insolvent = false;
    std::int64_t start_seconds = 0;
    Int256 reserved_cash; ///< paid in by bidders so far
    Int256 cached_mm;     ///< the shortfall that an insolvent auction started with
};

struct AuctionStart {
    Auction auction;
    Int256 fee; ///< from the account to the security module
};

struct AuctionBid {
    Auction auction;
    Int256 share; ///< at most what was asked for; of everything but the reserved cash
    Int256 cash_from_bidder;
    Int256 cash_to_bidder; ///< from the security module first, the rest is printed
};

/// Each operation takes the auction as it is and gives it as it will be; what is refused changes
/// nothing. Whoever keeps auctions keeps the sum of their shortfalls: an ongoing insolvent one's
/// cached_mm counts (see shortfall).
/// Unit: 10^-18 of the cash asset and of 1; times are Unix seconds. Source: Derive v2, DutchAuction.
class DutchAuction {
public:
    DutchAuction(AuctionParameters const& parameters, AuctionedValue const& value,
                 std::int64_t now_seconds)
        : set_(parameters), value_(value), now_seconds_(now_seconds) {}

    /// Errors: account_above_maintenance, auction_already_ongoing.
    [[nodiscard]] result<AuctionStart> start(Auction const& auction) const;

    /// `price_limit` 0 is none; compared with the payment, negative where the bidder receives. Without
    /// `bidder_cash` it is unlimited. Errors: share_out_of_bounds, auction_not_ongoing,
    /// auction_must_be_terminated, solvent_auction_ended, price_limit_exceeded,
    /// bidder_cash_insufficient, arithmetic_overflow where the bidder would receive more than the
    /// margin that is taken over.
    [[nodiscard]] result<AuctionBid> bid(Auction const& auction, Int256 const& share,
                                         Int256 const& price_limit,
                                         std::optional<Int256> const& bidder_cash = {}) const;

    /// Errors: auction_not_ongoing, auction_already_insolvent, solvent_auction_continues,
    /// reserved_cash_exceeds_value, account_above_maintenance.
    [[nodiscard]] result<Auction> convert_to_insolvent(Auction const& auction) const;
    /// Errors: auction_not_ongoing, auction_cannot_be_terminated.
    [[nodiscard]] result<Auction> terminate(Auction const& auction) const;

    /// Of the whole account. Errors: auction_not_ongoing, reserved_cash_exceeds_value.
    [[nodiscard]] result<Int256> price(Auction const& auction) const;
    /// The part of a solvent account's value asked at this time. Errors: arithmetic_overflow.
    [[nodiscard]] result<Int256> discount_fraction(Auction const& auction) const;
    /// Errors: solvent_auction_ended, division_by_zero.
    [[nodiscard]] result<Int256> max_share(Auction const& auction) const;

    [[nodiscard]] static Int256 shortfall(Auction const& auction) {
        return auction.ongoing && auction.insolvent ? auction.cached_mm : Int256{};
    }

private:
    [[nodiscard]] std::int64_t elapsed(Auction const& auction) const;
    [[nodiscard]] bool window_is_over(Auction const& auction) const;
    [[nodiscard]] Int256 buffer_margin(Checked& on) const;
    [[nodiscard]] Int256 curve(Checked& on, Auction const& auction) const;
    [[nodiscard]] Int256 share_at(Checked& on, Int256 const& discount,
                                  Int256 const& reserved) const;
    [[nodiscard]] Int256 solvent_price(Checked& on, Auction const& auction) const;
    [[nodiscard]] Int256 insolvent_price(Checked& on, Auction const& auction) const;
    [[nodiscard]] bool can_terminate(Checked& on, Auction const& auction) const;

    AuctionParameters set_;
    AuctionedValue value_;
    std::int64_t now_seconds_;
};

} // namespace plimsoll::risk::derive
