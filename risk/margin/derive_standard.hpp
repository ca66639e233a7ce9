/// Margin of an account by Derive's static model (the standard manager), to the last digit.
#pragma once

#include "risk/pricing/black76.hpp"

#include <vector>

namespace plimsoll::risk::derive {

/// Fractions of spot and scales; the names are the protocol's.
struct StandardOptionParameters {
    Int256 max_spot_req;
    Int256 min_spot_req;
    Int256 mm_call_spot_req;
    Int256 mm_put_spot_req;
    Int256 mm_put_mtm_req;
    Int256 unpaired_im_scale;
    Int256 unpaired_mm_scale;
    Int256 mm_offset_scale;
};

/// Confidences below which the initial margin grows; 0 asks none.
struct OracleContingency {
    Int256 perp_threshold;
    Int256 option_threshold;
    Int256 base_threshold;
    Int256 factor;
};

struct StandardParameters {
    Int256 perp_mm_fraction;
    Int256 perp_im_fraction;
    StandardOptionParameters option;
    Int256 base_margin_factor;
    Int256 base_im_scale;
    OracleContingency oracle;
};

struct StandardExpiry {
    std::int64_t expiry_seconds = 0; ///< Unix time
    Int256 forward;
    Int256 forward_confidence;
    Int256 vol_confidence;
};

/// One underlying.
struct StandardMarket {
    StandardParameters parameters;
    Int256 spot_price;
    Int256 spot_confidence;
    Int256 perp_price;
    Int256 perp_confidence;
    std::vector<StandardExpiry> expiries;
};

/// All that one standard manager knows at a moment.
struct StandardState {
    std::int64_t now_seconds = 0;
    Int256 stable_price;
    Int256 depeg_threshold;
    Int256 depeg_factor;
    std::vector<StandardMarket> markets;
};

struct StandardOption {
    std::uint32_t market = 0; ///< index into the markets
    std::uint32_t expiry = 0; ///< index into that market's expiries
    Int256 strike;
    bool is_call = true;
    Int256 volatility;
};

/// The options' prices of one moment, for all accounts. An option whose price cannot be had keeps its
/// fault for those who hold it.
class StandardGrid {
public:
    /// Errors: unknown_expiry.
    [[nodiscard]] static result<StandardGrid> build(StandardState state,
                                                    std::vector<StandardOption> options);

    [[nodiscard]] StandardState const& state() const { return state_; }
    [[nodiscard]] std::vector<StandardOption> const& options() const { return options_; }
    [[nodiscard]] Int256 const& price(std::size_t option) const { return prices_[option]; }
    [[nodiscard]] Checked const& fault(std::size_t option) const { return faults_[option]; }

private:
    StandardGrid() = default;
    StandardState state_;
    std::vector<StandardOption> options_;
    std::vector<Int256> prices_;
    std::vector<Checked> faults_;
};

struct StandardHolding {
    std::uint32_t option = 0; ///< row of the grid
    Int256 amount;            ///< long is positive
};

/// What an account holds in one market besides options.
struct MarketHolding {
    Int256 perp_position;
    Int256 perp_unsettled_cash; ///< counts only where there is a position
    Int256 base_balance;
};

struct StandardAccount {
    Int256 cash;
    std::vector<MarketHolding> markets; ///< by market; the missing ones are empty
    std::vector<StandardHolding> options;
};

/// One expiry's line. What is required is negative.
struct StandardExpiryLine {
    std::uint32_t market = 0;
    std::uint32_t expiry = 0;
    Int256 mark_to_market;
    Int256 isolated; ///< each short on its own
    Int256 max_loss; ///< of all together at expiry
    Int256 margin;   ///< the better of the two
    Int256 oracle;   ///< for low confidence, initial only
};

struct StandardMarketLine {
    Int256 perp;
    Int256 perp_oracle; ///< for low confidence, initial only
    Int256 perp_unsettled_cash;
    Int256 depeg; ///< initial only
    Int256 base;
    Int256 base_oracle;
    Int256 base_mark_to_market;
};

struct StandardMargin {
    Int256 margin;
    Int256 mark_to_market;
    std::vector<StandardMarketLine> markets;
    std::vector<StandardExpiryLine> expiries;
};

enum class StandardKind : std::uint8_t { maintenance, initial };

/// Unit: 10^-18 of the cash asset. Source: Derive v2, standard manager.
/// Errors: unknown_option, option_repeated, forward_is_zero, and the rules of arithmetic.
[[nodiscard]] result<StandardMargin> margin_of(StandardAccount const& account,
                                               StandardGrid const& grid, StandardKind kind);

} // namespace plimsoll::risk::derive
