#include "risk/credit/score.hpp"

#include "ledger/event/wide.hpp"
#include "risk/number/elementary.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr Int128 logit_step = 1'000'000'000; // 10^-9
constexpr Int128 most_logit = 40 * one_units;

/// A product with a share or multiple; what leaves the rows' range is cut to it.
[[nodiscard]] Int128 portion(Int128 amount, Int128 factor, Rounding rounding) {
    auto const product = multiply_divide(amount, factor, one_units, rounding);
    return product ? std::min(*product, row_limit_units) : row_limit_units;
}

[[nodiscard]] ScorePart part_of(ScoreTerm const& term, Int128 value) {
    bool const is_for = speaks_for(term.component);
    Rounding const rounding = is_for ? Rounding::floor : Rounding::ceiling;
    auto const share = multiply_divide(std::min(value, term.full), one_units, term.full, rounding);
    PLIMSOLL_ASSERT(value >= 0 && share.has_value()); // at most one
    Int128 const points = portion(*share, term.weight, rounding);
    return {term.component, value, *share, is_for ? -points : points};
}

/// Up to whole steps, for negative numbers too.
[[nodiscard]] Int128 up_to_step(Int128 logit) {
    Int128 const rest = logit % logit_step;
    if (rest == 0) return logit;
    return rest > 0 ? logit - rest + logit_step : logit - rest;
}

[[nodiscard]] Int128 logistic(Int128 logit) {
    auto const power = exponential(Int256{-logit});
    PLIMSOLL_ASSERT(power.has_value()); // at most exp(40)
    auto const chance = multiply_divide(one_units, one_units, one_units + power.value().to_128(), Rounding::ceiling);
    PLIMSOLL_ASSERT(chance.has_value());
    return std::min(*chance, one_units);
}

constexpr std::array<std::string_view, 5> part_words{"tier", "equity", "pool", "vouched", "closed"};

} // namespace

Score score_of(CreditPreset const& preset, ScoreValues const& values) {
    Score score;
    score.logit = preset.bias;
    for (ScoreTerm const& term : preset.components) {
        score.parts.push_back(part_of(term, values[static_cast<std::size_t>(term.component)]));
        score.logit += score.parts.back().points;
    }
    score.logit = std::clamp(up_to_step(score.logit), -most_logit, most_logit);
    score.default_probability = logistic(score.logit);
    score.score = one_units - score.default_probability;
    return score;
}

std::string_view word(LimitPart part) { return part_words[static_cast<std::size_t>(part)]; }

CreditLimit limit_of(CreditPreset const& preset, Int128 score, LimitValues const& values) {
    CreditLimit limit;
    limit.tier = preset.cap_of(score);
    limit.equity = portion(values.median_equity, preset.equity_multiple, Rounding::floor);
    limit.pool = portion(values.pool_total, preset.pool_share, Rounding::floor);
    limit.vouched = portion(values.staked, preset.vouched_multiple, Rounding::floor);
    limit.limit = limit.tier;
    limit.bound_by = LimitPart::tier;
    for (auto const& [part, most] : {std::pair{LimitPart::equity, limit.equity}, std::pair{LimitPart::pool, limit.pool},
                                     std::pair{LimitPart::vouched, limit.vouched}}) {
        if (most >= limit.limit) continue;
        limit.limit = most;
        limit.bound_by = part;
    }
    if (values.is_closed) {
        limit.limit = 0;
        limit.bound_by = LimitPart::closed;
    }
    return limit;
}

} // namespace plimsoll::risk
