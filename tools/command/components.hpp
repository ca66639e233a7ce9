/// What one event does to one account, part by part: the lines of a statement.
#pragma once

#include "ledger/book/book.hpp"

#include <map>
#include <string>
#include <vector>

namespace plimsoll::tools {

/// One leg of the account. cash: of an asset. quote: of an asset, kept in a position. size: contracts.
struct Component {
    std::string what; ///< "deposit", "fee", "funding", ...
    LegKind kind = LegKind::cash;
    AssetId asset;           ///< cash and quote
    InstrumentId instrument; ///< quote and size
    Int128 units = 0;
};

/// The account's legs, fees as components of their own, zeros left out.
[[nodiscard]] std::vector<Component> components_of(Event const& event, AccountId account);

/// What an account holds: cash by asset, and size and quote by instrument.
struct Holdings {
    std::map<AssetId, Int128> cash;
    std::map<InstrumentId, Int128> size;
    std::map<InstrumentId, Int128> quote;

    void add(Component const& component);
    /// Zero rows count for nothing.
    [[nodiscard]] bool operator==(Holdings const& other) const;
};

/// Empty where the account does not exist yet.
[[nodiscard]] Holdings holdings_of(book::Book const& book, AccountId account);

} // namespace plimsoll::tools
