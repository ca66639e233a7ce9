#include "ledger/event/name.hpp"
#include "risk/clearing/clearing_preset.hpp"
#include "risk/preset_section.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr Int128 largest_amount = largest_preset_amount;
constexpr Int128 largest_seconds = largest_preset_seconds;

[[nodiscard]] std::optional<wire::Layer> find_layer(std::string_view word) {
    for (wire::Layer const layer : wire::EnumValuesLayer()) {
        if (wire::EnumNameLayer(layer) == word) return layer;
    }
    return std::nullopt;
}

[[nodiscard]] std::optional<bool> find_answer(std::string_view word) {
    if (word == "yes" || word == "no") return word == "yes";
    return std::nullopt;
}

[[nodiscard]] std::optional<FeeBase> find_fee_base(std::string_view word) {
    if (word == "notional") return FeeBase::notional;
    if (word == "equity") return FeeBase::equity;
    return std::nullopt;
}

[[nodiscard]] std::optional<ShareRule> find_sharing(std::string_view word) {
    if (word == "index") return ShareRule::index;
    if (word == "pro_rata") return ShareRule::pro_rata;
    return std::nullopt;
}

[[nodiscard]] std::optional<SharedRounding> find_rounding(std::string_view word) {
    if (word == "down") return SharedRounding::down;
    if (word == "up") return SharedRounding::up;
    return std::nullopt;
}

/// "deposit reduce settle", or "none".
[[nodiscard]] result<Operations> operations(std::string_view words, std::string const& where) {
    Operations set = 0;
    if (words == "none") return set;
    while (!words.empty()) {
        auto const end = std::min(words.find(' '), words.size());
        auto const word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        auto const operation = find_operation(word);
        if (!operation) return fail(Errc::preset_value_out_of_bounds, where + " allow: there is no " + std::string(word));
        set |= bit(*operation);
    }
    return set;
}

[[nodiscard]] result<LossLayer> read_layer(Section section) {
    LossLayer layer;
    PLIMSOLL_TRY(kind, section.choice("layer", find_layer));
    layer.layer = kind;
    if (section.has("floor")) {
        PLIMSOLL_TRY(value, section.number("floor", 0, largest_amount));
        layer.floor = value;
    }
    if (section.has("cap_per_loss")) {
        PLIMSOLL_TRY(value, section.number("cap_per_loss", 0, largest_amount));
        layer.cap_per_loss = value;
    }
    if (section.has("claim_share")) {
        PLIMSOLL_TRY(value, section.share("claim_share"));
        layer.claim_share = value;
    }
    if (section.has("unstake_delay_seconds")) {
        PLIMSOLL_TRY(value, section.seconds("unstake_delay_seconds"));
        layer.unstake_delay = value;
    }
    if (section.has("sharing")) {
        PLIMSOLL_TRY(value, section.choice("sharing", find_sharing));
        layer.sharing = value;
    }
    if (section.has("rounding")) {
        PLIMSOLL_TRY(value, section.choice("rounding", find_rounding));
        layer.rounding = value;
    }
    if (section.has("remainder_to")) {
        PLIMSOLL_TRY(value, section.choice("remainder_to", find_layer));
        layer.remainder_to = value;
    }
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return layer;
}

[[nodiscard]] result<WithdrawalLimit> read_withdrawal_limit(Section section) {
    WithdrawalLimit limit;
    PLIMSOLL_TRY(asset, section.text("asset"));
    if (!Name::from(asset)) return fail(Errc::preset_value_out_of_bounds, "[[withdrawal_limits]] an asset's name has at most 63 bytes");
    limit.asset = asset;
    PLIMSOLL_TRY(window, section.seconds("window_seconds"));
    limit.window = window;
    PLIMSOLL_TRY(least, section.number("least", 0, largest_amount));
    limit.least = least;
    PLIMSOLL_TRY(share, section.share("share"));
    limit.share = share;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return limit;
}

