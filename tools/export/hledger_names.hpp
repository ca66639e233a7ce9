/// Plimsoll's names as hledger's: account names and commodity symbols that its journal can hold.
#pragma once

#include "ledger/book/book.hpp"

#include <string>

namespace plimsoll::tools {

/// A journal gives ':', spaces, quotes and semicolons a meaning, and hledger reads other letters than
/// ASCII only under the right locale. So every byte but ASCII letters, digits and - . _ / + @ # is
/// written as in a URL: two names never become one.
[[nodiscard]] std::string hledger_word(std::string_view name);

/// "customers:main", "outside:bitmex", "fees:exchange".
[[nodiscard]] std::string hledger_account(book::Book const& book, AccountId account);
/// "customers:main:positions:BTC-PERP": what is kept in a position.
[[nodiscard]] std::string hledger_position(book::Book const& book, AccountId account, InstrumentId instrument);

/// XBT, or "1INCH" in quotes where it is not all letters.
[[nodiscard]] std::string hledger_symbol(book::Book const& book, AssetId asset);
/// "BTC-PERP": contracts. An instrument with an asset's name becomes "XBT%20contracts".
[[nodiscard]] std::string hledger_symbol(book::Book const& book, InstrumentId instrument);

} // namespace plimsoll::tools
