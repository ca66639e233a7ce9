/// Margin of a portfolio by Derive's scenario model (PMRM 2), to the last digit.
#pragma once

#include "risk/margin/scenario_grid.hpp"

#include <optional>

namespace plimsoll::risk::derive {

struct OptionHolding {
    std::uint32_t option = 0; ///< row of the grid
    Int256 amount;            ///< long is positive
};

struct Collateral {
    Int256 balance;
    Int256 price;
    Int256 confidence;
    bool is_risk_cancelling = false; ///< its change of value counts in scenarios
    Haircuts haircuts;
};

struct PortfolioAccount {
    Int256 cash;
    Int256 perp_position;
    Int256 perp_unsettled_cash; ///< counts only where there is a position
    std::vector<Collateral> collaterals;
    std::vector<OptionHolding> options;
};

/// One expiry that the account holds.
struct ExpiryMargin {
    std::uint32_t expiry = 0; ///< index into the market's expiries
    Int256 min_confidence;
    Int256 net_options; ///< sum of sizes without sign
    Int256 naked_shorts;
    Int256 mtm;
    Int256 mtm_spot_up; ///< under the shocks of the basis contingency
    Int256 mtm_spot_down;
};

struct CollateralMargin {
    Int256 value;
    Int256 min_confidence;
};

/// The smallest of the basis contingency and some scenarios' results.
struct WorstCase {
    Int256 pnl;
    std::size_t scenario = 0; ///< the number of scenarios where it is the basis contingency
};

struct PortfolioMargin {
    Int256 min_confidence; ///< of spot, and of the perp where it is held
    Int256 perp_value;
    std::vector<ExpiryMargin> expiries;        ///< in the market's order
    std::vector<CollateralMargin> collaterals; ///< in the account's order
    Int256 total_mtm;                          ///< without cash
    Int256 basis_contingency;                  ///< never positive
    Int256 mm_contingency;                     ///< never negative
    Int256 im_contingency;                     ///< on top of the former
    std::vector<Int256> scenario_pnl;
    WorstCase worst;
    Int256 maintenance_margin;
    Int256 initial_margin;
    Int256 mark_to_market; ///< with cash
    /// For trusted risk assessors: the basis shocks and the present, undampened, are all scenarios.
    WorstCase worst_trusted;
    Int256 trusted_maintenance_margin;
};

struct MarginAndMark {
    Int256 margin;
    Int256 mark_to_market;
};

enum class MarginKind : std::uint8_t { maintenance, initial };

/// Unit: 10^-18 of the cash asset. Each product is truncated toward zero, an option at a time.
/// Source: Derive v2, PMRM 2 (section "portfolio margin" of its contracts).
/// Errors: unknown_option, option_repeated, and whatever rule of arithmetic the account's own
/// options, perp or collaterals break.
[[nodiscard]] result<PortfolioMargin> margin_of(PortfolioAccount const& account,
                                                ScenarioGrid const& grid);

/// The same from one scenario and the basis contingency, as liquidation auctions ask; from the basis
/// contingency alone where `scenario` is the number of scenarios. Errors: also unknown_scenario.
[[nodiscard]] result<MarginAndMark> margin_in_scenario(PortfolioAccount const& account,
                                                       ScenarioGrid const& grid, MarginKind kind,
                                                       std::size_t scenario);

} // namespace plimsoll::risk::derive
