/// What each customer is owed in one asset: the lines that add up to the balance sheet of solvency.hpp.
#pragma once

#include "risk/solvency.hpp"

#include <vector>

namespace plimsoll::risk {

/// A customer's claim: its cash and what its positions settle for. Negative: the customer owes.
struct Claim {
    AccountId account;
    Amount amount;
};

struct CustomerClaims {
    std::vector<Claim> positive; ///< in order of accounts; their sum is AssetSolvency::liabilities
    std::vector<Claim> negative; ///< the deepest first; their sum is AssetSolvency::negative
    Amount owed;
    Amount owing; ///< a negative number
    std::uint64_t unpriced_positions = 0; ///< of customers, and balances whose interest leaves 126 bits; their value is not in their claims
};

/// Errors: book::Errc::amount_overflow where a claim or a sum leaves 126 bits.
[[nodiscard]] result<CustomerClaims> claims_on(Valuation const& valuation, AssetId asset);

} // namespace plimsoll::risk
