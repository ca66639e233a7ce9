/// Vaults that lock collateral against debt at a fixed ratio, with a fee that grows the debt.
#pragma once

#include "risk/margin/refused.hpp"
#include "risk/number/wide_integer.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace plimsoll::risk::vault {

// Fixed point of Maker: a wad counts 10^-18, a ray 10^-27, a rad 10^-45, which is a wad times a ray.
[[nodiscard]] Wide const& wad();
[[nodiscard]] Wide const& ray();

/// Debt is kept as a share of the collateral type's debt: it becomes an amount by the rate.
struct Vault {
    Wide collateral_wad;
    Wide debt_share_wad;
};

/// What a collateral type allows. A vault is safe while debt * rate <= collateral * safe_price.
struct Terms {
    Wide rate_ray;
    Wide safe_price_ray; ///< price over the collateral ratio
    Wide dust_rad;       ///< the least debt a vault may have, unless it has none
    Wide type_ceiling_rad;
    Wide system_ceiling_rad;
};

/// What the change is made beside: the debt of all vaults, and collateral the giver has free.
struct Surroundings {
    Wide type_debt_share_wad;
    Wide system_debt_rad;
    Wide free_collateral_wad;
};

struct VaultChange {
    Wide collateral_wad;
    Wide debt_share_wad;
};

enum class VaultRefusal : std::uint8_t {
    not_initialised,
    less_than_nothing,
    ceiling_exceeded,
    not_safe,
    owner_must_consent,
    collateral_account_must_consent,
    debt_account_must_consent,
    dusty,
    collateral_missing,
};
[[nodiscard]] std::string_view word(VaultRefusal refusal);

/// Accounts of a change, and who lets whom act: pairs of (owner, may act for it).
struct Consents {
    std::string_view caller;
    std::string_view owner;
    std::string_view collateral_account;
    std::string_view debt_account;
    std::vector<std::pair<std::string_view, std::string_view>> approvals;

    [[nodiscard]] bool given_by(std::string_view account) const;
};

[[nodiscard]] bool is_safe(Vault const& vault, Terms const& terms);

/// Less debt and more collateral never needs to be safe, nor the owner's consent.
[[nodiscard]] bool lowers_risk(VaultChange const& change);

/// The vault after a change. Ceilings bind only while debt rises; a change must lower risk or leave
/// the vault safe; what is left of the debt must not be dust.
[[nodiscard]] or_refusal<Vault, VaultRefusal> adjust(Vault const& vault, VaultChange const& change,
                                                     Terms const& terms,
                                                     Surroundings const& around);

/// Whose consent a change needs: the owner's where risk rises, the collateral account's where it
/// gives, the debt account's where it pays.
[[nodiscard]] or_refusal<void, VaultRefusal> consented(VaultChange const& change,
                                                       Consents const& consents);

struct Accrued {
    Wide rate_ray;
    Wide surplus_rad; ///< what the step adds to the debt of all vaults, and to the system's surplus
};

/// Changes the rate, and books the difference on all debt.
[[nodiscard]] Accrued add_to_rate(Wide const& rate_ray, Wide const& delta_ray,
                                  Wide const& type_debt_share_wad);

/// base_ray^exponent by squaring; each step rounds half up.
[[nodiscard]] Wide power(Wide base, std::uint64_t exponent, Wide const& one);

/// Compounds the fee per second over some seconds; the product with the old rate rounds down.
[[nodiscard]] Accrued accrue(Wide const& rate_ray, Wide const& factor_per_second_ray,
                             std::uint64_t seconds, Wide const& type_debt_share_wad);

} // namespace plimsoll::risk::vault
