/// A score out of what the log says of an owner: each component's share of enough, weighed, as a chance of default.
#pragma once

#include "risk/credit/credit_preset.hpp"

namespace plimsoll::risk {

/// By ScoreComponent, each in its own unit, 10^-18; none is negative.
using ScoreValues = std::array<Int128, score_component_count>;

struct ScorePart {
    ScoreComponent component{};
    Int128 value = 0;
    Int128 share = 0;  ///< of what is full, at most one
    Int128 points = 0; ///< added to the logit: negative where it speaks for the owner
};

struct Score {
    std::vector<ScorePart> parts; ///< in the preset's order
    Int128 logit = 0;             ///< bias and points
    Int128 default_probability = 0;
    Int128 score = 0; ///< 1 - default_probability
};

/// default_probability = 1 / (1 + exp(-logit)), from bias plus points.
///
/// Rounding is against the owner: what speaks for it down, what speaks against it up, the logit up to 10^-9 (steps that
/// the exponential keeps in order) and within 40 of zero, the probability up.
/// Source: design/risk-models 2.10; exp as in risk/number/elementary.
[[nodiscard]] Score score_of(CreditPreset const& preset, ScoreValues const& values);

/// What a limit is the least of.
enum class LimitPart : std::uint8_t { tier, equity, pool, vouched, closed };
[[nodiscard]] std::string_view word(LimitPart part);

struct LimitValues {
    Int128 median_equity = 0; ///< not negative
    Int128 pool_total = 0;    ///< what the pool has and has lent, not negative
    Int128 staked = 0;        ///< for the owner, not negative
    bool is_closed = false;   ///< the owner was in default once
};

struct CreditLimit {
    Int128 tier = 0;
    Int128 equity = 0;
    Int128 pool = 0;
    Int128 vouched = 0;
    Int128 limit = 0;     ///< the least of them; 0 where the line is closed
    LimitPart bound_by{}; ///< the first that is the least
};

/// Each part rounded down.
[[nodiscard]] CreditLimit limit_of(CreditPreset const& preset, Int128 score, LimitValues const& values);

} // namespace plimsoll::risk
