#include "risk/clearing/clearing_preset.hpp"

#include "ledger/event/decimal.hpp"

#include <array>
#include <set>

namespace plimsoll::risk {
namespace {

using Broken = std::optional<std::string>;

[[nodiscard]] std::string name_of(wire::Layer layer) { return wire::EnumNameLayer(layer); }

[[nodiscard]] Broken layers(ClearingPreset const& preset) {
    std::set<wire::Layer> seen;
    bool has_all_shared = false;
    for (LossLayer const& layer : preset.layers) {
        std::string const where = "[[layers]] " + name_of(layer.layer);
        if (!seen.insert(layer.layer).second) return where + " is named twice";
        if (layer.layer == wire::Layer::residual) return where + " is what no layer pays, and no layer";
        if (layer.layer == wire::Layer::account && seen.size() != 1) return where + " pays first: nobody pays before the account itself";
        if (has_all_shared) return where + " can never pay: the socialised layer before it takes any loss";
        if (layer.cap_per_loss && *layer.cap_per_loss == 0) return where + " can never pay: cap_per_loss is 0";
        if (layer.claim_share == 0) return where + " can never pay: claim_share is 0";
        bool const is_socialised = layer.layer == wire::Layer::socialised;
        if (is_socialised != (layer.sharing != ShareRule::none)) {
            return where + (is_socialised ? " needs sharing: index or pro_rata" : " is one payer and shares nothing");
        }
        if (layer.unstake_delay != 0 && layer.layer != wire::Layer::staked_module) {
            return where + " has an unstake_delay_seconds, which only a staked_module knows";
        }
        if (layer.remainder_to && !is_socialised) return where + " has a remainder_to and divides nothing";
        if (layer.rounding == SharedRounding::up && layer.sharing != ShareRule::index) return where + " rounds up, which only an index does";
        if (layer.sharing == ShareRule::index && !layer.remainder_to) return where + " works by an index and names nobody in remainder_to";
        has_all_shared = is_socialised && !layer.cap_per_loss && layer.claim_share == one_units;
    }
    for (LossLayer const& layer : preset.layers) {
        if (layer.remainder_to && !seen.contains(*layer.remainder_to)) {
            return "[[layers]] " + name_of(layer.layer) + ": remainder_to names " + name_of(*layer.remainder_to) + ", which is no layer here";
        }
        if (layer.remainder_to == layer.layer) return "[[layers]] " + name_of(layer.layer) + ": remainder_to names itself";
    }
    return std::nullopt;
}

[[nodiscard]] Broken discounts(ClearingPreset const& preset) {
    DiscountStep const* before = nullptr;
    for (DiscountStep const& step : preset.discounts) {
        if (before == nullptr && step.after != 0) return "[[discounts]] the first does not start at 0 s";
        if (before != nullptr && step.after <= before->after) return "[[discounts]] after_seconds must rise from row to row";
        if (before != nullptr && step.share > before->share) {
            return "[[discounts]] the curve rises from " + format_decimal(before->share) + " to " + format_decimal(step.share) +
                   ": a bidder who waits would pay more";
        }
        before = &step;
    }
    return std::nullopt;
}

/// Each asset once, and terms for the procedure that is chosen.
template <class Rows> [[nodiscard]] Broken sale_rows(Rows const& rows, std::string const& list, bool is_chosen) {
    std::set<std::string> seen;
    for (auto const& row : rows) {
        if (!seen.insert(row.asset).second) return "[[" + list + "]] " + row.asset + " is named twice";
    }
    if (is_chosen && rows.empty()) return "liquidation_procedure needs [[" + list + "]]: terms of at least one asset";
    if (!is_chosen && !rows.empty()) return "[[" + list + "]] is read by no procedure: liquidation_procedure names another";
    return std::nullopt;
}

[[nodiscard]] Broken sales(ClearingPreset const& preset) {
    bool const sells = preset.procedure == Procedure::collateral_auction;
    if (auto broken = sale_rows(preset.collateral_auctions, "collateral_auctions", sells)) return broken;
    if (auto broken = sale_rows(preset.ramped_auctions, "ramped_auctions", preset.procedure == Procedure::ramped_auction)) return broken;
    if (sells != (preset.auction_limit != 0)) {
        return sells ? "auction_limit is 0: nothing could ever be auctioned" : "auction_limit binds collateral auctions, and there are none";
    }
    for (CollateralAuctionTerms const& row : preset.collateral_auctions) {
        std::string const where = "[[collateral_auctions]] " + row.asset + ": ";
        bool const is_line = row.duration_seconds != 0;
        if (is_line == (row.step_factor != 0 || row.step_seconds != 0)) return where + "either duration_seconds, or step_factor and step_seconds";
        if (!is_line && (row.step_factor == 0 || row.step_seconds == 0)) return where + "stairs need step_factor and step_seconds";
        if (row.step_factor == one_units) return where + "a step_factor of 1 never falls";
        if (row.reset_after_seconds == 0) return where + "reset_after_seconds is 0: it could sell only in the second of its start";
        if (row.limit == 0) return where + "limit is 0: nothing of it could ever be auctioned";
        if (row.price_buffer == 0) return where + "price_buffer is 0: it would start at nothing";
        if (row.reset_below == one_units) return where + "reset_below is 1: the first step would stop it";
    }
    for (RampedAuctionTerms const& row : preset.ramped_auctions) {
        if (row.duration_seconds == 0) return "[[ramped_auctions]] " + row.asset + ": duration_seconds is 0, which is no ramp";
    }
    return std::nullopt;
}

[[nodiscard]] Broken breakers(ClearingPreset const& preset) {
    std::set<std::string> seen;
    for (BreakerRule const& rule : preset.breakers) {
        std::string const where = "[[breakers]] " + rule.name;
        if (!seen.insert(rule.name).second) return where + " is named twice";
        if (auto const broken = broken_rule(rule)) return where + ": " + *broken;
        if (rule.allowed == all_operations && rule.grace == 0) return where + " allows everything and does nothing";
    }
    return std::nullopt;
}

[[nodiscard]] Broken limits(ClearingPreset const& preset) {
    std::set<std::pair<std::string, TimeNs>> seen;
    for (WithdrawalLimit const& limit : preset.withdrawal_limits) {
        std::string const where = "[[withdrawal_limits]] of " + limit.asset;
        if (limit.window < 1'000'000) return where + " has no window_seconds of a millisecond or more";
        if (limit.least == 0 && limit.share == 0) return where + " lets nothing out, ever";
        if (!seen.insert({limit.asset, limit.window}).second) return where + " names one window twice";
    }
    LiquidationLimits const& closing = preset.liquidation_limits;
    if (closing.are_some() && closing.position_least == 0 && closing.position_share == 0) {
        return "[liquidation_limits] let nothing be closed, ever";
    }
    return std::nullopt;
}

constexpr std::array<std::string_view, 3> procedure_words{"by_kernel", "collateral_auction", "ramped_auction"};

} // namespace

std::string_view word(Procedure procedure) { return procedure_words[static_cast<std::size_t>(procedure)]; }

std::optional<Procedure> find_procedure(std::string_view word) {
    for (std::size_t i = 0; i < procedure_words.size(); ++i) {
        if (procedure_words[i] == word) return static_cast<Procedure>(i);
    }
    return std::nullopt;
}

std::optional<std::string> broken_rule(ClearingPreset const& preset) {
    for (auto const rule : {layers, discounts, sales, breakers, limits}) {
        if (auto broken = rule(preset)) return broken;
    }
    return std::nullopt;
}

std::optional<ClearingPreset> shipped_clearing_preset(std::string_view name) { return shipped_as<ClearingPreset>(name, shipped_clearing_presets()); }

} // namespace plimsoll::risk
