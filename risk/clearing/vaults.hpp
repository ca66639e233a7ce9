/// Decides what owners of option vaults and holders of their options ask for.
#pragma once

#include "risk/clearing/acceptance.hpp"
#include "risk/clearing/vault.hpp"
#include "risk/clearing/vault_commands.hpp"

namespace plimsoll::risk {

/// A writer locks collateral for one short series; contracts are minted against it and burnt, and after the expiry
/// exercised against it. Nobody stands in between: what a vault cannot pay, the holder who exercises goes without, and
/// nobody's rows change but those of who is named.
///
/// Pure, as Clearing is. Terms are those of the margin preset in force (kernel naked_bound); after the expiry none is needed.
class Vaults {
public:
    /// Without a desk no preset is in force.
    Vaults(book::Book const& book, MarginDesk* desk) : book_(&book), desk_(desk) {
        if (desk != nullptr) acceptance_.emplace(book, *desk);
    }

    /// Errors: Errc::not_a_vault, vault_has_its_own_commands (of a second vault), vault_holds_too_much, series_does_not_fit,
    /// collateral_does_not_fit, vault_collateral_insufficient, options_insufficient, long_leg_not_exercised,
    /// nothing_to_settle, account_in_liquidation, no_margin_rule, procedure_does_not_fit, option_expired, instrument_not_expired,
    /// settlement_price_missing, balance_insufficient; those of vault_needs, of Market and of margin; book::Errc.
    [[nodiscard]] result<void> decide(VaultCommand const& command, Origin const& origin, Decision& decision);
    /// Says what is locked, and what of it is asked for.
    [[nodiscard]] result<VaultNeeds> check(VaultStand const& stand, Origin const& origin, Decision& decision);

    /// Of a vault's short, before the expiry. Errors: Errc::no_margin_rule, spot_missing, reading_stale, confidence_is_zero.
    [[nodiscard]] result<VaultMoment> moment_of(InstrumentId series, Origin const& origin) const;
    /// `size` contracts leave an account that has them, and whose margin, where it has any short, allows it; `decided` is what
    /// will be booked. Errors: Errc::options_insufficient, vault_has_its_own_commands; those of Acceptance.
    [[nodiscard]] result<void> gives_contracts(AccountId account, InstrumentId instrument, Int128 size, std::span<Event const> decided,
                                               Decision& decision);

private:
    [[nodiscard]] result<void> decide_one(OpenVault const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(LockInVault const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(UnlockFromVault const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(MintOption const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(BurnOption const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(ExerciseOption const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> decide_one(SettleVault const& ask, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> lock_long_leg(LockInVault const& ask, VaultStand stand, AccountId from, Origin const& origin, Decision& decision);
    [[nodiscard]] result<void> keep_requirement(VaultStand const& after, Origin const& origin, Decision& decision);
    /// The one named, else the owner; no vault.
    [[nodiscard]] result<AccountId> partner(AccountId named, VaultStand const& stand) const;
    [[nodiscard]] result<void> can_pay(AccountId payer, AssetId asset, Origin const& origin, Decision& decision);
    [[nodiscard]] result<Int128> unexercised(VaultStand const& stand, TimeNs now) const;
    [[nodiscard]] result<VaultTerms> terms() const;
    void move_contracts(AccountId from, AccountId to, InstrumentId instrument, Int128 size, Origin const& origin, Decision& decision) const;
    [[nodiscard]] TimeNs now(Origin const& origin) const { return std::max(origin.source_time, book_->time()); }

    book::Book const* book_;
    MarginDesk* desk_;
    std::optional<Acceptance> acceptance_; ///< where there is a desk
    AccountRows rows_;
    std::vector<Event> foreseen_;
};

/// Moves cash or contracts by commands of its own: no deposit, withdrawal, transfer or trade names it.
/// Errors: Errc::vault_has_its_own_commands.
[[nodiscard]] result<void> must_be_no_vault(book::Book const& book, AccountId account);
/// Of an option without a market account nobody sells more than he has: nothing but a vault's collateral would answer for it.
/// Errors: Errc::options_insufficient.
[[nodiscard]] result<void> must_stay_covered(book::Book const& book, AccountId seller, InstrumentId instrument, Quantity size);

} // namespace plimsoll::risk