[[nodiscard]] result<LiquidationLimits> read_liquidation_limits(Section section) {
    LiquidationLimits limits;
    PLIMSOLL_TRY(window, section.seconds("window_seconds"));
    limits.window = window;
    PLIMSOLL_TRY(share, section.share("position_share"));
    limits.position_share = share;
    for (auto const& [key, field] : {std::pair{"position_least", &limits.position_least}, std::pair{"account", &limits.account},
                                     std::pair{"fund_loss", &limits.fund_loss}}) {
        PLIMSOLL_TRY(value, section.number(key, 0, largest_amount));
        *field = value;
    }
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return limits;
}

[[nodiscard]] result<DiscountStep> read_discount(Section section) {
    DiscountStep step;
    PLIMSOLL_TRY(after, section.seconds("after_seconds"));
    PLIMSOLL_TRY(share, section.share("share"));
    step.after = after;
    step.share = share;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return step;
}

[[nodiscard]] result<BreakerRule> read_breaker(Section section) {
    BreakerRule rule;
    PLIMSOLL_TRY(name, section.text("name"));
    if (name.size() > Name::capacity_bytes) return fail(Errc::preset_value_out_of_bounds, "[[breakers]] a name has at most 63 bytes");
    rule.name = name;
    PLIMSOLL_TRY(metric, section.choice("metric", find_metric));
    rule.metric = metric;
    PLIMSOLL_TRY(trip_at, section.number("trip_at", -largest_amount, largest_amount));
    rule.trip_at = trip_at;
    PLIMSOLL_TRY(release_at, section.number("release_at", -largest_amount, largest_amount));
    rule.release_at = release_at;
    for (auto const& [key, span] : {std::pair{"window_seconds", &rule.window}, std::pair{"minimum_seconds", &rule.minimum_duration},
                                    std::pair{"grace_seconds", &rule.grace}}) {
        if (!section.has(key)) continue;
        PLIMSOLL_TRY(value, section.seconds(key));
        *span = value;
    }
    PLIMSOLL_TRY(words, section.text("allow"));
    PLIMSOLL_TRY(allowed, operations(words, "[[breakers]] " + name));
    rule.allowed = allowed;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return rule;
}

/// Seconds of a list: whole ones, since auctions count them.
[[nodiscard]] result<std::int64_t> whole_seconds(Section& section, std::string_view key) {
    if (!section.has(key)) return std::int64_t{0};
    PLIMSOLL_TRY(value, section.number(key, 0, largest_seconds));
    if (value % one_units != 0) return fail(Errc::preset_value_out_of_bounds, std::string(key) + ": a price changes at whole seconds only");
    return static_cast<std::int64_t>(value / one_units);
}

[[nodiscard]] result<CollateralAuctionTerms> read_collateral_auction(Section section) {
    CollateralAuctionTerms terms;
    PLIMSOLL_TRY(asset, section.text("asset"));
    terms.asset = asset;
    for (auto const& [key, share] : {std::pair{"penalty", &terms.penalty}, std::pair{"reset_below", &terms.reset_below},
                                     std::pair{"incentive_share", &terms.incentive_share}}) {
        PLIMSOLL_TRY(value, section.share(key));
        *share = value;
    }
    for (auto const& [key, amount] : {std::pair{"limit", &terms.limit}, std::pair{"incentive_flat", &terms.incentive_flat}}) {
        PLIMSOLL_TRY(value, section.number(key, 0, largest_amount));
        *amount = value;
    }
    PLIMSOLL_TRY(buffer, section.number("price_buffer", 0, 10 * one_units));
    terms.price_buffer = buffer;
    if (section.has("step_factor")) {
        PLIMSOLL_TRY(factor, section.share("step_factor"));
        terms.step_factor = factor;
    }
    for (auto const& [key, seconds] : {std::pair{"step_seconds", &terms.step_seconds}, std::pair{"duration_seconds", &terms.duration_seconds},
                                       std::pair{"reset_after_seconds", &terms.reset_after_seconds}}) {
        PLIMSOLL_TRY(value, whole_seconds(section, key));
        *seconds = value;
        section.know(key);
    }
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return terms;
}

