/// What a short option without a hedge must put up: a bound on its price by time to expiry.
#pragma once

#include "risk/margin/refused.hpp"
#include "risk/number/fixed_27.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace plimsoll::risk::naked {

/// For options that expire within `seconds`: the most one is worth, as a share of its underlying.
struct Tenor {
    Wide seconds;
    Fixed27 bound;
};
using TenorTable = std::vector<Tenor>; ///< shortest first

enum class NakedRefusal : std::uint8_t {
    no_tenor_table,
    tenor_beyond_table,
    empty_tenors,
    length_mismatch,
    not_increasing,
    zero_bound,
    collateral_not_above_dust,
};
[[nodiscard]] std::string_view word(NakedRefusal refusal);

/// The bound of the first tenor that reaches the expiry.
[[nodiscard]] or_refusal<Fixed27, NakedRefusal> bound_at(TenorTable const& table,
                                                         Wide const& seconds_to_expiry);

/// The table with further tenors, each longer than all before it and with a bound above zero.
[[nodiscard]] or_refusal<TenorTable, NakedRefusal> extended(TenorTable table,
                                                            std::vector<Wide> const& seconds,
                                                            std::vector<Fixed27> const& bounds);

struct ShortOption {
    Fixed27 amount;
    Fixed27 strike;
    Wide seconds_to_expiry;
    bool is_put = false;
};

struct NakedTerms {
    TenorTable tenors;
    Fixed27 spot_shock; ///< factor on the spot, below one
};

/// In the strike asset for a put, in the underlying for a call. Between the shocked spot and the
/// strike an option costs its full intrinsic value, on the rest the bound.
[[nodiscard]] or_refusal<Fixed27, NakedRefusal> required(ShortOption const& option,
                                                         Fixed27 const& spot,
                                                         NakedTerms const& terms);

struct Excess {
    Wide units;
    bool is_excess = true; ///< else what is missing
};

/// Collateral less a requirement, in the smallest units: a surplus rounds down, a deficit up.
[[nodiscard]] Excess excess(Fixed27 const& collateral, Fixed27 const& required, int decimals);

/// As above for a naked vault, which may hold no collateral, but not as little as the dust.
[[nodiscard]] or_refusal<Excess, NakedRefusal>
vault_excess(Wide const& collateral_units, Wide const& dust_units, int decimals,
             ShortOption const& option, Fixed27 const& spot, NakedTerms const& terms);

} // namespace plimsoll::risk::naked
