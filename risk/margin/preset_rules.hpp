/// What must hold between the numbers of one preset, past the bounds of each.
#pragma once

#include "risk/margin/preset.hpp"

namespace plimsoll::risk {

/// The first contradiction in words, nothing where there is none.
[[nodiscard]] std::optional<std::string> broken_rule(Preset const& preset);

} // namespace plimsoll::risk
