/// Fully collateralised option vaults: a short option, or a spread whose long leg bounds its loss.
#pragma once

#include "risk/margin/naked_bound.hpp"

#include <map>
#include <string>

namespace plimsoll::risk::spread {

/// An option series. Two series are the same only if their names are.
struct Series {
    std::string name;
    std::string underlying;
    std::string strike_asset;
    std::string collateral;
    int collateral_decimals = 0;
    Fixed27 strike;
    Wide seconds_to_expiry; ///< not above 0 once expired
    bool is_put = false;
};

struct Collateral {
    std::string asset;
    int decimals = 0;
};

/// As it is asked about, which may be more than is allowed.
struct OptionVault {
    std::vector<Series> shorts;
    std::vector<Series> longs;
    std::vector<Collateral> collaterals;
    std::vector<Wide> short_amounts; ///< count 10^-8 options
    std::vector<Wide> long_amounts;  ///< count 10^-8 options
    std::vector<Wide> collateral_amounts;
};

enum class SpreadRefusal : std::uint8_t {
    too_many_shorts,
    too_many_longs,
    too_many_collaterals,
    short_length_mismatch,
    long_length_mismatch,
    collateral_length_mismatch,
    long_not_marginable,
    collateral_not_marginable,
    live_price_missing,
    expiry_price_not_final,
    not_expired,
};
[[nodiscard]] std::string_view word(SpreadRefusal refusal);

struct ExpiryPrice {
    Fixed27 price;
    bool is_final = false;
};

/// Prices of assets in one unit: now, and at the expiry.
struct Prices {
    std::map<std::string, Fixed27, std::less<>> live;
    std::map<std::string, ExpiryPrice, std::less<>> at_expiry;
};

/// At most one series a side, one amount each; the long leg differs from the short only in strike;
/// the collateral is that of the options. In the order of the refusals.
[[nodiscard]] or_refusal<void, SpreadRefusal> check_structure(OptionVault const& vault);

/// Collateral less what the vault must hold. Before expiry the largest loss of the pair, converted at
/// live prices; after it what the pair came to, at the prices of expiry.
[[nodiscard]] or_refusal<naked::Excess, SpreadRefusal> excess(OptionVault const& vault,
                                                              Prices const& prices);

/// What is short and long, in options of one underlying, expiry and side; strikes of what is not there are 0.
struct Legs {
    Fixed27 short_amount;
    Fixed27 long_amount;
    Fixed27 short_strike;
    Fixed27 long_strike;
};

/// The most a pair can lose: of puts in the strike asset, of calls in the underlying.
[[nodiscard]] Fixed27 largest_loss(Legs const& legs, bool is_put);

[[nodiscard]] Fixed27 intrinsic(Fixed27 const& strike, Fixed27 const& spot, bool is_put);

/// What an expired option is worth in its strike asset.
[[nodiscard]] or_refusal<Fixed27, SpreadRefusal> cash_value(Series const& series,
                                                            Prices const& prices);

struct Payout {
    Wide per_contract; ///< collateral units; rounded down
};

/// Of an expired series.
[[nodiscard]] or_refusal<Payout, SpreadRefusal> payout_per_contract(Series const& series,
                                                                    Prices const& prices);

} // namespace plimsoll::risk::spread
