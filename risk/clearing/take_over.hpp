/// A share of everything that an account has, as it goes to whoever takes it over.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/clearing/decision.hpp"
#include "risk/number/wei.hpp"

namespace plimsoll::risk {

/// Cash that stays with the account: bidders paid it in.
struct Reserved {
    AssetId asset;
    Int128 units = 0;
};

/// Every position at its mark, then every balance, what is owed too; each part rounds toward zero, and the remainder stays
/// with the account. A share of one moves all of it. Errors: Errc::arithmetic_overflow; those of pending funding.
[[nodiscard]] result<void> move_share(book::Book const& book, AccountId account, AccountId bidder, Int256 const& share,
                                      Reserved const& reserved, Origin const& origin, Decision& decision);

} // namespace plimsoll::risk
