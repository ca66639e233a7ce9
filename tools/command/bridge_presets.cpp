#include "tools/command/bridge_presets.hpp"

#include "ledger/event/decimal.hpp"
#include "replay/engine.hpp"
#include "risk/bridge/bridges.hpp"
#include "tools/command/preset_by_name.hpp"
#include "tools/errc.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <fstream>

namespace plimsoll::tools {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

[[nodiscard]] std::string chains_of(risk::BridgePreset const& preset) {
    std::string out;
    for (risk::BridgedChain const& chain : preset.chains) out.append(out.empty() ? "" : ", ").append(chain.name);
    return out;
}

[[nodiscard]] std::string people_bridge(risk::BridgePreset const& preset) {
    return fmt::format("{} {} (bridge: {})", preset.name, preset.version, chains_of(preset));
}

[[nodiscard]] std::string bridge_text(risk::BridgePreset const& preset) {
    std::string out = fmt::format("{}\n  {}\n  source: {}\n\n", people_bridge(preset), preset.description, preset.source);
    Table chains({{"chain"}, {"observed", Align::right}, {"attested", Align::right}, {"confirmed", Align::right}, {"by stake above", Align::right},
                  {"confirmed after", Align::right}, {"final after", Align::right}, {"dispute", Align::right}, {"haircut", Align::right},
                  {"fund pays at most", Align::right}});
    for (risk::BridgedChain const& chain : preset.chains) {
        chains.row({chain.name, format_decimal(chain.credit[0]), format_decimal(chain.credit[1]), format_decimal(chain.credit[2]),
                    format_decimal(chain.attestation_stake), people_count(chain.confirmations), people_count(chain.final_confirmations),
                    fmt::format("{} s", chain.dispute / second_ns), format_decimal(chain.haircut),
                    chain.fund_cap_per_loss ? format_decimal(*chain.fund_cap_per_loss) : ""});
    }
    Table assets({{"asset"}, {"on"}, {"in the ledger"}, {"haircut", Align::right}, {"margin keeps", Align::right}});
    for (risk::BridgedAsset const& asset : preset.assets) {
        assets.row({asset.asset, asset.chain, asset.name, format_decimal(asset.haircut), format_decimal(preset.kept(asset))});
    }
    out += chains.text() + "\n" + assets.text();
    if (preset.limits.empty()) return out;
    Table limits({{"leaves"}, {"within", Align::right}, {"at least", Align::right}, {"or of what is locked", Align::right}});
    for (risk::WithdrawalLimit const& limit : preset.limits) {
        limits.row({limit.asset, fmt::format("{} s", limit.window / second_ns), format_decimal(limit.least), format_decimal(limit.share)});
    }
    return out + "\n" + limits.text();
}

/// {"command", "preset"}, and whatever `more` adds.
template <class More> [[nodiscard]] std::string bridge_json(risk::BridgePreset const& preset, std::uint64_t adopted, More&& more) {
    std::string text;
    JsonWriter json(text, JsonWriter::Layout::pretty);
    json.begin_object().field("command", "presets");
    more(json);
    json.key("preset");
    write_bridge(json, preset, adopted);
    json.field("build", build_version()).end_object();
    return text + "\n";
}

} // namespace

bool is_bridge_preset(std::string const& name) {
    if (!is_preset_path(name)) return risk::shipped_bridge_preset(name).has_value();
    std::ifstream file(name);
    if (!file) return false; // whoever reads it says so
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("kernel")) return false;
        if (line.starts_with("[[chains]]")) return true;
    }
    return false;
}

result<risk::BridgePreset> bridge_preset_named(std::string const& name) {
    return preset_by_name<risk::BridgePreset>(name, "bridges", risk::shipped_bridge_presets());
}

