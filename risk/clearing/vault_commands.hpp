/// What the owner of an option vault, and a holder of what it sold, may ask for.
#pragma once

#include "ledger/event/event.hpp"
#include "ledger/event/name.hpp"

#include <variant>

namespace plimsoll::risk {

/// Opens an account of kind vault for its owner.
struct OpenVault {
    AccountId owner;
    Name name;
};

/// Collateral goes in, or the long leg of a spread: an asset and an amount, or an instrument and a size.
struct LockInVault {
    AccountId vault;
    AccountId from; ///< none: the owner
    AssetId asset;
    Amount amount;
    InstrumentId instrument;
    Quantity size;
};

/// The same way back, as far as the short leaves it.
struct UnlockFromVault {
    AccountId vault;
    AccountId to; ///< none: the owner
    AssetId asset;
    Amount amount;
    InstrumentId instrument;
    Quantity size;
};

/// The vault writes contracts: it is short, and who gets them is long.
struct MintOption {
    AccountId vault;
    AccountId to; ///< none: the owner
    InstrumentId instrument;
    Quantity size;
};

/// Contracts come back, and nobody is short or long any more.
struct BurnOption {
    AccountId vault;
    AccountId from; ///< none: the owner
    Quantity size;
};

/// After the expiry: a holder's contracts against this vault's short, for cash out of its collateral.
struct ExerciseOption {
    AccountId vault;
    AccountId holder;
    Quantity size; ///< 0: as many as both have
};

/// After the expiry: what the short is not owed is the owner's again.
struct SettleVault {
    AccountId vault;
    AccountId to; ///< none: the owner
};

using AnyVaultCommand = std::variant<OpenVault, LockInVault, UnlockFromVault, MintOption, BurnOption, ExerciseOption, SettleVault>;

/// One of them, among all commands.
struct VaultCommand {
    AnyVaultCommand ask;
};

} // namespace plimsoll::risk
