/// What counts as what: an asset's amounts on several chains are one collateral, each with the share of it that is kept.
#pragma once

#include "ledger/book/book.hpp"

#include <vector>

namespace plimsoll::risk {

/// An amount on a chain counts as so much of another asset of the ledger.
struct CountsAs {
    AssetId whole; ///< none: the asset stands for itself
    Int128 kept = 0; ///< of a positive amount, 10^-18: (1 - haircut of the asset) * (1 - haircut of the bridge)
};

/// The scope of ParameterSet under which a log says so: `counts_as:USDC`, named by the asset on the chain, with the
/// share that is kept as its value; 0 or less: it counts as nothing any more.
inline constexpr std::string_view counts_as_scope = "counts_as:";

/// By asset number; empty where the book has none. A name that is no asset of the book is passed over.
[[nodiscard]] std::vector<CountsAs> what_counts_as(book::Book const& book);

/// What an amount counts for: a positive one its kept share, rounded down; a debt counts whole.
[[nodiscard]] Int128 counted(CountsAs const& rule, Int128 amount);

} // namespace plimsoll::risk
