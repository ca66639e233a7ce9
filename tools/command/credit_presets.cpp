#include "tools/command/credit_presets.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/preset_by_name.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <fstream>

namespace plimsoll::tools {
namespace {

[[nodiscard]] std::string components_of(risk::CreditPreset const& preset) {
    std::string out;
    for (risk::ScoreTerm const& term : preset.components) out += (out.empty() ? "" : ", ") + std::string(risk::word(term.component));
    return out;
}

[[nodiscard]] std::string unit_of(risk::ScoreComponent component) {
    switch (component) {
    case risk::ScoreComponent::age: return "days";
    case risk::ScoreComponent::liquidations: return "times";
    case risk::ScoreComponent::concentration: return "of all exposure";
    default: return "of the credit asset";
    }
}

[[nodiscard]] std::string days_text(TimeNs span) { return fmt::format("{} d", span / risk::credit_day_ns); }

} // namespace

bool is_credit_preset(std::string const& name) {
    if (!is_preset_path(name)) return risk::shipped_credit_preset(name).has_value();
    std::ifstream file(name); // one that cannot be read is told by whoever reads it
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("kernel") || line.starts_with("[[layers]]")) return false;
        if (line.starts_with("[[components]]")) return true;
    }
    return false;
}

result<risk::CreditPreset> credit_preset_named(std::string const& name) {
    return preset_by_name<risk::CreditPreset>(name, "credit", risk::shipped_credit_presets());
}

std::string people_credit(risk::CreditPreset const& preset) {
    return fmt::format("{} {} (credit: {})", preset.name, preset.version, components_of(preset));
}

result<std::string> credit_table() {
    Table table({{"credit preset"}, {"what a score counts"}, {"what it does"}});
    for (risk::ShippedCreditPreset const& each : risk::shipped_credit_presets()) {
        PLIMSOLL_TRY(preset, risk::CreditPreset::parse(each.body, each.file));
        table.row({preset.name, components_of(preset), preset.description});
    }
    return table.text(0);
}

std::string credit_text(risk::CreditPreset const& preset) {
    std::string out = fmt::format("{}\n  {}\n  source: {}\n\n", people_credit(preset), preset.description, preset.source);
    Table terms({{"parameter"}, {"value", Align::right}});
    terms.row({"due after", days_text(preset.term)});
    terms.row({"in default, past due, after", days_text(preset.grace)});
    terms.row({"or with collateral below, of what is drawn", format_decimal(preset.default_below)});
    terms.row({fmt::format("limit, of the median equity of {} days", preset.equity_days), format_decimal(preset.equity_multiple)});
    terms.row({"limit, of the pool", format_decimal(preset.pool_share)});
    terms.row({"limit, of what is vouched", format_decimal(preset.vouched_multiple)});
    terms.row({"logit of a stranger", format_decimal(preset.bias)});
    out += terms.text() + "\n";
    Table components({{"component"}, {"full at", Align::right}, {"", Align::left}, {"logit", Align::right}});
    for (risk::ScoreTerm const& term : preset.components) {
        components.row({std::string(risk::word(term.component)), format_decimal(term.full), unit_of(term.component),
                        (risk::speaks_for(term.component) ? "-" : "+") + format_decimal(term.weight)});
    }
    out += components.text() + "\n";
    Table tiers({{"score from", Align::right}, {"limit at most", Align::right}});
    for (risk::CreditTier const& tier : preset.tiers) tiers.row({format_decimal(tier.score_from), format_decimal(tier.cap)});
    out += tiers.text() + "\n";
    Table ratios({{"score", Align::right}, {"collateral, of what is drawn", Align::right}});
    for (risk::RatioPoint const& point : preset.ratios) ratios.row({format_decimal(point.score), format_decimal(point.ratio)});
    return out + ratios.text();
}

void write_credit(JsonWriter& json, risk::CreditPreset const& preset, std::uint64_t adopted) {
    json.begin_object().field("scope", risk::credit_scope).field("name", preset.name).field("version", preset.version);
    json.field("description", preset.description).field("source", preset.source).field("digest", to_hex(preset.digest));
    json.field("term_days", preset.term / risk::credit_day_ns).field("grace_days", preset.grace / risk::credit_day_ns);
    json.field("equity_days", std::uint64_t{preset.equity_days}).field("equity_multiple", format_decimal(preset.equity_multiple));
    json.field("pool_share", format_decimal(preset.pool_share)).field("vouched_multiple", format_decimal(preset.vouched_multiple));
    json.field("default_below", format_decimal(preset.default_below)).field("bias", format_decimal(preset.bias)).key("components").begin_array();
    for (risk::ScoreTerm const& term : preset.components) {
        json.begin_object().field("component", risk::word(term.component)).field("full", format_decimal(term.full));
        json.field("weight", format_decimal(term.weight)).end_object();
    }
    json.end_array().key("tiers").begin_array();
    for (risk::CreditTier const& tier : preset.tiers) {
        json.begin_object().field("score_from", format_decimal(tier.score_from)).field("cap", format_decimal(tier.cap)).end_object();
    }
    json.end_array().key("ratios").begin_array();
    for (risk::RatioPoint const& point : preset.ratios) {
        json.begin_object().field("score", format_decimal(point.score)).field("ratio", format_decimal(point.ratio)).end_object();
    }
    json.end_array().field("adopted", adopted).end_object();
}

} // namespace plimsoll::tools
