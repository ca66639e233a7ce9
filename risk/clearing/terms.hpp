/// How accounts are liquidated, as numbers: defaults, and what the ledger's parameters say instead.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/dutch_auction.hpp"

#include <span>

namespace plimsoll::risk {

/// The scope of ParameterSet under which a ledger's own terms stand.
inline constexpr std::string_view clearing_scope = "clearing";

/// One number: a parameter of that name in scope clearing replaces the default.
struct ClearingTerm {
    std::string_view name;
    std::string_view unit;
    Int128 standard = 0; ///< 10^-18
    Int128 least = 0;
    Int128 most = 0;
    std::string_view source;
};

/// In the order in which they are shown.
[[nodiscard]] std::span<ClearingTerm const> clearing_terms();

/// Of closing on the order book (kernel linear). Fractions count 10^-18.
struct CloseTerms {
    Int128 spread_to_maintenance = 0; ///< how far from the mark a fill may be, of the position's maintenance
    Int128 bankruptcy_adjustment = 0; ///< how fast that grows as the account nears bankruptcy
    Int128 incentive_cap = 0;         ///< but never more than this of the notional
    Int128 fee_cap = 0;               ///< what the fund takes at most, of the notional
    Int128 buffer = 0;                ///< closing stops when excess is this much of the maintenance margin
    Int128 backstop_share = 0;        ///< below this share of its maintenance an account goes to the pool; 0: never
    Int128 pace_seconds = 0;          ///< until all of an account may be closed; 0: at once
    Int128 pace_start = 0;            ///< the share of it that may be closed at once
    Int128 pace_free = 0;             ///< with no more than this short of maintenance, all at once
    Int128 dust = 0;                  ///< a remainder below this notional is closed too, in the quote asset
};

struct ClearingTerms {
    CloseTerms close;
    derive::AuctionParameters auction;
    TimeNs settlement_window_ns = 0; ///< before the expiry, averaged
};

/// What a trade costs, of its quote, and how large a market may grow. All zero: nothing is asked.
struct TradeTerms {
    Int128 taker_fee = 0; ///< of the quote
    Int128 maker_fee = 0;
    Int128 least_fee = 0; ///< of each side that pays one, in the settlement asset
    Int128 open_interest_cap = 0; ///< contracts; 0: none
};

/// Of one instrument: its cap is the parameter `open_interest_cap.NAME`, else `open_interest_cap`. Quick where the ledger
/// has no parameter of the scope. Errors: Errc::clearing_term_out_of_bounds.
[[nodiscard]] result<TradeTerms> trade_terms_of(book::Book const& book, InstrumentId instrument);

/// Errors: Errc::clearing_term_out_of_bounds with the name; parameter_out_of_bounds where the auction's
/// numbers do not fit together (a curve that rises).
[[nodiscard]] result<ClearingTerms> clearing_terms_of(book::Book const& book);

} // namespace plimsoll::risk
