/// Opening entries: what a StarkEx update shows of a position without showing how it came about.
#pragma once

#include "ledger/book/book.hpp"
#include "tools/import/stark_words.hpp"

#include <map>
#include <string>
#include <vector>

namespace plimsoll::tools {

/// What the ledger calls the things that every update is about.
struct StarkParties {
    AccountId outside;
    AccountId market;
    AssetId collateral;
    std::map<std::string, InstrumentId> instruments; ///< by the asset's id
};

/// 10^-6 USDC, the unit of collateral on chain.
inline constexpr Int128 stark_collateral_unit = one_units / 1'000'000;

[[nodiscard]] Int128 power_of_ten(int exponent);
/// The chain's integer, taken as a whole number.
[[nodiscard]] Index index_of(StarkIndex const& entry);

/// The entries that take an account from what the book has to what the update published, less what
/// its modifications (their sum, in 10^-6 USDC) will add: cash, sizes and funding indices. Mostly
/// one; more where a position is in more markets than one event has legs.
[[nodiscard]] std::vector<OpeningEntered>
opening_entries(book::Book const& book, StarkUpdate const& update, StarkParties const& parties,
                StarkPosition const& position, AccountId account, Int128 modified);

} // namespace plimsoll::tools
