#include "tools/command/pool_presets.hpp"

#include "tools/command/preset_by_name.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <fstream>

namespace plimsoll::tools {

bool is_pool_preset(std::string const& name) {
    if (!is_preset_path(name)) return risk::pool::shipped_pool_preset(name).has_value();
    std::ifstream file(name); // one that cannot be read is told by whoever reads it
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("kernel") || line.starts_with("[[")) return false;
        if (line.starts_with("[pricing]")) return true;
    }
    return false;
}

result<risk::pool::PoolPreset> pool_preset_named(std::string const& name) {
    return preset_by_name<risk::pool::PoolPreset>(name, "pools", risk::shipped_pool_presets());
}

std::string people_pool(risk::pool::PoolPreset const& preset) { return fmt::format("{} {} (pool)", preset.name, preset.version); }

result<std::string> pool_table() {
    Table table({{"pool preset"}, {"what it does"}});
    for (risk::ShippedPoolPreset const& each : risk::shipped_pool_presets()) {
        PLIMSOLL_TRY(preset, risk::pool::PoolPreset::parse(each.body, each.file));
        table.row({preset.name, preset.description});
    }
    return table.text(0);
}

std::string pool_text(risk::pool::PoolPreset const& preset) { return preset.body; }

void write_pool(JsonWriter& json, risk::pool::PoolPreset const& preset, std::uint64_t adopted) {
    json.begin_object().field("scope", "pool").field("name", preset.name).field("version", preset.version);
    json.field("description", preset.description).field("source", preset.source).field("digest", to_hex(preset.digest));
    json.field("adopted", adopted).end_object();
}

} // namespace plimsoll::tools
