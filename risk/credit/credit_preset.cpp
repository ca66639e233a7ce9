#include "risk/credit/credit_preset.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/preset_section.hpp"

#include <set>

namespace plimsoll::risk {
namespace {

constexpr std::array<std::string_view, score_component_count> component_words{"age",          "volume", "repaid",
                                                                              "liquidations", "late",   "concentration"};
constexpr std::int64_t most_days = 3'650;
constexpr Int128 most_weight = 20 * one_units;

/// Without a fraction.
[[nodiscard]] result<std::int64_t> whole_number(Section& section, std::string_view key, std::int64_t least, std::int64_t most) {
    PLIMSOLL_TRY(value, section.number(key, least * one_units, most * one_units));
    if (value % one_units == 0) return static_cast<std::int64_t>(value / one_units);
    return fail(Errc::preset_value_out_of_bounds, "the head's " + std::string(key) + ": " + format_decimal(value) + " is no whole number");
}

[[nodiscard]] result<ScoreTerm> read_component(Section section) {
    ScoreTerm term;
    PLIMSOLL_TRY(component, section.choice("component", find_score_component));
    term.component = component;
    PLIMSOLL_TRY(full, section.number("full", 0, largest_preset_amount));
    term.full = full;
    PLIMSOLL_TRY(weight, section.number("weight", 0, most_weight));
    term.weight = weight;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return term;
}

[[nodiscard]] result<CreditTier> read_tier(Section section) {
    CreditTier tier;
    PLIMSOLL_TRY(from, section.share("score_from"));
    tier.score_from = from;
    PLIMSOLL_TRY(cap, section.number("cap", 0, largest_preset_amount));
    tier.cap = cap;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return tier;
}

[[nodiscard]] result<RatioPoint> read_ratio(Section section) {
    RatioPoint point;
    PLIMSOLL_TRY(score, section.share("score"));
    point.score = score;
    PLIMSOLL_TRY(ratio, section.number("ratio", one_units, 100 * one_units));
    point.ratio = ratio;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return point;
}

[[nodiscard]] result<CreditPreset> read_credit(toml::table const& root) {
    CreditPreset preset;
    Section head(root, "the head's");
    PLIMSOLL_TRYV(read_head(head, preset));
    PLIMSOLL_TRY(term, whole_number(head, "term_days", 1, most_days));
    preset.term = term * credit_day_ns;
    PLIMSOLL_TRY(grace, whole_number(head, "grace_days", 0, most_days));
    preset.grace = grace * credit_day_ns;
    PLIMSOLL_TRY(days, whole_number(head, "equity_days", 1, 365));
    preset.equity_days = static_cast<std::uint32_t>(days);
    PLIMSOLL_TRY(multiple, head.number("equity_multiple", 0, 10 * one_units));
    preset.equity_multiple = multiple;
    PLIMSOLL_TRY(share, head.share("pool_share"));
    preset.pool_share = share;
    PLIMSOLL_TRY(vouched, head.number("vouched_multiple", 0, 100 * one_units));
    preset.vouched_multiple = vouched;
    PLIMSOLL_TRY(below, head.number("default_below", one_units, 100 * one_units));
    preset.default_below = below;
    PLIMSOLL_TRY(bias, head.number("bias", -most_weight, most_weight));
    preset.bias = bias;
    PLIMSOLL_TRYV(read_rows(root, "components", preset.components, read_component));
    PLIMSOLL_TRYV(read_rows(root, "tiers", preset.tiers, read_tier));
    PLIMSOLL_TRYV(read_rows(root, "ratios", preset.ratios, read_ratio));
    for (auto const* list : {"components", "tiers", "ratios"}) {
        if (!head.has(list)) return fail(Errc::preset_key_missing, "[[" + std::string(list) + "]] is missing");
        head.know(list);
    }
    PLIMSOLL_TRYV(head.need_known());
    if (auto const broken = broken_rule(preset)) return fail(Errc::preset_contradicts_itself, *broken);
    return preset;
}

[[nodiscard]] std::optional<std::string> broken_components(CreditPreset const& preset) {
    std::set<ScoreComponent> seen;
    bool speaks = false;
    for (ScoreTerm const& term : preset.components) {
        std::string const where = "[[components]] " + std::string(word(term.component));
        if (!seen.insert(term.component).second) return where + " is named twice";
        if (term.full == 0) return where + ": full is 0, which nothing is a share of";
        if (term.weight == 0) return where + ": weight is 0, and it counts nothing: leave it out";
        if (term.component == ScoreComponent::concentration && term.full > one_units) {
            return where + ": full is above 1, which no share reaches";
        }
        speaks = speaks || speaks_for(term.component);
    }
    if (!speaks) return "[[components]] let nothing speak for an owner: no score could ever rise";
    return std::nullopt;
}

[[nodiscard]] std::optional<std::string> broken_tiers(CreditPreset const& preset) {
    CreditTier const* before = nullptr;
    for (CreditTier const& tier : preset.tiers) {
        if (before == nullptr && tier.score_from != 0) return "[[tiers]] the first does not start at a score of 0";
        if (before != nullptr && tier.score_from <= before->score_from) return "[[tiers]] score_from must rise from row to row";
        if (before != nullptr && tier.cap < before->cap) {
            return "[[tiers]] from " + format_decimal(tier.score_from) + " the cap falls to " + format_decimal(tier.cap) +
                   ": a better score would have less";
        }
        before = &tier;
    }
    if (before == nullptr || before->cap == 0) return "[[tiers]] cap every score at 0: nobody could ever draw";
    return std::nullopt;
}

[[nodiscard]] std::optional<std::string> broken_ratios(CreditPreset const& preset) {
    RatioPoint const* before = nullptr;
    for (RatioPoint const& point : preset.ratios) {
        std::string const ratio = format_decimal(point.ratio);
        if (point.ratio <= one_units) return "[[ratios]] a ratio of " + ratio + " leaves nothing of the owner's own to lose";
        if (point.ratio < preset.default_below) {
            return "[[ratios]] a ratio of " + ratio + " is below default_below, " + format_decimal(preset.default_below) +
                   ": what is drawn would be in default at once";
        }
        if (before == nullptr && point.score != 0) return "[[ratios]] the first is not that of a score of 0";
        if (before != nullptr && point.score <= before->score) return "[[ratios]] score must rise from row to row";
        if (before != nullptr && point.ratio > before->ratio) {
            return "[[ratios]] the line rises from " + format_decimal(before->ratio) + " to " + ratio + ": a better score would pledge more";
        }
        before = &point;
    }
    if (before == nullptr || before->score != one_units) return "[[ratios]] the last is not that of a score of 1";
    return std::nullopt;
}

} // namespace

std::string_view word(ScoreComponent component) { return component_words[static_cast<std::size_t>(component)]; }

std::optional<ScoreComponent> find_score_component(std::string_view word) {
    for (std::size_t i = 0; i < component_words.size(); ++i) {
        if (component_words[i] == word) return static_cast<ScoreComponent>(i);
    }
    return std::nullopt;
}

std::optional<std::string> broken_rule(CreditPreset const& preset) {
    for (auto const& [key, value] : {std::pair{"equity_multiple", preset.equity_multiple}, std::pair{"pool_share", preset.pool_share},
                                     std::pair{"vouched_multiple", preset.vouched_multiple}}) {
        if (value == 0) return std::string(key) + " is 0: nobody could ever draw";
    }
    for (auto const rule : {broken_components, broken_tiers, broken_ratios}) {
        if (auto broken = rule(preset)) return broken;
    }
    return std::nullopt;
}

result<CreditPreset> CreditPreset::parse(std::string_view body, std::string_view file) { return parse_preset<CreditPreset>(body, file, read_credit); }

Int128 CreditPreset::cap_of(Int128 score) const {
    Int128 cap = 0;
    for (CreditTier const& tier : tiers) cap = score >= tier.score_from ? tier.cap : cap;
    return cap;
}

Int128 CreditPreset::ratio_of(Int128 score) const {
    for (std::size_t i = 1; i < ratios.size(); ++i) {
        RatioPoint const& from = ratios[i - 1];
        RatioPoint const& to = ratios[i];
        if (score > to.score) continue;
        auto const fall = multiply_divide(from.ratio - to.ratio, score - from.score, to.score - from.score, Rounding::floor);
        PLIMSOLL_ASSERT(fall.has_value()); // a share of a ratio
        return from.ratio - *fall;
    }
    return ratios.back().ratio;
}

std::optional<CreditPreset> shipped_credit_preset(std::string_view name) { return shipped_as<CreditPreset>(name, shipped_credit_presets()); }

PresetAdopted adoption_of(CreditPreset const& preset) { return adoption_in(credit_scope, preset); }

} // namespace plimsoll::risk
