/// What each kernel asks of a preset: every key with its unit and bounds. One table, read by the check and by people.
#pragma once

#include "risk/margin/preset.hpp"

namespace plimsoll::risk {

struct ParameterSpec {
    std::string_view list; ///< "": a scalar of [parameters]
    std::string_view key;
    std::string_view unit; ///< "text": a word, such as a name
    std::string_view minimum; ///< of the value; for a word the choices, by "|", or empty for any
    std::string_view maximum;
    bool is_optional = false;
};

/// In the order in which they are shown.
[[nodiscard]] std::span<ParameterSpec const> schema_of(Kernel kernel);
/// What every preset may say: how old a reading may be.
[[nodiscard]] std::span<ParameterSpec const> common_schema();

} // namespace plimsoll::risk
