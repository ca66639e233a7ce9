/// A preset as the fact that puts it in force in a ledger, with its whole text.
#pragma once

#include "ledger/event/event.hpp"
#include "risk/clearing/clearing_preset.hpp"
#include "risk/margin/preset.hpp"

namespace plimsoll::risk {

/// The scope of PresetAdopted under which a ledger's margin rule stands; clearing_scope is the other.
inline constexpr std::string_view margin_scope = "margin";

/// Scope "margin".
[[nodiscard]] PresetAdopted adoption_of(Preset const& preset);
/// Scope "clearing".
[[nodiscard]] PresetAdopted adoption_of(ClearingPreset const& preset);

} // namespace plimsoll::risk
