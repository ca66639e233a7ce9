/// What presets of clearing, credit, bridges and pools say alike, and how one that travels with the program is found.
#pragma once

#include "ledger/event/event.hpp"
#include "ledger/event/hash.hpp"
#include "ledger/event/result.hpp"

#include <bit>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plimsoll::risk {

struct PresetHead {
    std::string name;
    std::string version;
    std::string description;
    std::string source;
    std::string body;
    Hash digest{}; ///< SHA-256 of the body
};

/// The fact that puts it in force.
[[nodiscard]] inline PresetAdopted adoption_in(std::string_view scope, PresetHead const& preset) {
    PresetAdopted fact;
    fact.scope = scope;
    fact.name = preset.name;
    fact.version = preset.version;
    fact.digest = std::bit_cast<wire::Digest>(preset.digest);
    fact.body = preset.body;
    return fact;
}

/// Of those that travel with the program the one of that name, checked. Nothing where there is none.
template <class Preset, class Shipped>
[[nodiscard]] std::optional<Preset> shipped_as(std::string_view name, std::span<Shipped const> shipped) {
    for (Shipped const& each : shipped) {
        if (each.file.substr(0, each.file.rfind('.')) != name) continue;
        auto preset = Preset::parse(each.body, each.file);
        PLIMSOLL_ASSERT(preset.has_value()); // a test parses each
        return std::move(preset).value();
    }
    return std::nullopt;
}

} // namespace plimsoll::risk
