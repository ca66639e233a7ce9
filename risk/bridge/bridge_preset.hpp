/// How collateral on other chains counts, as data: credit by state, haircuts, limits, windows; each number checked.
#pragma once

#include "risk/clearing/commands.hpp"
#include "risk/clearing/withdrawal_limits.hpp"
#include "risk/preset_head.hpp"

#include <array>

namespace plimsoll::risk {

/// The scope of PresetAdopted under which a ledger's bridge preset stands.
inline constexpr std::string_view bridge_scope = "bridge";

struct BridgedChain {
    std::string name;
    /// Of the amount, by state, 10^-18: what an account has of a transfer that is observed, attested, confirmed, final.
    /// The haircut for finality is what is missing to one.
    std::array<Int128, 4> credit{};
    Int128 attestation_stake = 0; ///< more than this share of the stake attests
    std::uint64_t confirmations = 0;
    std::uint64_t final_confirmations = 0;
    TimeNs dispute = 0;           ///< so long a withdrawal waits
    Int128 haircut = 0;           ///< of the bridge
    std::optional<Int128> fund_cap_per_loss;
};

struct BridgedAsset {
    std::string asset; ///< what it counts as
    std::string chain;
    std::string name;  ///< the ledger's: `USDC@arbitrum`, unless the preset says otherwise
    Int128 haircut = 0;

    /// It is the asset that it counts as: the ledger's home chain.
    [[nodiscard]] bool is_home() const { return name == asset; }
};

struct BridgePreset : PresetHead {
    std::vector<BridgedChain> chains;
    std::vector<BridgedAsset> assets;
    std::vector<WithdrawalLimit> limits; ///< by the ledger's name of the asset

    /// Nothing where there is none.
    [[nodiscard]] BridgedChain const* chain(std::string_view chain_name) const;
    [[nodiscard]] BridgedAsset const* asset(std::string_view ledger_name) const;
    /// What margin keeps of a positive amount: (1 - haircut of the asset) * (1 - haircut of the bridge), rounded down.
    [[nodiscard]] Int128 kept(BridgedAsset const& asset) const;
    /// The haircut of a transfer on its way: 1 - (1 - asset) * (1 - bridge) * credit of the state; the product is rounded down.
    /// Source: risk-models.md 2.7.
    [[nodiscard]] Int128 haircut(BridgedAsset const& asset, BridgeState state) const;

    /// Reads and checks TOML (format: risk/README.md); `file` is only for messages.
    /// Errors: Errc::preset_* with the file, the key and the reason.
    [[nodiscard]] static result<BridgePreset> parse(std::string_view body, std::string_view file);
};

/// The first thing that makes no sense in words, nothing where all does.
[[nodiscard]] std::optional<std::string> broken_rule(BridgePreset const& preset);

struct ShippedBridgePreset {
    std::string_view file; ///< "three-chains.toml"
    std::string_view body;
};
/// By file name, ascending.
[[nodiscard]] std::span<ShippedBridgePreset const> shipped_bridge_presets();
/// The shipped preset of that name, checked. Nothing where there is none.
[[nodiscard]] std::optional<BridgePreset> shipped_bridge_preset(std::string_view name);

} // namespace plimsoll::risk
