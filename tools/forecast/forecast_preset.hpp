/// A margin preset whose rate of one market is a forecast's margin.
#pragma once

#include "risk/margin/preset.hpp"

#include <string>
#include <string_view>

namespace plimsoll::tools {

/// The text of `base` with another initial_fraction in every tier of `market`: `margin` of the notional, rounded up to
/// 10^-6, at most 1. Name, version and source say which day's forecast it is; all else stays as it was.
/// Errors: Errc::usage where the base is not of kernel linear or has no tier of the market; preset_* as Preset::parse.
[[nodiscard]] result<std::string> preset_with_rate(risk::Preset const& base, std::string_view market, Int128 margin, std::string_view day,
                                                   std::string_view model);

} // namespace plimsoll::tools
