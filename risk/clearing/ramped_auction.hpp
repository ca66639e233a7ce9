/// A naked vault is sold by an auction whose price rises from near the cash value to all it holds.
#pragma once

#include "risk/margin/naked_bound.hpp"

namespace plimsoll::risk::naked {

struct RampTerms {
    Fixed27 oracle_deviation; ///< share of the spot by which the start lies below the cash value
    Wide auction_seconds;
};

/// What one contract's repayment earns from the vault, in the smallest units of collateral; rounded
/// down. Debt and spot must not be 0.
[[nodiscard]] Wide ramped_price(Fixed27 const& collateral, Fixed27 const& debt, Fixed27 const& cash,
                                Fixed27 const& spot, bool is_put, Wide const& elapsed_seconds,
                                RampTerms const& terms, int collateral_decimals);

enum class LiquidationRefusal : std::uint8_t {
    vault_type_not_naked,
    expired,
    round_not_after_vault_update,
    no_tenor_table,
    tenor_beyond_table,
};
[[nodiscard]] std::string_view word(LiquidationRefusal refusal);

struct NakedVault {
    bool is_naked = true;
    Wide collateral_units;
    int collateral_decimals = 0;
    ShortOption option;
};

struct Liquidation {
    bool liquidatable = false;
    Wide price_per_contract; ///< 0 where not liquidatable
};

/// At the spot of an oracle round, which must be newer than the vault's last change.
[[nodiscard]] or_refusal<Liquidation, LiquidationRefusal>
liquidation(NakedVault const& vault, Fixed27 const& spot, bool round_is_newer,
            Wide const& elapsed_seconds, NakedTerms const& terms, RampTerms const& ramp);

} // namespace plimsoll::risk::naked
