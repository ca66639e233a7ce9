/// Where the line lies for a vault: until which price of its underlying it holds enough, and until which it pays in full.
#pragma once

#include "risk/clearing/vault.hpp"

namespace plimsoll::risk {

/// Of calls at most a price, of puts at least one.
struct PriceBound {
    enum class Reach : std::uint8_t { any, none, to } reach = Reach::any;
    Int128 price = 0;
};

struct VaultPrices {
    bool is_call = false;
    PriceBound holds; ///< what is asked for, at the tenor of now; beyond it the vault comes to auction
    PriceBound pays;  ///< all that its short is owed, were it settled there; of a spread a bound that is surely met
};

/// By the formulas that the requirement has, solved for the spot; rounded to the vault's harm: calls down, puts up.
/// Of a vault that is short before its expiry. Errors: Errc::tenor_beyond_table, arithmetic_overflow.
[[nodiscard]] result<VaultPrices> vault_prices(book::Book const& book, VaultStand const& stand, VaultNeeds const& needs, VaultMoment const& moment,
                                               VaultTerms const& terms);

} // namespace plimsoll::risk
