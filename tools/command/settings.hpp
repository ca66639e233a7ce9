/// What is set by words of the form NAME=VALUE.
#pragma once

#include "tools/errc.hpp"

#include <string>
#include <vector>

namespace plimsoll::tools {

/// Of equal names the last counts. `into`: a map of texts. Errors: Errc::usage.
template <class Map> [[nodiscard]] result<void> take_settings(std::vector<std::string> const& words, Map& into) {
    for (std::string const& each : words) {
        auto const equals = each.find('=');
        if (equals == std::string::npos || equals == 0) return fail(Errc::usage, "--set NAME=VALUE, not '" + each + "'");
        into[each.substr(0, equals)] = each.substr(equals + 1);
    }
    return outcome::success();
}

} // namespace plimsoll::tools