[[nodiscard]] result<RampedAuctionTerms> read_ramped_auction(Section section) {
    RampedAuctionTerms terms;
    PLIMSOLL_TRY(asset, section.text("asset"));
    terms.asset = asset;
    PLIMSOLL_TRY(seconds, whole_seconds(section, "duration_seconds"));
    terms.duration_seconds = seconds;
    section.know("duration_seconds");
    PLIMSOLL_TRY(deviation, section.share("oracle_deviation"));
    terms.oracle_deviation = deviation;
    PLIMSOLL_TRY(least, section.number("least_left", 0, largest_amount));
    terms.least_left = least;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return terms;
}

[[nodiscard]] result<ClearingPreset> read(toml::table const& root) {
    ClearingPreset preset;
    Section head(root, "the head's");
    PLIMSOLL_TRYV(read_head(head, preset));
    PLIMSOLL_TRY(fee, head.share("liquidation_fee"));
    preset.liquidation_fee = fee;
    PLIMSOLL_TRY(base, head.choice("liquidation_fee_of", find_fee_base));
    preset.fee_base = base;
    PLIMSOLL_TRY(to_fund, head.share("fee_to_fund"));
    preset.fee_to_fund = to_fund;
    PLIMSOLL_TRY(policy, head.choice("deleverage_policy", find_policy));
    preset.policy = policy;
    PLIMSOLL_TRY(price, head.choice("deleverage_price", find_execution_price));
    preset.price = price;
    PLIMSOLL_TRY(capacity, head.share("deleverage_capacity"));
    preset.deleverage_capacity = capacity;
    PLIMSOLL_TRY(waits, head.choice("withdrawals_wait_while_hole", find_answer));
    preset.withdrawals.while_hole = waits;
    PLIMSOLL_TRY(after, head.seconds("withdrawals_wait_seconds"));
    preset.withdrawals.after = after;
    PLIMSOLL_TRYV(read_rows(root, "layers", preset.layers, read_layer));
    PLIMSOLL_TRYV(read_rows(root, "discounts", preset.discounts, read_discount));
    PLIMSOLL_TRYV(read_rows(root, "breakers", preset.breakers, read_breaker));
    PLIMSOLL_TRYV(read_rows(root, "withdrawal_limits", preset.withdrawal_limits, read_withdrawal_limit));
    if (toml::node const* const node = root.get("liquidation_limits")) {
        if (!node->is_table()) return fail(Errc::preset_unreadable, "[liquidation_limits] is not a table");
        PLIMSOLL_TRY(limits, read_liquidation_limits(Section(*node->as_table(), "[liquidation_limits]")));
        preset.liquidation_limits = limits;
    }
    if (head.has("liquidation_procedure")) {
        PLIMSOLL_TRY(procedure, head.choice("liquidation_procedure", find_procedure));
        preset.procedure = procedure;
    }
    if (head.has("auction_limit")) {
        PLIMSOLL_TRY(limit, head.number("auction_limit", 0, largest_amount));
        preset.auction_limit = limit;
    }
    PLIMSOLL_TRYV(read_rows(root, "collateral_auctions", preset.collateral_auctions, read_collateral_auction));
    PLIMSOLL_TRYV(read_rows(root, "ramped_auctions", preset.ramped_auctions, read_ramped_auction));
    if (preset.layers.empty()) return fail(Errc::preset_key_missing, "[[layers]] is missing: nobody would pay");
    for (auto const* list : {"layers", "discounts", "breakers", "collateral_auctions", "ramped_auctions", "withdrawal_limits",
                             "liquidation_limits"}) head.know(list);
    PLIMSOLL_TRYV(head.need_known());
    if (auto const broken = broken_rule(preset)) return fail(Errc::preset_contradicts_itself, *broken);
    return preset;
}

} // namespace

result<ClearingPreset> ClearingPreset::parse(std::string_view body, std::string_view file) { return parse_preset<ClearingPreset>(body, file, read); }

} // namespace plimsoll::risk
