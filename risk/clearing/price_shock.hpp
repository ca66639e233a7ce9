/// A fall or rise of an underlying, laid over a book's prices.
#pragma once

#include "risk/margin/market.hpp"

namespace plimsoll::risk {

struct PriceShock {
    AssetId asset;              ///< none: every asset but the quote
    Int128 factor = one_units;  ///< price after over price before, 10^-18; not negative
};

/// Multiplies, rounded down, what is observed of the underlying: the asset's price, and mark, index price and
/// forward of everything based on it. Options are marked anew by Black-76 at the moved forward, their own
/// volatility and the year of 365 days; without forward or volatility they keep their mark, and are counted.
/// Times of observation stay: a stress asks what if it stood so now.
/// Errors: Errc::arithmetic_overflow, with what is too large.
[[nodiscard]] result<std::uint64_t> apply_shock(book::Book& book, PriceShock const& shock, AssetId quote);

} // namespace plimsoll::risk
