/// Credit by reputation as data: what a score counts, what limits it gives, what collateral it asks.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/errc.hpp"
#include "risk/preset_head.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::risk {

/// The scope of PresetAdopted under which a ledger's credit rule stands.
inline constexpr std::string_view credit_scope = "credit";
inline constexpr TimeNs credit_day_ns = 86'400'000'000'000; ///< a day of UTC

/// What a score counts of an owner. The first three speak for it, the others against.
enum class ScoreComponent : std::uint8_t {
    age,           ///< days since its first account was opened
    volume,        ///< traded with others, in the credit asset
    repaid,        ///< on time, each amount times the share of its term that it was out
    liquidations,  ///< started against its accounts
    late,          ///< repaid late, collected by force, or overdue now
    concentration, ///< the largest exposure's share of all, by underlying
};
inline constexpr std::size_t score_component_count = 6;

[[nodiscard]] std::string_view word(ScoreComponent component);
[[nodiscard]] std::optional<ScoreComponent> find_score_component(std::string_view word);
[[nodiscard]] constexpr bool speaks_for(ScoreComponent component) { return component <= ScoreComponent::repaid; }

/// A component counts as its share of `full`, at most one, times `weight`.
struct ScoreTerm {
    ScoreComponent component{};
    Int128 full = 0;
    Int128 weight = 0;
};

/// From this score on, at most so much.
struct CreditTier {
    Int128 score_from = 0;
    Int128 cap = 0; ///< of the credit asset
};

/// A point of the line between which the collateral ratio lies.
struct RatioPoint {
    Int128 score = 0;
    Int128 ratio = 0; ///< what the owner holds, over what it has drawn
};

/// The presets of risk/presets/credit. Shares, ratios, weights and amounts count 10^-18.
struct CreditPreset : PresetHead {
    TimeNs term = 0;  ///< what is drawn is due so long after
    TimeNs grace = 0; ///< a default is so long after that
    std::uint32_t equity_days = 0;
    Int128 equity_multiple = 0;  ///< of the median equity of those days
    Int128 pool_share = 0;       ///< of all that the pool has or has lent, to one owner
    Int128 vouched_multiple = 0; ///< of what is staked for the owner
    Int128 default_below = 0;    ///< a ratio of collateral below this is a default
    Int128 bias = 0;
    std::vector<ScoreTerm> components;
    std::vector<CreditTier> tiers;  ///< by score, ascending
    std::vector<RatioPoint> ratios; ///< the same, from 0 to 1

    /// Reads and checks TOML (format: risk/README.md); `file` is only for messages.
    /// Errors: Errc::preset_* with the file, the key and the reason.
    [[nodiscard]] static result<CreditPreset> parse(std::string_view body, std::string_view file);

    /// The cap of the highest tier that the score reaches.
    [[nodiscard]] Int128 cap_of(Int128 score) const;
    /// Between two points of the line, rounded up.
    [[nodiscard]] Int128 ratio_of(Int128 score) const;
};

/// The first thing that makes no sense in words, nothing where all does.
[[nodiscard]] std::optional<std::string> broken_rule(CreditPreset const& preset);

struct ShippedCreditPreset {
    std::string_view file; ///< "reputation.toml"
    std::string_view body;
};
/// By file name, ascending.
[[nodiscard]] std::span<ShippedCreditPreset const> shipped_credit_presets();
/// The shipped preset of that name, checked. Nothing where there is none.
[[nodiscard]] std::optional<CreditPreset> shipped_credit_preset(std::string_view name);

/// Scope "credit".
[[nodiscard]] PresetAdopted adoption_of(CreditPreset const& preset);

} // namespace plimsoll::risk
