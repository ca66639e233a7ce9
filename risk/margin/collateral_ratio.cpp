#include "risk/margin/collateral_ratio.hpp"

#include <algorithm>

namespace plimsoll::risk::vault {

Wide const& wad() {
    static Wide const one = power_of_ten(18);
    return one;
}

Wide const& ray() {
    static Wide const one = power_of_ten(27);
    return one;
}

std::string_view word(VaultRefusal refusal) {
    switch (refusal) {
    case VaultRefusal::not_initialised: return "not_initialised";
    case VaultRefusal::less_than_nothing: return "less_than_nothing";
    case VaultRefusal::ceiling_exceeded: return "ceiling_exceeded";
    case VaultRefusal::not_safe: return "not_safe";
    case VaultRefusal::owner_must_consent: return "owner_must_consent";
    case VaultRefusal::collateral_account_must_consent: return "collateral_account_must_consent";
    case VaultRefusal::debt_account_must_consent: return "debt_account_must_consent";
    case VaultRefusal::dusty: return "dusty";
    case VaultRefusal::collateral_missing: return "collateral_missing";
    }
    return {};
}

bool Consents::given_by(std::string_view account) const {
    return account == caller ||
           std::ranges::find(approvals, std::pair{account, caller}) != approvals.end();
}

bool is_safe(Vault const& vault, Terms const& terms) {
    return vault.debt_share_wad * terms.rate_ray <= vault.collateral_wad * terms.safe_price_ray;
}

bool lowers_risk(VaultChange const& change) {
    return change.debt_share_wad <= 0 && change.collateral_wad >= 0;
}

or_refusal<Vault, VaultRefusal> adjust(Vault const& vault, VaultChange const& change,
                                       Terms const& terms, Surroundings const& around) {
    if (terms.rate_ray.is_zero()) return VaultRefusal::not_initialised;
    Vault const after{vault.collateral_wad + change.collateral_wad,
                      vault.debt_share_wad + change.debt_share_wad};
    Wide const type_share = around.type_debt_share_wad + change.debt_share_wad;
    Wide const system_rad = around.system_debt_rad + change.debt_share_wad * terms.rate_ray;
    if (after.collateral_wad < 0 || after.debt_share_wad < 0 || type_share < 0 || system_rad < 0) {
        return VaultRefusal::less_than_nothing;
    }
    bool const below_ceilings = type_share * terms.rate_ray <= terms.type_ceiling_rad &&
                                system_rad <= terms.system_ceiling_rad;
    if (change.debt_share_wad > 0 && !below_ceilings) return VaultRefusal::ceiling_exceeded;
    if (!lowers_risk(change) && !is_safe(after, terms)) return VaultRefusal::not_safe;
    Wide const debt_rad = after.debt_share_wad * terms.rate_ray;
    if (!debt_rad.is_zero() && debt_rad < terms.dust_rad) return VaultRefusal::dusty;
    if (around.free_collateral_wad < change.collateral_wad) return VaultRefusal::collateral_missing;
    return after;
}

or_refusal<void, VaultRefusal> consented(VaultChange const& change, Consents const& consents) {
    if (!lowers_risk(change) && !consents.given_by(consents.owner)) {
        return VaultRefusal::owner_must_consent;
    }
    if (change.collateral_wad > 0 && !consents.given_by(consents.collateral_account)) {
        return VaultRefusal::collateral_account_must_consent;
    }
    if (change.debt_share_wad < 0 && !consents.given_by(consents.debt_account)) {
        return VaultRefusal::debt_account_must_consent;
    }
    return outcome::success();
}

Accrued add_to_rate(Wide const& rate_ray, Wide const& delta_ray, Wide const& type_debt_share_wad) {
    return {rate_ray + delta_ray, type_debt_share_wad * delta_ray};
}

Wide power(Wide base, std::uint64_t exponent, Wide const& one) {
    Wide const half = one / 2;
    auto multiply = [&](Wide const& a, Wide const& b) {
        return quotient(a * b + half, one, Rounding::floor);
    };
    Wide result = exponent % 2 == 1 ? base : one;
    for (exponent /= 2; exponent > 0; exponent /= 2) {
        base = multiply(base, base);
        if (exponent % 2 == 1) result = multiply(result, base);
    }
    return result;
}

Accrued accrue(Wide const& rate_ray, Wide const& factor_per_second_ray, std::uint64_t seconds,
               Wide const& type_debt_share_wad) {
    Wide const rate =
        scale(power(factor_per_second_ray, seconds, ray()), rate_ray, ray(), Rounding::floor);
    return add_to_rate(rate_ray, rate - rate_ray, type_debt_share_wad);
}

} // namespace plimsoll::risk::vault