result<std::string> bridge_table() {
    Table table({{"bridge preset"}, {"chains"}, {"what it does"}});
    for (risk::ShippedBridgePreset const& each : risk::shipped_bridge_presets()) {
        PLIMSOLL_TRY(preset, risk::BridgePreset::parse(each.body, each.file));
        table.row({preset.name, chains_of(preset), preset.description});
    }
    return table.text(0);
}

void write_bridge(JsonWriter& json, risk::BridgePreset const& preset, std::uint64_t adopted) {
    json.begin_object().field("scope", risk::bridge_scope).field("name", preset.name).field("version", preset.version);
    json.field("description", preset.description).field("source", preset.source).field("digest", to_hex(preset.digest));
    json.key("chains").begin_array();
    for (risk::BridgedChain const& chain : preset.chains) {
        json.begin_object().field("chain", chain.name).key("credit").begin_array();
        for (Int128 const credit : chain.credit) json.value(format_decimal(credit));
        json.end_array().field("attestation_stake", format_decimal(chain.attestation_stake)).field("confirmations", chain.confirmations);
        json.field("final_confirmations", chain.final_confirmations);
        json.field("dispute_seconds", static_cast<std::uint64_t>(chain.dispute / second_ns)).field("haircut", format_decimal(chain.haircut));
        json.key("fund_cap_per_loss");
        if (chain.fund_cap_per_loss) {
            json.value(format_decimal(*chain.fund_cap_per_loss));
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array().key("assets").begin_array();
    for (risk::BridgedAsset const& asset : preset.assets) {
        json.begin_object().field("asset", asset.asset).field("chain", asset.chain).field("name", asset.name);
        json.field("haircut", format_decimal(asset.haircut)).field("kept", format_decimal(preset.kept(asset))).end_object();
    }
    json.end_array().key("limits").begin_array();
    for (risk::WithdrawalLimit const& limit : preset.limits) {
        json.begin_object().field("asset", limit.asset).field("window_seconds", static_cast<std::uint64_t>(limit.window / second_ns));
        json.field("least", format_decimal(limit.least)).field("share", format_decimal(limit.share)).end_object();
    }
    json.end_array().field("adopted", adopted).end_object();
}

result<Status> show_bridge(Shell const& shell, std::string const& name, bool as_toml) {
    PLIMSOLL_TRY(preset, bridge_preset_named(name));
    std::string const text = as_toml ? preset.body : shell.is_json() ? bridge_json(preset, 0, [](JsonWriter&) {}) : bridge_text(preset);
    PLIMSOLL_TRYV(Shell::print(text));
    return Status::fine;
}

result<void> check_bridge(Shell const& shell, std::string const& name) {
    PLIMSOLL_TRY(preset, bridge_preset_named(name));
    auto const sound = [&](JsonWriter& json) { json.field("file", name).field("sound", true); };
    return Shell::print(shell.is_json() ? bridge_json(preset, 0, sound) : fmt::format("{}: sound; {}\n", name, people_bridge(preset)));
}

result<Status> adopt_bridge(Shell const& shell, std::string const& directory, std::string const& name) {
    PLIMSOLL_TRY(preset, bridge_preset_named(name));
    PLIMSOLL_TRY(engine, replay::Engine::open(directory));
    PLIMSOLL_TRY(facts, risk::adoption_of(engine->book(), preset));
    Origin origin;
    origin.source_time = engine->book().time();
    origin.cause = Cause::command;
    std::vector<Event> events;
    for (Body& fact : facts) events.push_back({origin, std::move(fact)});
    PLIMSOLL_TRY(receipt, engine->submit(events));
    PLIMSOLL_TRYV(engine->close());
    std::string const more = events.size() == 1 ? "" : fmt::format("; {} more define what it needs", people_plural(events.size() - 1, "event"));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? bridge_json(preset, receipt.first_sequence, [](JsonWriter&) {})
                                               : fmt::format("{}: {} is in force from event {}{}\n", directory, people_bridge(preset),
                                                             people_sequence(receipt.first_sequence), more)));
    return Status::fine;
}

} // namespace plimsoll::tools
