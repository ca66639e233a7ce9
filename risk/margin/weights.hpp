/// Weights of assets and liabilities that worsen with size, as Drift has them.
#pragma once

#include "risk/number/wide_integer.hpp"

#include <cstdint>

namespace plimsoll::risk::weighted {

// Scales: weights and margin ratios count 10^-4, size factors, prices and quotes 10^-6, base 10^-9.
// Divisions round toward zero unless a function says otherwise.
inline constexpr std::int64_t one_weight = 10'000;
inline constexpr std::int64_t one_factor = 1'000'000;
inline constexpr std::int64_t one_price = 1'000'000;
inline constexpr std::int64_t one_base = 1'000'000'000;

enum class MarginType : std::uint8_t { initial, fill, maintenance };

/// The figure of a margin type; the one for fills lies half way between the others.
struct Graded {
    Wide initial;
    Wide maintenance;
    [[nodiscard]] Wide of(MarginType type) const;
};

/// An amount of tokens, as a count of 10^-9.
[[nodiscard]] Wide base_size(Wide const& tokens, int decimals);

/// min(weight, 1.1 / (1 + factor * sqrt(size))).
[[nodiscard]] Wide discounted(Wide const& weight, Wide const& size, Wide const& factor);

/// max(weight, 0.8 * weight + factor * sqrt(size)).
[[nodiscard]] Wide surcharged(Wide const& weight, Wide const& size, Wide const& factor);

/// Initial weight of an asset whose deposits are worth more than where scaling starts (0: never).
[[nodiscard]] Wide scaled_initial_weight(Wide const& weight, Wide const& deposits_value,
                                         Wide const& start_value);

/// Weight of an unrealised gain; a loss counts whole.
[[nodiscard]] Wide pnl_weight(Wide const& pnl, Graded const& weights, Wide const& factor,
                              MarginType type);

struct PerpTerms {
    Graded margin_ratio;
    Wide size_factor;
    Graded pnl_weight;
    Wide pnl_factor;
    Wide price;
    Wide quote_price;
    bool is_prediction = false; ///< pays one or nothing: a short owes one less the price
    Wide gains_cap;             ///< of gains that count for the initial requirement
};

struct PerpMargin {
    Wide requirement;
    Wide pnl;
    Wide weighted_pnl;
};

[[nodiscard]] PerpMargin perp_margin(PerpTerms const& terms, Wide const& base, Wide const& quote,
                                     MarginType type);

// From the safest to the riskiest.
enum class ContractTier : std::uint8_t { a, b, c, speculative, highly_speculative, isolated };
enum class AssetTier : std::uint8_t { collateral, protected_asset, cross, isolated, unlisted };

/// Whether a contract is at least as safe as the safest contract and asset that an account owes in.
[[nodiscard]] bool as_safe(ContractTier contract, ContractTier safest_contract,
                           AssetTier safest_asset);

} // namespace plimsoll::risk::weighted
