/// What a protocol does when collateral is not enough, as data: fees, discounts, layers, deleveraging, breakers.
#pragma once

#include "risk/clearing/auto_deleverage.hpp"
#include "risk/clearing/breakers.hpp"
#include "risk/clearing/liquidation_limits.hpp"
#include "risk/clearing/sale_terms.hpp"
#include "risk/clearing/waterfall.hpp"
#include "risk/clearing/withdrawal_limits.hpp"
#include "risk/preset_head.hpp"

#include <string>
#include <string_view>

namespace plimsoll::risk {

/// From so long after the start of a liquidation on, a bidder pays this share of the account's value.
struct DiscountStep {
    TimeNs after = 0;
    Int128 share = 0; ///< 10^-18
};

/// What a liquidation fee is a share of.
enum class FeeBase : std::uint8_t { notional, equity };

/// The presets of risk/presets/clearing. Amounts are of the quote asset, 10^-18.
struct ClearingPreset : PresetHead {
    Int128 liquidation_fee = 0; ///< share of the notional that is closed, or of the equity; never more than the equity
    FeeBase fee_base{};
    Int128 fee_to_fund = 0;     ///< of the fee; the liquidator has the rest
    DeleveragePolicy policy{};
    ExecutionPrice price{};
    Int128 deleverage_capacity = one_units; ///< of one winner's profit
    WithdrawalHold withdrawals;
    std::vector<WithdrawalLimit> withdrawal_limits;
    LiquidationLimits liquidation_limits;
    std::vector<DiscountStep> discounts; ///< none: no auction
    Procedure procedure{};
    Int128 auction_limit = 0; ///< of what all collateral auctions may still have to raise together
    std::vector<CollateralAuctionTerms> collateral_auctions;
    std::vector<RampedAuctionTerms> ramped_auctions;
    std::vector<LossLayer> layers;
    std::vector<BreakerRule> breakers;

    /// Reads and checks TOML (format: risk/README.md); `file` is only for messages.
    /// Errors: Errc::preset_* with the file, the key and the reason.
    [[nodiscard]] static result<ClearingPreset> parse(std::string_view body, std::string_view file);
};

/// The first thing that makes no sense in words, nothing where all does.
[[nodiscard]] std::optional<std::string> broken_rule(ClearingPreset const& preset);

struct ShippedClearingPreset {
    std::string_view file; ///< "dydx-v4.toml"
    std::string_view body;
};
/// By file name, ascending.
[[nodiscard]] std::span<ShippedClearingPreset const> shipped_clearing_presets();
/// The shipped preset of that name, checked. Nothing where there is none.
[[nodiscard]] std::optional<ClearingPreset> shipped_clearing_preset(std::string_view name);

} // namespace plimsoll::risk
