/// The preset that a ledger adopted last, as its log has it.
#pragma once

#include "replay/moment.hpp"

#include <optional>
#include <string>

namespace plimsoll::replay {

struct AdoptedPreset {
    std::string body;
    std::uint64_t sequence = 0; ///< of the event that put it in force

    /// "the preset of event #17", for messages.
    [[nodiscard]] std::string place() const { return "the preset of event #" + std::to_string(sequence); }
};

/// Of that scope, in force in `book`; nothing where none is. Errors: damage.
[[nodiscard]] result<std::optional<AdoptedPreset>> adopted_preset(Reader const& reader, book::Book const& book, std::string_view scope);

} // namespace plimsoll::replay
