#include "risk/bridge/bridge_preset.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/preset_section.hpp"

#include <algorithm>

namespace plimsoll::risk {
namespace {

constexpr std::size_t longest_bridge_name = 40; ///< what is made of it must fit 63 bytes
constexpr std::array<std::string_view, 4> state_keys{"credit_observed", "credit_attested", "credit_confirmed", "credit_final"};

/// A word that names accounts, assets and scopes.
[[nodiscard]] result<std::string> short_word(Section& section, std::string_view key) {
    PLIMSOLL_TRY(word, section.text(key));
    bool const is_plain = std::ranges::all_of(word, [](char c) { return c > 0x20 && c != 0x7f && c != ':'; });
    if (word.size() > longest_bridge_name || !is_plain) {
        return fail(Errc::preset_value_out_of_bounds, std::string(key) + ": '" + word + "' must be 1 to 40 bytes without a space or a colon");
    }
    return word;
}

[[nodiscard]] result<std::uint64_t> whole_count(Section& section, std::string_view key) {
    PLIMSOLL_TRY(value, section.number(key, 0, 1'000'000 * one_units));
    if (value % one_units != 0) return fail(Errc::preset_value_out_of_bounds, std::string(key) + ": blocks are counted whole");
    return static_cast<std::uint64_t>(value / one_units);
}

[[nodiscard]] result<BridgedChain> read_chain(Section section) {
    BridgedChain chain;
    PLIMSOLL_TRY(name, short_word(section, "chain"));
    chain.name = name;
    for (std::size_t i = 0; i + 1 < state_keys.size(); ++i) {
        PLIMSOLL_TRY(credit, section.share(state_keys[i]));
        chain.credit[i] = credit;
    }
    chain.credit.back() = one_units; // what is final is all there
    PLIMSOLL_TRY(stake, section.share("attestation_stake"));
    chain.attestation_stake = stake;
    PLIMSOLL_TRY(confirmations, whole_count(section, "confirmations"));
    chain.confirmations = confirmations;
    PLIMSOLL_TRY(last, whole_count(section, "final_confirmations"));
    chain.final_confirmations = last;
    PLIMSOLL_TRY(dispute, section.seconds("dispute_seconds"));
    chain.dispute = dispute;
    PLIMSOLL_TRY(haircut, section.share("haircut"));
    chain.haircut = haircut;
    if (section.has("fund_cap_per_loss")) {
        PLIMSOLL_TRY(cap, section.number("fund_cap_per_loss", 0, largest_preset_amount));
        chain.fund_cap_per_loss = cap;
    }
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return chain;
}

[[nodiscard]] result<BridgedAsset> read_asset(Section section) {
    BridgedAsset asset;
    PLIMSOLL_TRY(name, short_word(section, "asset"));
    asset.asset = name;
    PLIMSOLL_TRY(chain, short_word(section, "chain"));
    asset.chain = chain;
    asset.name = name + "@" + chain;
    if (section.has("name")) {
        PLIMSOLL_TRY(own, short_word(section, "name"));
        asset.name = own;
    }
    if (asset.name.size() > 50) return fail(Errc::preset_value_out_of_bounds, "[[assets]] " + asset.name + " is longer than 50 bytes: give it a short name");
    PLIMSOLL_TRY(haircut, section.share("haircut"));
    asset.haircut = haircut;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return asset;
}

[[nodiscard]] result<WithdrawalLimit> read_bridge_limit(Section section) {
    WithdrawalLimit limit;
    PLIMSOLL_TRY(asset, section.text("asset"));
    limit.asset = asset;
    PLIMSOLL_TRY(window, section.seconds("window_seconds"));
    limit.window = window;
    PLIMSOLL_TRY(least, section.number("least", 0, largest_preset_amount));
    limit.least = least;
    PLIMSOLL_TRY(share, section.share("share"));
    limit.share = share;
    PLIMSOLL_TRYV(section.source());
    PLIMSOLL_TRYV(section.need_known());
    return limit;
}

[[nodiscard]] result<BridgePreset> read_bridge(toml::table const& root) {
    BridgePreset preset;
    Section head(root, "the head's");
    PLIMSOLL_TRYV(read_head(head, preset));
    PLIMSOLL_TRYV(read_rows(root, "chains", preset.chains, read_chain));
    PLIMSOLL_TRYV(read_rows(root, "assets", preset.assets, read_asset));
    PLIMSOLL_TRYV(read_rows(root, "limits", preset.limits, read_bridge_limit));
    for (auto const* list : {"chains", "assets", "limits"}) head.know(list);
    PLIMSOLL_TRYV(head.need_known());
    if (preset.chains.empty()) return fail(Errc::preset_key_missing, "[[chains]] is missing: there is nothing to bridge to");
    if (auto const broken = broken_rule(preset)) return fail(Errc::preset_contradicts_itself, *broken);
    return preset;
}

using BrokenBridge = std::optional<std::string>;

[[nodiscard]] BrokenBridge broken_chain(BridgedChain const& chain) {
    std::string const where = "[[chains]] " + chain.name + ": ";
    for (std::size_t i = 1; i < chain.credit.size(); ++i) {
        if (chain.credit[i] >= chain.credit[i - 1]) continue;
        return where + "credit falls from " + format_decimal(chain.credit[i - 1]) + " to " + format_decimal(chain.credit[i]) + " (" +
               std::string(state_keys[i]) + "): a transfer that comes closer would be taken back";
    }
    if (chain.attestation_stake < one_units / 2) return where + "attestation_stake is below a half: two transfers that contradict each other could both be attested";
    if (chain.attestation_stake == one_units) return where + "attestation_stake is 1: no stake is more than all of it";
    if (chain.confirmations == 0) return where + "confirmations is 0: a transfer has one as soon as its block is there";
    if (chain.final_confirmations < chain.confirmations) return where + "final_confirmations is below confirmations: final comes last";
    if (chain.dispute == 0) return where + "dispute_seconds is 0: nobody could dispute a withdrawal";
    if (chain.haircut == one_units) return where + "haircut is 1: nothing on the chain would count; leave the chain out";
    if (chain.fund_cap_per_loss && *chain.fund_cap_per_loss == 0) return where + "fund_cap_per_loss is 0: the fund could never pay";
    return std::nullopt;
}

[[nodiscard]] BrokenBridge broken_assets(BridgePreset const& preset) {
    std::set<std::string> names;
    std::set<std::pair<std::string, std::string>> places;
    for (BridgedAsset const& asset : preset.assets) {
        std::string const where = "[[assets]] " + asset.asset + " on " + asset.chain + ": ";
        BridgedChain const* const chain = preset.chain(asset.chain);
        if (chain == nullptr) return where + "there is no such chain in [[chains]]";
        if (!places.insert({asset.asset, asset.chain}).second) return where + "it is there twice";
        if (!names.insert(asset.name).second) return where + "two assets are named " + asset.name;
        if (asset.haircut == one_units) return where + "haircut is 1: it would count as nothing; leave it out";
        if (asset.is_home() && (asset.haircut != 0 || chain->haircut != 0)) return where + "it counts as itself, so it can have no haircut, nor its chain";
    }
    for (BridgedAsset const& asset : preset.assets) {
        auto const is_part = [&](BridgedAsset const& other) { return other.name == asset.asset && !other.is_home(); };
        if (std::ranges::any_of(preset.assets, is_part)) return "[[assets]] " + asset.name + " counts as " + asset.asset + ", which counts as something else itself";
    }
    for (BridgedChain const& chain : preset.chains) {
        if (std::ranges::find(preset.assets, chain.name, &BridgedAsset::chain) == preset.assets.end()) {
            return "[[chains]] " + chain.name + ": no row of [[assets]] stands on it";
        }
    }
    return std::nullopt;
}

[[nodiscard]] BrokenBridge broken_limits(BridgePreset const& preset) {
    std::set<std::pair<std::string, TimeNs>> seen;
    for (WithdrawalLimit const& limit : preset.limits) {
        std::string const where = "[[limits]] of " + limit.asset;
        if (preset.asset(limit.asset) == nullptr) return where + ": no row of [[assets]] has that name in the ledger";
        if (limit.window < 1'000'000) return where + " has no window_seconds of a millisecond or more";
        if (limit.least == 0 && limit.share == 0) return where + " lets nothing out, ever";
        if (!seen.insert({limit.asset, limit.window}).second) return where + " names one window twice";
    }
    return std::nullopt;
}

} // namespace

BridgedChain const* BridgePreset::chain(std::string_view chain_name) const {
    auto const found = std::ranges::find(chains, chain_name, &BridgedChain::name);
    return found == chains.end() ? nullptr : &*found;
}

BridgedAsset const* BridgePreset::asset(std::string_view ledger_name) const {
    auto const found = std::ranges::find(assets, ledger_name, &BridgedAsset::name);
    return found == assets.end() ? nullptr : &*found;
}

Int128 BridgePreset::kept(BridgedAsset const& asset) const {
    BridgedChain const* const on = chain(asset.chain);
    PLIMSOLL_ASSERT(on != nullptr); // broken_rule
    return *multiply_divide(one_units - asset.haircut, one_units - on->haircut, one_units, Rounding::floor);
}

Int128 BridgePreset::haircut(BridgedAsset const& asset, BridgeState state) const {
    BridgedChain const* const on = chain(asset.chain);
    PLIMSOLL_ASSERT(on != nullptr && state != BridgeState::reversed);
    return one_units - *scaled_product(one_units - asset.haircut, one_units - on->haircut, on->credit[static_cast<std::size_t>(state)], one_units,
                                       Rounding::floor);
}

std::optional<std::string> broken_rule(BridgePreset const& preset) {
    std::set<std::string> names;
    for (BridgedChain const& chain : preset.chains) {
        if (!names.insert(chain.name).second) return "[[chains]] " + chain.name + " is there twice";
        if (auto broken = broken_chain(chain)) return broken;
    }
    if (auto broken = broken_assets(preset)) return broken;
    return broken_limits(preset);
}

std::optional<BridgePreset> shipped_bridge_preset(std::string_view name) { return shipped_as<BridgePreset>(name, shipped_bridge_presets()); }

result<BridgePreset> BridgePreset::parse(std::string_view body, std::string_view file) { return parse_preset<BridgePreset>(body, file, read_bridge); }

} // namespace plimsoll::risk
