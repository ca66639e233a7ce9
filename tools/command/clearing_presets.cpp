#include "tools/command/clearing_presets.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/preset_by_name.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <fstream>

namespace plimsoll::tools {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

[[nodiscard]] std::string layers_of(risk::ClearingPreset const& preset) {
    std::string out;
    for (risk::LossLayer const& layer : preset.layers) out += (out.empty() ? "" : ", ") + std::string(word(layer.layer));
    return out;
}

[[nodiscard]] std::string operations_of(risk::Operations allowed) {
    std::string out;
    for (std::size_t i = 0; i < risk::operation_count; ++i) {
        auto const operation = static_cast<risk::Operation>(i);
        if ((allowed & risk::bit(operation)) != 0) out += (out.empty() ? "" : " ") + std::string(risk::word(operation));
    }
    return out.empty() ? "none" : out;
}

/// The terms of the preset's own auctions.
[[nodiscard]] std::string sales_text(risk::ClearingPreset const& preset) {
    std::string out;
    if (!preset.collateral_auctions.empty()) {
        Table table({{"auction of"}, {"penalty", Align::right}, {"in flight at most", Align::right}, {"starts at", Align::right}, {"falls"},
                     {"sells until", Align::right}, {"or below", Align::right}, {"incentive"}});
        for (risk::CollateralAuctionTerms const& row : preset.collateral_auctions) {
            std::string const falls = row.duration_seconds != 0 ? fmt::format("to nothing in {} s", row.duration_seconds)
                                                                : fmt::format("to {} every {} s", format_decimal(row.step_factor), row.step_seconds);
            table.row({row.asset, format_decimal(row.penalty), format_decimal(row.limit), format_decimal(row.price_buffer), falls,
                       fmt::format("{} s", row.reset_after_seconds), format_decimal(row.reset_below),
                       format_decimal(row.incentive_flat) + " and " + format_decimal(row.incentive_share)});
        }
        out += "\n" + table.text() + "  all together have at most " + format_decimal(preset.auction_limit) + " to raise\n";
    }
    if (!preset.ramped_auctions.empty()) {
        Table table({{"short backed by"}, {"rises for", Align::right}, {"from below by, of spot", Align::right}, {"left at least", Align::right}});
        for (risk::RampedAuctionTerms const& row : preset.ramped_auctions) {
            table.row({row.asset, fmt::format("{} s", row.duration_seconds), format_decimal(row.oracle_deviation), format_decimal(row.least_left)});
        }
        out += "\n" + table.text();
    }
    return out;
}

} // namespace

bool is_clearing_preset(std::string const& name) {
    if (!is_preset_path(name)) return risk::shipped_clearing_preset(name).has_value();
    std::ifstream file(name);
    if (!file) return false; // whoever reads it says so
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("kernel")) return false;
        if (line.starts_with("[[layers]]")) return true;
    }
    return false;
}

std::string people_clearing(risk::ClearingPreset const& preset) {
    return fmt::format("{} {} (clearing: {})", preset.name, preset.version, layers_of(preset));
}

result<std::string> clearing_table() {
    Table table({{"clearing preset"}, {"who pays a loss"}, {"breakers"}, {"what it does"}});
    for (risk::ShippedClearingPreset const& each : risk::shipped_clearing_presets()) {
        PLIMSOLL_TRY(preset, risk::ClearingPreset::parse(each.body, each.file));
        table.row({preset.name, layers_of(preset), std::to_string(preset.breakers.size()), preset.description});
    }
    return table.text(0);
}

std::string clearing_text(risk::ClearingPreset const& preset) {
    std::string out = fmt::format("{}\n  {}\n  source: {}\n\n", people_clearing(preset), preset.description, preset.source);
    Table numbers({{"parameter"}, {"value", Align::right}});
    numbers.row({"procedure", std::string(risk::word(preset.procedure))});
    numbers.row({"liquidation fee", format_decimal(preset.liquidation_fee) + (preset.fee_base == risk::FeeBase::notional ? " of notional" : " of equity")});
    numbers.row({"of the fee to the fund", format_decimal(preset.fee_to_fund)});
    numbers.row({"deleveraging", std::string(risk::word(preset.policy)) + " at " + std::string(risk::word(preset.price))});
    numbers.row({"of one winner's profit", format_decimal(preset.deleverage_capacity)});
    numbers.row({"withdrawals wait", preset.withdrawals.while_hole ? fmt::format("while a hole is open, and {} s after", preset.withdrawals.after / second_ns) : "never"});
    out += numbers.text() + "\n";
    Table layers({{"layer"}, {"floor", Align::right}, {"at most of one loss", Align::right}, {"share", Align::right}, {"remainder"}});
    for (risk::LossLayer const& layer : preset.layers) {
        layers.row({std::string(word(layer.layer)), layer.floor == 0 ? "" : format_decimal(layer.floor), layer.cap_per_loss ? format_decimal(*layer.cap_per_loss) : "",
                    layer.claim_share == one_units ? "" : format_decimal(layer.claim_share), layer.remainder_to ? std::string(word(*layer.remainder_to)) : ""});
    }
    out += layers.text();
    if (!preset.discounts.empty()) {
        Table discounts({{"after", Align::right}, {"share of the value", Align::right}});
        for (risk::DiscountStep const& step : preset.discounts) discounts.row({fmt::format("{} s", step.after / second_ns), format_decimal(step.share)});
        out += "\n" + discounts.text();
    }
    out += sales_text(preset);
    if (preset.breakers.empty()) return out;
    Table breakers({{"breaker"}, {"metric"}, {"trips beyond", Align::right}, {"releases at", Align::right}, {"window", Align::right}, {"still allowed"}});
    for (risk::BreakerRule const& rule : preset.breakers) {
        breakers.row({rule.name, std::string(risk::word(rule.metric)), format_decimal(rule.trip_at), format_decimal(rule.release_at),
                      rule.window == 0 ? "" : fmt::format("{} s", rule.window / second_ns), operations_of(rule.allowed)});
    }
    return out + "\n" + breakers.text();
}

void write_clearing(JsonWriter& json, risk::ClearingPreset const& preset, std::uint64_t adopted) {
    json.begin_object().field("scope", "clearing").field("name", preset.name).field("version", preset.version);
    json.field("description", preset.description).field("source", preset.source).field("digest", to_hex(preset.digest));
    json.field("procedure", risk::word(preset.procedure)).key("layers").begin_array();
    for (risk::LossLayer const& layer : preset.layers) json.value(word(layer.layer));
    json.end_array().key("breakers").begin_array();
    for (risk::BreakerRule const& rule : preset.breakers) json.value(rule.name);
    json.end_array().field("adopted", adopted).end_object();
}

} // namespace plimsoll::tools
