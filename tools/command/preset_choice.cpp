#include "tools/command/preset_choice.hpp"

#include "replay/adopted_preset.hpp"
#include "risk/adoption.hpp"
#include "risk/margin/shipped_presets.hpp"
#include "tools/command/preset_by_name.hpp"
#include "tools/errc.hpp"
#include "tools/text/people.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {

result<risk::Preset> preset_named(std::string const& name) {
    return preset_by_name<risk::Preset>(name, "margin", risk::shipped_presets());
}

result<ChosenPreset> preset_in_force(replay::Reader const& reader, book::Book const& book) {
    PLIMSOLL_TRY(adopted, replay::adopted_preset(reader, book, risk::margin_scope));
    if (adopted) {
        PLIMSOLL_TRY(preset, risk::Preset::parse(adopted->body, adopted->place()));
        return ChosenPreset{std::move(preset), adopted->sequence};
    }
    return fail(Errc::no_preset_in_force, "name one with --preset, or adopt one for good: plimsoll presets adopt DIR NAME");
}

result<ChosenPreset> choose_preset(replay::Reader const& reader, book::Book const& book, std::string const& name) {
    if (name.empty()) return preset_in_force(reader, book);
    PLIMSOLL_TRY(preset, preset_named(name));
    return ChosenPreset{std::move(preset), 0};
}

void write_preset(JsonWriter& json, ChosenPreset const& chosen) {
    risk::Preset const& preset = chosen.preset;
    json.begin_object().field("name", preset.name()).field("version", preset.version());
    json.field("kernel", risk::word(preset.kernel())).field("family", risk::word(risk::family_of(preset.kernel())));
    json.field("digest", to_hex(preset.digest())).key("adopted");
    if (chosen.adopted_sequence == 0) {
        json.null();
    } else {
        json.value(chosen.adopted_sequence);
    }
    json.end_object();
}

std::string people_preset(ChosenPreset const& chosen) {
    risk::Preset const& preset = chosen.preset;
    std::string text = fmt::format("{} {} ({}, {})", preset.name(), preset.version(), risk::word(preset.kernel()),
                                   risk::word(risk::family_of(preset.kernel())));
    if (chosen.adopted_sequence != 0) text += ", in force since " + people_sequence(chosen.adopted_sequence);
    return text;
}

} // namespace plimsoll::tools
