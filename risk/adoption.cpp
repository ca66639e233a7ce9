#include "risk/adoption.hpp"

#include "risk/clearing/terms.hpp"

#include <bit>

namespace plimsoll::risk {

PresetAdopted adoption_of(Preset const& preset) {
    PresetAdopted fact;
    fact.scope = margin_scope;
    fact.name = preset.name();
    fact.version = preset.version();
    fact.digest = std::bit_cast<wire::Digest>(preset.digest());
    fact.body = preset.body();
    return fact;
}

PresetAdopted adoption_of(ClearingPreset const& preset) { return adoption_in(clearing_scope, preset); }

} // namespace plimsoll::risk
